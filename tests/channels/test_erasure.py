"""Erasing from each kind of tracker store that Rasa ships."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import (
    AwaitableTrackerStore,
    DynamoTrackerStore,
    FailSafeTrackerStore,
    InMemoryTrackerStore,
    MongoTrackerStore,
    RedisTrackerStore,
    SQLTrackerStore,
    TrackerStore,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered

from channels.erasure import CannotErase, erase_conversation

DOMAIN = Domain.empty()


def in_memory(_: Path) -> TrackerStore:
    """Rasa's default."""
    return InMemoryTrackerStore(DOMAIN)


def in_sqlite(folder: Path) -> TrackerStore:
    """A file."""
    return SQLTrackerStore(DOMAIN, dialect="sqlite", db=str(folder / "trackers.db"))


def in_redis(_: Path) -> TrackerStore:
    """A Redis on this machine, under a prefix of its own."""
    redis = pytest.importorskip("redis")
    store = RedisTrackerStore(DOMAIN, host="127.0.0.1", key_prefix=uuid.uuid4().hex)
    try:
        store.red.ping()
    except redis.exceptions.ConnectionError:
        pytest.skip("there is no Redis at 127.0.0.1:6379")
    return store


def wrapped(folder: Path) -> TrackerStore:
    """As Rasa wraps stores."""
    return FailSafeTrackerStore(AwaitableTrackerStore(in_sqlite(folder)))


@pytest.mark.parametrize("make", [in_memory, in_sqlite, in_redis, wrapped], ids=lambda make: make.__name__)
async def test_one_conversation_goes_and_the_others_stay(
    make: Callable[[Path], TrackerStore], tmp_path: Path
) -> None:
    store = make(tmp_path)
    for sender in ("one", "two"):
        tracker = await store.get_or_create_tracker(sender)
        tracker.update(UserUttered("my neck is stiff"))
        await store.save(tracker)
    await erase_conversation(store, InMemoryLockStore(), "one")
    assert [key.split(":")[-1] for key in map(_text, await store.keys())] == ["two"]
    assert await store.retrieve("one") is None
    await erase_conversation(store, InMemoryLockStore(), "never there")


async def test_the_fallback_of_the_fail_safe_store_is_erased_too(tmp_path: Path) -> None:
    store = FailSafeTrackerStore(in_sqlite(tmp_path))
    fallback = store.fallback_tracker_store
    await fallback.save(await fallback.get_or_create_tracker("one"))
    await erase_conversation(store, InMemoryLockStore(), "one")
    assert list(await fallback.keys()) == []


@pytest.mark.parametrize(
    ("kind", "field", "call"),
    [
        (MongoTrackerStore, "conversations", ("delete_many", {"sender_id": "one"})),
        (DynamoTrackerStore, "db", ("delete_item", {"Key": {"sender_id": "one"}})),
    ],
)
async def test_the_right_call_is_made_where_no_server_is_at_hand(
    kind: type, field: str, call: tuple[str, Any]
) -> None:
    made: list[Any] = []
    table = SimpleNamespace(
        delete_many=lambda match: made.append(("delete_many", match)),
        delete_item=lambda **wanted: made.append(("delete_item", wanted)),
    )
    store = type("Offline", (kind,), {field: table, "__init__": lambda self: None})()
    await erase_conversation(store, InMemoryLockStore(), "one")
    assert made == [call]


async def test_a_store_with_a_delete_of_its_own_is_asked() -> None:
    asked: list[str] = []

    class Own(InMemoryTrackerStore):
        async def delete(self, sender_id: str) -> None:
            asked.append(sender_id)

    await erase_conversation(Own(DOMAIN), InMemoryLockStore(), "one")
    assert asked == ["one"]


async def test_an_unknown_store_is_not_passed_over_in_silence() -> None:
    class Unknown(TrackerStore):
        pass

    with pytest.raises(CannotErase, match="Unknown"):
        await erase_conversation(Unknown(DOMAIN), InMemoryLockStore(), "one")


async def test_a_turn_under_way_does_not_write_it_back() -> None:
    store, locks = InMemoryTrackerStore(DOMAIN), InMemoryLockStore()

    async def turn() -> None:
        async with locks.lock("one"):
            await asyncio.sleep(0.05)
            await store.save(await store.get_or_create_tracker("one"))

    under_way = asyncio.create_task(turn())
    await asyncio.sleep(0.01)
    await erase_conversation(store, locks, "one")
    await under_way
    assert list(await store.keys()) == []


def _text(key: Any) -> str:
    return key.decode() if isinstance(key, bytes) else str(key)
