"""Text as Slack writes it, and Slack's own words for what went wrong."""

from __future__ import annotations

import html
import re
from typing import Any

from channels.platform_api import Refused, TryAgain

BUSY = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
"""Errors of the Web API that pass."""

_MENTION = re.compile(r"<[@!][^>]*>")
_LINK = re.compile(r"<(?:https?:|mailto:|tel:|#)[^>|]*(?:\|([^>]*))?>")


def escaped(text: str) -> str:
    """The three signs that Slack reads as its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_typed(text: str | None) -> str | None:
    """What the person typed: no mentions, links by their words, signs unescaped."""
    if text is None:
        return None
    return html.unescape(_LINK.sub(lambda m: m.group(1) or "", _MENTION.sub(" ", text))).strip()


def judge(status: int, answer: Any) -> None:
    """Slack says with status 200 that a call failed."""
    if isinstance(answer, dict) and answer.get("ok") is False and status != 429:
        error = str(answer.get("error", ""))
        if error in BUSY or status >= 500:
            raise TryAgain(error)
        raise Refused(error[:100])
