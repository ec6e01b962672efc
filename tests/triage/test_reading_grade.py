"""What people are shown reads at grade 8 or lower (Flesch-Kincaid)."""

import re

import pytest
import textstat

from triage.article import article, prevention_points, table
from triage.nutrients import knowledge, rank
from triage.questions import questions
from triage.symptoms import symptoms

GRADE = 8
# A sentence that is read on a phone, tired or frightened.
WORDS_IN_A_SENTENCE = 24


def shown() -> dict[str, str]:
    """Every text by a name to find it by."""
    texts = {f"statement {each.id}": each.text for each in article().statements}
    for each in article().answers:
        name = f"answer {each.topic} {each.nutrient or ''}".strip()
        texts[name] = each.text
        texts[f"{name}, what would change it"] = each.changes_it
    for row in table().rows:
        for nutrient, cell in row.cells.dict().items():
            texts[f"table {row.id} {nutrient}"] = cell
    for point in prevention_points():
        texts[f"prevention {point.id}"] = f"{point.title}. {point.text}"
    for topic in article().topics:
        texts[f"topic {topic.id}"] = topic.question
    for entry in knowledge().nutrients:
        for evidence in entry.evidence:
            fits = rank(dict.fromkeys(evidence.findings, "present"), evidence.risk_factors)
            for fit in fits:
                texts[f"fit {fit.nutrient} {evidence.reason}"] = fit.sentence()
    for symptom in symptoms().values():
        texts[f"symptom {symptom.code}"] = symptom.ask
    for question in questions().questions:
        texts[f"question {question.id}"] = question.ask
        texts[f"question {question.id}, of another"] = question.ask_other.format(person="your son")
    return texts


def spoken(text: str) -> str:
    """As it is read aloud: "B12" is three syllables, not one."""
    return text.replace("B12", "B twelve").replace("D3", "D three").replace("300", "three hundred")


@pytest.mark.parametrize(
    ("name", "text"), shown().items(), ids=lambda value: value if len(value) < 50 else ""
)
def test_a_shown_text_reads_at_grade_8_or_lower(name, text):
    assert textstat.flesch_kincaid_grade(spoken(text)) <= GRADE, f"{name}: {text}"


@pytest.mark.parametrize(
    ("name", "text"), shown().items(), ids=lambda value: value if len(value) < 50 else ""
)
def test_sentences_are_short(name, text):
    longest = max(re.split(r"(?<=[.!?:])\s+", text), key=lambda sentence: len(sentence.split()))
    assert len(longest.split()) <= WORDS_IN_A_SENTENCE, f"{name}: {longest}"


def test_the_measure_tells_hard_words_from_plain_ones():
    hard = "Persistent musculoskeletal discomfort necessitates comprehensive professional evaluation."
    assert textstat.flesch_kincaid_grade(hard) > GRADE
