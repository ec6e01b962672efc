"""Deliveries of every platform, truly signed, with nonsense in them: no 500, no crash, and whoever writes next is answered."""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.channels.platforms.facebook import FakeFacebook
from tests.channels.platforms.slack import FakeSlack
from tests.channels.platforms.telegram import FakeTelegram
from tests.channels.platforms.twilio import FakeTwilio
from tests.channels.world import World, open_world

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

DELIVERIES = int(os.environ.get("FUZZ", "60"))
ODD: list[Any] = [
    None, True, 0, -1, 1e308, 10**30, "", " ", "\0", "\ud800", "\u202e", "x" * 5000, [], {}, [[]], {"": None}, [None],
    {"id": {}}, "/restart", "12", "D1", "https://x", ["fever"], {"text": ["a"]}, {"id": None}, {"id": "\0"},
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All places in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


def spoilt(chance: random.Random, value: Any) -> Any:
    """`value` with something odd in the place of one to three of its parts, or with a part left out."""
    spoilt = copy.deepcopy(value)
    for _ in range(chance.randint(1, 3)):
        place = chance.choice(places(spoilt))
        if not place:
            continue
        holder = spoilt
        for key in place[:-1]:
            holder = holder[key]
        if isinstance(holder, dict) and chance.random() < 0.2:
            del holder[place[-1]]
        else:
            holder[place[-1]] = copy.deepcopy(chance.choice(ODD))
    return copy.deepcopy(chance.choice(ODD)) if chance.random() < 0.05 else spoilt


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("fuzz")) as opened:
        yield opened


def deliveries(world: World) -> dict[str, tuple[list[Any], Callable[[Any], Awaitable[Any]]]]:
    """For each platform, what it delivers and how."""
    by_kind: dict[type, Any] = {type(fake): fake for fake in world.fakes.values()}
    telegram, slack = by_kind[FakeTelegram], by_kind[FakeSlack]
    facebook, twilio = by_kind[FakeFacebook], by_kind[FakeTwilio]
    press = {"type": "button", "action_id": "0", "value": "yes", "text": {"type": "plain_text", "text": "Yes"}}
    event = {"object": "page", "entry": [{"id": "1", "time": 1, "messaging": [facebook.message("77", "my neck is stiff")]}]}

    async def by_facebook(body: Any) -> Any:
        return await facebook.post_raw(json.dumps(body).encode())

    async def by_slack(body: Any) -> Any:
        return (await slack.post_event(body) if random.random() < 0.7 else await slack.post_json(body))[0]

    async def by_slack_press(body: Any) -> Any:
        return (await slack.post_action(body))[0]

    async def by_twilio(form: Any) -> Any:
        fields = {str(key): str(value) for key, value in form.items()} if isinstance(form, dict) else {"Body": str(form)}
        return await twilio.post({key: value.encode("utf-8", "replace").decode() for key, value in fields.items()})

    return {
        "telegram": ([telegram.message(5, text="my neck is stiff"), telegram.pressed_data(5, "0:1")], telegram.post_update),
        "slack": ([slack.message("D05", "U05", "my neck is stiff")], by_slack),
        "slack press": ([slack.pressed("D05", "U05", press, {"ts": "1.2", "text": "?"})], by_slack_press),
        "facebook": ([event], by_facebook),
        "twilio": ([twilio.message("+15550005", "my neck is stiff")], by_twilio),
    }


@pytest.mark.parametrize("platform", ["telegram", "slack", "slack press", "facebook", "twilio"])
@pytest.mark.asyncio(loop_scope="module")
async def test_spoilt_deliveries_are_refused_or_passed_over(world: World, platform: str) -> None:
    chance = random.Random(platform)
    examples, deliver = deliveries(world)[platform]
    for _ in range(DELIVERIES):
        body = spoilt(chance, chance.choice(examples))
        status = await deliver(body)
        assert status < 500, f"{status} for {body!r}"


@pytest.mark.parametrize("channel", ["telegram", "slack", "facebook", "sms", "whatsapp"])
@pytest.mark.asyncio(loop_scope="module")
async def test_whoever_writes_next_is_answered(world: World, channel: str) -> None:
    person = world.person(channel)
    for fake in world.fakes.values():
        fake.refusals.clear()  # answers to those whom a spoilt delivery invented
    assert "This may be an emergency" in await person.say("i have a fever and my neck is very stiff")
