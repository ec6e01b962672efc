"""Conversations in the database, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from stores import database, schema
from stores.conversations import Conversations, Position
from stores.database import SchemaIsNewer, migrate, open_engine


def said(text: str) -> dict[str, Any]:
    return {"event": "user", "timestamp": 1.5, "text": text}


def texts(found: Any) -> list[str]:
    return [event["text"] for event in found.events]


@pytest.fixture
def conversations(database_url: str) -> Iterator[Conversations]:
    engine = open_engine(database_url)
    yield Conversations(engine, keeps_outbox=True)
    engine.dispose()


@pytest.fixture
def sender() -> str:
    return f"person-{uuid.uuid4().hex}"


def test_a_turn_is_read_back_with_its_position(conversations: Conversations, sender: str) -> None:
    assert conversations.window(sender) is None
    assert conversations.version(sender) is None
    position = conversations.append(sender, Position(), [said("one"), said("two")], "w1")
    assert position == Position(version=1, last_event=2)
    position = conversations.append(sender, position, [said("three")], "w2")
    found = conversations.window(sender)
    assert found is not None
    assert found.position == position == Position(version=2, last_event=3)
    assert texts(found) == ["one", "two", "three"]


def test_the_window_begins_after_its_start_and_the_whole_does_not(
    conversations: Conversations, sender: str
) -> None:
    position = conversations.append(sender, Position(), [said("one"), said("two")], "w1")
    assert position is not None
    head = [{"event": "slot", "name": "subject", "value": "other"}]
    conversations.append(sender, position, [said("three")], "w2", window=(2, head))
    window, whole = conversations.window(sender), conversations.whole(sender)
    assert window is not None
    assert whole is not None
    assert (window.head, texts(window)) == (head, ["three"])
    assert (whole.head, texts(whole)) == ([], ["one", "two", "three"])


def test_two_writers_of_one_conversation_both_keep_their_turn(
    conversations: Conversations, sender: str
) -> None:
    seen = conversations.append(sender, Position(), [said("one")], "w1")
    assert seen is not None
    assert conversations.append(sender, seen, [said("mine")], "w2") is not None
    assert conversations.append(sender, seen, [said("yours")], "w3", window=(1, [])) is None
    found = conversations.window(sender)
    assert found is not None
    assert texts(found) == ["one", "mine", "yours"]
    assert found.position.version == 3


def test_a_write_that_is_repeated_is_there_once(conversations: Conversations, sender: str) -> None:
    seen = conversations.append(sender, Position(), [said("one")], "w1")
    assert conversations.append(sender, Position(), [said("one")], "w1") == seen
    assert seen is not None
    conversations.append(sender, seen, [said("two")], "w2")
    conversations.append(sender, seen, [said("two")], "w2")
    found = conversations.whole(sender)
    assert found is not None
    assert texts(found) == ["one", "two"]


def test_many_writers_at_once_lose_nothing(conversations: Conversations, sender: str) -> None:
    conversations.append(sender, Position(), [said("first")], "w0")

    def write(number: int) -> None:
        conversations.append(sender, Position(), [said(str(number)), said(str(number))], f"w{number + 1}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    found = conversations.whole(sender)
    assert found is not None
    pairs = texts(found)[1:]
    assert sorted(pairs[::2], key=int) == [str(number) for number in range(40)]
    assert pairs[::2] == pairs[1::2]
    assert found.position.last_event == 81


def test_a_write_that_many_repeat_at_once_is_there_once(conversations: Conversations, sender: str) -> None:
    """As when several processes find the same turn in the journal."""
    conversations.append(sender, Position(), [said("first")], "w0")
    for number in range(10):
        write = f"w{number + 1}"
        with ThreadPoolExecutor(6) as pool:
            repeats = [
                pool.submit(conversations.append, sender, Position(), [said(write)], write) for _ in range(6)
            ]
            for repeat in repeats:
                repeat.result()
    found = conversations.whole(sender)
    assert found is not None
    assert texts(found) == ["first", *(f"w{number + 1}" for number in range(10))]


def test_deletion_leaves_nothing_of_a_person_and_all_of_the_others(
    conversations: Conversations, sender: str
) -> None:
    other = f"other-{sender}"
    for who in (sender, other):
        conversations.append(who, Position(), [said("secret")], "w1")
    assert conversations.delete(sender) is True
    assert conversations.delete(sender) is False
    assert conversations.window(sender) is None
    with conversations.engine.connect() as connection:
        for table in schema.metadata.sorted_tables:
            left = connection.execute(sa.select(table.c.sender_id)).scalars().all()
            assert sender not in left
            assert other in left


def test_what_is_too_old_is_purged(conversations: Conversations, sender: str) -> None:
    conversations.append(sender, Position(), [said("old")], "w1")
    with conversations.engine.begin() as connection:
        table = schema.conversations
        old = sa.update(table).where(table.c.sender_id == sender).values(updated_at=time.time() - 31 * 86_400)
        connection.execute(old)
    young = f"young-{sender}"
    conversations.append(young, Position(), [said("new")], "w1")
    assert conversations.purge(time.time() - 30 * 86_400, at_once=1) >= 1
    assert conversations.whole(sender) is None
    assert conversations.whole(young) is not None


def test_the_outbox_holds_each_event_until_it_is_sent(conversations: Conversations, sender: str) -> None:
    conversations.append(sender, Position(), [said("one"), said("two")], "w1")
    mine = [
        (number, event) for number, event in conversations.waiting(10_000) if event["sender_id"] == sender
    ]
    assert [event["text"] for _, event in mine] == ["one", "two"]
    conversations.sent([mine[0][0]])
    left = [event["text"] for _, event in conversations.waiting(10_000) if event["sender_id"] == sender]
    assert left == ["two"]


@pytest.mark.parametrize("strange", ["a\0b", "\ud800", "x" * 5000, "'; DROP TABLE", "äöü ❤ \u202e", " "])
def test_any_sender_and_any_text_can_be_kept(conversations: Conversations, strange: str) -> None:
    conversations.delete(strange)
    conversations.append(strange, Position(), [said(strange)], "w1")
    found = conversations.whole(strange)
    assert found is not None
    assert texts(found) == [strange]
    conversations.delete(strange)


def test_processes_that_start_together_migrate_once(tmp_path: Any) -> None:
    for attempt in range(8):  # that one of them finds the file locked is a matter of a moment
        url = f"sqlite:///{tmp_path}/new-{attempt}.db"
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _, url=url: migrate(open_engine(url)), range(8)))
    assert set(sa.inspect(open_engine(url)).get_table_names()) == {*schema.metadata.tables, "neckwise_schema"}


@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_new_file_that_another_process_is_making_is_waited_for(tmp_path: Any, lock: str) -> None:
    other = sqlite3.connect(tmp_path / "new.db", isolation_level=None, check_same_thread=False)
    other.execute(lock)
    other.execute("CREATE TABLE theirs (x)")
    later = threading.Timer(0.4, lambda: other.execute("COMMIT"))
    later.start()
    with open_engine(f"sqlite:///{tmp_path}/new.db").connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    later.join()


def test_migrations_make_the_tables_that_the_program_uses(database_url: str) -> None:
    engine = open_engine(database_url)
    migrate(engine)
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "neckwise_schema"})
        assert compare_metadata(context, schema.metadata) == []


def test_tables_of_a_later_version_are_left_alone(tmp_path: Any) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/later.db")
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE neckwise_schema SET version_num = '9999'")
    with pytest.raises(SchemaIsNewer, match="9999"):
        migrate(engine)


def test_the_program_asks_for_the_last_migration() -> None:
    revisions = sorted(path.name[:4] for path in (database.MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert revisions[-1] == schema.REVISION


def test_reading_a_turn_uses_indexes_only(conversations: Conversations, sender: str) -> None:
    conversations.append(sender, Position(), [said("one")], "w1")
    if conversations.engine.dialect.name != "sqlite":
        pytest.skip("the plan of a small PostgreSQL table says nothing")
    with conversations.engine.connect() as connection:
        for statement in (
            "SELECT data FROM neckwise_events WHERE sender_id = 'a' AND number > 1 ORDER BY number",
            "SELECT version FROM neckwise_conversations WHERE sender_id = 'a'",
            "SELECT sender_id FROM neckwise_conversations WHERE updated_at < 1",
        ):
            plan = str(connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement).all())
            assert "SEARCH" in plan
            assert "SCAN" not in plan
