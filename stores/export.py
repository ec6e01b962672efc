"""A conversation as text, for the person it belongs to."""

from __future__ import annotations

import json

from stores.conversations import Conversations


def as_lines(conversations: Conversations, sender_id: str) -> list[str] | None:
    """A whole conversation as JSON, one event a line; None where there is none."""
    window = conversations.whole(sender_id)
    if window is None:
        return None
    return [json.dumps(event, ensure_ascii=False) + "\n" for event in window.events]
