"""The gate by itself: what it lets through to Rasa, and what it says in its place."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.core.agent import Agent
from rasa.core.lock_store import RedisLockStore
from rasa.shared.core.events import SlotSet
from redis.asyncio import Redis

from channels import wording
from channels.deliveries import DeliveriesInMemory, DeliveriesInRedis
from channels.gate import Gate, Incoming, Limits, first_part, has_words, plain_text
from channels.rate import Rate, RateInMemory, RateInRedis
from channels.record import Record, is_emergency
from settings import load
from tests.channels.scripted import EMERGENCY, ScriptedAgent, ScriptedSafetyNet, options, rich

REDIS = "redis://127.0.0.1:6379/0"
DEAD_REDIS = "redis://127.0.0.1:7299/0"

Say = Callable[..., Any]


def make_gate(agent: Any, **options: Any) -> Gate:
    """A gate in front of this agent."""
    app = SimpleNamespace(ctx=SimpleNamespace(agent=agent))
    limits = options.pop("limits", Limits(messages=1000, turn_seconds=0.3))
    options.setdefault("safety_net", ScriptedSafetyNet())
    settings = load({})
    return Gate(agent.handle_message, "test", limits, record=Record(app), settings=settings, **options)


@pytest.fixture
def agent() -> ScriptedAgent:
    return ScriptedAgent()


@pytest.fixture
def gate(agent: ScriptedAgent) -> Gate:
    return make_gate(agent)


def incoming(text: str | None, **more: Any) -> Incoming:
    """Something typed by Ann."""
    return Incoming(sender="ann", text=text, **more)


@pytest.mark.parametrize("text", ["", None, "   ", "\u200b\u200b", "\n\t", "\x00", "/", " / / "])
async def test_message_without_words_is_answered(gate: Gate, agent: ScriptedAgent, text: str | None) -> None:
    (message,) = await gate.handle(incoming(text))
    assert message["text"] == wording.EMPTY
    assert agent.heard == []


@pytest.mark.parametrize("text", ["😀", "?", "5", "ش", "我脖子痛"])
async def test_signs_and_other_scripts_are_words(gate: Gate, agent: ScriptedAgent, text: str) -> None:
    assert await gate.handle(incoming(text))
    assert agent.heard[0].text == text


@given(st.text())
def test_no_text_reaches_rasa_as_a_command(text: str) -> None:
    made = plain_text(text)
    assert not made.startswith("/")
    assert made == made.strip()
    made.encode("utf-8")
    assert "\x00" not in made


@given(
    st.text(alphabet=st.characters(codec="ascii", exclude_categories=["Cc"])).filter(lambda t: "/" not in t)
)
def test_plain_text_is_not_changed(text: str) -> None:
    assert plain_text(text) == text.strip()


@given(st.text(min_size=1, max_size=3000), st.integers(min_value=300, max_value=1000))
def test_cutting_loses_nothing(text: str, characters: int) -> None:
    first, rest = first_part(text.strip(), characters)
    assert len(first) <= characters
    assert "".join((first + rest).split()) == "".join(text.split())


def test_has_words_knows_blanks() -> None:
    assert not has_words("\u2028 \u200d")


@pytest.mark.parametrize(
    "kind", ["sticker", "voice", "image", "video", "location", "contact", "file", "poll"]
)
async def test_what_is_not_text_is_answered(gate: Gate, kind: str) -> None:
    (message,) = await gate.handle(incoming(None, kind=kind))
    assert message["text"] == wording.NOT_TEXT.get(kind, wording.NOT_TEXT_OTHERWISE)


async def test_message_ids_of_two_people_do_not_clash(gate: Gate) -> None:
    assert await gate.handle(Incoming("ann", "hi", message_id="1"))
    assert await gate.handle(Incoming("bob", "hi", message_id="1"))
    assert await gate.handle(Incoming("bob", "hi", message_id="1")) == []
    assert await gate.handle(Incoming("bob:1", "hi", message_id="1"))
    assert await gate.handle(Incoming("bob", "hi", message_id="1:1"))


async def test_replay_gives_the_first_answer_again(agent: ScriptedAgent) -> None:
    gate = make_gate(agent, replay=True)
    agent.seconds = 0.05
    message = incoming("good morning", message_id="1")
    first, second = await asyncio.gather(gate.handle(message), gate.handle(message))
    assert first == second == await gate.handle(message) == [{"text": "You said: good morning"}]
    assert len(agent.heard) == 1


async def test_closed_connection_does_not_lose_the_turn(gate: Gate, agent: ScriptedAgent) -> None:
    agent.seconds = 0.1
    request = asyncio.ensure_future(gate.handle(incoming("good morning")))
    await asyncio.sleep(0.03)
    request.cancel()
    await asyncio.sleep(0.2)
    assert await agent.events("ann") == [("user", "good morning"), ("bot", "You said: good morning")]


async def test_burst_in_one_conversation_is_answered_in_order(agent: ScriptedAgent) -> None:
    gate = make_gate(agent, limits=Limits(messages=1000))
    answers = await asyncio.gather(*(gate.handle(incoming(f"number {n}")) for n in range(40)))
    assert [a[0]["text"] for a in answers] == [f"You said: number {n}" for n in range(40)]
    assert [text for who, text in await agent.events("ann") if who == "user"] == [
        f"number {n}" for n in range(40)
    ]


async def test_hanging_turn_ends_in_time_and_the_next_one_works(gate: Gate, agent: ScriptedAgent) -> None:
    agent.failure = "hang"
    (message,) = await asyncio.wait_for(gate.handle(incoming("my neck hurts")), 2)
    assert "cannot answer just now" in message["text"]
    agent.failure = None
    assert await gate.handle(incoming("hi")) == [{"text": "You said: hi"}]


async def test_turn_that_swallows_its_cancellation_does_not_hold_up_the_answer(agent: ScriptedAgent) -> None:
    gate = make_gate(agent)

    async def stubborn(_message: Any) -> None:
        for _ in range(20):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.2)

    gate._on_new_message = stubborn
    assert await asyncio.wait_for(gate.handle(incoming("my neck hurts")), 1)


async def test_what_rasa_said_before_it_hung_is_said(agent: ScriptedAgent) -> None:
    async def hangs(message: Any) -> None:
        await message.output_channel.send_response("ann", {"text": "One moment."})
        await asyncio.sleep(60)

    gate = make_gate(agent)
    gate._on_new_message = hangs
    assert await gate.handle(incoming("my neck hurts")) == [{"text": "One moment."}]


async def test_findings_so_far_count_for_the_safe_message(gate: Gate, agent: ScriptedAgent) -> None:
    await gate.handle(incoming("hi"))
    await gate.record.add("ann", [SlotSet("findings", {"fever": "present"})])
    agent.failure = "raise"
    (message,) = await gate.handle(incoming("my neck is stiff"))
    assert is_emergency(message)


async def test_emergency_that_was_told_is_not_repeated_by_the_gate(gate: Gate, agent: ScriptedAgent) -> None:
    assert is_emergency((await gate.handle(incoming("fever and stiff")))[0])
    agent.script = lambda _text: [{"text": "Did you call?"}]
    assert await gate.handle(incoming("yes, for the fever and the stiff neck")) == [{"text": "Did you call?"}]


async def test_broken_safety_net_still_says_something(agent: ScriptedAgent) -> None:
    class Broken:
        def messages_for(self, *_: Any) -> list[dict[str, Any]]:
            raise RuntimeError

    agent.failure = "raise"
    gate = make_gate(agent, safety_net=Broken())
    (message,) = await gate.handle(incoming("my neck hurts"))
    assert message["text"] == wording.LAST_RESORT


async def test_whatever_breaks_in_the_gate_itself_ends_in_the_safe_message(agent: ScriptedAgent) -> None:
    class Broken:
        async def wait_seconds(self, sender: str) -> int:
            raise RuntimeError("nobody foresaw this")

    gate = make_gate(agent, rate=Broken())
    (message,) = await gate.handle(incoming("my neck hurts"))
    assert "cannot answer just now" in message["text"]
    (message,) = await gate.handle(incoming("fever and a stiff neck"))
    assert is_emergency(message)


async def test_broken_tracker_store_still_gets_an_answer(gate: Gate, agent: ScriptedAgent) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise ConnectionError

    agent.tracker_store.retrieve = broken
    agent.tracker_store.save = broken
    (message,) = await gate.handle(incoming("fever and stiff"))
    assert message["text"] == EMERGENCY["text"]
    assert await gate.handle(incoming(None, button_payload="yes"))


async def test_lock_store_that_is_down_gets_the_safe_message() -> None:
    agent = Agent(lock_store=RedisLockStore(port=7299, socket_timeout=0.2))
    agent.processor = SimpleNamespace(handle_message=None)
    gate = make_gate(agent)
    (message,) = await gate.handle(incoming("fever and stiff"))
    assert message["text"] == EMERGENCY["text"]


async def test_agent_without_a_model_gets_the_safe_message() -> None:
    gate = make_gate(Agent())
    (message,) = await gate.handle(incoming("fever and stiff"))
    assert message["text"] == EMERGENCY["text"]


def unload_model(gate: Gate) -> None:
    """What `DELETE /model` does: an agent without a processor, whose store in memory is empty."""
    gate.record.app.ctx.agent = Agent()


async def test_unloaded_model_leaves_what_was_told_in_reach(gate: Gate, agent: ScriptedAgent) -> None:
    await gate.handle(incoming("hi"))
    await gate.record.add("ann", [SlotSet("findings", {"fever": "present"})])
    gate._on_new_message = Agent().handle_message
    unload_model(gate)
    (message,) = await gate.handle(incoming("my neck is stiff"))
    assert is_emergency(message)
    assert (await agent.events("ann"))[-2:] == [("user", "my neck is stiff"), ("bot", EMERGENCY["text"])]
    await gate.handle(Incoming("bob", "I have a fever"))
    assert (await agent.tracker("bob")).get_slot("findings") == {"fever": "present"}
    assert await gate.record.erase("bob")
    assert await agent.tracker("bob") is None


async def test_red_flag_far_back_in_a_long_message_counts_when_the_turn_fails(
    gate: Gate, agent: ScriptedAgent
) -> None:
    agent.failure = "raise"
    (message,) = await gate.handle(incoming("I sat at my desk all day. " * 120 + "I have a fever and a stiff neck"))
    assert is_emergency(message)


async def test_turn_that_failed_half_way_stands_in_the_tracker(agent: ScriptedAgent) -> None:
    async def breaks(message: Any) -> None:
        await message.output_channel.send_response("ann", {"text": "One moment."})
        raise RuntimeError

    gate = make_gate(agent)
    gate._on_new_message = breaks
    assert await gate.handle(incoming("I have a fever")) == [{"text": "One moment."}]
    assert await agent.events("ann") == [("user", "I have a fever"), ("bot", "One moment.")]
    assert (await agent.tracker("ann")).get_slot("findings") == {"fever": "present"}


async def test_offered_button_is_taken(gate: Gate, agent: ScriptedAgent) -> None:
    await gate.handle(incoming("hello"))
    await gate.handle(incoming("My neck is stiff", button_payload="my neck is stiff"))
    assert agent.heard[-1].text == "my neck is stiff"


async def test_buttons_of_every_message_of_the_last_turn_count(gate: Gate, agent: ScriptedAgent) -> None:
    agent.script = lambda _text: [
        {"text": "A?", "buttons": options("One", "Two")},
        {"text": "B?", "buttons": options("Three")},
    ]
    await gate.handle(incoming("hi"))
    await gate.handle(incoming(None, button_payload="two"))
    assert agent.heard[-1].text == "two"


async def test_start_over_can_be_pressed_at_any_time(gate: Gate, agent: ScriptedAgent) -> None:
    await gate.handle(incoming("hello"))
    await gate.handle(incoming(None, button_payload="start over"))
    assert agent.heard[-1].text == "start over"


async def test_old_button_with_a_red_flag_is_not_put_aside(gate: Gate) -> None:
    await gate.handle(incoming("hello"))
    (message,) = await gate.handle(incoming(None, button_payload="fever and a stiff neck"))
    assert is_emergency(message)


@pytest.mark.parametrize("kind", [DeliveriesInMemory, DeliveriesInRedis])
async def test_delivery_is_claimed_once(kind: type) -> None:
    ledger = kind() if kind is DeliveriesInMemory else kind(Redis.from_url(REDIS))
    key = uuid.uuid4().hex
    claims = await asyncio.gather(*(ledger.claim(key) for _ in range(20)))
    assert claims.count(True) == 1
    assert await ledger.claim(key + "x")


async def test_delivery_is_claimed_once_across_processes() -> None:
    key = uuid.uuid4().hex
    processes = [DeliveriesInRedis(Redis.from_url(REDIS)) for _ in range(5)]
    claims = await asyncio.gather(*(ledger.claim(key) for ledger in processes))
    assert claims.count(True) == 1


async def test_ledger_works_without_redis() -> None:
    ledger = DeliveriesInRedis(Redis.from_url(DEAD_REDIS))
    assert await ledger.claim("a")
    assert not await ledger.claim("a")


async def test_ledger_forgets_after_its_time_and_is_bounded() -> None:
    ledger = DeliveriesInMemory(keep_seconds=0.02, at_most=2)
    assert await ledger.claim("a")
    await asyncio.sleep(0.03)
    assert await ledger.claim("a")
    assert await ledger.claim("b")
    assert await ledger.claim("c")
    assert await ledger.claim("a")


@pytest.fixture
async def redis_rate() -> AsyncIterator[RateInRedis]:
    redis = Redis.from_url(REDIS)
    yield RateInRedis(redis, 3, 1)
    await redis.close()


@pytest.mark.parametrize("where", ["memory", "redis", "dead redis"])
async def test_rate_is_limited_and_recovers(where: str, redis_rate: RateInRedis) -> None:
    rates: dict[str, Rate] = {
        "memory": RateInMemory(3, 1),
        "redis": redis_rate,
        "dead redis": RateInRedis(Redis.from_url(DEAD_REDIS), 3, 1),
    }
    rate = rates[where]
    ann, bob = uuid.uuid4().hex, uuid.uuid4().hex
    assert [await rate.wait_seconds(ann) for _ in range(4)] == [0, 0, 0, 1]
    assert await rate.wait_seconds(bob) == 0
    await asyncio.sleep(1.1)
    assert await rate.wait_seconds(ann) == 0


async def test_conversation_is_erased_when_the_turn_asks_for_it(gate: Gate, agent: ScriptedAgent) -> None:
    agent.script = lambda _: [{"text": "Deleted.", "custom": rich("erase")}]
    assert await gate.handle(incoming("delete my data")) == [{"text": "Deleted."}]
    assert await agent.tracker("ann") is None


async def test_erasing_that_fails_is_not_called_done(gate: Gate, agent: ScriptedAgent) -> None:
    agent.script = lambda _: [{"text": "Deleted.", "custom": rich("erase")}]
    agent.tracker_store = SimpleNamespace(  # a store of a kind that nobody knows
        save=agent.tracker_store.save, get_or_create_tracker=agent.tracker_store.get_or_create_tracker
    )
    (message,) = await gate.handle(incoming("delete my data"))
    assert message["text"] == wording.NOT_ERASED
