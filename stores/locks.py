"""The lock store of `endpoints.yml`: one turn of a conversation at a time, in the order of arrival.

In one process the locks are in its memory, and a turn that ends wakes the next. Between processes
(`REDIS_URL`) each turn takes its place in a queue in Redis and asks, at short intervals, whether it is at
its head; the head works under a redis-py `Lock`, which its holder renews, so that a worker that died lets
go within seconds. While Redis does not answer, a process orders its own turns; the tracker store sees to
it that none of another is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections import deque
from collections.abc import AsyncGenerator
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from redis.asyncio import Redis
from redis.exceptions import LockError as RedisLockError
from redis.exceptions import RedisError

import settings

log = logging.getLogger(__name__)

LEASE_SECONDS = 6.0
"""How long a place in the queue, or the lock, outlives a worker that says nothing."""

RENEW_SECONDS = 2.0

PATIENCE_SECONDS = 3.0
"""How long one question to Redis may take."""

AWAY_SECONDS = 2.0
"""How long a Redis that has failed is left alone."""

SHORTEST_PAUSE = 0.005
LONGEST_PAUSE = 0.05

# Drops places whose owner is gone from the head of the queue; says whether our own place is the head now.
# KEYS: the queue. ARGV: our place, the prefix of signs of life, seconds a place lives without one.
_AT_HEAD = """
local head = redis.call('LINDEX', KEYS[1], 0)
while head and head ~= ARGV[1] and redis.call('EXISTS', ARGV[2] .. head) == 0 do
  redis.call('LPOP', KEYS[1])
  head = redis.call('LINDEX', KEYS[1], 0)
end
redis.call('SET', ARGV[2] .. ARGV[1], 1, 'PX', ARGV[3])
if not head then
  redis.call('RPUSH', KEYS[1], ARGV[1])
  head = ARGV[1]
end
redis.call('PEXPIRE', KEYS[1], 600000)
if head == ARGV[1] then return 1 end
return 0
"""


class ConversationLocks(LockStore):
    """Locks in memory, or in Redis where the settings name one."""

    def __new__(cls, endpoint_config: Any = None, **_: Any) -> ConversationLocks:
        if cls is ConversationLocks:
            cls = LocksInRedis if settings.load().redis_url else LocksInMemory
        return object.__new__(cls)

    def __init__(self, endpoint_config: Any = None, **_: Any) -> None:
        super().__init__()


class LocksInMemory(ConversationLocks):
    """The locks of one process."""

    def __init__(self, endpoint_config: Any = None, **_: Any) -> None:
        super().__init__()
        self._queues: dict[str, deque[asyncio.Future[None]]] = {}

    @contextlib.asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncGenerator[TicketLock, None]:
        """Waits for the conversation, at most `lock_lifetime`; raises LockError after that."""
        queue = self._queues.setdefault(conversation_id, deque())
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(place)
        if queue[0] is place:
            place.set_result(None)
        try:
            await asyncio.wait_for(asyncio.shield(place), lock_lifetime)
            yield TicketLock(conversation_id)
        except asyncio.TimeoutError as error:
            if place.done():
                raise  # of the turn itself
            raise LockError(f"Conversation was busy for {lock_lifetime} seconds.") from error
        finally:
            queue.remove(place)
            if queue and not queue[0].done():
                queue[0].set_result(None)
            elif not queue:
                self._queues.pop(conversation_id, None)

    def is_someone_waiting(self, conversation_id: str) -> bool:
        """Whether anyone has or waits for the conversation."""
        return conversation_id in self._queues


class LocksInRedis(ConversationLocks):
    """The locks of all processes that share a Redis."""

    def __init__(self, endpoint_config: Any = None, url: str | None = None, **_: Any) -> None:
        super().__init__()
        self._url = url or settings.load().redis_url
        self._own = LocksInMemory()
        self._away_until = 0.0
        self._clients: dict[asyncio.AbstractEventLoop, Redis] = {}

    @property
    def redis(self) -> Redis:
        """The client of the running event loop; it gives up soon, since a person waits."""
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients = {
                loop: Redis.from_url(
                    self._url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
                )
            }
        return self._clients[loop]

    @contextlib.asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncGenerator[TicketLock, None]:
        """Waits for the conversation, at most `lock_lifetime`; raises LockError after that."""
        place = uuid.uuid4().hex
        queue = f"neckwise:queue:{conversation_id}"
        try:
            if time.monotonic() < self._away_until:
                raise ConnectionError("Redis has not answered just now")
            held = await self._come_to_head(conversation_id, queue, place, lock_lifetime)
        except (RedisError, OSError) as error:
            self._away_until = max(self._away_until, time.monotonic() + AWAY_SECONDS)
            log.error(
                "Redis does not answer (%s): this process orders its own turns only.", type(error).__name__
            )
            async with self._own.lock(conversation_id, lock_lifetime) as own:
                yield own
            return
        done = asyncio.Event()
        renewal = asyncio.ensure_future(self._renew(held, place, done))
        try:
            yield TicketLock(conversation_id)
        finally:
            done.set()  # a cancel alone can be lost in the client when it coincides with a timeout there
            renewal.cancel()
            await self._let_go(held, queue, place)

    async def _come_to_head(self, conversation_id: str, queue: str, place: str, lock_lifetime: float) -> Any:
        client = self.redis
        alive = "neckwise:alive:"
        lease = int(LEASE_SECONDS * 1000)
        clock = asyncio.get_running_loop().time
        deadline = clock() + lock_lifetime
        pause = SHORTEST_PAUSE
        async with client.pipeline(transaction=True) as together:
            together.set(alive + place, 1, px=lease)
            together.rpush(queue, place)
            await together.execute()
        held = client.lock(f"neckwise:lock:{conversation_id}", timeout=LEASE_SECONDS, blocking=False)
        try:
            while not (await client.eval(_AT_HEAD, 1, queue, place, alive, lease) and await held.acquire()):
                if clock() > deadline:
                    raise LockError(f"Conversation was busy for {lock_lifetime} seconds.")
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, LONGEST_PAUSE)
        except BaseException:  # a caller that gives up must leave the queue
            await self._let_go(None, queue, place)
            raise
        return held

    async def _renew(self, held: Any, place: str, done: asyncio.Event) -> None:
        while not done.is_set():
            await asyncio.sleep(RENEW_SECONDS)
            try:
                await held.reacquire()
                await self.redis.set(f"neckwise:alive:{place}", 1, px=int(LEASE_SECONDS * 1000))
            except (RedisError, OSError) as error:
                log.warning("A lock could not be renewed: %s", type(error).__name__)

    async def _let_go(self, held: Any, queue: str, place: str) -> None:
        try:
            if held is not None:
                with contextlib.suppress(RedisLockError):  # the lease had run out
                    await held.release()
            await self.redis.lrem(queue, 1, place)
            await self.redis.delete(f"neckwise:alive:{place}")
        except (RedisError, OSError) as error:
            log.warning("A lock could not be released (%s) and will run out.", type(error).__name__)

    def is_someone_waiting(self, conversation_id: str) -> bool:
        """Not known without asking Redis; nothing in Rasa asks where locks release themselves."""
        return False
