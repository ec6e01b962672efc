"""Erasing a conversation from the tracker stores that Rasa ships, none of which can do it themselves."""

from collections.abc import Callable
from inspect import isawaitable
from typing import Any

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


class CannotErase(Exception):
    """The tracker store is of a kind that nothing here knows how to erase from."""


async def erase_conversation(tracker_store: TrackerStore, lock_store: Any, sender_id: str) -> None:
    """Removes every event of a conversation.

    Holds the conversation's lock meanwhile, so that a turn under way cannot write it back. A store with a
    `delete` method of its own is asked to use it. Raises CannotErase for an unknown kind of store, and
    whatever the database raises.
    """
    async with lock_store.lock(sender_id):
        for store in _real_stores(tracker_store):
            await _erase(store, sender_id)


def _real_stores(store: TrackerStore) -> list[TrackerStore]:
    """The stores behind Rasa's wrappers, with the one in memory that the fail-safe wrapper falls back to."""
    if isinstance(store, AwaitableTrackerStore):
        return _real_stores(store._tracker_store)
    if isinstance(store, FailSafeTrackerStore):
        fallback = store._fallback_tracker_store
        return _real_stores(store._tracker_store) + (_real_stores(fallback) if fallback else [])
    return [store]


async def _erase(store: TrackerStore, sender_id: str) -> None:
    own = getattr(store, "delete", None)
    if callable(own):
        result = own(sender_id)
        if isawaitable(result):
            await result
        return
    for kind, erase in _ERASE.items():
        if isinstance(store, kind):
            erase(store, sender_id)
            return
    raise CannotErase(f"{type(store).__name__} has no `delete`, and is not a store that Rasa ships")


def _from_memory(store: Any, sender_id: str) -> None:
    store.store.pop(sender_id, None)


def _from_redis(store: Any, sender_id: str) -> None:
    store.red.delete(store.key_prefix + sender_id)


def _from_mongo(store: Any, sender_id: str) -> None:
    store.conversations.delete_many({"sender_id": sender_id})


def _from_dynamo(store: Any, sender_id: str) -> None:
    store.db.delete_item(Key={"sender_id": sender_id})


def _from_sql(store: Any, sender_id: str) -> None:
    with store.session_scope() as session:
        events = session.query(store.SQLEvent).filter(store.SQLEvent.sender_id == sender_id)
        events.delete(synchronize_session=False)
        session.commit()


_ERASE: dict[type, Callable[[Any, str], None]] = {
    InMemoryTrackerStore: _from_memory,
    RedisTrackerStore: _from_redis,
    MongoTrackerStore: _from_mongo,
    DynamoTrackerStore: _from_dynamo,
    SQLTrackerStore: _from_sql,
}
