"""The care-level message: reasons, numbers, and the `care_level` payload with its plain-text twin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialogue.wording import listed
from triage.assess import assess
from triage.emergency_numbers import crisis_lines_for, numbers_for
from triage.findings import ABSENT
from triage.summary import LEVEL_TITLES

WHAT_TO_DO = {
    "emergency": [
        "Call your local emergency number now. Or go to an emergency room.",
        "Do not drive yourself. If you can, have someone stay with you.",
        "Sit or lie down and keep still until help comes.",
        "Tell them what you told me.",
    ],
    "urgent": [
        "Be seen today or within 24 hours: your doctor, an urgent care clinic or a nurse line.",
        "Call the emergency number if you get a fever, a very bad headache or trouble breathing. Call it too "
        "for confusion, or new weakness or numbness.",
    ],
    "routine": [
        "Book an appointment with a doctor. Blood tests can check for a deficiency.",
        "Go sooner if it gets worse, or if fever, swelling or severe weakness come up.",
    ],
    "self_care": [
        "For now you can look after this yourself.",
        "See a doctor if it lasts, gets worse, or if fever, swelling or severe weakness come up.",
    ],
}
_FOR_OTHERS = {
    "Do not drive yourself. If you can, have someone stay with you.": "Stay with {person}.",
    "Sit or lie down and keep still until help comes.": "Keep {person} still and calm until help comes.",
    "Tell them what you told me.": "Tell them what you told me.",
    "For now you can look after this yourself.": "For now this can be looked after at home.",
    "Be seen today or within 24 hours: your doctor, an urgent care clinic or a nurse line.": "Have {person} "
    "seen today or within 24 hours: a doctor, an urgent care clinic or a nurse line.",
}


def is_crisis(findings: Mapping[str, str]) -> bool:
    """Whether thoughts of suicide are among the findings."""
    return findings.get("suicidal_thoughts") == "present"


def payload(
    level: str,
    findings: Mapping[str, str],
    facts: Mapping[str, Any],
    country: str | None,
    subject: str | None,
    person: str | None,
) -> dict[str, Any]:
    """The `care_level` payload (docs/architecture.md, rich messages) for a level and what is known."""
    result = assess(findings, facts)
    reasons = (
        [{"text": text, "source": source} for text, source in result.reasons()]
        if result.level == level
        else []
    )
    who = person or "the person" if subject == "other" else None
    numbers: list[dict[str, str]] = []
    if level in ("emergency", "urgent"):
        numbers = [{"label": each.label, "number": each.number} for each in numbers_for(country)]
        if is_crisis(findings):
            numbers += [{"label": each.label, "number": each.number} for each in crisis_lines_for(country)]
    return {
        "kind": "care_level",
        "version": 1,
        "level": level,
        "title": LEVEL_TITLES[level],
        "what_to_do": [_for(line, who) for line in WHAT_TO_DO[level]],
        "reasons": reasons[:3],
        "phone_numbers": numbers,
    }


def _for(line: str, who: str | None) -> str:
    return _FOR_OTHERS.get(line, line).format(person=who) if who else line


def number_words(numbers: list[dict[str, str]]) -> str:
    """The numbers in words, each with where it works: "112 (Europe), 999 (United Kingdom) or 911 (United States)"."""
    if len({each["label"] for each in numbers}) <= 1:
        return " or ".join(each["number"] for each in numbers)
    return listed([f"{each['number']} ({each['label'].split(',')[0]})" for each in numbers], "or")


def meanwhile_words(what_to_do: list[str]) -> str:
    """What to do until help comes, as text."""
    return " ".join(what_to_do[1:3])


def reason_words(reasons: list[dict[str, str]], most: int = 2) -> str:
    """The reasons as text, the first few."""
    return " ".join(each["text"] for each in reasons[:most])


def denied_only(findings: Mapping[str, str]) -> bool:
    """Whether nothing but denials was told."""
    return bool(findings) and all(role == ABSENT for role in findings.values())
