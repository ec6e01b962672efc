"""The triage protocol of knowledge/protocol.yml, validated: rules from findings and facts to a level of care."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Union

import pydantic

from triage.findings import PAST, PRESENT, Findings
from triage.loading import KNOWLEDGE, KnowledgeError, KnowledgeFile, KnowledgeModel
from triage.symptoms import symptoms

#: levels of care from the lowest to the highest
LEVELS: Final = ("self_care", "routine", "urgent", "emergency")

#: facts that a rule may ask for; `deficiency_risk` is derived from the risk factors that the article names
FACTS: Final = (
    "duration_days",
    "course",
    "temperature_c",
    "age_group",
    "pregnant",
    "weak_immunity",
    "cancer_history",
    "sudden_onset",
    "worst_ever",
    "severity",
    "home_care_failed",
    "major_injury",
    "deficiency_risk",
    "one_sided",
    "unresponsive",
    "leg_pain",
    "lost_feeling",
    "cannot_stand",
    "with_neck_movement",
)
RISKS_OF_DEFICIENCY: Final = ("vegan_diet", "digestive_condition", "little_sun")


class Condition(KnowledgeModel):
    """What a fact must be."""

    at_least: Union[float, None] = None
    at_most: Union[float, None] = None
    is_: Union[bool, str, None] = pydantic.Field(None, alias="is")
    one_of: list[str] = []

    def holds(self, value: Any) -> bool:
        """Whether a fact with this value meets the condition; an unknown fact (None) never does."""
        if value is None:
            return False
        if self.at_least is not None or self.at_most is not None:
            return isinstance(value, (int, float)) and (self.at_least or float("-inf")) <= value <= (
                self.at_most or float("inf")
            )
        if self.one_of:
            return value in self.one_of
        return bool(value == self.is_)


class Rule(KnowledgeModel):
    """One rule: where all its findings are present and its facts hold, it calls for its level."""

    id: str
    level: str
    reason: str
    source: list[str]
    all: list[str] = []
    any: list[list[str]] = []
    facts: dict[str, Condition] = {}
    past: bool = False

    def fires(self, present: frozenset[str], past: frozenset[str], facts: Mapping[str, Any]) -> bool:
        """Whether the rule applies to these codes (implied ones included) and facts."""
        counted = present | past if self.past else present
        return (
            all(code in counted for code in self.all)
            and all(any(code in counted for code in group) for group in self.any)
            and all(condition.holds(facts.get(name)) for name, condition in self.facts.items())
        )

    def codes(self) -> frozenset[str]:
        """All codes the rule names."""
        return frozenset(self.all).union(*self.any)


class Protocol(KnowledgeModel):
    """knowledge/protocol.yml"""

    version: str
    sources: dict[str, str]
    rules: list[Rule]


def load_protocol(path: Path = KNOWLEDGE / "protocol.yml") -> Protocol:
    """The validated protocol; raises KnowledgeError with file and line for unknown codes, facts, levels and sources."""
    file = KnowledgeFile(path)
    data = file.load(Protocol)
    problems = []
    ids: dict[str, int] = {}
    for at, rule in enumerate(data.rules):
        where = ("rules", at)
        if rule.id in ids:
            problems.append(
                file.problem(where, f"rule `{rule.id}` is already on line {ids[rule.id]}, give it another id")
            )
        ids[rule.id] = file.line(where)
        if rule.level not in LEVELS:
            problems.append(
                file.problem(
                    (*where, "level"), f"unknown level `{rule.level}`, use one of {', '.join(LEVELS)}"
                )
            )
        problems += [
            file.problem(where, f"unknown code `{code}`, see symptoms.yml")
            for code in sorted(rule.codes())
            if code not in symptoms()
        ]
        problems += [
            file.problem(where, f"unknown fact `{fact}`, use one of {', '.join(FACTS)}")
            for fact in rule.facts
            if fact not in FACTS
        ]
        problems += [
            file.problem(where, f"no source `{source}` at the top of the file")
            for source in rule.source
            if source not in data.sources
        ]
        if not rule.source:
            problems.append(file.problem(where, "no source: say on whose word the rule stands"))
        if not rule.codes():
            problems.append(file.problem(where, "no finding: a rule must ask for at least one symptom"))
    if problems:
        raise KnowledgeError(problems)
    return data


@lru_cache(maxsize=1)
def protocol() -> Protocol:
    """The protocol of this installation, read at the first call."""
    return load_protocol()


def closed(codes: frozenset[str]) -> frozenset[str]:
    """Codes with all that they imply: a severe headache is a headache."""
    result = set(codes)
    for code in codes:
        result.update(symptoms()[code].implies if code in symptoms() else ())
    return frozenset(result)


def present_codes(findings: Findings) -> frozenset[str]:
    """Codes that are present, with what they imply."""
    return closed(frozenset(code for code, role in findings.items() if role == PRESENT))


def past_codes(findings: Findings) -> frozenset[str]:
    """Codes that have passed, with what they imply."""
    return closed(frozenset(code for code, role in findings.items() if role == PAST))


def derived(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts with those that follow from others: any risk factor for a deficiency makes `deficiency_risk` true."""
    return {**facts, "deficiency_risk": any(facts.get(each) is True for each in RISKS_OF_DEFICIENCY)}
