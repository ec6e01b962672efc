"""What a store does beside the turns, in a thread of its own: late writes, the outbox, and forgetting."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from stores.tracker_store import ConversationStore

log = logging.getLogger(__name__)

SECONDS_BETWEEN = 1.0
PURGE_SECONDS = 3600.0


class Keeper:
    """Looks after a store: every second at what waits, every hour at what is too old."""

    def __init__(self, store: ConversationStore, retention_days: int, outbox: Any = None) -> None:
        self.store = store
        self.retention_days = retention_days
        self.outbox = outbox
        self._thread: threading.Thread | None = None
        self._next_purge = 0.0

    def start(self) -> None:
        """Starts the thread, once; it ends with the process."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
            self._thread.start()

    def look_after(self) -> None:
        """One round. Raises what the database raises."""
        if not self.store.journal.is_empty:
            self.store.write_waiting()
        if time.monotonic() >= self._next_purge:
            self._next_purge = time.monotonic() + PURGE_SECONDS
            purged = self.store.conversations.purge(time.time() - self.retention_days * 86_400)
            if purged:
                log.info("Deleted %d conversations older than %d days.", purged, self.retention_days)

    def _run(self) -> None:
        asyncio.run(self._run_rounds())

    async def _run_rounds(self) -> None:
        while True:
            try:
                self.look_after()
                if self.outbox is not None:
                    await self.outbox.send_waiting(self.store.conversations)
            except SQLAlchemyError as error:
                log.debug("The database does not answer: %s", type(error).__name__)
            except Exception:  # a round that fails must not be the last one
                log.exception("A round of the keeper failed.")
            await asyncio.sleep(SECONDS_BETWEEN)
