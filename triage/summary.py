"""A summary of an assessment that a person can take to a doctor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triage.article import disclaimer
from triage.assess import assess
from triage.findings import ABSENT, PAST, PRESENT, UNCERTAIN, with_role
from triage.symptoms import name

LEVEL_TITLES = {
    "emergency": "Get emergency help now",
    "urgent": "Be seen today or within 24 hours",
    "routine": "Book an appointment",
    "self_care": "Look after yourself, and watch",
}
_COURSES = {
    "better": "getting better",
    "worse": "getting worse",
    "same": "about the same",
    "comes_and_goes": "comes and goes",
}
_FACTS = {
    "vegan_diet": "vegan or vegetarian diet",
    "digestive_condition": "digestive condition",
    "little_sun": "little sun",
    "stress": "stress",
    "strenuous_exercise": "hard exercise",
    "processed_food": "much processed food",
    "low_water": "drinks little water",
    "poor_posture": "long hours at a desk or screen",
    "inactivity": "little movement",
    "pregnant": "pregnant",
    "weak_immunity": "weak immune system",
    "cancer_history": "has had cancer",
}


def duration_words(days: float) -> str:
    """A duration in words: 14 -> "2 weeks"."""
    if days < 1:
        return "less than a day"
    for size, unit in ((365, "year"), (30, "month"), (7, "week"), (1, "day")):
        if days >= size:
            count = round(days / size)
            return f"about {count} {unit}{'s' if count != 1 else ''}"
    return "less than a day"


def summary(
    findings: Mapping[str, str], facts: Mapping[str, Any], subject: str | None, person: str | None
) -> dict[str, Any]:
    """Title, lines of label and text, and disclaimer; only what was told, nothing made up."""
    result = assess(findings, facts)
    lines = [
        (
            "About",
            "the writer"
            if subject != "other"
            else (person or "somebody else").replace("your ", "the writer's "),
        )
    ]
    for role, label in (
        (PRESENT, "Has"),
        (PAST, "Had, and it is gone"),
        (UNCERTAIN, "Not sure about"),
        (ABSENT, "Does not have"),
    ):
        codes = with_role(findings, role)
        if codes:
            lines.append((label, ", ".join(name(code) for code in codes)))
    if facts.get("duration_days") is not None:
        lines.append(("For", duration_words(float(facts["duration_days"]))))
    if facts.get("course") in _COURSES:
        lines.append(("Course", _COURSES[facts["course"]]))
    if facts.get("temperature_c") is not None:
        celsius = float(facts["temperature_c"])
        lines.append(("Temperature", f"{celsius:.1f} °C ({celsius * 9 / 5 + 32:.1f} °F)"))
    background = [words for fact, words in _FACTS.items() if facts.get(fact) is True]
    if background:
        lines.append(("Background", ", ".join(background)))
    if findings:
        lines.append(("Level of care", LEVEL_TITLES[result.level]))
        lines += [("Reason", reason) for reason, _ in result.reasons()[:4]]
    return {
        "title": "Summary for your doctor",
        "lines": [{"label": label, "text": text} for label, text in lines],
        "disclaimer": disclaimer(),
    }
