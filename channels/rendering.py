"""How a bot message is written on platforms that show plain text: no markup, numbered options, split at
sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from channels.record import Message

Button = dict[str, str]

_LINK = re.compile(r"!?\[([^\]\n]+)\]\((\S+?)\)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*\*|__|\*|_)(?=\S)(.+?)(?<=\S)\1(?![\w*])")
_HEADING = re.compile(r"^#{1,6}\s+", re.MULTILINE)
_BULLET = re.compile(r"^(\s*)[*+]\s+", re.MULTILINE)
_CODE = re.compile(r"`{1,3}([^`]*)`{1,3}")
_BLANK_LINES = re.compile(r"\n{3,}")

_POINTS_AT_END = re.compile(r"(?:\n\u2022 [^\n]*)+\Z")
_SENTENCE_END = re.compile(r"(?<=[.!?\u2026])\s+|(?<=[.!?\u2026][\"')\u201d\u2019])\s+")


def plain(text: str) -> str:
    """`text` without Markdown: links as `words (address)`, no emphasis, no headings, bullets as dashes."""
    text = _LINK.sub(
        lambda m: m.group(1) if m.group(1) == m.group(2) else f"{m.group(1)} ({m.group(2)})", text
    )
    text = _CODE.sub(r"\1", text)
    text = _HEADING.sub("", text)
    text = _BULLET.sub(r"\1- ", text)
    text = _EMPHASIS.sub(r"\2", text)
    return _BLANK_LINES.sub("\n\n", text).strip()


def length_in_utf16(text: str) -> int:
    """The length as Telegram counts it: in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_at_sentences(text: str, longest: int, measure: Callable[[str], int] = len) -> list[str]:
    """Cut `text` into parts no longer than `longest`, between paragraphs, else sentences, else words, else
    anywhere.
    """
    text = text.strip()
    if not text:
        return []
    if measure(text) <= longest:
        return [text]
    for pieces, glue in (
        (text.split("\n\n"), "\n\n"),
        (text.split("\n"), "\n"),
        (_SENTENCE_END.split(text), " "),
        (text.split(" "), " "),
    ):
        if len(pieces) > 1:
            return _packed(pieces, glue, longest, measure)
    size = longest if measure is len else longest // 2
    return [text[at : at + size] for at in range(0, len(text), size)]


def _packed(pieces: Sequence[str], glue: str, longest: int, measure: Callable[[str], int]) -> list[str]:
    parts: list[str] = []
    current = ""
    for piece in pieces:
        joined = f"{current}{glue}{piece}" if current else piece
        if measure(joined) <= longest:
            current = joined
            continue
        if current:
            parts.append(current.strip())
        *whole, current = split_at_sentences(piece, longest, measure) or [""]
        parts.extend(whole)
    if current.strip():
        parts.append(current.strip())
    return [part for part in parts if part]


def with_numbered_options(text: str, buttons: Sequence[Button]) -> str:
    """The text with its options below it, numbered from 1, and a word on how to answer.

    Where the text ends with a list of as many points as there are options (but for one, "none of these"), the
    numbers take its place: nobody should read the same list twice on a small screen.
    """
    if not buttons:
        return text
    points = _POINTS_AT_END.search(text)
    if points and points.group().strip().count("\n") + 1 in (len(buttons), len(buttons) - 1):
        text = text[: points.start()].rstrip()
    options = "\n".join(
        f"{number}. {plain(button['title'])}" for number, button in enumerate(buttons, start=1)
    )
    return f"{text}\n\n{options}\n\nReply with a number or in your own words.".strip()


def turn_as_one_text(messages: Sequence[Message]) -> str:
    """All messages of a turn as one text, the options of all of them numbered through at its end."""
    texts = [plain(message["text"]) for message in messages if message.get("text")]
    buttons = [button for message in messages for button in message.get("buttons") or []]
    return with_numbered_options("\n\n".join(texts), buttons)
