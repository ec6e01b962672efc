"""What the input channels of all messaging platforms share: off without settings, the gate, the courier, the
inbox.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

import settings as project_settings
from channels.courier import Courier
from channels.gate import Collector, Gate, Incoming
from channels.inbox import Delivery, Inbox
from channels.platform_api import Call, Patience, PlatformApi
from channels.record import Message

log = structlog.get_logger()

LARGEST_BODY = 1_000_000
"""No platform sends more than this in one delivery of messages."""


class Forged(Exception):
    """A request is not from the platform: no signature, a wrong one or one that is too old."""


class Malformed(Exception):
    """A request is from the platform, by its signature, but not of a form that is known here."""


def check_names(delivery: Delivery) -> None:
    """Raises Malformed where an id is no text that a database keeps; what was written itself may be anything."""
    for name in (delivery.key, delivery.incoming.sender, *delivery.address.values()):
        if "\0" in name or any("\ud800" <= character <= "\udfff" for character in name):
            raise Malformed("an id that is no text")


class PlatformInput(InputChannel):
    """Input channel of one messaging platform.

    Subclasses say how it signs, what it delivers and how it is called.
    """

    required: ClassVar[tuple[str, ...]] = ()
    """Settings without which the channel is off: quietly when none of them is set, with an error when some
    are.
    """

    also_needed: ClassVar[tuple[str, ...]] = ()
    """Settings of the whole server that the channel cannot be on without."""

    def __init__(self, settings: project_settings.Settings, *, patience: Patience | None = None) -> None:
        self.settings = settings
        self.patience = patience
        self.courier: Courier | None = None
        self.gate_options: dict[str, Any] = {}

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> PlatformInput:
        """The settings come from the environment; `credentials` is not read."""
        return cls(project_settings.load())

    @property
    def is_on(self) -> bool:
        """Whether everything this channel needs is set. Says in one log line when it is not."""
        needed = (*self.required, *self.also_needed)
        missing = ", ".join(name.upper() for name in needed if not getattr(self.settings, name))
        if not missing:
            return True
        if any(getattr(self.settings, name) for name in self.required):
            log.error("channel.off", channel=self.name(), missing=missing)
        else:
            log.info("channel.off", channel=self.name(), needs=missing)
        return False

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The platform's webhook; no route at all while the channel is off."""
        webhook = Blueprint(f"{self.name()}_webhook")
        if not self.is_on:
            return webhook
        self.api = self.make_api()
        gate = Gate(on_new_message, self.name(), settings=self.settings, **self.gate_options)
        self.inbox = Inbox(self.settings.state_folder / "inbox.db")
        courier = self.courier = Courier(gate, self, self.inbox)
        courier.bind(webhook)

        @webhook.get("/")
        async def health(_request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @webhook.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            if len(request.body) > LARGEST_BODY:
                return response.empty(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            try:
                self.verify(request)
                special = self.special_answer(request)
                if special is not None:
                    return special
                deliveries = await self.deliveries(request)
                for delivery in deliveries:
                    check_names(delivery)
            except Forged as error:
                log.warning("channel.forged", channel=self.name(), reason=str(error))
                return response.empty(status=HTTPStatus.FORBIDDEN)
            except (Malformed, LookupError, TypeError, ValueError, AttributeError) as error:
                log.warning("channel.malformed", channel=self.name(), error=type(error).__name__)
                return response.empty(status=HTTPStatus.BAD_REQUEST)
            for delivery in deliveries:
                await courier.accept(delivery)
            return self.acknowledgement()

        self.add_routes(webhook)
        return webhook

    async def push(self, conversation: str, messages: Sequence[Message]) -> None:
        """Send messages that answer nothing to the person of a conversation.

        Raises PlatformError when refused.
        """
        if self.courier is not None:
            await self.courier.push(self.address_of(conversation), messages)

    def get_output_channel(self) -> OutputChannel | None:
        """An output channel for what Rasa says on its own account (reminders, triggered intents)."""
        return PushingOutput.of(self) if self.courier is not None else None

    async def read(self, incoming: Incoming, gate: Gate) -> Incoming:
        """What the person meant, in the light of what was offered last.

        As it stands, unless a subclass knows more.
        """
        return incoming

    def own_answer(self, incoming: Incoming) -> list[Message] | None:
        """The answer to what the platform's own rules are about (STOP); None where the assistant answers."""
        return None

    def acknowledgement(self) -> HTTPResponse:
        """What the platform gets for deliveries that were taken."""
        return response.empty(status=HTTPStatus.OK)

    def special_answer(self, request: Request) -> HTTPResponse | None:
        """The answer to a genuine request that is no delivery, if this is one."""
        return None

    def add_routes(self, webhook: Blueprint) -> None:
        """Routes and listeners beyond the webhook itself."""

    def make_api(self) -> PlatformApi:
        """The platform's HTTP API."""
        raise NotImplementedError

    def verify(self, request: Request) -> None:
        """Raises Forged unless the request is from the platform."""
        raise NotImplementedError

    async def deliveries(self, request: Request) -> list[Delivery]:
        """The messages of people in a genuine request.

        May raise Malformed, or what reading a wrong form raises.
        """
        raise NotImplementedError

    def calls(self, address: dict[str, str], messages: Sequence[Message]) -> list[Call]:
        """The calls that bring bot messages to an address."""
        raise NotImplementedError

    def address_of(self, conversation: str) -> dict[str, str]:
        """The address that a conversation's id stands for."""
        raise NotImplementedError


class PushingOutput(Collector):
    """Sends each bot message through its channel as soon as Rasa says it."""

    channel: PlatformInput

    @classmethod
    def of(cls, channel: PlatformInput) -> PushingOutput:
        """The output of `channel`, under its name."""
        output = cls.for_channel(channel.name())
        assert isinstance(output, PushingOutput)
        output.channel = channel
        return output

    async def send_response(self, recipient_id: str, message: Message) -> None:
        """Send the message to the person of the conversation `recipient_id`."""
        await super().send_response(recipient_id, message)
        kept, self.messages = self.messages, []
        await self.channel.push(recipient_id, kept)
