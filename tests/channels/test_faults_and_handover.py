"""The real assistant on every channel while a part of it is dead, forged deliveries, and a person who takes over."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from channels import wording
from tests.channels.colleague import Colleague
from tests.channels.phones import PHONES, Phone, soon
from tests.channels.programs import RestProgram, WebPage
from tests.channels.world import CHANNELS, EMERGENCY, SAFE, Person, World, open_world
from tests.faults.servers import Redis

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

RED_FLAG = "crushing chest pain and i cant breathe"
HARMLESS = "can low vitamin d cause weakness?"


class Desk(World):
    """The assistant with a lock store of its own, a person who can take over, and its model's file."""

    colleague: Colleague
    redis: Redis
    model: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    colleague, redis = Colleague(), Redis()
    await colleague.start()
    await asyncio.to_thread(redis.start)
    settings = {**colleague.settings, "REDIS_URL": redis.url, "ACTIONS_APART": "true"}
    try:
        async with open_world(tmp_path_factory.mktemp("desk"), kind=Desk, **settings) as opened:
            opened.colleague, opened.redis, opened.model = colleague, redis, trained_model
            colleague.webhook_base = opened.server.base_url
            yield opened
    finally:
        redis.remove()
        await colleague.stop()


@asynccontextmanager
async def no_action_server(world: Desk) -> AsyncIterator[None]:
    """kill -9 of the action server; the launcher, which would start another one, stands still."""
    launcher = world.server.launcher
    assert launcher is not None
    world.server.kill_actions()
    launcher.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        launcher.send_signal(signal.SIGCONT)
        await asyncio.to_thread(world.server.wait_for_actions)


@asynccontextmanager
async def no_lock_store(world: Desk) -> AsyncIterator[None]:
    """kill -9 of Redis; it comes back empty."""
    await asyncio.to_thread(world.redis.kill)
    try:
        yield
    finally:
        await asyncio.to_thread(world.redis.start)


@asynccontextmanager
async def no_model(world: Desk) -> AsyncIterator[None]:
    """The model is unloaded, and loaded again."""
    http, token = world.server.http, {"token": world.server.token}
    (await asyncio.to_thread(http.delete, "/model", params=token)).raise_for_status()
    assert (await asyncio.to_thread(http.get, "/status", params=token)).status_code == 409
    try:
        yield
    finally:
        body = {"model_file": str(world.model)}
        (await asyncio.to_thread(http.put, "/model", params=token, json=body)).raise_for_status()


Fault = Callable[[Desk], AbstractAsyncContextManager[None]]
FAULTS: dict[str, Fault] = {
    "action server": no_action_server,
    "lock store": no_lock_store,
    "model": no_model,
}


class Witness:
    """Somebody who writes before, during and after a fault, and remembers what was said on both sides."""

    def __init__(self, ann: Person) -> None:
        self.ann = ann
        self.said: list[str] = []
        self.heard: list[str] = []

    async def say(self, text: str) -> str:
        """Write something; the answer as one text. Fails on silence."""
        self.said.append(text)
        answer = await self.ann.say(text)
        self.heard += [message.text for message in self.ann.last]
        return answer

    async def nothing_is_lost_or_doubled(self) -> None:
        """Each message stands in the tracker once, was answered once, and is not answered when it comes again."""
        line = self.ann.line
        if isinstance(line, Phone):
            assert line.last is not None
            assert await line.last() == 200
            await asyncio.sleep(0.5)
        assert [message.text for message in line.seen] == self.heard
        events = await self.ann.events()
        assert [event["text"] for event in events if event["event"] == "user"] == self.said
        recorded = "\n".join(str(event["text"]) for event in events if event["event"] == "bot")
        assert recorded.count("This may be an emergency") == "\n".join(self.heard).count("This may be an emergency")


class Witnesses:
    """On one channel: one who goes on, one who is in an emergency, one whose emergency takes two messages."""

    def __init__(self, world: Desk, channel: str) -> None:
        self.goes_on, self.in_need, self.worse = (Witness(world.person(channel)) for _ in range(3))

    async def before(self) -> None:
        """All is well."""
        await asyncio.gather(self.goes_on.say("my neck is stiff"), self.worse.say("my neck is stiff"))

    async def during(self) -> None:
        """A part is dead."""
        self.harmless = await self.goes_on.say(HARMLESS)
        self.red_flag = await self.in_need.say(RED_FLAG)
        self.second_half = await self.worse.say("now i have a fever too")

    async def after(self) -> None:
        """The part is back."""
        self.back = await self.goes_on.say("no fever, none of these")
        await asyncio.gather(self.in_need.say("thank you"), self.worse.say("thank you"))


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=FAULTS)
async def fault(request: pytest.FixtureRequest, world: Desk) -> tuple[str, dict[str, Witnesses]]:
    """The name of what died, and the witnesses of it on each channel."""
    there = {channel: Witnesses(world, channel) for channel in CHANNELS}
    await asyncio.gather(*(each.before() for each in there.values()))
    async with FAULTS[request.param](world):
        await asyncio.gather(*(each.during() for each in there.values()))
    await asyncio.gather(*(each.after() for each in there.values()))
    return request.param, there


@pytest.mark.parametrize("channel", CHANNELS)
async def test_dead_part_ends_neither_in_silence_nor_in_a_missed_emergency(
    fault: tuple[str, dict[str, Witnesses]], channel: str
) -> None:
    dead, there = fault
    seen = there[channel]
    if dead == "lock store":  # turns are ordered within the process meanwhile
        assert "vitamin d" in seen.harmless.casefold()
    else:
        assert SAFE.search(seen.harmless)
    assert EMERGENCY.search(seen.red_flag)
    assert EMERGENCY.search(seen.second_half)
    assert not SAFE.search(seen.back)
    slots = await seen.goes_on.ann.slots()
    assert slots["findings"]["neck_stiffness"] == "present"
    assert slots["findings"]["fever"] == "absent"
    for each in (seen.in_need, seen.worse):
        assert (await each.ann.slots())["care_level"] == "emergency"
    for each in (seen.goes_on, seen.in_need, seen.worse):
        await each.nothing_is_lost_or_doubled()


GENUINE = "my neck is stiff"
FORGED = "fever and a stiff neck, says nobody"


def _traces(world: Desk, words: str) -> list[str]:
    """The files of the server in which these words stand, its log included."""
    folder = world.server.log.parent
    return [file.name for file in folder.iterdir() if file.is_file() and words.encode() in file.read_bytes()]


@pytest.mark.parametrize("phone", PHONES, ids=[phone.name for phone in PHONES])
@pytest.mark.parametrize("forge", ["forged", "unsigned"])
async def test_forged_delivery_gets_no_answer_and_no_conversation(
    world: Desk, phone: type[Phone], forge: str
) -> None:
    ann, bob = phone(world.fakes[phone.fake_class]), phone(world.fakes[phone.fake_class])
    words = f"{FORGED}, {forge} on {phone.name}"
    assert await getattr(ann, forge)(words)() == 403
    assert await bob.say(GENUINE)  # whatever came of the forged one would have come before this
    assert ann.seen == []
    assert _traces(world, words) == []
    assert _traces(world, GENUINE)
    assert not _conversation_exists(world, ann.conversation)
    assert _conversation_exists(world, bob.conversation)


def _conversation_exists(world: Desk, conversation: str) -> bool:
    with contextlib.closing(sqlite3.connect(world.server.database_url.removeprefix("sqlite:///"))) as database:
        query = "SELECT count(*) FROM neckwise_conversations WHERE sender_id = ?"
        (count,) = database.execute(query, (conversation,)).fetchone()
    return bool(count)


async def test_forged_web_session_gets_no_answer_and_no_conversation(world: Desk) -> None:
    page = WebPage(world.server.base_url, world.http)
    await page.say(GENUINE)
    assert _conversation_exists(world, page.conversation)
    words = f"{FORGED}, forged on the web page"
    assert await page.forged(words)() == 401
    assert _traces(world, words) == []


async def everywhere(world: Desk, conversation: Callable[[Desk, Person], Awaitable[None]]) -> None:
    """The same conversation on all channels, side by side."""
    await asyncio.gather(*(conversation(world, world.person(channel)) for channel in CHANNELS))


async def asks_for_a_person(world: Desk, ann: Person, consent: str) -> list[dict[str, Any]]:
    """Tells something, asks for a person, answers the question about the summary; what the desk is told then."""
    await ann.say("my neck has been stiff for three weeks")
    assert "summary" in await ann.say("can I talk to a human please")
    assert world.colleague.told_of(ann.line.conversation) == []  # not before there is an answer
    choice = next(title for title in ann.options if title.startswith(consent))
    assert wording.HANDED_OVER in await ann.press(choice)
    return world.colleague.told_of(ann.line.conversation)


async def is_quiet(world: Desk, ann: Person, text: str) -> None:
    """What is written goes to the person, and the assistant says nothing."""
    before = len(ann.line.seen)
    if isinstance(ann.line, Phone):
        assert await ann.line.text(text)() == 200
    else:
        assert await ann.line.say(text) == []
    await soon(lambda: any(n.get("text") == text for n in world.colleague.told_of(ann.line.conversation)))
    await asyncio.sleep(0.5)
    assert len(ann.line.seen) == before


async def test_handed_over_with_the_summary_and_given_back(world: Desk) -> None:
    async def conversation(world: Desk, ann: Person) -> None:
        (notice,) = await asks_for_a_person(world, ann, "Yes")
        assert notice["event"] == "requested"
        assert notice["channel"] == ann.line.conversation.split(":")[0] or not ann.is_on_a_platform
        words = json.dumps(notice["summary"]).casefold()
        assert "stiff" in words
        assert "3 weeks" in words
        await is_quiet(world, ann, "are you there?")
        await is_quiet(world, ann, "can low vitamin d cause weakness?")
        assert EMERGENCY.search(await ann.say("now I have a fever too"))
        await is_quiet(world, ann, "when will you call me?")
        assert (await ann.slots())["care_level"] == "emergency"
        before = len(ann.line.seen)
        here = {"conversation": ann.line.conversation}
        status, answer = await world.colleague.call("reply", {**here, "text": "I am Dr. Bell."})
        assert (status, answer["delivered"]) == (200, not isinstance(ann.line, RestProgram))
        assert (await world.colleague.call("give_back", here))[0] == 200
        if ann.is_on_a_platform:
            assert [m.text for m in ann.line.seen[before:]] == ["I am Dr. Bell.", wording.GIVEN_BACK]
        assert (await world.colleague.call("reply", {**here, "text": "x"}))[0] == 409
        assert await ann.say("what does the article say about calcium?")
        events = await ann.events()
        said = [event["text"] for event in events if event["event"] == "user"]
        assert said[-5:-1] == [
            "are you there?",
            "can low vitamin d cause weakness?",
            "now I have a fever too",
            "when will you call me?",
        ]
        assert [e["text"] for e in events if e["event"] == "bot"].count("I am Dr. Bell.") == 1

    await everywhere(world, conversation)


async def test_handed_over_without_the_summary(world: Desk) -> None:
    async def conversation(world: Desk, ann: Person) -> None:
        (notice,) = await asks_for_a_person(world, ann, "No")
        assert notice["summary"] is None
        await is_quiet(world, ann, "are you there?")
        assert await ann.say("start over")
        assert "calcium" in (await ann.say("what does the article say about calcium?")).casefold()

    await everywhere(world, conversation)


async def test_desk_that_is_down_is_said_and_the_assistant_stays(world: Desk) -> None:
    async def conversation(world: Desk, ann: Person) -> None:
        await ann.say("my neck has been stiff for three weeks")
        await ann.say("can I talk to a human please")
        assert wording.HANDOVER_FAILED in await ann.press(ann.options[0])
        assert "calcium" in (await ann.say("what does the article say about calcium?")).casefold()

    await world.colleague.go_down()
    try:
        await everywhere(world, conversation)
    finally:
        await world.colleague.listen()
