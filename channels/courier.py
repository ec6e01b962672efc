"""Takes deliveries of a platform that wants a quick acknowledgement, and brings the answers afterwards."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Any, Protocol

import structlog
from sanic import Blueprint

from channels import wording
from channels.gate import Gate, Incoming, notice, shortened_hash
from channels.inbox import LEASE_SECONDS, Delivery, Inbox
from channels.platform_api import Call, PlatformApi, PlatformError
from channels.record import Message
from traces import kind_and_place

log = structlog.get_logger()

STOP_SECONDS = 8.0
"""How long a server that is told to stop waits for turns and answers under way. The launcher waits 10 s for it."""


class Platform(Protocol):
    """What a platform's channel adds to the courier."""

    api: PlatformApi

    def calls(self, address: dict[str, str], messages: Sequence[Message]) -> list[Call]:
        """The calls that bring these bot messages to this address."""

    def own_answer(self, incoming: Incoming) -> list[Message] | None:
        """The answer to what the platform's own rules are about; None where the assistant answers."""

    async def read(self, incoming: Incoming, gate: Gate) -> Incoming:
        """What the person meant, in the light of what was offered last (a number, a shortened button)."""


class Courier:
    """Accepted deliveries of one channel, in order within each conversation, side by side across them."""

    def __init__(self, gate: Gate, platform: Platform, inbox: Inbox) -> None:
        self.gate = gate
        self._platform = platform
        self._inbox = inbox
        self._last: dict[str, asyncio.Task[None]] = {}
        self._watch: asyncio.Task[None] | None = None

    def bind(self, blueprint: Blueprint) -> None:
        """Start and stop with the server of `blueprint`."""
        self.gate.bind(blueprint)

        @blueprint.listener("after_server_start")
        async def start(_app: Any, _loop: Any) -> None:
            self._watch = asyncio.ensure_future(self._take_up_and_renew())

        @blueprint.listener("before_server_stop")
        async def stop(_app: Any, _loop: Any) -> None:
            await self.close()

    async def close(self) -> None:
        """Wait for what is under way, as long as `STOP_SECONDS`; the rest stays in the inbox."""
        tasks = [task for task in self._last.values() if not task.done()]
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in [*tasks, self._watch]:
            if task is not None:
                task.cancel()
        await self._platform.api.close()
        self._note(self._inbox.let_go, self.gate.channel)
        self._inbox.close()

    async def accept(self, delivery: Delivery) -> bool:
        """Take a delivery; once this returns, the platform may be told so. False for one that was taken
        before.

        The answer is made and sent in the background.
        """
        try:
            if not self._inbox.put(self.gate.channel, delivery):
                return False
        except sqlite3.Error as error:
            # a full disk must not keep anybody from an answer; only a crash in these seconds would lose it
            log.error("courier.inbox.failed", channel=self.gate.channel, error=type(error).__name__)
        if not await self.gate.admit(delivery.incoming):
            self._note(self._inbox.done, self.gate.channel, delivery.key)
            return False
        self._enqueue(delivery, None, 0)
        return True

    async def push(self, address: dict[str, str], messages: Sequence[Message]) -> None:
        """Send messages that answer nothing. Raises PlatformError where the platform does not take them."""
        for call in self._platform.calls(address, messages):
            await self._platform.api.until_done(call)

    async def idle(self) -> None:
        """Return when everything accepted so far is answered."""
        while tasks := [task for task in self._last.values() if not task.done()]:
            await asyncio.wait(tasks)

    def _enqueue(self, delivery: Delivery, calls: list[Call] | None, sent: int) -> None:
        conversation = delivery.incoming.sender
        task = asyncio.ensure_future(self._deliver(delivery, calls, sent, self._last.get(conversation)))
        self._last[conversation] = task
        task.add_done_callback(lambda done: self._forget(conversation, done))

    def _forget(self, conversation: str, task: asyncio.Task[None]) -> None:
        if self._last.get(conversation) is task:
            del self._last[conversation]

    async def _deliver(
        self, delivery: Delivery, calls: list[Call] | None, sent: int, before: asyncio.Task[None] | None
    ) -> None:
        if before is not None:
            await asyncio.wait({before})
        channel, key = self.gate.channel, delivery.key
        if calls is None:
            calls = await self._answer(delivery)
            self._note(self._inbox.answered, channel, key, calls)
        for number, call in enumerate(calls[sent:], start=sent + 1):
            try:
                await self._platform.api.until_done(call)
            except PlatformError as error:
                log.error(
                    "courier.not.delivered",
                    channel=channel,
                    sender=shortened_hash(delivery.incoming.sender),
                    reason=str(error),
                )
                # what follows it may still matter (an emergency message comes in a call of its own)
            self._note(self._inbox.sent, channel, key, number)
        self._note(self._inbox.done, channel, key)

    async def _answer(self, delivery: Delivery) -> list[Call]:
        """The calls of the answer. Whatever breaks on the way, there is one."""
        incoming = delivery.incoming
        try:
            messages = self._platform.own_answer(incoming)
            if messages is not None:
                return self._platform.calls(delivery.address, messages)
            incoming = await self._platform.read(incoming, self.gate)
        except Exception as error:  # noqa: BLE001 - then it is read as it stands
            log.error("courier.not.read", channel=self.gate.channel, **kind_and_place(error))
        messages = await self.gate.answer(incoming)
        try:
            return self._platform.calls(delivery.address, messages)
        except Exception as error:  # noqa: BLE001 - a message of a form that nobody foresaw must not end in silence
            log.error("courier.not.rendered", channel=self.gate.channel, **kind_and_place(error))
        words = [{"text": str(message["text"])} for message in messages if message.get("text")]
        return self._platform.calls(delivery.address, words or [notice(wording.LAST_RESORT)])

    def _note(self, write: Any, *arguments: Any) -> None:
        try:
            write(*arguments)
        except sqlite3.Error as error:
            log.error("courier.inbox.failed", channel=self.gate.channel, error=type(error).__name__)

    async def _take_up_and_renew(self) -> None:
        while True:
            try:
                self._inbox.renew(self.gate.channel)
                for unfinished in self._inbox.take_up(self.gate.channel):
                    log.warning("courier.taken.up", channel=self.gate.channel)
                    self._enqueue(unfinished.delivery, unfinished.calls, unfinished.sent)
            except sqlite3.Error as error:
                log.error("courier.inbox.failed", channel=self.gate.channel, error=type(error).__name__)
            await asyncio.sleep(LEASE_SECONDS / 3)
