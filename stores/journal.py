"""What could not be written to the database, kept on this machine until it can.

An SQLite file of its own in the system's folder for temporary files, readable by nobody else, and gone
when it is empty. Where even that cannot be written (a full disk), entries stay in memory, and are lost
only if the process ends before the disk has room.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import sqlite3
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One turn that waits: its name, its conversation, and its events."""

    write_id: str
    sender_id: str
    events: list[dict[str, Any]]


def journal_path(database_url: str) -> Path:
    """The journal's file for a database, the same for all processes of this user."""
    name = hashlib.sha256(database_url.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"neckwise-{os.getuid()}" / f"journal-{name}.db"


class Journal:
    """Turns that wait for the database, in their order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._in_memory: list[Entry] = []

    def add(self, entry: Entry) -> None:
        """Keeps `entry`, on disk where possible."""
        with self._lock:
            try:
                with self._open() as connection:
                    row = (entry.write_id, entry.sender_id, json.dumps(entry.events))
                    connection.execute(
                        "INSERT OR IGNORE INTO entries (write_id, sender_id, events) VALUES (?,?,?)", row
                    )
            except (sqlite3.Error, OSError) as error:
                log.error("A turn is kept in memory only: %s", type(error).__name__)
                self._in_memory.append(entry)

    def entries(self, sender_id: str | None = None) -> list[Entry]:
        """What waits, of one conversation or of all."""
        with self._lock:
            found: list[Entry] = []
            if self.path.exists():
                with contextlib.suppress(sqlite3.Error, OSError), self._open() as connection:
                    rows = connection.execute(
                        "SELECT write_id, sender_id, events FROM entries ORDER BY number"
                    )
                    found = [Entry(write_id, sender, json.loads(events)) for write_id, sender, events in rows]
            found += self._in_memory
        return [entry for entry in found if sender_id is None or entry.sender_id == sender_id]

    def remove(self, write_id: str) -> None:
        """Forgets an entry that has been written to the database."""
        with self._lock:
            self._in_memory = [entry for entry in self._in_memory if entry.write_id != write_id]
            if self.path.exists():
                with contextlib.suppress(sqlite3.Error, OSError), self._open() as connection:
                    connection.execute("DELETE FROM entries WHERE write_id = ?", (write_id,))

    def delete(self, sender_id: str) -> bool:
        """Forgets all of one conversation; says whether there was any."""
        with self._lock:
            mine = self.entries(sender_id)
            for entry in mine:
                self.remove(entry.write_id)
        return bool(mine)

    @property
    def is_empty(self) -> bool:
        return not self._in_memory and (not self.path.exists() or not self.entries())

    @contextlib.contextmanager
    def _open(self) -> Any:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=2)
        try:
            os.chmod(self.path, 0o600)
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS entries (number INTEGER PRIMARY KEY AUTOINCREMENT,"
                " write_id TEXT UNIQUE NOT NULL, sender_id TEXT NOT NULL, events TEXT NOT NULL)"
            )
            with connection:
                yield connection
        finally:
            connection.close()
