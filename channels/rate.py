"""How many messages one sender may send in a stretch of time."""

from __future__ import annotations

import hashlib
import math
import time
from collections import OrderedDict, deque
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from channels.deliveries import redis_client
from settings import Settings

log = structlog.get_logger()


class Rate(Protocol):
    """Counts the messages of each sender."""

    async def wait_seconds(self, sender: str) -> int:
        """Count one message: 0 when it is within the limit, else the seconds until the next one is."""


class RateInMemory:
    """A sliding window per sender in this process, bounded in the number of senders."""

    def __init__(self, messages: int, seconds: float, senders_at_most: int = 50_000) -> None:
        self._messages = messages
        self._seconds = seconds
        self._senders_at_most = senders_at_most
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    async def wait_seconds(self, sender: str) -> int:
        """See `Rate.wait_seconds`. A message over the limit does not lengthen the wait."""
        now = time.monotonic()
        times = self._times.setdefault(sender, deque())
        self._times.move_to_end(sender)
        while len(self._times) > self._senders_at_most:
            self._times.popitem(last=False)
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) >= self._messages:
            return max(1, math.ceil(times[0] + self._seconds - now))
        times.append(now)
        return 0


class RateInRedis:
    """A fixed window per sender shared by all processes; this process's own window when Redis does not
    answer.
    """

    def __init__(self, redis: Redis, messages: int, seconds: int) -> None:
        self._redis = redis
        self._messages = messages
        self._seconds = seconds
        self._own = RateInMemory(messages, seconds)

    async def wait_seconds(self, sender: str) -> int:
        """See `Rate.wait_seconds`."""
        name = "rate:" + hashlib.sha256(sender.encode()).hexdigest()
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.set(name, 0, nx=True, ex=self._seconds)
                pipe.incr(name)
                pipe.ttl(name)
                _, count, ttl = await pipe.execute()
        except (RedisError, OSError) as error:
            log.warning("rate.redis.unreachable", error=type(error).__name__)
            return await self._own.wait_seconds(sender)
        return 0 if count <= self._messages else max(1, int(ttl))


def rate_for(settings: Settings, messages: int, seconds: int) -> Rate:
    """Counted in Redis where one is set, else in this process."""
    if settings.redis_url:
        return RateInRedis(redis_client(settings.redis_url), messages, seconds)
    return RateInMemory(messages, seconds)
