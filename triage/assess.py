"""From findings and facts to the level of care, with every rule that fired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from triage.findings import Findings
from triage.protocol import LEVELS, Rule, derived, past_codes, present_codes, protocol


@dataclass(frozen=True)
class Assessment:
    """The level of care and the rules that call for it or for less, the highest level first, in the order of the protocol."""

    level: str
    fired: tuple[Rule, ...]

    def reasons(self) -> list[tuple[str, str]]:
        """(reason, source) of the rules at the level itself, without repeats."""
        seen: dict[str, str] = {}
        for rule in self.fired:
            if rule.level == self.level:
                seen.setdefault(rule.reason, protocol().sources[rule.source[0]])
        return list(seen.items())


def assess(findings: Findings, facts: Mapping[str, Any] | None = None) -> Assessment:
    """The level that `findings` (code -> present, absent, past, uncertain) and `facts` call for; `self_care` where no rule fires.

    Only what is present raises the level (or has passed, for signs of a stroke); what is absent or uncertain never does.
    """
    present, past = present_codes(findings), past_codes(findings)
    known = derived(facts or {})
    fired = [rule for rule in protocol().rules if rule.fires(present, past, known)]
    fired.sort(key=lambda rule: -LEVELS.index(rule.level))
    return Assessment(fired[0].level if fired else LEVELS[0], tuple(fired))


def higher(one: str | None, other: str | None) -> str | None:
    """The higher of two levels; None is below all."""
    return max((one, other), key=lambda level: LEVELS.index(level) if level in LEVELS else -1)
