"""The Telegram channel against `telegram-test-api`, an emulator of the Bot API that others wrote.

Needs `npm ci` in tests/channels/telegram_emulator. The emulator sends no secret token, and delivers to
whatever address it is given, so a small relay stands where the internet does: it has the public address and
adds the header.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from channels.telegram import TelegramInput
from tests.channels.platforms.fake import free_port
from tests.channels.scripted import LONG_ADVICE, LONG_OPTION
from tests.channels.stage import QUICK, Stage, settings_for

FOLDER = Path(__file__).parent / "telegram_emulator"
TOKEN = "9001:emulated"

pytestmark = pytest.mark.skipif(
    not (FOLDER / "node_modules").is_dir() or shutil.which("node") is None,
    reason="the emulator is not installed: npm ci in tests/channels/telegram_emulator",
)


class Emulator:
    """The emulator's client side: what a person types, presses and is shown."""

    def __init__(self, address: str, http: aiohttp.ClientSession) -> None:
        self.address = address
        self.http = http
        self._numbers = itertools.count(100)
        self.person = {"id": 1, "first_name": "Ann", "is_bot": False, "language_code": "en"}
        self.chat = {"id": 1, "first_name": "Ann", "type": "private"}

    async def send(self, route: str, **body: Any) -> None:
        """A call of the emulator's client API."""
        full = {"botToken": TOKEN, "from": self.person, "chat": self.chat, "date": 1_790_000_000, **body}
        async with self.http.post(f"{self.address}/{route}", json=full) as answer:
            assert answer.status == 200, await answer.text()

    async def shown(self) -> list[dict[str, Any]]:
        """Every message of the bot so far."""
        async with self.http.post(f"{self.address}/getUpdatesHistory", json={"token": TOKEN}) as answer:
            history = (await answer.json())["result"]
        return [each["message"] for each in history if "chat_id" in each.get("message", {})]

    async def new(self, before: int) -> list[dict[str, Any]]:
        """The bot's messages after the first `before`, once there is one and no more come."""
        for _ in range(500):
            messages = await self.shown()
            if len(messages) > before:
                await asyncio.sleep(0.1)
                return (await self.shown())[before:]
            await asyncio.sleep(0.02)
        raise AssertionError("the bot said nothing")

    async def say(self, text: str) -> list[dict[str, Any]]:
        """Type a text."""
        before = len(await self.shown())
        await self.send("sendMessage", text=text)
        return await self.new(before)

    async def press(self, message: dict[str, Any], data: str) -> list[dict[str, Any]]:
        """Press a button of a message."""
        before = len(await self.shown())
        pressed = {
            "message_id": next(self._numbers),
            "chat": self.chat,
            "reply_markup": message["reply_markup"],
        }
        await self.send("sendCallback", message=pressed, data=data)
        return await self.new(before)


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[Emulator]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        "node",
        "serve.js",
        str(port),
        cwd=FOLDER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert await asyncio.wait_for(process.stdout.readline(), 30) == b"ready\n"

    async def relay(request: web.Request) -> web.Response:
        """Between the two: `setWebhook` gets the relay's address, deliveries get the secret."""
        body = await request.read()
        if request.path.startswith("/bot"):
            sent = json.loads(body)
            if request.path.endswith("/setWebhook"):
                request.app["secret"].append(sent["secret_token"])
                sent["url"] = f"http://127.0.0.1:{relay_port}/webhooks/telegram/webhook"
            async with http.post(f"http://127.0.0.1:{port}{request.path}", json=sent) as answer:
                return web.Response(
                    status=answer.status, body=await answer.read(), content_type="application/json"
                )
        headers = {
            "X-Telegram-Bot-Api-Secret-Token": request.app["secret"][-1],
            "Content-Type": "application/json",
        }
        async with http.post(f"{stage.base_url}{request.path}", data=body, headers=headers) as answer:
            return web.Response(status=answer.status)

    relay_app = web.Application()
    relay_app["secret"] = []
    relay_app.router.add_route("*", "/{path:.*}", relay)
    runner = web.AppRunner(relay_app)
    await runner.setup()
    relay_port = free_port()
    await web.TCPSite(runner, "127.0.0.1", relay_port).start()
    http = aiohttp.ClientSession()
    environment = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": f"http://127.0.0.1:{relay_port}"}
    channel = TelegramInput(settings_for(tmp_path, **environment), patience=QUICK)
    stage = Stage([channel])
    await stage.start()
    assert await channel._registration
    yield Emulator(f"http://127.0.0.1:{port}", http)
    await stage.stop()
    await http.close()
    await runner.cleanup()
    process.stdin.close()
    await asyncio.wait_for(process.wait(), 10)


async def test_conversation(emulator: Emulator) -> None:
    (message,) = await emulator.say("hello")
    assert message["text"] == "Hello, how can I help?"
    first = message["reply_markup"]["inline_keyboard"][0][0]
    assert first["text"] == "My neck is stiff"
    (message,) = await emulator.press(message, first["callback_data"])
    assert message["text"] == "You said: my neck is stiff"


async def test_long_payload_and_long_text(emulator: Emulator) -> None:
    (message,) = await emulator.say("many options")
    (button,) = [
        row[0] for row in message["reply_markup"]["inline_keyboard"] if row[0]["text"] == LONG_OPTION
    ]
    (message,) = await emulator.press(message, button["callback_data"])
    assert message["text"] == f"You said: {LONG_OPTION.lower()}"
    parts = await emulator.say("long advice")
    assert " ".join(part["text"] for part in parts) == LONG_ADVICE


async def test_command(emulator: Emulator) -> None:
    before = len(await emulator.shown())
    entities = [{"offset": 0, "length": 6, "type": "bot_command"}]
    await emulator.send("sendCommand", text="/start", entities=entities)
    (message,) = await emulator.new(before)
    assert message["text"] == "Hello, how can I help?"
