"""Options answered by their number or name, on platforms where people type what others press."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from channels.gate import Gate, Incoming
from channels.rendering import Button, plain
from language.measures import CARDINALS

LONGEST_CHOICE = 80
"""A longer reply is words, not the number or the name of an option."""

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBERS = CARDINALS | {word: number for number, word in enumerate(_ORDINALS, start=1)}
_CHOICE = re.compile(
    r"(?:(?:option|number|no\.?|nr\.?|the|answer|#)\s*)*"
    r"[(\[]?(?P<number>\d{1,2}|[a-z]+)(?:[.)\]:]|\ufe0f?\u20e3)*(?:\s+(?:one|please))?"
)
_BETWEEN_CHOICES = re.compile(r"\s*(?:,|;|&|\+|/|\band\b)\s*|\s+")


def chosen(text: str, buttons: Sequence[Button]) -> list[Button]:
    """The options that a reply names by number ("1", "one", "1.", "option 2", "1 and 3") or by its title;
    else none.

    A reply with anything else in it names none: it is taken as words.
    """
    said = " ".join(text.casefold().split()).rstrip(".!")
    for button in buttons:
        if said in (plain(button["title"]).casefold().rstrip(".!"), button["payload"].casefold()):
            return [button]
    whole = _number_in(said)
    numbers = [whole] if whole is not None else [_number_in(p) for p in _BETWEEN_CHOICES.split(said) if p]
    if not numbers or any(number is None or not 1 <= number <= len(buttons) for number in numbers):
        return []
    return [buttons[number - 1] for number in dict.fromkeys(n for n in numbers if n is not None)]


def _number_in(said: str) -> int | None:
    match = _CHOICE.fullmatch(said)
    if match is None:
        return None
    word = match.group("number")
    return int(word) if word.isdigit() else _NUMBERS.get(word)


async def answer_by_number(incoming: Incoming, gate: Gate) -> Incoming:
    """Put the option in the place of its number, where the last bot turn offered options and the text names
    one.

    Several numbers become the words of all of them; "none of these" beside another one is left out.
    """
    if incoming.kind != "text" or not incoming.text or len(incoming.text) > LONGEST_CHOICE:
        return incoming
    options = chosen(incoming.text, await gate.offered(incoming.sender))
    if len(options) > 1:
        some = [option for option in options if not option["payload"].casefold().startswith("none")]
        return replace(incoming, text=" and ".join(option["payload"] for option in some))
    return replace(incoming, button_payload=options[0]["payload"]) if options else incoming
