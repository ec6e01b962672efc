"""The tracker store of `endpoints.yml`: conversations in SQLite or PostgreSQL, read as a window, never
forgotten.

A turn reads one row of its conversation; the last turns come from memory where that row says they are
current. It ends with one transaction that adds its events. While the database is away, conversations go
on from memory, and their turns wait in a journal that is written to the database when it is back, each
once.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

import settings
from stores.conversations import Conversations, Position, Window
from stores.database import SchemaIsNewer, open_engine
from stores.journal import Entry, Journal, journal_path
from stores.keeper import Keeper
from stores.window import as_data, begins_session, head_of, next_start

log = logging.getLogger(__name__)

T = TypeVar("T")

REMEMBERED = 300
"""Conversations that a process keeps in memory."""

PAUSE_SECONDS = 1.0
"""How long a database that has failed is left alone."""


@dataclass(frozen=True)
class _Loaded:
    """What a tracker was made from: a position, and how many of its events are stored or made up."""

    position: Position
    known: int
    whole: bool = False


class DatabaseIsAway(Exception):
    """The database has failed just now, and is not asked again yet."""


class ConversationStore(TrackerStore):
    """Rasa's tracker store over `Conversations`. Never raises because the database fails."""

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        database_url: str | None = None,
        **_: Any,
    ) -> None:
        """`host` is what `endpoints.yml` calls `url`, and not used: the address is a setting."""
        super().__init__(domain, event_broker)
        wanted = settings.load()
        url = database_url or wanted.database_url
        engine = open_engine(url)
        self.conversations = Conversations(engine, keeps_outbox=event_broker is not None)
        try:
            self.conversations.make_ready()
        except (SQLAlchemyError, SchemaIsNewer) as error:
            log.error("The database is not ready (%s); it is tried again later.", type(error).__name__)
        self.journal = Journal(journal_path(url))
        self._remembered: OrderedDict[str, DialogueStateTracker] = OrderedDict()
        self._away_until = 0.0
        self._drain_lock = threading.Lock()
        self._waiting: set[str] = {entry.sender_id for entry in self.journal.entries()}
        # SQLite answers sooner than a thread is woken; a database behind a network must not stop the others.
        remote = engine.dialect.name != "sqlite"
        self._threads = ThreadPoolExecutor(8, "database") if remote else None
        self.keeper = Keeper(self, wanted.retention_days, event_broker)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's state and last turns, or None for a new one."""
        self.keeper.start()
        try:
            if sender_id in self._waiting:
                await self._ask(self._write_waiting, sender_id)
            version = await self._ask(self.conversations.version, sender_id)
            if version is None:
                self._remembered.pop(sender_id, None)
                return None
            remembered = self._remembered.get(sender_id)
            if remembered is None or remembered._loaded.position.version != version:
                window = await self._ask(self.conversations.window, sender_id)
                if window is None:
                    return None
                remembered = self._from_window(sender_id, window)
                self._remember(remembered)
        except (SQLAlchemyError, DatabaseIsAway):
            remembered = self._remembered.get(sender_id) or self._from_journal(sender_id)
        return None if remembered is None else self._twin(remembered)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """The conversation from its first event on."""
        try:
            if conversation_id in self._waiting:
                await self._ask(self._write_waiting, conversation_id)
            window = await self._ask(self.conversations.whole, conversation_id)
        except (SQLAlchemyError, DatabaseIsAway):
            return await self.retrieve(conversation_id)
        return None if window is None else self._from_window(conversation_id, window, whole=True)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Adds the tracker's new events.

        A tracker made elsewhere replaces the conversation (`PUT` of events), unless it is blank: Rasa saves
        one when a conversation begins, and adds to it.
        """
        loaded: _Loaded | None = getattr(tracker, "_loaded", None)
        write_id = uuid.uuid4().hex
        sender = tracker.sender_id
        if loaded is None and _is_blank(tracker):
            tracker._loaded = _Loaded(Position(), 0)
            return
        if loaded is None:
            await self._replace(tracker, write_id)
            return
        events = list(tracker.events)
        new = [as_data(event) for event in events[loaded.known :]]
        if not new:
            return
        start = None if loaded.whole else next_start(events, loaded.known)
        head: list[Event] = []
        window: tuple[int, list[dict[str, Any]]] | None = None
        if start:
            head = [] if begins_session(events, start) else head_of(events[:start], self.domain.slots, sender)
            last = loaded.position.last_event + len(new)
            window = last - (len(events) - start), [as_data(event) for event in head]
        try:
            if sender in self._waiting:
                raise DatabaseIsAway  # earlier turns come first
            position = await self._ask(self._append, sender, loaded.position, new, write_id, window)
        except (SQLAlchemyError, DatabaseIsAway) as error:
            log.error("A turn waits in the journal: %s", type(error).__name__)
            self.journal.add(Entry(write_id, sender, new))
            self._waiting.add(sender)
            tracker._loaded = _Loaded(loaded.position, len(events), loaded.whole)
            self._remember(tracker)
            return
        if position is None or loaded.whole:
            self._remembered.pop(sender, None)
        if position is None:
            return
        if start:
            kept = self._rebuilt(sender, [*head, *events[start:]])
            kept._loaded = _Loaded(position, len(kept.events))
            self._remember(kept)
        tracker._loaded = _Loaded(position, len(events), loaded.whole)
        if not start and not loaded.whole:
            self._remember(tracker)

    async def exists(self, conversation_id: str) -> bool:
        """Whether there is such a conversation."""
        try:
            return await self._ask(self.conversations.version, conversation_id) is not None
        except (SQLAlchemyError, DatabaseIsAway):
            return conversation_id in self._remembered

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations."""
        return await self._ask(lambda: list(self.conversations.senders()))

    async def delete(self, sender_id: str) -> None:
        """Deletes all that is kept of a conversation.

        Raises SQLAlchemy's errors, or DatabaseIsAway, where that is not possible now: nobody is told that
        their data is gone while it is not.
        """
        self._remembered.pop(sender_id, None)
        self.journal.delete(sender_id)
        self._waiting.discard(sender_id)
        await self._ask(self.conversations.delete, sender_id)

    async def stream_events(self, tracker: DialogueStateTracker) -> None:
        """Nothing to do: events go to the outbox in the transaction that stores them."""

    def write_waiting(self) -> None:
        """Writes what waits in the journal to the database. Raises what the database raises."""
        for sender_id in {entry.sender_id for entry in self.journal.entries()}:
            self._write_waiting(sender_id)

    def _write_waiting(self, sender_id: str) -> None:
        with self._drain_lock:
            for entry in self.journal.entries(sender_id):
                self._append(sender_id, Position(), entry.events, entry.write_id, None)
                self.journal.remove(entry.write_id)
            if not self.journal.entries(sender_id):
                self._waiting.discard(sender_id)

    def _append(
        self,
        sender_id: str,
        seen: Position,
        new: list[dict[str, Any]],
        write_id: str,
        window: tuple[int, list[dict[str, Any]]] | None,
    ) -> Position | None:
        try:
            return self.conversations.append(sender_id, seen, new, write_id, window)
        except SQLAlchemyError as error:
            # Another process has begun the same conversation, or an old connection was found dead. The name
            # of the write makes the repetition harmless.
            if isinstance(error, IntegrityError) or getattr(error, "connection_invalidated", False):
                return self.conversations.append(sender_id, seen, new, write_id, window)
            raise

    async def _replace(self, tracker: DialogueStateTracker, write_id: str) -> None:
        data = [as_data(event) for event in tracker.events]
        self._remembered.pop(tracker.sender_id, None)
        await self._ask(self.conversations.replace, tracker.sender_id, data, write_id)

    async def _ask(self, function: Callable[..., T], *arguments: Any) -> T:
        if time.monotonic() < self._away_until:
            raise DatabaseIsAway
        try:
            if self._threads is None:
                return function(*arguments)
            return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)
        except SchemaIsNewer as error:
            log.critical("%s", error)
            self._away_until = time.monotonic() + 60
            raise DatabaseIsAway from error
        except SQLAlchemyError as error:
            if not isinstance(error, IntegrityError):
                self._away_until = time.monotonic() + PAUSE_SECONDS
            raise

    def _from_window(self, sender_id: str, window: Window, whole: bool = False) -> DialogueStateTracker:
        known = {slot.name for slot in self.domain.slots}
        events = [
            event
            for event in deserialise_events(window.head) + deserialise_events(window.events)
            if not isinstance(event, SlotSet) or event.key in known
        ]
        tracker = self._rebuilt(sender_id, events)
        tracker._loaded = _Loaded(window.position, len(tracker.events), whole)
        return tracker

    def _from_journal(self, sender_id: str) -> DialogueStateTracker | None:
        entries = self.journal.entries(sender_id) if sender_id in self._waiting else []
        if not entries:
            return None
        data = [event for entry in entries for event in entry.events]
        return self._from_window(sender_id, Window(Position(), [], data))

    def _rebuilt(self, sender_id: str, events: list[Event]) -> DialogueStateTracker:
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)

    @staticmethod
    def _twin(tracker: DialogueStateTracker) -> DialogueStateTracker:
        twin = tracker.copy()
        twin._loaded = tracker._loaded
        return twin

    def _remember(self, tracker: DialogueStateTracker) -> None:
        self._remembered[tracker.sender_id] = self._twin(tracker)
        self._remembered.move_to_end(tracker.sender_id)
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)


def _is_blank(tracker: DialogueStateTracker) -> bool:
    return all(isinstance(e, ActionExecuted) and e.action_name == ACTION_LISTEN_NAME for e in tracker.events)
