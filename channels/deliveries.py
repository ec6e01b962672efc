"""Which deliveries have been taken already, so that a repeated one is processed once."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from settings import Settings

log = structlog.get_logger()

KEEP_SECONDS = 24 * 3600
"""Platforms repeat an unanswered delivery for up to a day."""


class Deliveries(Protocol):
    """A ledger of delivery keys (a channel and its update id, event id or message SID)."""

    async def claim(self, key: str) -> bool:
        """True for the first caller with this key, False for every later one until it expires."""


class DeliveriesInMemory:
    """The ledger of one process, bounded in number: the oldest keys are forgotten first."""

    def __init__(self, keep_seconds: float = KEEP_SECONDS, at_most: int = 100_000) -> None:
        self._keep_seconds = keep_seconds
        self._at_most = at_most
        self._taken: OrderedDict[str, float] = OrderedDict()

    async def claim(self, key: str) -> bool:
        """See `Deliveries.claim`."""
        now = time.monotonic()
        expiry = self._taken.get(key)
        if expiry is not None and expiry > now:
            return False
        self._taken.pop(key, None)
        self._taken[key] = now + self._keep_seconds
        while len(self._taken) > self._at_most:
            self._taken.popitem(last=False)
        return True


class DeliveriesInRedis:
    """The ledger of all processes that share a Redis; falls back to this process's own when Redis does not
    answer.

    Keys are hashed: no id of a person or message is readable in Redis.
    """

    def __init__(self, redis: Redis, keep_seconds: int = KEEP_SECONDS) -> None:
        self._redis = redis
        self._keep_seconds = keep_seconds
        self._own = DeliveriesInMemory(keep_seconds)

    @staticmethod
    def _name(key: str) -> str:
        return "delivery:" + hashlib.sha256(key.encode()).hexdigest()

    async def claim(self, key: str) -> bool:
        """See `Deliveries.claim`."""
        if not await self._own.claim(key):
            return False
        try:
            return bool(await self._redis.set(self._name(key), 1, nx=True, ex=self._keep_seconds))
        except (RedisError, OSError) as error:
            log.warning("deliveries.redis.unreachable", error=type(error).__name__)
            return True


def deliveries_for(settings: Settings) -> Deliveries:
    """The ledger in Redis where one is set, else this process's own."""
    if settings.redis_url:
        return DeliveriesInRedis(redis_client(settings.redis_url))
    return DeliveriesInMemory()


def redis_client(address: str) -> Redis:
    """A client that gives up soon: nobody waits for an answer because Redis is away."""
    return Redis.from_url(address, socket_timeout=0.5, socket_connect_timeout=0.5)
