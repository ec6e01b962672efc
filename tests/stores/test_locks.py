"""One turn of a conversation at a time, in the order of arrival."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import redis
from rasa.core.lock_store import LockError, LockStore
from rasa.core.utils import number_of_sanic_workers
from rasa.utils.endpoints import EndpointConfig

from settings import SettingError
from stores import locks
from stores.locks import ConversationLocks, LocksInMemory, LocksInRedis
from tests.stores.conftest import REDIS


@pytest.fixture
def redis_url() -> str:
    try:
        redis.Redis.from_url(REDIS, socket_connect_timeout=2).ping()
    except redis.RedisError:
        pytest.skip("no Redis here (TEST_REDIS_URL)")
    return REDIS


@pytest.fixture(params=["memory", "redis"])
def make_store(request: pytest.FixtureRequest) -> Callable[[], ConversationLocks]:
    if request.param == "memory":
        store = LocksInMemory()
        return lambda: store
    url = request.getfixturevalue("redis_url")
    return lambda: LocksInRedis(url=url)


@pytest.fixture
def person() -> str:
    return f"person-{uuid.uuid4().hex}"


async def test_turns_follow_each_other_in_the_order_of_arrival(
    make_store: Callable[[], ConversationLocks], person: str
) -> None:
    stores = [make_store(), make_store()]
    for number, store in enumerate(stores):  # connected, so that none is late for that alone
        async with store.lock(f"{number}-{person}"):
            pass
    order: list[int] = []
    inside = 0
    go_on = asyncio.Event()

    async def turn(number: int) -> None:
        nonlocal inside
        async with stores[number % 2].lock(person):
            inside += 1
            assert inside == 1
            await go_on.wait()
            await asyncio.sleep(0.005)
            order.append(number)
            inside -= 1

    def waiting() -> int:
        if isinstance(stores[0], LocksInMemory):
            return len(stores[0]._queues.get(person, ()))
        return int(redis.Redis.from_url(REDIS).llen(f"neckwise:queue:{person}"))

    tasks = []
    for number in range(20):
        tasks.append(asyncio.ensure_future(turn(number)))
        while waiting() <= number:
            await asyncio.sleep(0.002)
    go_on.set()
    begun = time.monotonic()
    await asyncio.gather(*tasks)
    assert order == list(range(20))
    assert time.monotonic() - begun < 10


async def test_conversations_do_not_wait_for_each_other(
    make_store: Callable[[], ConversationLocks], person: str
) -> None:
    store = make_store()
    async with store.lock(person), store.lock(f"other-{person}"):
        pass


async def test_a_turn_that_fails_or_is_cancelled_lets_the_next_one_in(
    make_store: Callable[[], ConversationLocks], person: str
) -> None:
    store = make_store()
    with pytest.raises(ZeroDivisionError):
        async with store.lock(person):
            raise ZeroDivisionError

    async def wait() -> None:
        async with store.lock(person):
            await asyncio.sleep(30)

    holding = asyncio.ensure_future(wait())
    await asyncio.sleep(0.05)
    waiting = asyncio.ensure_future(wait())
    await asyncio.sleep(0.05)
    for task in (waiting, holding):
        while not task.done():  # the client of Redis can lose a cancel that coincides with one of its timeouts
            task.cancel()
            await asyncio.wait([task], timeout=0.5)
        assert task.cancelled()
    async with store.lock(person):
        pass


async def test_waiting_has_an_end(make_store: Callable[[], ConversationLocks], person: str) -> None:
    store = make_store()
    async with store.lock(person):
        with pytest.raises(LockError):
            async with store.lock(person, lock_lifetime=0.2):
                pass
    async with store.lock(person, lock_lifetime=1):
        pass


async def test_a_timeout_inside_a_turn_is_the_turns_own(
    make_store: Callable[[], ConversationLocks], person: str
) -> None:
    with pytest.raises(asyncio.TimeoutError):
        async with make_store().lock(person):
            raise asyncio.TimeoutError


def _hold(url: str, person: str, held: Any) -> None:
    async def hold() -> None:
        async with LocksInRedis(url=url).lock(person):
            held.set()
            await asyncio.sleep(60)

    asyncio.run(hold())


async def test_a_worker_that_dies_lets_go_within_seconds(redis_url: str, person: str) -> None:
    held = multiprocessing.get_context("spawn").Event()
    worker = multiprocessing.get_context("spawn").Process(target=_hold, args=(redis_url, person, held))
    worker.start()
    assert held.wait(60)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    begun = time.monotonic()
    async with LocksInRedis(url=redis_url).lock(person):
        assert time.monotonic() - begun < locks.LEASE_SECONDS + 2
    worker.join()


async def test_a_long_turn_keeps_its_lock(
    redis_url: str, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "LEASE_SECONDS", 0.6)
    monkeypatch.setattr(locks, "RENEW_SECONDS", 0.1)
    store = LocksInRedis(url=redis_url)
    async with store.lock(person):
        await asyncio.sleep(1.5)
        with pytest.raises(LockError):
            async with LocksInRedis(url=redis_url).lock(person, lock_lifetime=0.3):
                pass


async def test_nothing_is_left_in_redis(redis_url: str, person: str) -> None:
    async with LocksInRedis(url=redis_url).lock(person):
        pass
    assert redis.Redis.from_url(redis_url).keys(f"*{person}*") == []


async def test_without_redis_a_process_orders_its_own_turns(person: str) -> None:
    store = LocksInRedis(url="redis://127.0.0.1:1/0")
    order: list[int] = []

    async def turn(number: int) -> None:
        async with store.lock(person):
            await asyncio.sleep(0.01)
            order.append(number)

    await asyncio.gather(*(turn(number) for number in range(5)))
    assert order == list(range(5))


def test_the_settings_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = EndpointConfig(type="stores.locks.ConversationLocks")
    monkeypatch.delenv("SANIC_WORKERS", raising=False)
    monkeypatch.setenv("REDIS_URL", "")
    assert type(LockStore.create(endpoint)) is LocksInMemory
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379/9")
    monkeypatch.setenv("SANIC_WORKERS", "4")
    assert type(LockStore.create(endpoint)) is LocksInRedis
    assert number_of_sanic_workers(endpoint) == 4


def test_several_workers_without_redis_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "")
    monkeypatch.setenv("SANIC_WORKERS", "2")
    with pytest.raises(SettingError, match="SANIC_WORKERS is '2', but must be 1 where REDIS_URL is not set"):
        LockStore.create(EndpointConfig(type="stores.locks.ConversationLocks"))
