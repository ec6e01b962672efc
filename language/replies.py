"""A yes, a no or a "not sure" as the answer to the question that stands open, in many wordings, also with news behind it.

The words are data: knowledge/replies.yml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from pydantic import Field

from triage.loading import KNOWLEDGE, KnowledgeModel, load

#: a message this short that says somewhere "no idea" is an answer as a whole
SHORT_MESSAGE = 6

_ENDS = r"(?=$|[\s,.!;:?)…-])"


class YesNeeds(KnowledgeModel):
    """Beginnings that are an answer only with one of some words behind them."""

    starts: list[str]
    answer_with: list[str]


class ReplyFile(KnowledgeModel):
    """knowledge/replies.yml"""

    version: str
    lead_ins: list[str]
    yes: list[str]
    no: list[str]
    unsure: list[str]
    unsure_inside: list[str]
    after_no: list[str]
    yes_needs: YesNeeds = Field(...)


def _any(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first; apostrophes may be missing."""
    ordered = sorted(words, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace("'", "'?") for word in ordered) + ")"


class Replies:
    """The answers of knowledge/replies.yml, ready to be matched."""

    def __init__(self, path: Path = KNOWLEDGE / "replies.yml") -> None:
        data = load(path, ReplyFile)
        lead = rf"^(?:{_any(data.lead_ins)}[\s,.]+)*"
        self._yes = re.compile(lead + _any(data.yes) + _ENDS)
        self._no = re.compile(lead + _any(data.no) + _ENDS)
        self._unsure = re.compile(lead + rf"(?:{_any(data.unsure)}|\?+)" + _ENDS)
        self._unsure_inside = re.compile(rf"\b{_any(data.unsure_inside)}\b")
        self._news_after_no = re.compile(rf"^(?:no|not|never|without)\s+(?!{_any(data.after_no)}\b)\w")
        starts, answer_with = _any(data.yes_needs.starts), _any(data.yes_needs.answer_with)
        self._news_after_yes = re.compile(rf"^{starts}\s+(?!{answer_with}\b)\w")

    def reply_in(self, text: str) -> str | None:
        """`yes`, `no` or `unsure` where the message begins with such an answer, else None."""
        flat = " ".join(text.replace("’", "'").casefold().split())
        if not flat:
            return None
        if self._unsure.match(flat):
            return "unsure"
        if self._no.match(flat):
            # "no fever" tells something, "oh no my neck" is no answer at all
            return None if self._news_after_no.match(flat) or flat.startswith("oh no ") else "no"
        if self._yes.match(flat):
            return None if self._news_after_yes.match(flat) else "yes"
        if len(flat.split()) <= SHORT_MESSAGE and self._unsure_inside.search(flat):
            return "unsure"
        return None


@lru_cache(maxsize=1)
def replies() -> Replies:
    """The answers of this installation, read at the first call."""
    return Replies()


def reply_in(text: str) -> str | None:
    """`yes`, `no` or `unsure` where the message begins with such an answer, else None."""
    return replies().reply_in(text)
