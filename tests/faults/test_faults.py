"""Each part dies or hangs, before the start, in flight, and comes back. Nobody goes without an answer.

The tests share one assistant, which is started while its database, lock server and broker are down.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.faults.conftest import RED_FLAG, Backends, Conversation, emergency, seconds_until
from tests.live_server import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SAFE = "a plain safe message, or the usual answer; the emergency message for a red flag"
USUAL = "the usual answer"
ALL = "every acknowledged message, once"
Seen = Callable[..., None]


def test_it_starts_and_answers_while_everything_behind_it_is_down(
    assistant: LiveServer, backends: Backends, seen: Seen
) -> None:
    assert not any(server.answers() for server in backends.all)
    person = Conversation(assistant.talk())
    person.say("hello")
    person.say("my neck is stiff")
    assert emergency(person.say("and now i have a fever"))
    begun = time.monotonic()
    for server in backends.all:
        server.start()
    seconds_until(lambda: person.stored() == person.said and _in_database(backends, person), 60)
    assert assistant.tracker(person.talk.sender)["slots"]["care_level"] == "emergency"
    seen("PostgreSQL, Redis and RabbitMQ are down at the start", USUAL, ALL, time.monotonic() - begun)


def _in_database(backends: Backends, person: Conversation) -> bool:
    import psycopg2

    query = "SELECT count(*) FROM neckwise_events WHERE sender_id = %s AND type_name = 'user'"
    try:
        with contextlib.closing(psycopg2.connect(backends.postgresql.url)) as connection:
            cursor = connection.cursor()
            cursor.execute(query, (person.talk.sender,))
            (count,) = cursor.fetchone() or (0,)
    except psycopg2.Error:
        return False
    return bool(count == len(person.said))


def test_the_action_server_is_killed(whole: LiveServer, person: Conversation, seen: Seen) -> None:
    whole.kill_actions()
    person.say("can low vitamin d cause weakness?")
    whole.kill_actions() if whole.actions_answer() else None
    assert emergency(Conversation(whole.talk()).say(RED_FLAG))
    begun = time.monotonic()
    whole.wait_for_actions()
    person.say("can low vitamin d cause weakness?")
    assert person.stored() == person.said
    seen("kill -9 of the action server", SAFE, ALL, time.monotonic() - begun)


def test_an_action_hangs(whole: LiveServer, person: Conversation, seen: Seen) -> None:
    actions = whole.actions_process()
    assert actions is not None
    actions.send_signal(signal.SIGSTOP)
    try:
        begun = time.monotonic()
        person.say("can low vitamin d cause weakness?")
        waited = time.monotonic() - begun
        assert waited < 10
        assert emergency(Conversation(whole.talk()).say(RED_FLAG))
    finally:
        actions.send_signal(signal.SIGCONT)
    begun = time.monotonic()
    whole.wait_for_actions()
    person.say("thank you")
    assert person.stored() == person.said
    seen("an action hangs (SIGSTOP)", f"{SAFE}, within the time limit", ALL, time.monotonic() - begun)


def test_the_database_is_killed(
    whole: LiveServer, backends: Backends, person: Conversation, seen: Seen
) -> None:
    before = whole.tracker(person.talk.sender)["slots"]["findings"]
    assert before
    backends.postgresql.kill()
    for text in ("none of these", "can low vitamin d cause weakness?"):
        person.say(text)
    assert whole.tracker(person.talk.sender)["slots"]["findings"].items() >= before.items()
    newcomer = Conversation(whole.talk())
    assert emergency(newcomer.say(RED_FLAG))
    begun = time.monotonic()
    backends.postgresql.start()
    seconds_until(lambda: _in_database(backends, person) and _in_database(backends, newcomer), 60)
    seconds = time.monotonic() - begun
    person.say("thank you")
    assert person.stored() == person.said
    assert whole.tracker(person.talk.sender)["slots"]["findings"].items() >= before.items()
    seen("kill -9 of PostgreSQL", f"{USUAL}: the conversation goes on from memory", ALL, seconds)


def test_the_lock_server_is_killed(
    whole: LiveServer, backends: Backends, person: Conversation, seen: Seen
) -> None:
    backends.redis.kill()
    person.say("none of these")
    assert emergency(Conversation(whole.talk()).say(RED_FLAG))
    begun = time.monotonic()
    backends.redis.start()
    person.say("thank you")
    seconds = time.monotonic() - begun
    assert person.stored() == person.said
    seen("kill -9 of Redis", USUAL, ALL, seconds)


def test_the_lock_server_hangs(
    whole: LiveServer, backends: Backends, person: Conversation, seen: Seen
) -> None:
    backends.redis.kill(signal.SIGSTOP)
    try:
        begun = time.monotonic()
        person.say("none of these")
        assert time.monotonic() - begun < 10
    finally:
        backends.redis.kill(signal.SIGCONT)
    begun = time.monotonic()
    person.say("thank you")
    assert person.stored() == person.said
    seen("Redis hangs (SIGSTOP)", f"{USUAL}, some seconds later", ALL, time.monotonic() - begun)


def _received(backends: Backends) -> list[dict[str, Any]]:
    """Takes everything out of the queue in RabbitMQ."""
    import asyncio
    import json

    import aio_pika

    from stores.outbox import QUEUE

    async def receive() -> list[dict[str, Any]]:
        connection = await aio_pika.connect(backends.rabbitmq.url)
        async with connection:
            channel = await connection.channel()
            queue = await channel.declare_queue(QUEUE, durable=True)
            events = []
            while (message := await queue.get(fail=False)) is not None:
                events.append(json.loads(message.body))
                await message.ack()
            return events

    return asyncio.run(receive())


def test_the_broker_is_killed(
    whole: LiveServer, backends: Backends, person: Conversation, seen: Seen
) -> None:
    backends.rabbitmq.kill()
    person.say("none of these")
    person.say("thank you")
    backends.rabbitmq.start()
    begun = time.monotonic()
    received: list[str] = []

    def all_there() -> bool:
        for event in _received(backends):
            if event["sender_id"] == person.talk.sender and event["event"] == "user":
                received.append(event["text"])
        return set(received) >= set(person.said)

    seconds = seconds_until(all_there, 60)
    assert received[-len(person.said) :] == person.said or sorted(set(received)) == sorted(set(person.said))
    assert person.stored() == person.said
    seen("kill -9 of RabbitMQ", USUAL, f"{ALL}; every event is sent on", seconds + time.monotonic() - begun)


def test_the_server_is_killed_in_the_middle_of_a_turn(
    whole: LiveServer, person: Conversation, seen: Seen
) -> None:
    actions, rasa = whole.actions_process(), whole.rasa_process()
    assert actions is not None
    assert rasa is not None
    acknowledged = list(person.said)
    actions.send_signal(signal.SIGSTOP)
    unanswered: list[BaseException] = []

    def ask() -> None:
        try:
            person.talk.say("can low vitamin d cause weakness?")
        except httpx.HTTPError as error:
            unanswered.append(error)

    turn = threading.Thread(target=ask)
    turn.start()
    time.sleep(1)
    rasa.kill()
    actions.send_signal(signal.SIGCONT)
    turn.join(60)
    assert unanswered, "the turn was answered by a server that was dead"
    begun = time.monotonic()

    def answers() -> bool:
        try:
            return bool(whole.talk().say("hello"))
        except httpx.HTTPError:
            return False

    seconds_until(answers, 240)
    seconds = time.monotonic() - begun
    assert person.stored() == acknowledged
    assert person.say("can low vitamin d cause weakness?")
    assert person.stored() == person.said
    told = "no answer to that one message (the chat page says so and offers to send it again)"
    seen("kill -9 of the Rasa server in a turn", told, f"{ALL}; the unanswered one is not there", seconds)
