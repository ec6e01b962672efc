"""What all fake platforms share: a server on loopback that records what it accepts and refuses what the real
one would.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from tests.live_server import free_ports


def free_port() -> int:
    """A port that nobody listens on; another run of the tests at the same time gets others."""
    (port,) = free_ports(1)
    return port


@dataclass
class Shown:
    """One message as a person sees it: the text, and the options by title with what each sends back."""

    text: str
    options: dict[str, str] = field(default_factory=dict)
    only_for: str | None = None


class FakePlatform:
    """A platform's API. `shown` holds the accepted messages by recipient; `refusals` what was refused and
    why.

    `trouble` holds answers (status, headers, JSON) given to the next calls instead of accepting them; None
    lets a call pass.
    """

    def __init__(self) -> None:
        self.shown: dict[str, list[Shown]] = defaultdict(list)
        self.refusals: list[str] = []
        self.trouble: deque[tuple[int, dict[str, str], Any] | None] = deque()
        self.calls: list[tuple[str, Any]] = []
        self.webhook_base = ""
        self.deliveries_answered: list[float] = []
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Listen on a free port."""
        self.port = free_port()
        await self.listen()
        await self.connect_anew()

    async def listen(self) -> None:
        """Listen on the port that it has."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def go_down(self) -> None:
        """Listen no more, until `listen` is called."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def connect_anew(self) -> None:
        """Drop connections to a server that has been stopped."""
        if self._http is not None:
            await self._http.close()
        self._http = aiohttp.ClientSession()

    async def stop(self) -> None:
        """Listen no more, and close all connections."""
        await self.go_down()
        if self._http is not None:
            await self._http.close()

    @property
    def base_url(self) -> str:
        """Where the platform is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """What the assistant is told about this platform."""
        return {}

    async def _serve(self, request: web.Request) -> web.Response:
        body = await request.read()
        trouble = self.trouble.popleft() if self.trouble else None
        if trouble is not None:
            status, headers, answer = trouble
            return web.Response(
                status=status, headers=headers, text=json.dumps(answer), content_type="application/json"
            )
        status, answer = await self.answer(request, body)
        if status >= 400 or (isinstance(answer, dict) and answer.get("ok") is False):
            self.refusals.append(f"{request.path}: {answer}")
        self._changed.set()
        return web.Response(status=status, text=json.dumps(answer), content_type="application/json")

    async def answer(self, request: web.Request, body: bytes) -> tuple[int, Any]:
        """Status and JSON that the real platform would answer."""
        raise NotImplementedError

    def show(self, recipient: str, shown: Shown) -> None:
        """A message arrived at somebody's phone."""
        self.shown[recipient].append(shown)

    async def deliver(
        self, path: str, body: bytes, headers: dict[str, str], *, method: str = "POST"
    ) -> tuple[int, str]:
        """Send a webhook request to the server; status and text of the answer."""
        return await self.deliver_to(URL(f"{self.webhook_base}{path}"), body, headers, method=method)

    async def deliver_to(
        self, address: URL, body: bytes, headers: dict[str, str], *, method: str = "POST"
    ) -> tuple[int, str]:
        """Send a request to this very address; status and text of the answer."""
        assert self._http is not None
        began = time.monotonic()
        async with self._http.request(method, address, data=body or None, headers=headers) as response:
            text = await response.text()
        self.deliveries_answered.append(time.monotonic() - began)
        return response.status, text

    async def wait_for_more(
        self, recipient: str, count: int, seconds: float = 20.0, quiet: float = 0.1
    ) -> list[Shown]:
        """The messages after the first `count`, once one is there and no more come for `quiet` seconds."""
        deadline = time.monotonic() + seconds
        seen, at = count, time.monotonic()
        while True:
            now = len(self.shown[recipient])
            if now != seen:
                seen, at = now, time.monotonic()
            if seen > count and time.monotonic() - at >= quiet:
                return self.shown[recipient][count:]
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"nothing was shown to {recipient} in {seconds} s; refused: {self.refusals}"
                )
            await asyncio.sleep(0.01)
