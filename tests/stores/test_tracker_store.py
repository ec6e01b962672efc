"""The tracker store as Rasa uses it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, check_if_tracker_store_async
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import OperationalError

import settings
from stores import keeper, tracker_store
from stores.__main__ import main as operate
from stores.tracker_store import ConversationStore
from stores.window import TURNS_KEPT

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
intents: [say]
slots:
  findings: {type: any, mappings: [{type: custom}]}
  open_question: {type: any, mappings: [{type: custom}]}
  count: {type: float, influence_conversation: true, initial_value: 0, mappings: [{type: custom}]}
"""
)


@pytest.fixture
def store(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConversationStore]:
    monkeypatch.setattr(keeper.Keeper, "start", lambda self: None)
    made = ConversationStore(DOMAIN, database_url=database_url)
    yield made
    made.conversations.engine.dispose()


@pytest.fixture
def wrapped(store: ConversationStore) -> FailSafeTrackerStore:
    """The store in the wrapper that Rasa puts around every store."""
    made = Agent._create_tracker_store(store, DOMAIN)
    assert isinstance(made, FailSafeTrackerStore)
    return made


@pytest.fixture
def sender() -> str:
    return f"person-{uuid.uuid4().hex}"


def session() -> list[Event]:
    return [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


def turn(number: int) -> list[Event]:
    return [
        UserUttered(f"message {number}", {"name": "say", "confidence": 1.0}, []),
        SlotSet("count", float(number)),
        SlotSet("findings", {"fever": "present", "turn": number} if number < 3 else None)
        if number == 2
        else SlotSet("open_question", f"q{number}"),
        ActionExecuted("utter_ok"),
        BotUttered(f"answer {number}"),
        ActionExecuted("action_listen"),
    ]


async def talk(store: Any, sender: str, numbers: Any) -> DialogueStateTracker:
    for number in numbers:
        tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
        new = (session() if not tracker.events else []) + turn(number)
        tracker.update_with_events(new, DOMAIN)
        await store.save(tracker)
    return tracker


async def test_rasa_takes_it_for_an_asynchronous_store(store: ConversationStore) -> None:
    assert check_if_tracker_store_async(store)


async def test_a_conversation_is_read_back(wrapped: Any, sender: str) -> None:
    written = await talk(wrapped, sender, range(3))
    read = await wrapped.retrieve(sender)
    assert [event.as_dict() for event in read.events] == [event.as_dict() for event in written.events]
    assert read.current_slot_values() == written.current_slot_values()
    assert read.latest_message.text == "message 2"


async def test_slots_and_the_open_question_survive_any_window(
    wrapped: Any, store: ConversationStore, sender: str
) -> None:
    await talk(wrapped, sender, range(40))
    for fresh in (False, True):
        if fresh:
            store._remembered.clear()
        read = await wrapped.retrieve(sender)
        assert read.get_slot("findings") == {"fever": "present", "turn": 2}
        assert read.get_slot("open_question") == "q39"
        assert read.get_slot("count") == 39
        said = [event.text for event in read.events if isinstance(event, UserUttered)]
        assert TURNS_KEPT <= len(said) <= 2 * TURNS_KEPT + 1
        assert said[-1] == "message 39"
    whole = await wrapped.retrieve_full_tracker(sender)
    assert [e.text for e in whole.events if isinstance(e, UserUttered)] == [f"message {n}" for n in range(40)]
    assert whole.current_slot_values() == read.current_slot_values()


async def test_states_inside_the_window_are_as_they_were(
    wrapped: Any, store: ConversationStore, sender: str
) -> None:
    """Policies look at earlier states too: a slot has its value of then, not of now."""
    await talk(wrapped, sender, range(25))
    store._remembered.clear()
    window, whole = await wrapped.retrieve(sender), await wrapped.retrieve_full_tracker(sender)
    of_window = DOMAIN.states_for_tracker_history(window)
    of_whole = DOMAIN.states_for_tracker_history(whole)
    assert len(of_window) > 10
    assert of_window[1:] == of_whole[-len(of_window) + 1 :]


async def test_a_turn_late_in_a_conversation_reads_and_writes_no_more_than_an_early_one(
    wrapped: Any, store: ConversationStore, sender: str
) -> None:
    sizes = []
    for number in range(60):
        tracker = await talk(wrapped, sender, [number])
        sizes.append(len(tracker.events))
    assert max(sizes[30:]) <= max(sizes[:30])


async def test_a_new_session_begins_a_new_window(wrapped: Any, store: ConversationStore, sender: str) -> None:
    await talk(wrapped, sender, range(3))
    tracker = await wrapped.retrieve(sender)
    tracker.update_with_events([*session(), SlotSet("open_question", "kept"), *turn(0)[:1]], DOMAIN)
    await wrapped.save(tracker)
    store._remembered.clear()
    read = await wrapped.retrieve(sender)
    assert isinstance(read.events[1], SessionStarted)
    assert read.get_slot("findings") is None
    assert read.get_slot("open_question") == "kept"


async def test_a_pause_and_a_reset_before_the_window_hold(
    wrapped: Any, store: ConversationStore, sender: str
) -> None:
    await talk(wrapped, sender, range(3))
    tracker = await wrapped.retrieve(sender)
    tracker.update_with_events([AllSlotsReset(), ConversationPaused()], DOMAIN)
    await wrapped.save(tracker)
    await talk(wrapped, sender, range(50, 70))
    store._remembered.clear()
    read = await wrapped.retrieve(sender)
    assert read.is_paused()
    assert read.get_slot("findings") is None


async def test_putting_events_in_place_of_a_conversation_replaces_it(wrapped: Any, sender: str) -> None:
    await talk(wrapped, sender, range(3))
    events = [event.as_dict() for event in [*session(), *turn(7)]]
    await wrapped.save(DialogueStateTracker.from_dict(sender, events, DOMAIN.slots))
    whole = await wrapped.retrieve_full_tracker(sender)
    assert [e.text for e in whole.events if isinstance(e, UserUttered)] == ["message 7"]


async def test_adding_to_a_whole_tracker_appends(wrapped: Any, sender: str) -> None:
    await talk(wrapped, sender, range(30))
    tracker = await wrapped.retrieve_full_tracker(sender)
    tracker.update(SlotSet("open_question", "from outside"))
    await wrapped.save(tracker)
    assert (await wrapped.retrieve(sender)).get_slot("open_question") == "from outside"
    whole = await wrapped.retrieve_full_tracker(sender)
    assert len([e for e in whole.events if isinstance(e, UserUttered)]) == 30


async def test_another_process_is_seen(store: ConversationStore, database_url: str, sender: str) -> None:
    other = ConversationStore(DOMAIN, database_url=database_url)
    await talk(store, sender, range(2))
    await talk(other, sender, [2])
    await talk(store, sender, [3])
    read = await other.retrieve(sender)
    assert read is not None
    assert read.get_slot("count") == 3
    assert [e.text for e in read.events if isinstance(e, UserUttered)] == [f"message {n}" for n in range(4)]
    other.conversations.engine.dispose()


async def test_without_the_database_a_conversation_goes_on_and_is_written_later_once(
    wrapped: Any, store: ConversationStore, sender: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker_store, "PAUSE_SECONDS", 0.05)
    await talk(wrapped, sender, range(3))
    working = store.conversations

    class Gone:
        def __getattr__(self, name: str) -> Any:
            def fail(*_: Any) -> None:
                raise OperationalError("connect", None, RuntimeError("gone"))

            return fail

    store.conversations = Gone()  # type: ignore[assignment]
    await talk(wrapped, sender, range(3, 6))
    read = await wrapped.retrieve(sender)
    assert read.get_slot("count") == 5
    assert read.get_slot("findings") == {"fever": "present", "turn": 2}
    newcomer = f"new-{sender}"
    await talk(wrapped, newcomer, range(2))
    assert (await wrapped.retrieve(newcomer)).get_slot("count") == 1
    assert store.journal.path.stat().st_mode & 0o077 == 0

    store.conversations = working
    await asyncio.sleep(0.1)
    await talk(wrapped, sender, [6])
    store.write_waiting()
    store.write_waiting()
    for who, count in ((sender, 7), (newcomer, 2)):
        whole = await wrapped.retrieve_full_tracker(who)
        said = [e.text for e in whole.events if isinstance(e, UserUttered)]
        assert said == [f"message {n}" for n in range(count)]
    assert (await wrapped.retrieve(sender)).get_slot("count") == 6
    assert store.journal.is_empty


async def test_a_turn_written_before_the_answer_was_lost_is_not_written_again(
    wrapped: Any, store: ConversationStore, sender: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker_store, "PAUSE_SECONDS", 0.05)
    await talk(wrapped, sender, range(2))
    append = store.conversations.append

    def append_and_lose(*arguments: Any) -> None:
        append(*arguments)
        raise OperationalError("commit", None, RuntimeError("connection lost"))

    monkeypatch.setattr(store.conversations, "append", append_and_lose)
    await talk(wrapped, sender, [2])
    monkeypatch.setattr(store.conversations, "append", append)
    await asyncio.sleep(0.1)
    await talk(wrapped, sender, [3])
    whole = await wrapped.retrieve_full_tracker(sender)
    assert [e.text for e in whole.events if isinstance(e, UserUttered)] == [f"message {n}" for n in range(4)]


async def test_deletion_leaves_nothing_and_says_so_when_it_cannot(
    store: ConversationStore, sender: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk(store, sender, range(3))
    await store.delete(sender)
    assert await store.retrieve(sender) is None
    assert not await store.exists(sender)
    await talk(store, sender, range(1))

    def fail(_: str) -> None:
        raise OperationalError("connect", None, RuntimeError("gone"))

    monkeypatch.setattr(store.conversations, "delete", fail)
    with pytest.raises(OperationalError):
        await store.delete(sender)


async def test_an_intent_ranking_is_stored_in_part(store: ConversationStore, sender: str) -> None:
    tracker = await talk(store, sender, range(1))
    ranking = [{"name": f"intent_{n}", "confidence": 0.01} for n in range(40)]
    parse_data = {"intent": ranking[0], "intent_ranking": ranking, "entities": [], "text": "x"}
    tracker.update(UserUttered("x", ranking[0], [], parse_data))
    await store.save(tracker)
    whole = await store.retrieve_full_tracker(sender)
    assert whole is not None
    assert len(whole.events[-1].parse_data["intent_ranking"]) == 3


async def test_the_commands_for_operators(
    database_url: str,
    store: ConversationStore,
    sender: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    await talk(store, sender, range(2))
    assert operate(["list"]) == 0
    assert sender in capsys.readouterr().out.splitlines()
    assert operate(["export", sender]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["text"] for event in events if event["event"] == "user"] == ["message 0", "message 1"]
    assert [operate(["delete", sender]), operate(["delete", sender]), operate(["export", sender])] == [
        0,
        1,
        1,
    ]
    assert capsys.readouterr().out == "Deleted.\nThere is no such conversation.\n"
    assert operate(["purge", "30"]) == 0
    assert "conversations deleted" in capsys.readouterr().out


async def test_the_commands_read_the_settings_of_the_server(
    store: ConversationStore,
    database_url: str,
    sender: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.delenv("DATABASE_URL")  # set back after the test, whatever the file puts there
    (tmp_path / ".env").write_text(f"DATABASE_URL={database_url}\n")
    await talk(store, sender, range(1))
    assert operate(["export", sender]) == 0
    (tmp_path / ".env").write_text("nonsense\n")
    assert operate(["export", sender]) == 2
    assert ".env, line 1: expected NAME=value" in capsys.readouterr().err


@pytest.mark.parametrize("how", ["delete", "purge"])
async def test_what_is_deleted_is_in_no_file_any_more(sender: str, tmp_path: Path, how: str) -> None:
    url = f"sqlite:///{tmp_path}/wholly.db"
    store = ConversationStore(Domain.empty(), database_url=url)
    secret = f"told in confidence {uuid.uuid4().hex}"
    tracker = await store.get_or_create_tracker(sender)
    for _ in range(3):
        tracker.update(UserUttered(secret))
        await store.save(tracker)
        tracker = await store.get_or_create_tracker(sender)

    def kept() -> bool:
        return any(secret.encode() in path.read_bytes() for path in tmp_path.glob("wholly.db*"))

    assert kept()
    if how == "delete":
        await store.delete(sender)
    else:
        assert store.conversations.purge(time.time() + 1) == 1
    assert not kept()


async def test_a_deletion_does_not_wait_for_those_who_read(sender: str, tmp_path: Path) -> None:
    path = tmp_path / "read.db"
    store = ConversationStore(Domain.empty(), database_url=f"sqlite:///{path}")
    await talk(store, sender, range(1))
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM neckwise_events").fetchone()
    begun = time.monotonic()
    await store.delete(sender)
    assert time.monotonic() - begun < 1.5
    assert not await store.exists(sender)
    reader.close()


async def test_the_keeper_forgets_what_is_too_old(
    store: ConversationStore, sender: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk(store, sender, range(2))
    now = time.time()
    monkeypatch.setattr(keeper.time, "time", lambda: now + 31 * 86_400)
    store.keeper.look_after()
    assert await store.retrieve(sender) is None


async def test_memory_holds_a_limited_number_of_conversations(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tracker_store, "REMEMBERED", 3)
    for number in range(6):
        await talk(store, f"{uuid.uuid4().hex}-{number}", range(1))
    assert len(store._remembered) == 3
