"""The channels that answer in the HTTP response itself: each message has one turn, and one reply however often it is asked."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from channels import rest, web
from channels.gate import Gate
from channels.rest import RestInput
from channels.web import WebChannel
from tests.channels.programs import Program, RestProgram, WebPage
from tests.channels.scripted import ScriptedSafetyNet
from tests.channels.stage import Stage, settings_for


@pytest.fixture(params=[RestProgram, WebPage], ids=["rest", "web"])
async def people(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Stage, list[Program]]]:
    """Fifty people on one channel."""
    gate = functools.partial(Gate, safety_net=ScriptedSafetyNet())
    monkeypatch.setattr(rest, "Gate", gate)
    monkeypatch.setattr(web, "Gate", gate)
    on_web = request.param is WebPage
    stage = Stage([WebChannel(settings_for(tmp_path), tmp_path) if on_web else RestInput()])
    await stage.start()
    async with aiohttp.ClientSession() as http:
        yield stage, [request.param(stage.base_url, http) for _ in range(50)]
    await stage.stop()


async def test_thousand_deliveries_every_third_repeated(people: tuple[Stage, list[Program]]) -> None:
    stage, persons = people
    for person in persons:
        if isinstance(person, WebPage):
            await person.begin()

    async def give(number: int) -> None:
        person, message_id = persons[number % 50], f"message-{number:04}"
        times = 2 if number % 3 == 0 else 1
        replies = await asyncio.gather(
            *(person.say(f"number {number}", message_id=message_id) for _ in range(times))
        )
        assert all([shown.text for shown in reply] == [f"You said: number {number}"] for reply in replies)

    for start in range(0, 1000, 50):
        await asyncio.gather(*(give(number) for number in range(start, start + 50)))
    assert sorted(m.text for m in stage.agent.heard) == sorted(f"number {n}" for n in range(1000))
