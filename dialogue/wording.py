"""Words for findings, lists and the person, put together from the knowledge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from triage.findings import ABSENT, PAST, PRESENT, UNCERTAIN
from triage.symptoms import name


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def noted(findings: Mapping[str, str], codes: Iterable[str]) -> str:
    """What was just told, as one clause: "a stiff neck and tiredness; no fever; not sure about a rash"."""
    by_role: dict[str, list[str]] = {PRESENT: [], ABSENT: [], PAST: [], UNCERTAIN: []}
    for code in codes:
        if findings.get(code) in by_role:
            by_role[findings[code]].append(code)
    parts = []
    if by_role[PRESENT]:
        parts.append(listed([name(code) for code in by_role[PRESENT]]))
    if by_role[ABSENT]:
        if len(by_role[ABSENT]) > 3:
            parts.append("none of the others")
        else:
            parts.append("no " + listed([_bare(name(code)) for code in by_role[ABSENT]], "or"))
    if by_role[PAST]:
        parts.append(listed([name(code) for code in by_role[PAST]]) + " that has gone")
    if by_role[UNCERTAIN]:
        parts.append("not sure about " + listed([name(code) for code in by_role[UNCERTAIN]]))
    return "; ".join(parts)


def _bare(words: str) -> str:
    """A name without its article: "a fever" -> "fever"."""
    for article in ("a ", "an "):
        if words.startswith(article):
            return words[len(article) :]
    return words


def person_words(subject: str | None, person: str | None) -> str:
    """How the person is spoken of: "you", "your son"."""
    return person or "this person" if subject == "other" else "you"
