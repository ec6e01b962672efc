"""The real assistant on every channel while a part of it is dead, forged deliveries, and a person who takes over."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.channels.colleague import Colleague
from tests.channels.phones import Phone
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
    settings = {**colleague.settings, "REDIS_URL": redis.url}
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
