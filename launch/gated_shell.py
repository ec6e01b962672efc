"""`rasa shell` behind the gate: stock, its messages go straight to Rasa, and a turn may end in silence."""

from __future__ import annotations

import functools
import sys

from rasa.core import channels
from rasa.core.channels import console

from channels.rest import RestInput


class ShellInput(RestInput):
    """The channel that `rasa shell` talks to, under the route it expects."""

    @classmethod
    def name(cls) -> str:
        """The name under which Rasa looks the channel up."""
        return "cmdline"

    def url_prefix(self) -> str:
        """The route that `rasa shell` posts to."""
        return "rest"


def install() -> None:
    """Puts the channel in the place of Rasa's own. The gate answers at once and whole, not as a stream."""
    channels.BUILTIN_CHANNELS[ShellInput.name()] = ShellInput
    gated = functools.partial(console.record_messages, use_response_stream=False)
    # Looked up anew: what was imported above may have stood in for the real module until it was used.
    sys.modules[console.__name__].record_messages = gated  # type: ignore[attr-defined]  # a module takes any name
