"""What is measured: CPU of a turn, throughput, parsing, long conversations, many conversations."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence

import aiohttp

from tests.benchmarks.systems import System, a_sender

# Each message differs from those before it, as people's do: what is remembered of an earlier one must not help. Those that
# need an action and those that do not are of one length and name no symptom, so that what differs is the action.
PLAIN = [
    f"{goodbye} {thanks}, {wish}"
    for goodbye in ("goodbye", "ok bye then", "bye for now", "see you later")
    for thanks in ("and take care", "i have to go", "i am leaving now")
    for wish in ("talk to you another time", "until next time", "have a good evening", "have a nice day")
]
WITH_ACTION = [
    f"{which} {foods} {have} {nutrient}?"
    for which in ("please tell me which", "and which", "do you know what")
    for foods in ("foods", "things to eat", "meals")
    for have in ("contain a lot of", "are good for")
    for nutrient in ("vitamin d", "magnesium", "vitamin b12")
]
PARSED = [
    f"{neck} {since} and {other}"
    for neck in ("my neck is stiff", "i can not turn my head", "stiffness in my neck", "my neck aches")
    for since in ("since monday", "for two weeks", "since i woke up")
    for other in ("i have no fever", "my arm is tingling", "i feel tired", "no headache")
]
ASSESSMENT = ["i have a stiff neck", "none of these", "none of these", "two weeks", "none of these"]
TURNS_A_PERSON = 8


ENOUGH_CPU_SECONDS = 1.0
"""The clock of the CPU ticks a hundred times a second: what is measured must be long beside that."""

MOST_TURNS = 480


def turn_cpu_ms(system: System, texts: Sequence[str]) -> float:
    """CPU of one turn, `texts` in turn, eight to a conversation; so many turns that the clock tells them apart."""
    sender = a_sender()
    system.say(sender, "hello")
    turn, before = 0, system.cpu_seconds()
    while turn < MOST_TURNS and (turn % len(texts) or system.cpu_seconds() - before < ENOUGH_CPU_SECONDS):
        if turn and turn % TURNS_A_PERSON == 0:
            sender = a_sender()
        system.say(sender, texts[turn % len(texts)])
        turn += 1
    return (system.cpu_seconds() - before) / turn * 1000


def assessment_cpu_ms(system: System, conversations: int = 24) -> float:
    """CPU of one turn of an assessment."""
    before = system.cpu_seconds()
    for _ in range(conversations):
        sender = a_sender()
        for text in ASSESSMENT:
            system.say(sender, text)
    return (system.cpu_seconds() - before) / (conversations * len(ASSESSMENT)) * 1000


def parse_cpu_ms(system: System, parses: int = 240) -> float:
    """CPU of one message through the pipeline alone, over HTTP."""
    before = system.cpu_seconds()
    for number in range(parses):
        system.parse(PARSED[number % len(PARSED)])
    return (system.cpu_seconds() - before) / parses * 1000


def throughput(
    systems: Sequence[System], people: int, seconds: float = 6.0, turns: int | None = None
) -> tuple[float, list[float]]:
    """Turns a second with `people` talking at once, spread over `systems`; and how long each turn took.

    It ends after `seconds`, or where `turns` is given after so many of them.
    """
    return asyncio.run(_talk_at_once(systems, people, seconds, turns))


async def _talk_at_once(
    systems: Sequence[System], people: int, seconds: float, turns: int | None
) -> tuple[float, list[float]]:
    waits: list[float] = []
    end = time.monotonic() + seconds

    def goes_on() -> bool:
        return time.monotonic() < end if turns is None else len(waits) < turns

    async def person(number: int, session: aiohttp.ClientSession) -> None:
        turn, sender = 0, a_sender()
        while goes_on():
            system = systems[number % len(systems)]  # a person keeps a connection
            texts = (WITH_ACTION, PLAIN)[turn % 2]
            text = texts[(number * 7 + turn) % len(texts)]
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
            system.say(sender, WITH_ACTION[turn % len(WITH_ACTION)])
            turn += 1
        before = system.cpu_seconds()
        for _ in range(around):
            system.say(sender, WITH_ACTION[turn % len(WITH_ACTION)])
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
