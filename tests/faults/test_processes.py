"""Several server processes over one PostgreSQL and one Redis end in the state that one process gives."""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.faults.conftest import QUICK
from tests.faults.servers import PostgreSQL, Redis
from tests.live_server import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

WORKERS = 4
CONVERSATIONS = 200
AT_ONCE = 12
BURSTS = int(os.environ.get("BURSTS", "3"))
BURST = 40

SCRIPT = [
    "hello",
    "i have a stiff neck and i feel tired",
    "no fever and no headache",
    "can low vitamin d cause weakness?",
    "thank you",
]
STATE = ("findings", "subject", "care_level", "topic", "assessment_complete")


@pytest.fixture(scope="module")
def cluster(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One address with four server processes behind it, over PostgreSQL and Redis."""
    postgresql, redis = PostgreSQL(), Redis()
    try:
        postgresql.start()
        redis.start()
        settings = {
            **QUICK,
            "TURN_TIMEOUT_SECONDS": "60",
            "ACTION_TIMEOUT_SECONDS": "20",
            "DATABASE_URL": postgresql.url,
            "REDIS_URL": redis.url,
            "SANIC_WORKERS": str(WORKERS),
        }
        with LiveServer(tmp_path_factory.mktemp("cluster"), settings) as running:
            yield running
    finally:
        redis.remove()
        postgresql.remove()


async def say(session: aiohttp.ClientSession, server: LiveServer, sender: str, text: str) -> None:
    """One turn on a connection of its own, so that any of the processes may get it."""
    body = {"sender": sender, "message": text}
    url = f"{server.base_url}/webhooks/rest/webhook"
    async with session.post(url, json=body, headers={"Connection": "close"}) as response:
        assert response.status == 200, await response.text()
        assert await response.json(), f"no answer to {text!r}"


def a_session() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(force_close=True, limit=0)
    return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=120))


def state(server: LiveServer, sender: str) -> dict[str, Any]:
    slots = server.tracker(sender)["slots"]
    return {name: slots[name] for name in STATE}


def texts(server: LiveServer, sender: str) -> list[str]:
    return [event["text"] for event in server.tracker(sender)["events"] if event["event"] == "user"]


def test_several_processes_are_at_work(cluster: LiveServer) -> None:
    rasa = cluster.rasa_process()
    assert rasa is not None
    assert len(rasa.children(recursive=True)) >= WORKERS


def test_two_hundred_conversations_over_four_processes_end_as_one_process_ends_them(
    cluster: LiveServer, server: LiveServer
) -> None:
    alone = server.talk()
    for text in SCRIPT:
        alone.say(text)
    expected = state(server, alone.sender)
    assert expected["findings"], expected
    senders = [f"crowd-{uuid.uuid4().hex}" for _ in range(CONVERSATIONS)]

    async def talk_all() -> None:
        places = asyncio.Semaphore(AT_ONCE)

        async def talk(sender: str) -> None:
            async with places:
                for text in SCRIPT:
                    await say(session, cluster, sender, text)

        async with a_session() as session:
            await asyncio.gather(*(talk(sender) for sender in senders))

    asyncio.run(talk_all())
    for sender in senders:
        assert texts(cluster, sender) == SCRIPT
        assert state(cluster, sender) == expected


def test_bursts_of_one_conversation_lose_nothing_and_nobody_waits_long(cluster: LiveServer) -> None:
    waits: list[float] = []

    async def burst(sender: str) -> None:
        places = asyncio.Semaphore(8)

        async def one(number: int) -> None:
            async with places:
                begun = time.monotonic()
                await say(session, cluster, sender, f"thank you for part {number} of it")
                waits.append(time.monotonic() - begun)

        async with a_session() as session:
            await asyncio.gather(*(one(number) for number in range(BURST)))

    for _ in range(BURSTS):
        sender = f"burst-{uuid.uuid4().hex}"
        asyncio.run(burst(sender))
        found = texts(cluster, sender)
        assert sorted(found) == sorted(f"thank you for part {number} of it" for number in range(BURST))
        numbers = [int(text.split()[4]) for text in found]
        # eight are on their way at any time, each to a process that may be busy: those may overtake each other
        assert all(abs(place - number) <= 16 for place, number in enumerate(numbers))
        kinds = [e["event"] for e in cluster.tracker(sender)["events"] if e["event"] in ("user", "bot")]
        assert all(kinds[i + 1] == "bot" for i, kind in enumerate(kinds) if kind == "user"), (
            "turns are mixed up"
        )
    assert max(waits) < 5, f"the longest wait was {max(waits):.1f} s"
