"""Conversations in the database: read a window, append a turn, delete, export, purge. Knows nothing of
Rasa.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from stores.database import forget_the_log, migrate
from stores.schema import conversations, events, outbox

EventData = dict[str, Any]

_ROW = sa.select(
    conversations.c.version, conversations.c.last_event, conversations.c.window_start, conversations.c.head
).where(conversations.c.sender_id == sa.bindparam("sender"))
_VERSION = sa.select(conversations.c.version).where(conversations.c.sender_id == sa.bindparam("sender"))
_EVENTS = (
    sa.select(events.c.data)
    .where(events.c.sender_id == sa.bindparam("sender"), events.c.number > sa.bindparam("after"))
    .order_by(events.c.number)
)
_ADVANCE = (
    sa.update(conversations)
    .where(
        conversations.c.sender_id == sa.bindparam("sender"), conversations.c.version == sa.bindparam("seen")
    )
    .values(
        version=sa.bindparam("new_version"),
        last_event=sa.bindparam("new_last"),
        window_start=sa.bindparam("new_start"),
        head=sa.bindparam("new_head"),
        updated_at=sa.bindparam("now"),
    )
)


@dataclass(frozen=True)
class Position:
    """Where a conversation stands in the database: its version, its last event, and its window."""

    version: int = 0
    last_event: int = 0
    window_start: int = 0
    head: str = "[]"


@dataclass(frozen=True)
class Window:
    """A part of a conversation: events that rebuild the state before it, and the events since."""

    position: Position
    head: list[EventData]
    events: list[EventData]


def storable(sender_id: str) -> str:
    """`sender_id` as both databases can hold it: NUL and lone surrogates are written out."""
    if "\0" not in sender_id and sender_id.isascii():
        return sender_id
    return sender_id.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


class Conversations:
    """The conversations behind `engine`. Every method raises SQLAlchemy's errors where the database fails."""

    def __init__(self, engine: Engine, keeps_outbox: bool = False) -> None:
        """With `keeps_outbox`, each event is also put into the outbox."""
        self.engine = engine
        self.keeps_outbox = keeps_outbox
        # Behind a network, a transaction around one read would be two more journeys.
        local = engine.dialect.name == "sqlite"
        self._reading = engine if local else engine.execution_options(isolation_level="AUTOCOMMIT")
        self._ready = False

    def make_ready(self) -> None:
        """Brings the tables up to date, once; until then every other method would fail."""
        if not self._ready:
            migrate(self.engine)
            self._ready = True

    def version(self, sender_id: str) -> int | None:
        """The version of a conversation, or None where there is none."""
        self.make_ready()
        with self._reading.connect() as connection:
            found = connection.execute(_VERSION, {"sender": storable(sender_id)}).scalar()
        return None if found is None else int(found)

    def window(self, sender_id: str) -> Window | None:
        """The last turns of a conversation, or None where there is none."""
        self.make_ready()
        with self._reading.connect() as connection:
            row = connection.execute(_ROW, {"sender": storable(sender_id)}).one_or_none()
            if row is None:
                return None
            position = Position(*row)
            after = {"sender": storable(sender_id), "after": position.window_start}
            data = connection.execute(_EVENTS, after).scalars().all()
        return Window(position, json.loads(position.head), [json.loads(text) for text in data])

    def whole(self, sender_id: str) -> Window | None:
        """A conversation from its first event on, or None where there is none."""
        self.make_ready()
        with self._reading.connect() as connection:
            row = connection.execute(_ROW, {"sender": storable(sender_id)}).one_or_none()
            if row is None:
                return None
            data = connection.execute(_EVENTS, {"sender": storable(sender_id), "after": 0}).scalars().all()
        return Window(Position(*row), [], [json.loads(text) for text in data])

    def append(
        self,
        sender_id: str,
        seen: Position,
        new_events: Sequence[EventData],
        write_id: str,
        window: tuple[int, list[EventData]] | None = None,
    ) -> Position | None:
        """Writes a turn in one transaction; `write_id` names it, and the same name is written once only.

        `seen` is the position that the turn was made from. `window` moves the window: the number of the event
        before it, and the head. Where somebody else has written meanwhile, the events go after theirs, the
        window stays, and the answer is None: what was read before is out of date.
        """
        self.make_ready()
        sender = storable(sender_id)
        start, head = window or (seen.window_start, None)
        after = Position(
            version=seen.version + 1,
            last_event=seen.last_event + len(new_events),
            window_start=start,
            head=seen.head if head is None else json.dumps(head),
        )
        with self.engine.connect().execution_options(writing=True) as connection, connection.begin():
            if self._advance(connection, sender, seen, after):
                self._insert(connection, sender, seen.last_event, new_events, write_id)
                return after
            # The row is locked first: two processes that write the same turn must not both find it missing.
            current = self._row(connection, sender)
            if self._is_written(connection, sender, write_id):
                return after if current == after else None
            if current is None:
                after = Position(1, len(new_events), start, after.head)
                self._create(connection, sender, after)
                self._insert(connection, sender, 0, new_events, write_id)
                return after
            moved = Position(
                current.version + 1, current.last_event + len(new_events), current.window_start, current.head
            )
            if not self._advance(connection, sender, current, moved):
                raise IntegrityError("the conversation changed while it was locked", None, RuntimeError())
            self._insert(connection, sender, current.last_event, new_events, write_id)
            return None

    def replace(self, sender_id: str, new_events: Sequence[EventData], write_id: str) -> None:
        """Puts `new_events` in the place of the whole conversation."""
        self.make_ready()
        sender = storable(sender_id)
        with self.engine.connect().execution_options(writing=True) as connection, connection.begin():
            current = self._row(connection, sender)
            connection.execute(sa.delete(events).where(events.c.sender_id == sender))
            if current is None:
                self._create(connection, sender, Position(1, len(new_events)))
            else:
                self._advance(connection, sender, current, Position(current.version + 1, len(new_events)))
            self._insert(connection, sender, 0, new_events, write_id)

    def delete(self, sender_id: str) -> bool:
        """Deletes all there is of a conversation; says whether there was any."""
        self.make_ready()
        sender = storable(sender_id)
        with self.engine.connect().execution_options(writing=True) as connection, connection.begin():
            counts = [
                connection.execute(sa.delete(table).where(table.c.sender_id == sender)).rowcount
                for table in (conversations, events, outbox)
            ]
        forget_the_log(self.engine)
        return any(counts)

    def purge(self, before: float, at_once: int = 500) -> int:
        """Deletes the conversations without a message since `before` (seconds since 1970); says how many."""
        self.make_ready()
        old = sa.select(conversations.c.sender_id).where(conversations.c.updated_at < before).limit(at_once)
        purged = 0
        while True:
            with self.engine.connect().execution_options(writing=True) as connection, connection.begin():
                senders = connection.execute(old).scalars().all()
                for table in (conversations, events, outbox):
                    connection.execute(sa.delete(table).where(table.c.sender_id.in_(senders)))
            purged += len(senders)
            if len(senders) < at_once:
                if purged:
                    forget_the_log(self.engine)
                return purged

    def senders(self) -> Iterator[str]:
        """The ids of all conversations."""
        self.make_ready()
        with self._reading.connect() as connection:
            yield from connection.execute(sa.select(conversations.c.sender_id)).scalars()

    def waiting(self, at_most: int = 100) -> list[tuple[int, EventData]]:
        """The oldest events in the outbox."""
        self.make_ready()
        rows = sa.select(outbox.c.id, outbox.c.body).order_by(outbox.c.id).limit(at_most)
        with self._reading.connect() as connection:
            return [(number, json.loads(body)) for number, body in connection.execute(rows)]

    def sent(self, numbers: Sequence[int]) -> None:
        """Takes events out of the outbox."""
        with self.engine.connect().execution_options(writing=True) as connection, connection.begin():
            connection.execute(sa.delete(outbox).where(outbox.c.id.in_(numbers)))

    def _advance(self, connection: Connection, sender: str, seen: Position, after: Position) -> bool:
        if seen.version == 0:
            return False
        values = {
            "sender": sender,
            "seen": seen.version,
            "new_version": after.version,
            "new_last": after.last_event,
            "new_start": after.window_start,
            "new_head": after.head,
            "now": time.time(),
        }
        return connection.execute(_ADVANCE, values).rowcount == 1

    def _row(self, connection: Connection, sender: str) -> Position | None:
        row = connection.execute(_ROW.with_for_update(), {"sender": sender}).one_or_none()
        return None if row is None else Position(*row)

    def _create(self, connection: Connection, sender: str, position: Position) -> None:
        now = time.time()
        row = {
            "sender_id": sender,
            "version": position.version,
            "last_event": position.last_event,
            "window_start": position.window_start,
            "head": position.head,
            "created_at": now,
            "updated_at": now,
        }
        connection.execute(sa.insert(conversations), row)

    def _is_written(self, connection: Connection, sender: str, write_id: str) -> bool:
        found = sa.select(events.c.number).where(events.c.sender_id == sender, events.c.write_id == write_id)
        return connection.execute(found.limit(1)).first() is not None

    def _insert(
        self, connection: Connection, sender: str, after: int, new_events: Sequence[EventData], write_id: str
    ) -> None:
        if not new_events:
            return
        rows = [
            {
                "sender_id": sender,
                "number": number,
                "write_id": write_id,
                "type_name": event["event"],
                "timestamp": event.get("timestamp") or 0.0,
                "data": json.dumps(event),
            }
            for number, event in enumerate(new_events, after + 1)
        ]
        connection.execute(sa.insert(events), rows)
        if self.keeps_outbox:
            bodies = [
                {"sender_id": sender, "body": json.dumps({"sender_id": sender, **e})} for e in new_events
            ]
            connection.execute(sa.insert(outbox), bodies)
