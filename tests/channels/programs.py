"""People on the two channels that answer in the HTTP response: the web page, and `rest` for programs."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from tests.channels.platforms.fake import Shown

_numbers = itertools.count(1)


class Program:
    """One conversation over HTTP. `say` and `press` as on a `Phone`."""

    name: str

    def __init__(self, base_url: str, http: aiohttp.ClientSession) -> None:
        self.base_url = base_url
        self.http = http
        self.seen: list[Shown] = []

    async def say(self, text: str, message_id: str | None = None) -> list[Shown]:
        """Write a text, under an id of one's own where it may be sent again; the answer."""
        raise NotImplementedError

    def options(self, shown: list[Shown]) -> list[str]:
        """The titles of the options."""
        return [title for message in shown for title in message.options]

    def _show(self, messages: list[dict[str, Any]]) -> list[Shown]:
        shown = []
        for message in messages:
            options = {button["title"]: button["payload"] for button in message.get("buttons") or []}
            shown.append(Shown(message.get("text") or "", options))
        self.seen += shown
        return shown

    def _payload(self, title: str) -> str:
        return next(m.options[title] for m in reversed(self.seen) if title in m.options)


class RestProgram(Program):
    """A program on the `rest` channel."""

    name = "rest"

    def __init__(self, base_url: str, http: aiohttp.ClientSession) -> None:
        super().__init__(base_url, http)
        self.conversation = f"program-{uuid.uuid4().hex}"

    async def say(self, text: str, message_id: str | None = None) -> list[Shown]:
        """Send a text."""
        body = {"sender": self.conversation, "message": text}
        if message_id:
            body["message_id"] = message_id
        async with self.http.post(f"{self.base_url}/webhooks/rest/webhook", json=body) as answer:
            assert answer.status == 200
            messages = await answer.json()
        assert all(set(message) <= {"recipient_id", "text", "buttons"} for message in messages)
        return self._show(messages)

    async def press(self, title: str) -> list[Shown]:
        """Send what an option stands for."""
        return await self.say(self._payload(title))


class WebPage(Program):
    """Somebody at the chat page."""

    name = "web"

    def __init__(self, base_url: str, http: aiohttp.ClientSession) -> None:
        super().__init__(base_url, http)
        self.conversation = ""
        self.session = ""

    async def begin(self) -> None:
        """Get a session, as the page does with the first message."""
        if not self.session:
            from channels.web_session import sender_id

            async with self.http.post(f"{self.base_url}/widget/session") as answer:
                self.session = (await answer.json())["session"]
            self.conversation = sender_id(self.session)

    async def _send(self, message_id: str | None = None, **body: str) -> list[Shown]:
        await self.begin()
        message = {"id": message_id or uuid.uuid4().hex, "attempt": 1, "locale": "en", **body}
        headers = {"X-Neckwise-Session": self.session}
        async with self.http.post(
            f"{self.base_url}/widget/messages", json=message, headers=headers
        ) as answer:
            assert answer.status == 200, await answer.text()
            return self._show((await answer.json())["messages"])

    async def say(self, text: str, message_id: str | None = None) -> list[Shown]:
        """Type a text."""
        return await self._send(message_id, text=text)

    def forged(self, text: str) -> Callable[[], Awaitable[int]]:
        """The delivery of a text under a session that is not genuine; its status."""

        async def deliver() -> int:
            await self.begin()
            forged = self.session[:-1] + ("A" if self.session[-1] != "A" else "B")
            headers = {"X-Neckwise-Session": forged}
            message = {"id": uuid.uuid4().hex, "attempt": 1, "text": text}
            address = f"{self.base_url}/widget/messages"
            async with self.http.post(address, json=message, headers=headers) as answer:
                assert "messages" not in await answer.json()
                return answer.status

        return deliver

    async def press(self, title: str) -> list[Shown]:
        """Press a button."""
        return await self._send(button=self._payload(title))
