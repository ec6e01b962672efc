"""Stock: a message that finds its conversation busy sleeps a whole second before it looks again.

`LockStore._acquire_lock` polls once a second whatever the lock store, so that three quick messages of one
person take over two seconds. Here the pause starts at 10 ms and doubles up to a quarter of a second.
"""

from __future__ import annotations

import asyncio

FIRST_PAUSE = 0.01
LONGEST_PAUSE = 0.25


def apply() -> None:
    from rasa.core.lock import TicketLock
    from rasa.core.lock_store import LockError, LockStore

    async def acquire_lock(
        self: LockStore, conversation_id: str, ticket: int, wait_time_in_seconds: float
    ) -> TicketLock:
        pause = min(FIRST_PAUSE, wait_time_in_seconds)
        while (lock := self.get_lock(conversation_id)) is not None:
            if not lock.is_locked(ticket):
                return lock
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE, wait_time_in_seconds)
            self.update_lock(conversation_id)
        raise LockError(f"Could not acquire lock for conversation_id '{conversation_id}'.")

    LockStore._acquire_lock = acquire_lock
