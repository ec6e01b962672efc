"""What comes next in an assessment: a question, or the advice. The order is that of knowledge/questions.yml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from triage.assess import assess
from triage.findings import PRESENT, UNCERTAIN
from triage.protocol import LEVELS
from triage.questions import Question, about, questions

#: how often a list may be asked in all (what was not answered the first time is asked once more)
MOST_ASKS = 2
#: single questions about symptoms that the speaker was not sure of
MOST_DOUBTS = 3


def next_question(
    findings: Mapping[str, str], facts: Mapping[str, Any], asked: Sequence[str], level: str | None
) -> Question | None:
    """The next question, None where it is time for the advice. An emergency ends the questions.

    `asked` holds the id of each question as often as it was asked. What is known is not asked again; a symptom that the
    speaker was not sure of is asked once by itself where it would raise the level, alone or with the other doubts.
    """
    level = level or LEVELS[0]
    if level == "emergency":
        return None
    doubts = [code for code, role in findings.items() if role == UNCERTAIN and f"symptom:{code}" not in asked]
    deciding = _least_that_raises(doubts, findings, facts, level)
    already = sum(1 for each in asked if each.startswith("symptom:"))
    if deciding and already < MOST_DOUBTS:
        return about(deciding[0])
    for each in questions().questions:
        if level not in each.levels or asked.count(each.id) >= (1 if each.kind == "risks" else MOST_ASKS):
            continue
        if each.kind == "screen" and (each.open_codes(findings)):
            return each
        if each.kind == "risks" and len(each.open_risks(facts)) > len(each.risks) // 2:
            return each
        if each.kind == "choice" and each.fact is not None and facts.get(each.fact) is None:
            return each
    return None


def open_doubts(findings: Mapping[str, str], facts: Mapping[str, Any], level: str | None) -> list[str]:
    """Symptoms that stayed uncertain and would raise the level if they were there."""
    doubts = [code for code, role in findings.items() if role == UNCERTAIN]
    return _least_that_raises(doubts, findings, facts, level or LEVELS[0])


def _least_that_raises(
    doubts: Sequence[str], findings: Mapping[str, str], facts: Mapping[str, Any], level: str
) -> list[str]:
    """The fewest of the doubtful symptoms that would together raise the level if they were there; empty where all would not.

    "Maybe a stiff neck and maybe a fever" is an emergency only with both, so neither may be passed over.
    """

    def raises(codes: Sequence[str]) -> bool:
        there = {**findings, **dict.fromkeys(codes, PRESENT)}
        return LEVELS.index(assess(there, facts).level) > LEVELS.index(level)

    needed = list(doubts) if raises(doubts) else []
    for code in reversed(doubts):  # so that the one told first is asked first
        without = [each for each in needed if each != code]
        if raises(without):
            needed = without
    return needed
