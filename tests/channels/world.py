"""The real assistant with all platforms around it, and people who talk to it on each channel."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from tests.channels.phones import PHONES, Phone
from tests.channels.platforms.fake import FakePlatform, Shown
from tests.channels.programs import RestProgram, WebPage
from tests.live_server import LiveServer

CHANNELS = ["web", "rest", *(phone.name for phone in PHONES)]
EMERGENCY = re.compile(r"\bThis may be an emergency\b")
"""The emergency message. Its numbers prove nothing: the greeting and the safe message name them as well."""

SAFE = re.compile(r"\bI'm having trouble answering just now\b")
LITTER = re.compile(r"[{}`#]|\*\*|\]\(|\bNone\b(?! of these)|\bnull\b|utter_|say_|\"kind\"")


class World:
    """The real assistant, and all platforms around it."""

    def __init__(self, server: LiveServer, fakes: dict[type[FakePlatform], FakePlatform]) -> None:
        self.server = server
        self.fakes = fakes
        self.http = aiohttp.ClientSession()

    def person(self, channel: str) -> Person:
        """Somebody new on this channel."""
        if channel == "web":
            return Person(self, WebPage(self.server.base_url, self.http))
        if channel == "rest":
            return Person(self, RestProgram(self.server.base_url, self.http))
        phone = next(phone for phone in PHONES if phone.name == channel)
        return Person(self, phone(self.fakes[phone.fake_class]))


class Person:
    """Somebody who talks to the assistant; `last` is what they were shown last, `text` all of it in one."""

    def __init__(self, world: World, line: Any) -> None:
        self.world = world
        self.line = line
        self.last: list[Shown] = []

    @property
    def text(self) -> str:
        """The last answer as one text."""
        return "\n".join(message.text for message in self.last)

    @property
    def options(self) -> list[str]:
        """The options of the last answer."""
        titles: list[str] = self.line.options(self.last)
        return titles

    @property
    def is_on_a_platform(self) -> bool:
        """Whether this is a messaging platform, where people send other things than text."""
        return isinstance(self.line, Phone)

    async def say(self, text: str) -> str:
        """Write something; the answer as one text."""
        self.last = await self.line.say(text)
        return self._checked()

    async def press(self, title: str) -> str:
        """Choose an option; the answer as one text."""
        self.last = await self.line.press(title)
        return self._checked()

    async def send(self, kind: str) -> str:
        """Send a sticker and the like; the answer as one text."""
        self.last = await self.line.send(kind)
        return self._checked()

    def _checked(self) -> str:
        assert self.text.strip(), "silence"
        assert not LITTER.search(self.text), self.text
        if self.is_on_a_platform:
            assert self.line.fake.refusals == []
        return self.text

    async def slots(self) -> dict[str, Any]:
        """The slots of the conversation."""
        return (await asyncio.to_thread(self.world.server.tracker, self.line.conversation))["slots"]

    async def events(self) -> list[dict[str, Any]]:
        """The events of the conversation."""
        return (await asyncio.to_thread(self.world.server.tracker, self.line.conversation))["events"]


W = TypeVar("W", bound=World)


# The default of a generic parameter: mypy allows none for a type variable.
@asynccontextmanager
async def open_world(folder: Path, kind: type[W] = World, **settings: str) -> AsyncIterator[W]:  # type: ignore[assignment]
    """Starts the fakes and the assistant, with these settings beside those of the fakes; ends them all."""
    fakes = {each: each() for each in dict.fromkeys(phone.fake_class for phone in PHONES)}
    environment = {"PUBLIC_URL": "https://bot.example.test", "MESSAGES_PER_MINUTE": "6000"}
    for fake in fakes.values():
        await fake.start()
        environment |= fake.settings
    server = LiveServer(folder, {**environment, **settings})
    await asyncio.to_thread(server.start)
    for fake in fakes.values():
        fake.webhook_base = server.base_url
    telegram: Any = next(fake for fake in fakes.values() if hasattr(fake, "webhook"))
    while not telegram.webhook:
        await asyncio.sleep(0.05)
    world = kind(server, fakes)
    yield world
    await world.http.close()
    await asyncio.to_thread(server.stop)
    for fake in fakes.values():
        await fake.stop()
