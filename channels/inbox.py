"""Deliveries that were acknowledged to their platform and not answered yet, kept in a file.

A platform forgets a message once it is acknowledged. What is in here is taken up again when the process that
had it ended, so that an acknowledged message is never lost; its words are deleted within seconds of its
answer. The key stays for a day, so that a delivery repeated after a restart is known.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from channels.gate import Incoming
from channels.platform_api import Call

KEEP_SECONDS = 24 * 3600
"""Platforms repeat an unanswered delivery for up to a day."""

LEASE_SECONDS = 30.0
"""A delivery whose process has not renewed its lease for this long is taken up by another one."""

_TABLES = """
CREATE TABLE IF NOT EXISTS delivery (
    channel TEXT NOT NULL, key TEXT NOT NULL, position INTEGER NOT NULL,
    owner TEXT NOT NULL, lease REAL NOT NULL,
    incoming TEXT, address TEXT, calls TEXT,
    sent INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (channel, key)
);
CREATE TABLE IF NOT EXISTS stopped (
    channel TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (channel, person)
);
"""


@dataclass(frozen=True)
class Delivery:
    """One message of a person: the platform's `key` for it, and the `address` to which the answer goes."""

    key: str
    incoming: Incoming
    address: dict[str, str]


@dataclass(frozen=True)
class Unfinished:
    """A delivery taken up again, with the calls of its answer where there is one, and how many of them were
    made.
    """

    delivery: Delivery
    calls: list[Call] | None
    sent: int


class Inbox:
    """The file at `path`, shared by the processes of one machine.

    Methods raise `sqlite3.Error` where it fails.
    """

    def __init__(self, path: Path, lease_seconds: float = LEASE_SECONDS) -> None:
        self._path = path
        self._lease_seconds = lease_seconds
        self._owner = ""
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        # opened late: a server with several workers makes its channels first and forks then
        if self._connection is None:
            self._connection = self._open()
        with self._connection as database:
            yield database

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        self._owner = secrets.token_hex(8)
        database = sqlite3.connect(self._path, timeout=5.0)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("PRAGMA secure_delete = ON")
        database.executescript(_TABLES)
        return database

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def put(self, channel: str, delivery: Delivery) -> bool:
        """Keep a delivery. False when it is in here already."""
        with self._database() as database:
            added = database.execute(
                "INSERT OR IGNORE INTO delivery (channel, key, position, owner, lease, incoming, address)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    channel,
                    delivery.key,
                    time.time_ns(),
                    self._owner,
                    time.time() + self._lease_seconds,
                    json.dumps(asdict(delivery.incoming)),
                    json.dumps(delivery.address),
                ),
            )
            return added.rowcount == 1

    def answered(self, channel: str, key: str, calls: list[Call]) -> None:
        """Keep the calls that make up the answer."""
        with self._database() as database:
            database.execute(
                "UPDATE delivery SET calls = ?, sent = 0 WHERE channel = ? AND key = ?",
                (json.dumps([asdict(call) for call in calls]), channel, key),
            )

    def sent(self, channel: str, key: str, number: int) -> None:
        """The first `number` calls of the answer were made."""
        with self._database() as database:
            database.execute(
                "UPDATE delivery SET sent = ? WHERE channel = ? AND key = ?", (number, channel, key)
            )

    def done(self, channel: str, key: str) -> None:
        """The delivery is answered: forget its words."""
        with self._database() as database:
            database.execute(
                "UPDATE delivery SET done = 1, incoming = NULL, address = NULL, calls = NULL"
                " WHERE channel = ? AND key = ?",
                (channel, key),
            )

    def renew(self, channel: str) -> None:
        """Say that this process is alive and still has its deliveries. Forgets keys that are a day old."""
        with self._database() as database:
            database.execute(
                "DELETE FROM delivery WHERE done AND position < ?", (time.time_ns() - KEEP_SECONDS * 10**9,)
            )
            database.execute(
                "UPDATE delivery SET lease = ? WHERE channel = ? AND owner = ?",
                (time.time() + self._lease_seconds, channel, self._owner),
            )
        with self._database() as database:
            # words that are deleted from the tables are still in the log until then
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def let_go(self, channel: str) -> None:
        """Leave what is unfinished to whoever looks next: this process ends."""
        with self._database() as database:
            database.execute(
                "UPDATE delivery SET lease = 0 WHERE channel = ? AND owner = ?", (channel, self._owner)
            )

    def take_up(self, channel: str) -> list[Unfinished]:
        """The deliveries of processes that ended, oldest first. They belong to this process now."""
        with self._database() as database:
            database.execute("BEGIN IMMEDIATE")
            rows = database.execute(
                "SELECT key, incoming, address, calls, sent FROM delivery"
                " WHERE channel = ? AND NOT done AND lease < ? ORDER BY position",
                (channel, time.time()),
            ).fetchall()
            database.executemany(
                "UPDATE delivery SET owner = ?, lease = ? WHERE channel = ? AND key = ?",
                [(self._owner, time.time() + self._lease_seconds, channel, row[0]) for row in rows],
            )
        return [_unfinished(*row) for row in rows]

    def stop(self, channel: str, person: str) -> None:
        """Remember that this person wants no more messages."""
        with self._database() as database:
            database.execute("INSERT OR IGNORE INTO stopped VALUES (?, ?)", (channel, person))

    def start(self, channel: str, person: str) -> None:
        """This person wants messages again."""
        with self._database() as database:
            database.execute("DELETE FROM stopped WHERE channel = ? AND person = ?", (channel, person))

    def is_stopped(self, channel: str, person: str) -> bool:
        """Whether this person asked for no more messages."""
        with self._database() as database:
            found = database.execute(
                "SELECT 1 FROM stopped WHERE channel = ? AND person = ?", (channel, person)
            ).fetchone()
        return found is not None


def _unfinished(key: str, incoming: str, address: str, calls: str | None, sent: int) -> Unfinished:
    delivery = Delivery(key, Incoming(**json.loads(incoming)), json.loads(address))
    kept: list[dict[str, Any]] | None = json.loads(calls) if calls else None
    return Unfinished(delivery, None if kept is None else [Call(**call) for call in kept], sent)
