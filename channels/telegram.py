"""Telegram, by the Bot API: webhook with a secret token, inline keyboards, long texts in parts.

Facts from https://core.telegram.org/bots/api: a text has 1 to 4096 UTF-16 units, callback data 1 to 64 bytes;
each callback query wants an answer; the secret token comes in `X-Telegram-Bot-Api-Secret-Token`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import structlog
from sanic import Blueprint
from sanic.request import Request

from channels.gate import Gate, Incoming
from channels.inbox import Delivery
from channels.platform_api import Call, Patience, PlatformApi, PlatformError, Refused, TryAgain
from channels.platform_input import Forged, Malformed, PlatformInput
from channels.record import Message
from channels.rendering import length_in_utf16, plain, split_at_sentences
from settings import Settings

log = structlog.get_logger()

LONGEST_TEXT = 4096
LONGEST_CALLBACK_DATA = 64
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATES = ["message", "edited_message", "callback_query"]

_KINDS = {
    "voice": "voice",
    "audio": "audio",
    "photo": "image",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "sticker": "sticker",
    "document": "file",
    "location": "location",
    "venue": "location",
    "contact": "contact",
    "poll": "other",
    "dice": "other",
    "story": "other",
    "game": "other",
}
_COMMANDS = {"/start": "hello", "/help": "help", "/stop": "stop", "/restart": "start over"}
"""Commands that Telegram's own buttons send, in words."""


class TelegramInput(PlatformInput):
    """The channel named `telegram`."""

    required: ClassVar[tuple[str, ...]] = ("telegram_bot_token",)

    def __init__(self, settings: Settings, *, patience: Patience | None = None) -> None:
        super().__init__(settings, patience=patience)
        self._presses: set[asyncio.Task[None]] = set()

    @classmethod
    def name(cls) -> str:
        """The channel's name, and with it the route `/webhooks/telegram/webhook`."""
        return "telegram"

    @property
    def secret(self) -> str:
        """The secret that Telegram sends along: the set one, else one made from the bot token."""
        set_one = self.settings.telegram_secret_token
        return (
            set_one or hmac.new(self.settings.telegram_bot_token.encode(), b"webhook", "sha256").hexdigest()
        )

    def make_api(self) -> PlatformApi:
        """See `PlatformInput.make_api`."""
        base = f"{self.settings.telegram_api_base_url}/bot{self.settings.telegram_bot_token}"
        return PlatformApi("telegram", base, judge=judge, patience=self.patience)

    def verify(self, request: Request) -> None:
        """See `PlatformInput.verify`."""
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self.secret.encode()):
            raise Forged("secret token")

    async def deliveries(self, request: Request) -> list[Delivery]:
        """One update: a message, an edited message (read as a new one) or a pressed button.

        Others are let pass.
        """
        update = request.json
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            raise Malformed("not an update")
        key = str(update["update_id"])
        if "callback_query" in update:
            return self._pressed(key, update["callback_query"])
        message = update.get("message") or update.get("edited_message")
        return self._written(key, message) if message else []

    def _written(self, key: str, message: dict[str, Any]) -> list[Delivery]:
        sender = message.get("from") or {}
        if not sender or sender.get("is_bot"):
            return []  # a post in a channel, or another program: nobody to talk to
        kind = next((_KINDS[field] for field in _KINDS if field in message), "text")
        text = message.get("text") or message.get("caption")
        if kind == "text" and text is None:
            return []  # somebody joined, a message was pinned, and the like
        conversation, address = _place(message["chat"], sender, message)
        incoming = Incoming(
            sender=conversation,
            text=_without_command(text),
            message_id=key,
            kind=kind,
            metadata=_locale(sender),
        )
        return [Delivery(key, incoming, address)]

    def _pressed(self, key: str, query: dict[str, Any]) -> list[Delivery]:
        # not part of the answer: Telegram only wants to know soon that the press arrived, else the button
        # spins
        task = asyncio.ensure_future(self._acknowledge_press(str(query["id"])))
        self._presses.add(task)
        task.add_done_callback(self._presses.discard)
        message = query.get("message")
        if not message or not query.get("data"):
            return []
        conversation, address = _place(message["chat"], query["from"], message)
        incoming = Incoming(
            sender=conversation,
            text=_title_pressed(message, query["data"]),
            button_payload=str(query["data"]),
            message_id=key,
            kind="button",
            metadata=_locale(query["from"]),
        )
        return [Delivery(key, incoming, address)]

    async def _acknowledge_press(self, query_id: str) -> None:
        try:
            await self.api.once(Call("answerCallbackQuery", json={"callback_query_id": query_id}))
        except PlatformError as error:
            log.info("telegram.press.not.acknowledged", reason=str(error))

    async def read(self, incoming: Incoming, gate: Gate) -> Incoming:
        """Put the whole payload in the place of a shortened one."""
        payload = incoming.button_payload
        if payload is None or not payload.startswith("#"):
            return incoming
        for button in await gate.offered(incoming.sender):
            if callback_data(button["payload"]) == payload:
                return replace(incoming, button_payload=button["payload"])
        return replace(incoming, button_payload=incoming.text or payload)

    def calls(self, address: dict[str, str], messages: Sequence[Message]) -> list[Call]:
        """See `PlatformInput.calls`: one `sendMessage` for each part of each message, the keyboard under its
        last.
        """
        calls: list[Call] = []
        for message in messages:
            buttons = message.get("buttons") or []
            text = plain(message.get("text") or "") or ("Please choose:" if buttons else "")
            parts = split_at_sentences(text, LONGEST_TEXT, length_in_utf16)
            for number, part in enumerate(parts, start=1):
                body: dict[str, Any] = {
                    "chat_id": address["chat"],
                    "text": part,
                    "link_preview_options": {"is_disabled": True},
                }
                if address.get("reply_to"):
                    body["reply_parameters"] = {
                        "message_id": int(address["reply_to"]),
                        "allow_sending_without_reply": True,
                    }
                if number == len(parts) and buttons:
                    rows = [
                        [{"text": plain(b["title"]), "callback_data": callback_data(b["payload"])}]
                        for b in buttons
                    ]
                    body["reply_markup"] = {"inline_keyboard": rows}
                calls.append(Call("sendMessage", json=body))
        return calls

    def address_of(self, conversation: str) -> dict[str, str]:
        """See `PlatformInput.address_of`."""
        return {"chat": conversation.removeprefix("telegram:").split("/")[0]}

    def add_routes(self, webhook: Blueprint) -> None:
        """Tell Telegram at start where to deliver."""

        @webhook.listener("after_server_start")
        async def register(_app: Any, _loop: Any) -> None:
            self._registration = asyncio.ensure_future(self.register_webhook())

    async def register_webhook(self) -> bool:
        """Call `setWebhook`, again while Telegram is out of reach.

        False, with one clear line, when it will not do.
        """
        if not self.settings.public_url.startswith("https://"):
            log.error(
                "telegram.webhook.not.set",
                problem="PUBLIC_URL must be the https:// address under which Telegram reaches this server",
            )
            return False
        call = Call(
            "setWebhook",
            json={
                "url": f"{self.settings.public_url}/webhooks/telegram/webhook",
                "secret_token": self.secret,
                "allowed_updates": UPDATES,
            },
        )
        try:
            await self.api.until_done(call)
        except Refused as error:
            problem = f"Telegram refused: {error}. Check TELEGRAM_BOT_TOKEN and PUBLIC_URL"
            log.error("telegram.webhook.not.set", problem=problem)
            return False
        except TryAgain as error:
            log.error("telegram.webhook.not.set", problem=f"Telegram was out of reach for too long: {error}")
            return False
        log.info("telegram.webhook.set")
        return True


def callback_data(payload: str) -> str:
    """The payload itself where it fits into a button, else a stand-in that `TelegramInput.read` can trace
    back.
    """
    if len(payload.encode()) <= LONGEST_CALLBACK_DATA and not payload.startswith("#"):
        return payload
    return "#" + hashlib.sha256(payload.encode()).hexdigest()[:40]


def judge(status: int, answer: Any) -> None:
    """Telegram's own words on a call: it says in the JSON how long to wait."""
    if isinstance(answer, dict) and answer.get("ok") is False:
        code = answer.get("error_code", status)
        if code == 429:
            raise TryAgain("too many calls", float((answer.get("parameters") or {}).get("retry_after", 1)))
        if code < 500:
            raise Refused(f"{code} {str(answer.get('description', ''))[:100]}")


def _place(
    chat: dict[str, Any], sender: dict[str, Any], message: dict[str, Any]
) -> tuple[str, dict[str, str]]:
    """The conversation's id, and where its answers go.

    In a group each person has a conversation of their own.
    """
    if chat.get("type", "private") == "private":
        return f"telegram:{chat['id']}", {"chat": str(chat["id"])}
    address = {"chat": str(chat["id"]), "reply_to": str(message["message_id"])}
    return f"telegram:{chat['id']}/{sender['id']}", address


def _title_pressed(message: dict[str, Any], data: str) -> str | None:
    rows = (message.get("reply_markup") or {}).get("inline_keyboard") or []
    return next((b.get("text") for row in rows for b in row if b.get("callback_data") == data), None)


def _without_command(text: str | None) -> str | None:
    if not text or not text.startswith("/"):
        return text
    word, _, rest = text.partition(" ")
    command = word.split("@")[0].lower()
    if command not in _COMMANDS:
        return text
    # a link to the bot may bring words of its own after /start; they were typed by nobody
    return _COMMANDS[command] if command == "/start" or not rest.strip() else rest.strip()


def _locale(sender: dict[str, Any]) -> dict[str, Any] | None:
    return {"locale": sender["language_code"]} if sender.get("language_code") else None
