"""What is measured: CPU of a turn, throughput, parsing, long conversations, many conversations."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence

import aiohttp

from tests.benchmarks.systems import System, a_sender

PLAIN = "goodbye"
WITH_ACTION = "can low vitamin d cause weakness?"
ASSESSMENT = ["i have a stiff neck", "none of these", "none of these", "two weeks", "none of these"]
TURNS_A_PERSON = 8


def turn_cpu_ms(system: System, text: str, turns: int = 40) -> float:
    """CPU of one turn, over `turns` of them, eight to a conversation."""
    sender = a_sender()
    system.say(sender, "hello")
    before = system.cpu_seconds()
    for turn in range(turns):
        if turn and turn % TURNS_A_PERSON == 0:
            sender = a_sender()
        system.say(sender, text)
    return (system.cpu_seconds() - before) / turns * 1000


def assessment_cpu_ms(system: System, conversations: int = 6) -> float:
    """CPU of one turn of an assessment."""
    before = system.cpu_seconds()
    for _ in range(conversations):
        sender = a_sender()
        for text in ASSESSMENT:
            system.say(sender, text)
    return (system.cpu_seconds() - before) / (conversations * len(ASSESSMENT)) * 1000


def parse_cpu_ms(system: System, parses: int = 60) -> float:
    """CPU of one message through the pipeline alone, over HTTP."""
    texts = ["my neck is stiff since monday and i have no fever", WITH_ACTION, "hello", "none of these"]
    before = system.cpu_seconds()
    for number in range(parses):
        system.parse(texts[number % len(texts)])
    return (system.cpu_seconds() - before) / parses * 1000


def throughput(systems: Sequence[System], people: int, seconds: float = 6.0) -> tuple[float, list[float]]:
    """Turns a second with `people` talking at once, spread over `systems`; and how long each turn took."""
    return asyncio.run(_talk_at_once(systems, people, seconds))


async def _talk_at_once(systems: Sequence[System], people: int, seconds: float) -> tuple[float, list[float]]:
    waits: list[float] = []
    end = time.monotonic() + seconds

    async def person(number: int, session: aiohttp.ClientSession) -> None:
        turn, sender = 0, a_sender()
        while time.monotonic() < end:
            system = systems[(number + turn) % len(systems)]
            text = (WITH_ACTION, PLAIN)[turn % 2]
            if turn and turn % TURNS_A_PERSON == 0:
                sender = a_sender()
            begun = time.monotonic()
            body = {"sender": sender, "message": text}
            async with session.post(f"{system.base_url}/webhooks/rest/webhook", json=body) as response:
                response.raise_for_status()
                assert await response.json(), "a silent turn"
            waits.append(time.monotonic() - begun)
            turn += 1

    begun = time.monotonic()
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(person(number, session) for number in range(people)))
    return len(waits) / (time.monotonic() - begun), waits


def along_one_conversation(system: System, marks: Sequence[int], around: int = 8) -> dict[int, float]:
    """CPU of a turn (ms) of one conversation at each of `marks`, over the `around` turns from there."""
    sender, costs, turn = a_sender(), {}, 0
    for mark in marks:
        while turn < mark:
            system.say(sender, WITH_ACTION)
            turn += 1
        before = system.cpu_seconds()
        for _ in range(around):
            system.say(sender, WITH_ACTION)
            turn += 1
        costs[mark] = (system.cpu_seconds() - before) / around * 1000
    return costs


def interleaved(rounds: int, *measures: object) -> list[list[float]]:
    """Calls each measure in turn, `rounds` times, so that a busy machine is busy for all of them."""
    seen: list[list[float]] = [[] for _ in measures]
    for _ in range(rounds):
        for values, measure in zip(seen, measures, strict=True):
            assert callable(measure)
            values.append(measure())
    return seen


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios of each round."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
