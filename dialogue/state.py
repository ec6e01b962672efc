"""The state of a conversation, as it lies in Rasa's slots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from triage.findings import ASSERTIONS
from triage.protocol import LEVELS
from triage.symptoms import symptoms


@dataclass(frozen=True)
class State:
    """Every slot of the assistant under its own name; see docs/architecture.md."""

    findings: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    subject: str | None = None
    person: str | None = None
    care_level: str | None = None
    announced_level: str | None = None
    topic: str | None = None
    assessment_complete: bool = False
    open_question: str | None = None
    asked: tuple[str, ...] = ()
    country: str | None = None
    misunderstood: int = 0

    @classmethod
    def of(cls, slots: Mapping[str, Any]) -> State:
        """The state in the slots of a tracker.

        Slots that are not set have their default, and so have those that hold what cannot be theirs: a program that writes
        slots over the HTTP API must not be able to end a conversation.
        """
        known: dict[str, Any] = {each.name: slots.get(each.name) for each in fields(cls)}
        given = {name: value for name, value in known.items() if _fits(name, value)}
        if "findings" in given:
            codes = symptoms()
            given["findings"] = {
                code: role for code, role in given["findings"].items() if code in codes and role in ASSERTIONS
            }
        if "asked" in given:
            given["asked"] = tuple(given["asked"])
        if "misunderstood" in given:
            given["misunderstood"] = int(given["misunderstood"])
        return cls(**given)

    def slots(self) -> dict[str, Any]:
        """The state as slot values."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values["findings"] = dict(self.findings)
        values["facts"] = dict(self.facts)
        values["asked"] = list(self.asked)
        return values

    def changes_from(self, other: State) -> dict[str, Any]:
        """Only the slots that differ from `other`."""
        before = other.slots()
        return {name: value for name, value in self.slots().items() if value != before[name]}

    def with_(self, **changes: Any) -> State:
        """The state with some of it changed."""
        return replace(self, **changes)


def _fits(slot: str, value: Any) -> bool:
    """Whether a value can be that of a slot. None, for "not set", is no value."""
    if slot == "care_level":
        return value in LEVELS
    if slot in ("findings", "facts"):
        return isinstance(value, Mapping)
    if slot == "asked":
        return isinstance(value, Sequence) and all(isinstance(each, str) for each in value)
    if slot == "misunderstood":
        return isinstance(value, (int, float)) and 0 <= value < 1e6
    if slot == "assessment_complete":
        return isinstance(value, bool)
    return isinstance(value, str)
