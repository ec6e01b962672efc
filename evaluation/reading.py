"""What one message led to: the symptoms with their role and place, the intent, the level of care, the topic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Mention:
    """A symptom that was found: its code, its role, and where it stands in the text."""

    code: str
    role: str
    start: int
    end: int


@dataclass(frozen=True)
class Reading:
    """What one message led to; `level` and `topic` are None where none was given."""

    text: str
    mentions: tuple[Mention, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    subject: str | None = None
    intent: str = ""
    level: str | None = None
    topic: str | None = None
