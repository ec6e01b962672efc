"""SMS and WhatsApp through Twilio: signed webhooks, options as numbers, one message a turn where it fits.

Facts from https://www.twilio.com/docs: a body has at most 1600 characters; `X-Twilio-Signature` is made with
the auth token over the address and the sorted parameters; `MessageSid` is the same in a repeated delivery;
Twilio itself answers STOP, START and HELP on most numbers, and says so in `OptOutType` where advanced opt-out
is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import aiohttp
from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse
from twilio.request_validator import RequestValidator

from channels import wording
from channels.gate import Gate, Incoming
from channels.inbox import Delivery
from channels.options import answer_by_number
from channels.platform_api import Call, PlatformApi
from channels.platform_input import Forged, Malformed, PlatformInput
from channels.record import Message
from channels.rendering import split_at_sentences, turn_as_one_text

LONGEST_BODY = 1600
STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"})
STOP_WORDS_WHATSAPP = frozenset({"stop", "stopall", "unsubscribe", "optout"})
"""Fewer: on WhatsApp no network listens for them, and `end` or `cancel` may be said to the assistant."""

START_WORDS = frozenset({"start", "unstop", "yes"})
HELP_WORDS = frozenset({"help", "info"})

_KINDS = {"audio": "voice", "image": "image", "video": "video"}


class TwilioInput(PlatformInput):
    """The channel named `twilio`. A conversation is one of our numbers and one person's."""

    required: ClassVar[tuple[str, ...]] = ("twilio_account_sid", "twilio_auth_token")
    also_needed: ClassVar[tuple[str, ...]] = ("public_url",)

    @classmethod
    def name(cls) -> str:
        """The channel's name, and with it the route `/webhooks/twilio/webhook`."""
        return "twilio"

    def make_api(self) -> PlatformApi:
        """See `PlatformInput.make_api`."""
        sid, auth_token = self.settings.twilio_account_sid, self.settings.twilio_auth_token
        base = f"{self.settings.twilio_api_base_url}/2010-04-01/Accounts/{sid}"
        return PlatformApi("twilio", base, auth=aiohttp.BasicAuth(sid, auth_token), patience=self.patience)

    def verify(self, request: Request) -> None:
        """See `PlatformInput.verify`.

        The address signed is the public one, whatever stands between it and us.
        """
        query = f"?{request.query_string}" if request.query_string else ""
        address = f"{self.settings.public_url}{request.path}{query}"
        validator = RequestValidator(self.settings.twilio_auth_token)
        if not validator.validate(address, _form(request), request.headers.get("X-Twilio-Signature", "")):
            raise Forged("signature")

    async def deliveries(self, request: Request) -> list[Delivery]:
        """One message, by SMS or WhatsApp. Reports on what we sent are let pass."""
        form = _form(request)
        if form.get("AccountSid") != self.settings.twilio_account_sid:
            raise Malformed("another account")
        if "Body" not in form and "NumMedia" not in form:
            return []
        key, ours, theirs = form["MessageSid"], form["To"], form["From"]
        metadata: dict[str, Any] = {}
        if form.get("OptOutType"):
            metadata["opt_out_type"] = form["OptOutType"]
        if form.get("FromCountry"):
            metadata["country"] = form["FromCountry"]
        incoming = Incoming(
            sender=f"twilio:{ours}/{theirs}",
            text=form.get("Body"),
            button_payload=form.get("ButtonPayload"),
            message_id=key,
            kind=_kind(form),
            metadata=metadata or None,
        )
        return [Delivery(key, incoming, {"from": ours, "to": theirs})]

    def own_answer(self, incoming: Incoming) -> list[Message] | None:
        """STOP, START and HELP.

        Twilio answers STOP by SMS itself, and anything else it has said `OptOutType` of.
        """
        word = (incoming.text or "").strip().casefold().rstrip(".!")
        twilio_answered = (incoming.metadata or {}).get("opt_out_type")
        whatsapp = "whatsapp:" in incoming.sender
        if twilio_answered == "STOP" or word in (STOP_WORDS_WHATSAPP if whatsapp else STOP_WORDS):
            self.inbox.stop(self.name(), incoming.sender)
            return [{"text": wording.STOPPED}] if whatsapp and not twilio_answered else []
        if self.inbox.is_stopped(self.name(), incoming.sender):
            if twilio_answered != "START" and word not in START_WORDS:
                return []
            self.inbox.start(self.name(), incoming.sender)
            return [{"text": wording.STARTED}]
        if twilio_answered == "HELP":
            return []
        if word in HELP_WORDS and not whatsapp:
            return [{"text": wording.HELP_BY_SMS}]
        return None

    async def read(self, incoming: Incoming, gate: Gate) -> Incoming:
        """A number stands for the option that the last message showed under it."""
        return await answer_by_number(incoming, gate)

    def calls(self, address: dict[str, str], messages: Sequence[Message]) -> list[Call]:
        """See `PlatformInput.calls`: the whole turn as one message, in parts only where it is too long."""
        parts = split_at_sentences(turn_as_one_text(messages), LONGEST_BODY)
        return [
            Call("Messages.json", form={"To": address["to"], "From": address["from"], "Body": part})
            for part in parts
        ]

    def address_of(self, conversation: str) -> dict[str, str]:
        """See `PlatformInput.address_of`."""
        ours, _, theirs = conversation.removeprefix("twilio:").partition("/")
        return {"from": ours, "to": theirs}

    def acknowledgement(self) -> HTTPResponse:
        """An empty TwiML document: the answer comes by the REST API."""
        return response.text('<?xml version="1.0" encoding="UTF-8"?><Response/>', content_type="text/xml")


def _form(request: Request) -> dict[str, str]:
    """The form's fields, empty ones included, as Twilio signs them."""
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _kind(form: dict[str, str]) -> str:
    if form.get("Latitude"):
        return "location"
    if form.get("NumMedia", "0") in ("", "0"):
        return "text"
    family, _, kind = form.get("MediaContentType0", "").partition("/")
    return "sticker" if kind == "webp" else _KINDS.get(family, "file")
