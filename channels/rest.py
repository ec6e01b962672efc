"""The `rest` channel: Rasa's usual JSON in and out, behind the gate.

`POST /webhooks/rest/webhook` with `{"sender": ..., "message": ..., "metadata": ...}` answers
`[{"recipient_id": ..., "text": ..., "buttons": ...}]`. Rich parts are left out: `text` says all of it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.gate import Gate, Incoming, Limits
from channels.record import Message
from channels.rendering import plain
from settings import load

PROGRAMS_WRITE_FASTER = 20
"""How many times more messages a minute this channel takes of one sender than those that people write on."""

LONGEST_SENDER = 255
"""The column that Rasa's SQL tracker store keeps a sender in is this long."""


class RestInput(InputChannel):
    """Input channel for programs that ask and read the answer from the HTTP response."""

    @classmethod
    def name(cls) -> str:
        """The channel's name, and with it the route `/webhooks/rest/webhook`."""
        return "rest"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> RestInput:
        """Nothing to set: `credentials` is not read."""
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes `/` (health) and `/webhook`."""
        webhook = Blueprint("rest_webhook")
        limits = Limits.of(load())
        limits = replace(limits, messages=limits.messages * PROGRAMS_WRITE_FASTER)
        gate = Gate(on_new_message, self.name(), limits, replay=True)
        gate.bind(webhook)

        @webhook.get("/")
        async def health(_request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @webhook.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            try:
                incoming = incoming_from(request.json)
            except (ValueError, TypeError) as error:
                return response.json({"error": str(error)}, status=HTTPStatus.BAD_REQUEST)
            messages = await gate.handle(await self.taken(incoming, gate))
            return response.json(self.answer(incoming.sender, messages))

        return webhook

    async def taken(self, incoming: Incoming, gate: Gate) -> Incoming:
        """The message as the gate gets it."""
        return incoming

    def answer(self, recipient: str, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """The bot's messages as the response carries them."""
        return [rendered(recipient, message) for message in messages]


_NO_NAME = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""PostgreSQL keeps no text with a zero in it, and no half of a character."""


def incoming_from(body: Any) -> Incoming:
    """Read a request's JSON. Raises ValueError or TypeError where it is not of the documented shape.

    `message_id` may be given beside Rasa's fields: a request repeated with the same one gets the same answer.
    """
    if not isinstance(body, dict):
        raise TypeError("the body must be a JSON object")
    sender = body.get("sender", "default")
    if isinstance(sender, int) and not isinstance(sender, bool):
        sender = str(sender)
    if not isinstance(sender, str) or not 0 < len(sender) <= LONGEST_SENDER or _NO_NAME.search(sender):
        raise ValueError(f"sender must be a text of 1 to {LONGEST_SENDER} characters, no control characters among them")
    text = body.get("message")
    if text is not None and not isinstance(text, str):
        raise ValueError("message must be a text")
    metadata = body.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise ValueError("metadata must be an object")
    message_id = body.get("message_id")
    if message_id is not None and not isinstance(message_id, (str, int)):
        raise ValueError("message_id must be a text")
    return Incoming(
        sender=sender,
        text=text,
        message_id=str(message_id) if message_id is not None else None,
        metadata=metadata,
    )


def rendered(recipient: str, message: Message) -> dict[str, Any]:
    """A bot message as this channel sends it."""
    answer: dict[str, Any] = {"recipient_id": recipient}
    if message.get("text"):
        answer["text"] = plain(message["text"])
    if message.get("image"):
        answer["image"] = message["image"]
    if message.get("buttons"):
        answer["buttons"] = [{"title": b["title"], "payload": b["payload"]} for b in message["buttons"]]
    return answer
