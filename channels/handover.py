"""A person to talk to: telling them, passing on what is written meanwhile, and giving the conversation back.

Who is told is set in the environment: an address (`HANDOVER_WEBHOOK_URL`), a Slack channel, an email address,
or several of them. The person answers and gives back with two calls, both with `Authorization: Bearer
HANDOVER_TOKEN`:

`POST /webhooks/handover/reply` `{"conversation": ..., "text": ...}` brings the text to the one who asked;
`POST /webhooks/handover/give_back` `{"conversation": ...}` lets the assistant answer again.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import smtplib
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone
from email.message import EmailMessage
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.core.events import BotUttered, SlotSet
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels import wording
from channels.platform_api import Call, Patience, PlatformApi, PlatformError
from channels.record import Record
from channels.slack_words import escaped
from channels.slack_words import judge as slack_judge
from settings import Settings
from settings import load as load_settings

log = structlog.get_logger()

PATIENCE = Patience(first=0.5, longest=2.0, total=5.0)
"""Somebody waits for the word on whether a person could be told."""

SMTP_SECONDS = 10.0

Summary = dict[str, Any]
"""As in the `summary` payload: `title`, `lines` (of `label` and `text`), `disclaimer`."""


class Desk:
    """Where requests for a person go. `configured` is False when nobody is set."""

    def __init__(self, settings: Settings, patience: Patience = PATIENCE) -> None:
        self._settings = settings
        self._threads: dict[str, str] = {}
        self._tellers: list[Callable[[dict[str, Any]], Awaitable[None]]] = []
        if settings.handover_webhook_url:
            headers = (
                {"Authorization": f"Bearer {settings.handover_token}"} if settings.handover_token else {}
            )
            self._webhook = PlatformApi(
                "handover", settings.handover_webhook_url, headers=headers, patience=patience, seconds=5.0
            )
            self._tellers.append(self._tell_webhook)
        if settings.handover_slack_channel and settings.slack_bot_token:
            self._slack = PlatformApi(
                "slack",
                settings.slack_api_base_url,
                headers={"Authorization": f"Bearer {settings.slack_bot_token}"},
                judge=slack_judge,
                patience=patience,
                seconds=5.0,
            )
            self._tellers.append(self._tell_slack)
        if settings.handover_email and settings.smtp_url:
            self._tellers.append(self._tell_by_email)

    @property
    def configured(self) -> bool:
        """Whether there is anybody to tell."""
        return bool(self._tellers)

    async def request(self, sender: str, channel: str, summary: Summary | None) -> bool:
        """Tell everybody who is set that `sender` asks for a person. False when nobody could be told.

        `summary` is None unless the person agreed to its being sent.
        """
        return await self._tell(
            {"event": "requested", "conversation": sender, "channel": channel, "summary": summary}
        )

    async def forward(self, sender: str, channel: str, text: str) -> bool:
        """Pass on what `sender` wrote after asking for a person. False when nobody could be told."""
        return await self._tell(
            {"event": "message", "conversation": sender, "channel": channel, "text": text}
        )

    async def _tell(self, notice: dict[str, Any]) -> bool:
        notice = {**notice, "at": datetime.now(timezone.utc).isoformat(timespec="seconds")}
        results = await asyncio.gather(*(tell(notice) for tell in self._tellers), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                log.error("handover.not.told", error=type(result).__name__)
        return any(not isinstance(result, BaseException) for result in results)

    async def _tell_webhook(self, notice: dict[str, Any]) -> None:
        await self._webhook.until_done(Call("", json=notice))

    async def _tell_slack(self, notice: dict[str, Any]) -> None:
        body = {
            "channel": self._settings.handover_slack_channel,
            "text": escaped(in_words(notice)),
            "mrkdwn": False,
            "unfurl_links": False,
        }
        thread = self._threads.get(notice["conversation"])
        if thread and notice["event"] != "requested":
            body["thread_ts"] = thread
        answer = await self._slack.until_done(Call("chat.postMessage", json=body))
        if notice["event"] == "requested":
            self._threads[notice["conversation"]] = answer["ts"]

    async def _tell_by_email(self, notice: dict[str, Any]) -> None:
        message = EmailMessage()
        message["From"] = self._settings.handover_sender
        message["To"] = self._settings.handover_email
        requested = notice["event"] == "requested"
        message["Subject"] = "Somebody asks to talk to a person" if requested else "A message for you"
        message.set_content(in_words(notice))
        await asyncio.to_thread(self._send_mail, message)

    def _send_mail(self, message: EmailMessage) -> None:
        server = urlsplit(self._settings.smtp_url)
        host, port = server.hostname or "localhost", server.port
        if server.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port or 465, timeout=SMTP_SECONDS, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(host, port or 587, timeout=SMTP_SECONDS)
        with smtp:
            smtp.ehlo()
            if server.scheme == "smtp" and smtp.has_extn("starttls"):
                smtp.starttls(context=ssl.create_default_context())
            if server.username:
                smtp.login(unquote(server.username), unquote(server.password or ""))
            smtp.send_message(message)


def in_words(notice: dict[str, Any]) -> str:
    """A request or a message as plain lines, for Slack and email."""
    if notice["event"] == "message":
        return f"Conversation {notice['conversation']}\n\n{notice['text']}"
    lines = [
        "Somebody asks to talk to a person.",
        f"Conversation: {notice['conversation']}",
        f"Channel: {notice['channel']}",
        "",
    ]
    summary = notice.get("summary")
    if not summary:
        return "\n".join([*lines, "They did not agree to a summary being sent."])
    lines += [str(summary.get("title", "Summary"))]
    lines += [f"{line['label']}: {line['text']}" for line in summary.get("lines") or []]
    return "\n".join([*lines, "", str(summary.get("disclaimer", ""))]).strip()


class HandoverInput(InputChannel):
    """The calls of the person who took over. Off unless HANDOVER_TOKEN is set."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.record = Record()

    @classmethod
    def name(cls) -> str:
        """The start of the routes, `/webhooks/handover/`."""
        return "handover"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> HandoverInput:
        """The settings come from the environment; `credentials` is not read."""
        return cls(load_settings())

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes `reply` and `give_back`; none without a token."""
        routes = Blueprint("handover")
        if not self.settings.handover_token:
            log.info("channel.off", channel=self.name(), needs="HANDOVER_TOKEN")
            return routes

        @routes.listener("before_server_start")
        async def remember_app(app: Any, _loop: Any) -> None:
            self.record.app = app

        @routes.post("/reply")
        async def reply(request: Request) -> HTTPResponse:
            return await self._answer(request, "text")

        @routes.post("/give_back")
        async def give_back(request: Request) -> HTTPResponse:
            return await self._answer(request, None)

        return routes

    async def _answer(self, request: Request, wants: str | None) -> HTTPResponse:
        expected = f"Bearer {self.settings.handover_token}"
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected.encode()):
            return response.empty(status=HTTPStatus.UNAUTHORIZED)
        try:
            body = json.loads(request.body)
            conversation = body["conversation"]
            text = body[wants] if wants else body.get("text") or wording.GIVEN_BACK
        except (ValueError, KeyError, TypeError, AttributeError):
            return _refusal(HTTPStatus.BAD_REQUEST, "conversation and text are needed")
        if not isinstance(conversation, str) or not isinstance(text, str) or not text.strip():
            return _refusal(HTTPStatus.BAD_REQUEST, "conversation and text must be texts")
        if not (await self.record.read(conversation)).handed_over:
            return _refusal(HTTPStatus.CONFLICT, "this conversation is not with a person")
        events = [BotUttered(text, metadata={"said_by": "person"})]
        if wants is None:
            events.append(SlotSet("handed_over", False))
        if not await self.record.add(conversation, events):
            return _refusal(
                HTTPStatus.SERVICE_UNAVAILABLE, "the conversation could not be changed; try again"
            )
        delivered = await self._push(request, conversation, text)
        return response.json({"delivered": delivered})

    async def _push(self, request: Request, conversation: str, text: str) -> bool:
        for channel in request.app.ctx.input_channels:
            push = getattr(channel, "push", None)
            if push is not None and conversation.startswith(f"{channel.name()}:"):
                try:
                    await push(conversation, [{"text": text}])
                except PlatformError as error:
                    log.error("handover.not.delivered", channel=channel.name(), reason=str(error))
                    return False
                return True
        return False


def _refusal(status: HTTPStatus, reason: str) -> HTTPResponse:
    return response.json({"error": reason}, status=status)
