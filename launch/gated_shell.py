"""`rasa shell` behind the gate, its options numbered.

Stock, its messages go straight to Rasa and a turn may end in silence; and where the bot offers options it shows a menu in
which typed words are lost and Enter takes the first option, here "fever". So options are numbered lines, and people
answer with a number or in their own words, as in a text message.
"""

from __future__ import annotations

import functools
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

from rasa.core import channels
from rasa.core.channels import console

from channels.gate import Gate, Incoming
from channels.options import answer_by_number
from channels.record import Message
from channels.rendering import turn_as_one_text
from channels.rest import RestInput

WIDEST = 100


class ShellInput(RestInput):
    """The channel that `rasa shell` talks to, under the route it expects."""

    @classmethod
    def name(cls) -> str:
        """The name under which Rasa looks the channel up."""
        return "cmdline"

    def url_prefix(self) -> str:
        """The route that `rasa shell` posts to."""
        return "rest"

    async def taken(self, incoming: Incoming, gate: Gate) -> Incoming:
        """The message, an option in the place of its number."""
        return await answer_by_number(incoming, gate)

    def answer(self, recipient: str, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """The turn as one text that breaks between words."""
        return [{"recipient_id": recipient, "text": wrapped(turn_as_one_text(messages))}]


def wrapped(text: str, columns: int | None = None) -> str:
    """`text` in lines that fit the terminal (or `columns`), broken between words."""
    width = min(columns or shutil.get_terminal_size().columns, WIDEST)
    lines = [textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) for line in text.splitlines()]
    return "\n".join("\n".join(line) for line in lines)


def install() -> None:
    """Puts the channel in the place of Rasa's own. The gate answers at once and whole, not as a stream."""
    channels.BUILTIN_CHANNELS[ShellInput.name()] = ShellInput
    gated = functools.partial(console.record_messages, use_response_stream=False)
    # Looked up anew: what was imported above may have stood in for the real module until it was used.
    sys.modules[console.__name__].record_messages = gated  # type: ignore[attr-defined]  # a module takes any name
