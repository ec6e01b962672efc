"""Readings with a peer's assertions: the symptoms that Neckwise found at the same places, with the role that the peer gives them.

The peers have no list of symptoms, no protocol and no intents, so they are lent all of it and what differs is assertion alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from evaluation.peers.environment import roles
from evaluation.reading import Reading
from triage.assess import assess
from triage.findings import gather

NAMES = ("negspacy", "medspaCy")


def peer_readings(readings: Sequence[Reading]) -> dict[str, Mapping[str, Reading]]:
    """Peer -> text -> the reading with its roles. Raises SetupError where the peers cannot be run."""
    asked = [{"text": each.text, "spans": [[m.start, m.end] for m in each.mentions]} for each in readings]
    answer = roles(asked)
    return {
        peer: {each.text: with_roles(each, given) for each, given in zip(readings, answer[peer], strict=True)}
        for peer in NAMES
    }


def with_roles(reading: Reading, given: Sequence[str]) -> Reading:
    """The reading with other roles, and the level that follows from them."""
    mentions = tuple(replace(each, role=role) for each, role in zip(reading.mentions, given, strict=True))
    findings = gather((each.code, each.role) for each in mentions)
    level = assess(findings, reading.facts).level if findings else None
    return replace(reading, mentions=mentions, level=level, subject=None)
