"""Telegram as https://core.telegram.org/bots/api describes it, as far as a bot with a webhook meets it."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

from aiohttp import web

from tests.channels.platforms.fake import FakePlatform, Shown

TOKEN = "7000000001:AAFakeTokenForTests_0123456789abcdefg"


class FakeTelegram(FakePlatform):
    """The Bot API server, and the apps of those who write to the bot."""

    def __init__(self) -> None:
        super().__init__()
        self.webhook: dict[str, Any] = {}
        self.known_chats: set[int] = set()
        self.open_presses: set[str] = set()
        self.keyboards: dict[int, dict[str, Any]] = {}
        self._updates = itertools.count(880_000_001)
        self._messages = itertools.count(1)

    @property
    def settings(self) -> dict[str, str]:
        """What the assistant is told about this platform."""
        return {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": self.base_url}

    async def answer(self, request: web.Request, body: bytes) -> tuple[int, Any]:
        """See `FakePlatform.answer`."""
        match = re.fullmatch(r"/bot([^/]+)/(\w+)", request.path)
        if match is None or match[1] != TOKEN:
            return _refused(401, "Unauthorized") if match else _refused(404, "Not Found")
        sent = json.loads(body or b"{}")
        self.calls.append((match[2], sent))
        method = getattr(self, f"_{match[2]}", None)
        return method(sent) if method else _refused(404, "Not Found: method not found")

    def _setWebhook(self, sent: dict[str, Any]) -> tuple[int, Any]:
        if not str(sent.get("url", "")).startswith("https://"):
            return _refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", sent.get("secret_token", "x")):
            return _refused(400, "Bad Request: secret token contains unallowed characters")
        if not isinstance(sent.get("allowed_updates", []), list):
            return _refused(400, "Bad Request: can't parse allowed updates")
        self.webhook = sent
        return 200, {"ok": True, "result": True, "description": "Webhook was set"}

    def _sendMessage(self, sent: dict[str, Any]) -> tuple[int, Any]:
        text = sent.get("text")
        if not isinstance(text, str) or not text.strip():
            return _refused(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            return _refused(400, "Bad Request: message is too long")
        try:
            chat = int(sent["chat_id"])
        except (KeyError, ValueError):
            return _refused(400, "Bad Request: chat_id is empty")
        if chat not in self.known_chats:
            return _refused(403, "Forbidden: bot can't initiate conversation with a user")
        rows = (sent.get("reply_markup") or {}).get("inline_keyboard", [])
        options: dict[str, str] = {}
        for row in rows:
            for button in row:
                data = button.get("callback_data")
                if not button.get("text") or not isinstance(data, str) or not 1 <= len(data.encode()) <= 64:
                    return _refused(400, "Bad Request: BUTTON_DATA_INVALID")
                options[button["text"]] = data
        if sum(len(row) for row in rows) > 100:
            return _refused(400, "Bad Request: reply markup is too long")
        number = next(self._messages)
        if rows:
            self.keyboards[number] = {"chat": chat, "reply_markup": sent["reply_markup"]}
        self.show(str(chat), Shown(text, options))
        return 200, {"ok": True, "result": {"message_id": number, "chat": {"id": chat}, "text": text}}

    def _answerCallbackQuery(self, sent: dict[str, Any]) -> tuple[int, Any]:
        query = sent.get("callback_query_id")
        if query not in self.open_presses:
            return _refused(
                400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        self.open_presses.discard(str(query))
        return 200, {"ok": True, "result": True}

    async def post_update(self, update: dict[str, Any], secret: str | None = None) -> int:
        """Deliver an update as Telegram does; the status of the answer."""
        headers = {"Content-Type": "application/json"}
        given = self.webhook.get("secret_token") if secret is None else secret
        if given:
            headers["X-Telegram-Bot-Api-Secret-Token"] = given
        status, _ = await self.deliver("/webhooks/telegram/webhook", json.dumps(update).encode(), headers)
        return status

    def message(self, chat: int, **content: Any) -> dict[str, Any]:
        """An update with a message of the person whose private chat this is."""
        self.known_chats.add(chat)
        return {
            "update_id": next(self._updates),
            "message": {
                "message_id": next(self._messages),
                "from": {"id": chat, "is_bot": False, "first_name": "Ann", "language_code": "en"},
                "chat": {"id": chat, "type": "private", "first_name": "Ann"},
                "date": 1_790_000_000,
                **content,
            },
        }

    def press(self, chat: int, title: str) -> dict[str, Any]:
        """An update with a press on the button with this title, in the newest message of the chat that has
        it.
        """
        for number, keyboard in sorted(self.keyboards.items(), reverse=True):
            if keyboard["chat"] != chat:
                continue
            for button in itertools.chain(*keyboard["reply_markup"]["inline_keyboard"]):
                if button["text"] == title:
                    return self.pressed_data(chat, button["callback_data"], number, keyboard["reply_markup"])
        raise AssertionError(f"no button {title!r}")

    def pressed_data(
        self, chat: int, data: str, number: int = 1, markup: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """An update with a callback query that carries this data."""
        query = f"{next(self._updates)}{chat}"
        self.open_presses.add(query)
        person = {"id": chat, "is_bot": False, "first_name": "Ann", "language_code": "en"}
        message = {
            "message_id": number,
            "chat": {"id": chat, "type": "private"},
            "date": 1_790_000_000,
            "text": "?",
        }
        if markup:
            message["reply_markup"] = markup
        return {
            "update_id": next(self._updates),
            "callback_query": {
                "id": query,
                "from": person,
                "message": message,
                "chat_instance": "1",
                "data": data,
            },
        }


def _refused(code: int, description: str) -> tuple[int, Any]:
    return code, {"ok": False, "error_code": code, "description": description}
