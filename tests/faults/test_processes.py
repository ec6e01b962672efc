"""Several server processes over one PostgreSQL and one Redis end in the state that one process gives."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.faults.conftest import QUICK
from tests.faults.crowd import SCRIPT, a_session, ended_by, say, state, talk_at_once, texts
from tests.faults.servers import PostgreSQL, Redis
from tests.live_server import LiveServer, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

WORKERS = 4
CONVERSATIONS = 200
BURSTS = 20
BURST = 40

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


def test_several_processes_are_at_work(cluster: LiveServer) -> None:
    rasa = cluster.rasa_process()
    assert rasa is not None
    assert len(rasa.children(recursive=True)) >= WORKERS


def test_two_hundred_conversations_over_four_processes_end_as_one_process_ends_them(
    cluster: LiveServer, server: LiveServer
) -> None:
    expected = ended_by(server)
    senders = talk_at_once(cluster, CONVERSATIONS)
    for sender in senders:
        assert texts(cluster, sender) == SCRIPT
        assert state(cluster, sender) == expected


def test_bursts_of_one_conversation_lose_nothing_and_nobody_waits_long(cluster: LiveServer) -> None:
    waits: list[float] = []

    async def burst(sender: str) -> dict[int, tuple[float, float]]:
        places = asyncio.Semaphore(8)
        times: dict[int, tuple[float, float]] = {}

        async def one(number: int) -> None:
            async with places:
                begun = time.monotonic()
                await say(session, cluster.base_url, sender, f"thank you for part {number} of it")
                times[number] = begun, time.monotonic()

        async with a_session() as session:
            await asyncio.gather(*(one(number) for number in range(BURST)))
        return times

    for _ in range(BURSTS):
        sender = f"burst-{uuid.uuid4().hex}"
        times = asyncio.run(burst(sender))
        waits += [ended - begun for begun, ended in times.values()]
        found = texts(cluster, sender)
        assert sorted(found) == sorted(f"thank you for part {number} of it" for number in range(BURST))
        stored = [times[int(text.split()[4])] for text in found]
        # eight are on their way at any time and may overtake each other there; but what was answered before another
        # message was sent stands before it
        for place, (begun, _) in enumerate(stored):
            assert all(ended > begun for _, ended in stored[place + 1 :]), "out of order"
        kinds = [e["event"] for e in cluster.tracker(sender)["events"] if e["event"] in ("user", "bot")]
        assert all(kinds[i + 1] == "bot" for i, kind in enumerate(kinds) if kind == "user"), (
            "turns are mixed up"
        )
    assert max(waits) < 5, f"the longest wait was {max(waits):.1f} s"


def test_a_killed_worker_takes_nothing_with_it(cluster: LiveServer, seen: Callable[..., None]) -> None:
    rasa = cluster.rasa_process()
    assert rasa is not None
    sender, answered = f"killed-{uuid.uuid4().hex}", []

    async def talk() -> None:
        for number in range(24):
            text = f"thank you for part {number} of it"
            if number == 8:
                victim = max(rasa.children(recursive=True), key=lambda worker: worker.cpu_times().user)
                victim.kill()
            async with a_session() as session:
                try:
                    await say(session, cluster.base_url, sender, text)
                except aiohttp.ClientError:
                    continue  # it was on its way to the one that died: not acknowledged
            answered.append(text)

    asyncio.run(talk())
    assert len(answered) >= 23
    found = texts(cluster, sender)
    assert [text for text in found if text in answered] == answered
    assert len(found) == len(set(found))
    begun = time.monotonic()
    wait_until(lambda: len(rasa.children(recursive=True)) == WORKERS, 30, "another worker in its place")
    told = "the usual answer, from the others; none to a message that was on its way to this one"
    seen("kill -9 of one of four server processes", told, "every acknowledged message, once", time.monotonic() - begun)
