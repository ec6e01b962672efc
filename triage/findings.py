"""What is known of a person's symptoms: contract code -> present, absent, past or uncertain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

PRESENT: Final = "present"
ABSENT: Final = "absent"
PAST: Final = "past"
UNCERTAIN: Final = "uncertain"
ASSERTIONS: Final = (PRESENT, ABSENT, PAST, UNCERTAIN)

Findings = Mapping[str, str]


def gather(mentions: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The findings of one message from its (code, role) pairs in order; roles outside the four assertions are left out.

    Where one message says several things of a symptom, the last of present and past counts ("I was dizzy, it is gone"),
    then a doubt, and absent only where nothing else was said.
    """
    found: dict[str, str] = {}
    for code, role in mentions:
        if (
            role in (PRESENT, PAST)
            or (role == UNCERTAIN and found.get(code) in (None, ABSENT))
            or (role == ABSENT and code not in found)
        ):
            found[code] = role
    return found


def merge(known: Findings, new: Findings) -> dict[str, str]:
    """`known` with the news of one message. The latest word counts, but a doubt does not undo what was told as present."""
    merged = dict(known)
    for code, role in new.items():
        if role == UNCERTAIN and merged.get(code) == PRESENT:
            continue
        merged[code] = role
    return merged


def corrected(known: Findings, new: Findings) -> list[str]:
    """Codes that were present and are told to be absent or past now."""
    return [code for code, role in new.items() if role in (ABSENT, PAST) and known.get(code) == PRESENT]


def with_role(findings: Findings, role: str) -> list[str]:
    """Codes with a role, in the order in which they were told."""
    return [code for code, told in findings.items() if told == role]
