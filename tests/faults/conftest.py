"""An assistant on a PostgreSQL, a Redis and a RabbitMQ of its own, and the table of what was seen."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from settings import ROOT
from tests.faults.servers import PostgreSQL, RabbitMQ, Redis, Server
from tests.live_server import LiveServer, Talk

RED_FLAG = "i have a fever and my neck is very stiff"
SEEN = ROOT / "build" / "faults.json"
QUICK = {"ACTION_TIMEOUT_SECONDS": "3", "TURN_TIMEOUT_SECONDS": "8", "MESSAGES_PER_MINUTE": "6000"}


@dataclass
class Backends:
    """The servers behind the assistant."""

    postgresql: PostgreSQL
    redis: Redis
    rabbitmq: RabbitMQ

    @property
    def all(self) -> list[Server]:
        return [self.postgresql, self.redis, self.rabbitmq]

    @property
    def settings(self) -> dict[str, str]:
        """The settings that name them."""
        return {
            "DATABASE_URL": self.postgresql.url,
            "REDIS_URL": self.redis.url,
            "RABBITMQ_URL": self.rabbitmq.url,
            "ACTIONS_APART": "true",
            **QUICK,
        }


@pytest.fixture(scope="package")
def backends() -> Iterator[Backends]:
    """PostgreSQL, Redis and RabbitMQ, not started."""
    made = Backends(PostgreSQL(), Redis(), RabbitMQ())
    yield made
    for server in made.all:
        server.remove()


@pytest.fixture(scope="package")
def assistant(
    trained_model: Path, backends: Backends, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """An assistant that was started while none of its servers was there; they come up meanwhile."""
    with LiveServer(tmp_path_factory.mktemp("assistant"), backends.settings) as running:
        yield running


@pytest.fixture
def whole(assistant: LiveServer, backends: Backends) -> LiveServer:
    """The assistant with everything there."""
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda server: server.answers() or server.start(), backends.all))
    assistant.wait_for_actions()
    return assistant


@dataclass
class Conversation:
    """A person who keeps count of what was said and answered."""

    talk: Talk
    said: list[str] = field(default_factory=list)

    def say(self, text: str) -> list[dict[str, Any]]:
        """Says something; fails when nothing comes back."""
        self.said.append(text)
        messages = self.talk.say(text)
        assert messages, f"no answer to {text!r}"
        assert all(message.get("text") for message in messages)
        return messages

    def stored(self) -> list[str]:
        """What the assistant has kept of what the person said."""
        events = self.talk.server.tracker(self.talk.sender)["events"]
        return [event["text"] for event in events if event["event"] == "user"]


@pytest.fixture
def person(whole: LiveServer) -> Conversation:
    """Somebody who has said something already."""
    somebody = Conversation(whole.talk())
    somebody.say("hello")
    somebody.say("i have a stiff neck")
    return somebody


def emergency(messages: list[dict[str, Any]]) -> bool:
    """Whether the emergency message is among these, by its own words: the safe message names the numbers as well."""
    return any("This may be an emergency" in message["text"] for message in messages)


def seconds_until(true: Callable[[], bool], limit: float) -> float:
    """How long it took until `true()`; fails after `limit` seconds."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < limit, f"not back after {limit:g} s"
        time.sleep(0.2)
    return time.monotonic() - begun


@pytest.fixture
def seen() -> Callable[..., None]:
    """Writes a row of the table: the fault, what the person is told, what is kept, how long until normal."""

    def write(fault: str, told: str, kept: str, seconds: float) -> None:
        rows = json.loads(SEEN.read_text(encoding="utf-8")) if SEEN.exists() else {}
        rows[fault] = {"told": told, "kept": kept, "seconds": round(seconds, 1)}
        SEEN.parent.mkdir(exist_ok=True)
        SEEN.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    return write
