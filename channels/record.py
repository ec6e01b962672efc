"""What the tracker store remembers of a conversation, and adding to it what Rasa itself did not save."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog
from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from channels.erasure import erase_conversation

log = structlog.get_logger()

Message = dict[str, Any]
"""A bot message as Rasa's output channels get it: `text`, and where there are any `buttons` and `custom`."""

ANSWER_SECONDS = 5.0
"""How long the tracker store or the lock may take before the gate goes on without it."""


def is_emergency(message: Message) -> bool:
    """Whether a bot message is the emergency message (its `care_level` part says so)."""
    custom = message.get("custom")
    data = custom.get("data") if isinstance(custom, dict) else None
    return isinstance(data, dict) and data.get("kind") == "care_level" and data.get("level") == "emergency"


@dataclass(frozen=True)
class Remembered:
    """What the gate needs to know of a conversation. Empty where the store does not answer."""

    slots: dict[str, Any] = field(default_factory=dict)
    findings: dict[str, str] = field(default_factory=dict)
    subject: str | None = None
    country: str | None = None
    handed_over: bool = False
    emergency_told: bool = False
    last_messages: list[Message] = field(default_factory=list)

    @property
    def offered(self) -> list[dict[str, str]]:
        """The buttons of the last bot turn, in the order they were shown."""
        return [button for message in self.last_messages for button in message.get("buttons") or []]


def _remembered(tracker: DialogueStateTracker) -> Remembered:
    slots = tracker.current_slot_values()
    events = tracker.applied_events()
    last: list[Message] = []
    for event in reversed(events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            last.insert(0, _as_message(event))
    findings = slots.get("findings")
    return Remembered(
        slots=slots,
        findings=findings if isinstance(findings, dict) else {},
        subject=slots.get("subject"),
        country=slots.get("country"),
        handed_over=bool(slots.get("handed_over")),
        emergency_told=any(isinstance(e, BotUttered) and is_emergency(_as_message(e)) for e in events),
        last_messages=last,
    )


def _as_message(event: BotUttered) -> Message:
    return {"text": event.text, **{key: value for key, value in event.data.items() if value is not None}}


@dataclass(frozen=True)
class Stores:
    """Where Rasa keeps conversations, and the domain that their trackers need."""

    tracker_store: Any
    lock_store: Any
    domain: Any


class Record:
    """The conversations of a running Rasa, reached through its agent.

    `app` is the Sanic app; its `ctx.agent` exists once Rasa has started. Nothing here raises when the agent,
    the tracker store or the lock store is missing or broken: reading gives an empty `Remembered`, adding
    gives False.
    """

    def __init__(self, app: Any = None) -> None:
        self.app = app

    @property
    def agent(self) -> Any:
        """Rasa's agent, or None while there is none."""
        return getattr(getattr(self.app, "ctx", None), "agent", None)

    @property
    def has_model(self) -> bool:
        """Whether Rasa has a model to answer with."""
        return getattr(self.agent, "processor", None) is not None

    def stores(self) -> Stores | None:
        """Where the conversations are; None before Rasa had a model.

        An agent whose model was unloaded has an empty store in memory in the place of the real one. So those
        of the last agent with a model are kept, for all channels of the app, and count meanwhile.
        """
        agent = self.agent
        if self.has_model:
            self.app.ctx.neckwise_stores = Stores(agent.tracker_store, agent.lock_store, agent.domain)
        return getattr(getattr(self.app, "ctx", None), "neckwise_stores", None)

    async def read(self, sender: str) -> Remembered:
        """What is known of the conversation with `sender`."""
        stores = self.stores()
        if stores is None:
            return Remembered()
        try:
            tracker = await asyncio.wait_for(stores.tracker_store.retrieve(sender), ANSWER_SECONDS)
        except Exception as error:  # noqa: BLE001 - any store may be behind this; people get an answer without it
            log.warning("record.unreadable", error=type(error).__name__)
            return Remembered()
        return _remembered(tracker) if tracker is not None else Remembered()

    async def add(self, sender: str, events: Iterable[Event]) -> bool:
        """Append `events` to the conversation, under its lock. False when that was not possible."""
        stores = self.stores()
        if stores is None:
            return False
        try:
            await asyncio.wait_for(self._add(stores, sender, list(events)), ANSWER_SECONDS)
        except Exception as error:  # noqa: BLE001 - as above; what was said is said, only its trace is missing
            log.warning("record.not.saved", error=type(error).__name__)
            return False
        return True

    async def erase(self, sender: str) -> bool:
        """Erase everything that is kept of the conversation. False when that was not possible."""
        stores = self.stores()
        if stores is None:
            return False
        try:
            await asyncio.wait_for(
                erase_conversation(stores.tracker_store, stores.lock_store, sender), ANSWER_SECONDS
            )
        except Exception as error:  # noqa: BLE001 - as above; the person is told that nothing was erased
            log.error("record.not.erased", error=type(error).__name__)
            return False
        return True

    async def _add(self, stores: Stores, sender: str, events: list[Event]) -> None:
        async with stores.lock_store.lock(sender):
            if self.has_model:
                tracker = await self.agent.processor.fetch_tracker_and_update_session(sender, OutputChannel())
            else:
                tracker = await stores.tracker_store.get_or_create_tracker(sender)
            for event in events:
                tracker.update(event, stores.domain)
            await stores.tracker_store.save(tracker)
