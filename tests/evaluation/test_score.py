"""The scorer: what counts as right, on rows made up here."""

from __future__ import annotations

from typing import Any

import pytest

from evaluation import score as scoring
from evaluation import table
from evaluation.reading import Mention, Reading
from evaluation.score import NEVER, Aim, Figure, Score


def reading(text: str, *found: tuple[str, str, str], **more: Any) -> Reading:
    """A reading in which (code, role, words of the text) were found."""
    mentions = []
    for code, role, words in found:
        start = text.index(words)
        mentions.append(Mention(code, role, start, start + len(words)))
    return Reading(text, tuple(mentions), **more)


def flagged(text: str, level: str, present: list[str], **more: Any) -> dict[str, Any]:
    """A row of red_flags."""
    row = {
        "id": text,
        "text": text,
        "present": present,
        "min_level": level,
        "label_confidence": "sure",
        "experiencer": "patient",
    }
    return {**row, "absent": [], "not_current": [], "unsure": [], "hypothetical": [], **more}


def score(file: str, pairs: list[tuple[dict[str, Any], Reading]]) -> tuple[Score, dict[str, Figure]]:
    """The score of one file from its rows and readings, and its figures by name."""
    readings = {row["text"]: each for row, each in pairs}
    result = Score()
    scoring.FILES[file](result, [row for row, _ in pairs], readings.__getitem__)
    return result, {each.name: each for each in result.figures}


def test_recall_counts_what_is_implied_and_near_synonyms():
    pairs = [
        (
            flagged("worst headache", "emergency", ["headache"]),
            reading("worst headache", ("severe_headache", "present", "headache")),
        ),
        (
            flagged("so drowsy", "emergency", ["drowsiness"]),
            reading("so drowsy", ("confusion", "present", "drowsy")),
        ),
        (flagged("a fever", "routine", ["fever", "no_such_code"]), reading("a fever")),
    ]
    _, figures = score("red_flags", pairs)
    recall, precision = (
        figures["symptoms that are there: recall"],
        figures["symptoms that are there: precision"],
    )
    assert (recall.hits, recall.of, recall.met) == (2, 3, False)
    assert (precision.hits, precision.of, precision.met) == (2, 2, True)


def test_what_is_not_there_counts_against_precision():
    pair = (
        flagged("a rash", "routine", ["rash"]),
        reading("a rash", ("rash", "present", "rash"), ("fever", "present", "a")),
    )
    assert score("red_flags", [pair])[1]["symptoms that are there: precision"].value == 0.5


def test_a_present_symptom_read_as_absent_is_counted_and_never_allowed():
    pair = (flagged("a fever", "urgent", ["fever"]), reading("a fever", ("fever", "absent", "fever")))
    result, figures = score("red_flags", [pair])
    wrong = figures["present symptom read as absent"]
    assert (wrong.hits, wrong.met) == (1, False)
    assert any("read as absent" in each.how for each in result.wrong)
    assert result.confusions["roles"]["present", "absent"] == 1


@pytest.mark.parametrize(("level", "reached"), [("emergency", 1), ("urgent", 0), (None, 0)])
def test_an_emergency_is_reached_only_by_an_emergency(level, reached):
    result, figures = score(
        "red_flags", [(flagged("a fever", "emergency", ["fever"]), reading("a fever", level=level))]
    )
    assert figures["sure emergency: reached"].hits == reached
    assert result.confusions["levels"]["emergency", level or "none"] == 1


@pytest.mark.parametrize(("level", "raised"), [("emergency", 1), ("urgent", 0), (None, 0)])
def test_self_care_raised_to_emergency_is_crying_wolf(level, raised):
    _, figures = score("red_flags", [(flagged("a cramp", "selfcare", []), reading("a cramp", level=level))])
    figure = figures["sure routine, self_care: raised to emergency"]
    assert (figure.hits, figure.met) == (raised, not raised)


def test_uncertain_labels_are_counted_apart_and_have_no_target():
    row = flagged("a fever", "emergency", ["fever"], label_confidence="uncertain")
    _, figures = score("red_flags", [(row, reading("a fever", level="urgent"))])
    assert figures["sure emergency: reached"].of == 0
    assert figures["uncertain label emergency: reached"].value == 0
    assert figures["uncertain label emergency: reached"].met is None


def chat(text: str, target: str, label: str) -> dict[str, Any]:
    """A row of negation_chat or negation."""
    return {"id": text, "text": text, "target": target, "label": label}


def test_only_targets_that_were_found_count():
    pairs = [
        (chat("no fever", "fever", "Negated"), reading("no fever", ("fever", "absent", "fever"))),
        (
            chat("a limp, no rash", "rash", "Negated"),
            reading("a limp, no rash", ("weakness", "present", "limp")),
        ),
    ]
    figures = score("negation_chat", pairs)[1]
    assert figures["targets found (others are no codes of the contract)"].value == 0.5
    assert figures["absent: read as that"].of == 1


def test_not_current_as_present_and_uncertain_as_absent():
    pairs = [
        (chat("no fever", "fever", "Negated"), reading("no fever", ("fever", "present", "fever"))),
        (chat("maybe a rash", "rash", "Uncertain"), reading("maybe a rash", ("rash", "absent", "rash"))),
        (
            chat("chest pain", "chest pain", "Affirmed"),
            reading("chest pain", ("chest_pain", "present", "chest pain")),
        ),
    ]
    figures = score("negation_chat", pairs)[1]
    assert figures["not current read as present"].value == 0.5
    assert not figures["not current read as present"].met
    assert figures["uncertain read as absent"].met is False
    assert figures["affirmed kept as present"].met is True


def test_somebody_elses_symptom_is_told_by_the_subject_or_by_the_role():
    by_subject = reading("my aunt had fits", ("seizure", "present", "fits"), subject="other")
    by_role = reading("her aunt had fits", ("seizure", "other", "fits"), subject="self")
    neither = reading("an aunt had fits", ("seizure", "present", "fits"), subject="self")
    pairs = [(chat(each.text, "fits", "Other"), each) for each in (by_subject, by_role, neither)]
    assert score("negation_chat", pairs)[1]["other: read as that"].hits == 2


def test_clinical_prose_is_read_in_lower_case():
    row = chat("NO FEVER today", "FEVER", "Negated")
    asked = []

    def read(text):
        asked.append(text)
        return reading(text, ("fever", "absent", "fever"))

    result = Score()
    scoring.score_negation(result, [row], read)
    assert asked == ["no fever today"]
    assert {each.name: each.value for each in result.figures}["absent: precision"] == 1


@pytest.mark.parametrize(
    ("intent", "topic", "role", "declined"),
    [
        ("out_of_scope", None, None, 1),
        ("nlu_fallback", None, None, 1),
        ("nlu_fallback", "magnesium", None, 0),
        ("ask_magnesium", "magnesium", None, 0),
        ("out_of_scope", None, "present", 0),
    ],
)
def test_declined_is_no_answer_and_no_symptom(intent, topic, role, declined):
    row = {"id": "1", "text": "sore loser"}
    found = [("muscle_pain", role, "sore")] if role else []
    figures = score("out_of_scope", [(row, reading("sore loser", *found, intent=intent, topic=topic))])[1]
    assert figures["declined, no symptom present"].hits == declined
    assert figures["rows with any symptom found"].hits == len(found)


def question(text: str, topic: str, answered: str) -> dict[str, Any]:
    """A row of faq."""
    return {"id": text, "text": text, "topic": topic, "answered": answered}


def test_questions_by_whether_the_article_answers_them():
    pairs = [
        (
            question("sit up?", "posture_lifestyle", "yes"),
            reading("sit up?", intent="ask_lifestyle", topic="lifestyle"),
        ),
        (
            question("dose?", "not_in_article", "no"),
            reading("dose?", intent="ask_magnesium", topic="magnesium"),
        ),
        (question("brand?", "not_in_article", "no"), reading("brand?", intent="out_of_scope")),
        (
            question("iron?", "not_in_article", "no"),
            reading("iron?", intent="ask_not_in_article", topic="not_in_article"),
        ),
    ]
    figures = score("faq", pairs)[1]
    assert figures["answered yes: right topic"].value == 1
    assert (figures["answered no: nothing invented"].hits, figures["answered no: nothing invented"].of) == (
        2,
        3,
    )
    assert figures["answered no: says not_in_article"].hits == 1


def test_the_table_says_pass_fail_and_what_peers_cannot():
    good = Figure("faq", "a", 9, 10, Aim(at_least=0.9))
    bad = Figure("faq", "b", 1, 10, NEVER, assertion_only=True)
    peers = {"peer": table.by_name([Figure("faq", "b", 3, 10, NEVER)])}
    shown = table.terminal([good, bad], peers)
    first, second = shown.splitlines()[-2:]
    assert first.split() == ["faq", "a", "0.900", "9/10", ">=", "0.90", "pass", "cannot"]
    assert second.split() == ["faq", "b", "1", "1/10", "none", "FAIL", "3"]
    assert "| faq | a | 0.900 | 9/10 | >= 0.90 | pass | cannot |" in table.markdown([good, bad], peers)


def test_the_file_holds_no_row(tmp_path, monkeypatch):
    from evaluation import __main__ as command

    pair = (flagged("a secret fever", "emergency", ["fever"]), reading("a secret fever", level="urgent"))
    result, _ = score("red_flags", [pair])
    monkeypatch.setattr(command, "BUILD", tmp_path)
    monkeypatch.setattr(command, "_short", str)
    command._write(result.figures, {}, result)
    assert result.wrong
    assert "secret" not in (tmp_path / "eval.json").read_text(encoding="utf-8")
    assert (tmp_path / "eval.png").stat().st_size > 1000


def test_without_the_development_set_nothing_is_measured_and_nothing_fails(tmp_path, monkeypatch, capsys):
    from evaluation import __main__ as command

    monkeypatch.setenv("DEVSET", str(tmp_path / "nowhere"))
    assert command.main([]) == 0
    assert "no development set" in capsys.readouterr().out
