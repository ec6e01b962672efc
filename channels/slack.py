"""Slack, by the Events API and Block Kit: signed deliveries, buttons as blocks, answers in the thread.

Facts from https://api.slack.com: `X-Slack-Signature` is `v0=` and HMAC-SHA256 over `v0:timestamp:body`; older
than five minutes is a replay; a delivery not answered in three seconds comes again; a button's text has 75
characters, a section's 3000, an actions block 25 elements, a message 50 blocks.
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qs

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.gate import Incoming
from channels.inbox import Delivery
from channels.platform_api import Call, PlatformApi
from channels.platform_input import Forged, Malformed, PlatformInput
from channels.record import Message
from channels.rendering import plain, split_at_sentences
from channels.slack_words import as_typed, escaped, judge

OLDEST_SECONDS = 5 * 60
LONGEST_TEXT = 3000
LONGEST_BUTTON = 75
BUTTONS_IN_A_ROW = 5
MOST_BUTTONS = 200

_KINDS = {"audio": "voice", "image": "image", "video": "video"}


class SlackInput(PlatformInput):
    """The channel named `slack`.

    A direct message is a conversation with the one who writes. In a channel the assistant answers where it is
    mentioned, in a thread, and goes on in that thread with the one who began it.
    """

    required: ClassVar[tuple[str, ...]] = ("slack_bot_token", "slack_signing_secret")

    @classmethod
    def name(cls) -> str:
        """The channel's name, and with it the route `/webhooks/slack/webhook`."""
        return "slack"

    def make_api(self) -> PlatformApi:
        """See `PlatformInput.make_api`."""
        headers = {"Authorization": f"Bearer {self.settings.slack_bot_token}"}
        return PlatformApi(
            "slack", self.settings.slack_api_base_url, headers=headers, judge=judge, patience=self.patience
        )

    def verify(self, request: Request) -> None:
        """See `PlatformInput.verify`."""
        at = request.headers.get("X-Slack-Request-Timestamp", "")
        if not at.isdigit() or abs(time.time() - int(at)) > OLDEST_SECONDS:
            raise Forged("age")
        secret = self.settings.slack_signing_secret.encode()
        expected = "v0=" + hmac.new(secret, f"v0:{at}:".encode() + request.body, "sha256").hexdigest()
        if not hmac.compare_digest(request.headers.get("X-Slack-Signature", "").encode(), expected.encode()):
            raise Forged("signature")

    def special_answer(self, request: Request) -> HTTPResponse | None:
        """The question by which Slack makes sure, at set-up, that the address is ours."""
        if request.content_type.startswith("application/json"):
            body = request.json
            if isinstance(body, dict) and body.get("type") == "url_verification":
                return response.text(str(body["challenge"]))
        return None

    async def deliveries(self, request: Request) -> list[Delivery]:
        """A message (JSON) or a pressed button (a form with JSON in it). Others are let pass."""
        if request.content_type.startswith("application/x-www-form-urlencoded"):
            return _pressed(json.loads(parse_qs(request.body.decode())["payload"][0]))
        body = request.json
        if not isinstance(body, dict) or not isinstance(body.get("type"), str):
            raise Malformed("not an event")
        event = body.get("event") or {}
        if body["type"] != "event_callback" or event.get("type") not in ("message", "app_mention"):
            return []
        delivery = _written(str(body["team_id"]), event)
        if delivery is None or await self._is_for_us(body, event, delivery):
            return [delivery] if delivery else []
        return []

    async def _is_for_us(self, body: dict[str, Any], event: dict[str, Any], delivery: Delivery) -> bool:
        """In a channel: only where the assistant is mentioned, or already talks with this person in this
        thread.
        """
        if event["type"] == "app_mention" or delivery.address["private"]:
            return True
        own_ids = [a.get("user_id") for a in body.get("authorizations") or []]
        if any(own and f"<@{own}>" in str(event.get("text")) for own in own_ids):
            return True
        if not event.get("thread_ts") or self.courier is None:
            return False
        return bool((await self.courier.gate.record.read(delivery.incoming.sender)).last_messages)

    def calls(self, address: dict[str, str], messages: Sequence[Message]) -> list[Call]:
        """See `PlatformInput.calls`: one `chat.postMessage` a message; notices in a channel for one pair of
        eyes.
        """
        calls: list[Call] = []
        for message in messages:
            buttons = message.get("buttons") or []
            text = plain(message.get("text") or "") or ("Please choose:" if buttons else "")
            parts = split_at_sentences(text, LONGEST_TEXT)
            for number, part in enumerate(parts, start=1):
                body: dict[str, Any] = {"channel": address["channel"], "text": escaped(part)}
                if number == len(parts) and buttons:
                    body["blocks"] = blocks(part, buttons)
                if address.get("thread"):
                    body["thread_ts"] = address["thread"]
                if message.get("notice") and not address["private"]:
                    calls.append(Call("chat.postEphemeral", json={**body, "user": address["user"]}))
                else:
                    unfurl = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
                    calls.append(Call("chat.postMessage", json={**body, **unfurl}))
        return calls

    def address_of(self, conversation: str) -> dict[str, str]:
        """See `PlatformInput.address_of`."""
        _team, channel, *rest = conversation.removeprefix("slack:").split("/")
        thread, user = rest if rest else ("", "")
        return {"channel": channel, "thread": thread, "user": user, "private": "" if rest else "yes"}


def blocks(text: str, buttons: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    """The text and its buttons in Block Kit, five in a row; titles too long for a button stand in the text as
    well.
    """
    titles = [plain(button["title"]) for button in buttons]
    long_ones = [f"- {title}" for title in titles if len(title) > LONGEST_BUTTON]
    texts = split_at_sentences("\n".join([text, *long_ones]), LONGEST_TEXT)
    sections = [
        {"type": "section", "text": {"type": "plain_text", "text": part, "emoji": False}} for part in texts
    ]
    elements = [
        {
            "type": "button",
            "action_id": f"option_{number}",
            "text": {"type": "plain_text", "text": _shortened(title), "emoji": False},
            "value": button["payload"],
        }
        for number, (title, button) in enumerate(zip(titles, buttons, strict=True), start=1)
    ][:MOST_BUTTONS]
    rows = [
        {"type": "actions", "elements": elements[at : at + BUTTONS_IN_A_ROW]}
        for at in range(0, len(elements), BUTTONS_IN_A_ROW)
    ]
    return [*sections, *rows]


def _written(team: str, event: dict[str, Any]) -> Delivery | None:
    if event.get("bot_id") or not event.get("user") or event.get("subtype") not in (None, "file_share"):
        return None  # our own messages, other programs', edits, joins
    channel, at, user = str(event["channel"]), str(event["ts"]), str(event["user"])
    files = event.get("files") or []
    kind = _KINDS.get(str(files[0].get("mimetype", "")).split("/")[0], "file") if files else "text"
    sender, address = _place(team, channel, str(event.get("thread_ts") or ""), at, user)
    # one message may come twice, as `message` and as `app_mention`: its channel and time are the same
    key = f"{channel}:{at}"
    incoming = Incoming(sender=sender, text=as_typed(event.get("text")), message_id=key, kind=kind)
    return Delivery(key, incoming, address)


def _pressed(payload: dict[str, Any]) -> list[Delivery]:
    if payload.get("type") != "block_actions":
        return []
    action = payload["actions"][0]
    if action.get("type") != "button":
        return []
    channel, user = str(payload["channel"]["id"]), str(payload["user"]["id"])
    container = payload.get("container") or {}
    message = payload.get("message") or {}
    thread = str(container.get("thread_ts") or message.get("thread_ts") or "")
    team = str((payload.get("team") or {}).get("id") or payload["user"].get("team_id"))
    at = str(container.get("message_ts") or message.get("ts") or "")
    sender, address = _place(team, channel, thread, at, user)
    key = f"{channel}:{user}:{action['action_ts']}"
    incoming = Incoming(
        sender=sender,
        text=(action.get("text") or {}).get("text"),
        button_payload=str(action["value"]),
        message_id=key,
        kind="button",
    )
    return [Delivery(key, incoming, address)]


def _place(team: str, channel: str, thread: str, at: str, user: str) -> tuple[str, dict[str, str]]:
    """The conversation's id, and where its answers go. In a channel a message begins a thread of its own."""
    if channel.startswith("D"):
        return f"slack:{team}/{channel}", {
            "channel": channel,
            "thread": thread,
            "user": user,
            "private": "yes",
        }
    root = thread or at
    return f"slack:{team}/{channel}/{root}/{user}", {
        "channel": channel,
        "thread": root,
        "user": user,
        "private": "",
    }


def _shortened(title: str) -> str:
    return title if len(title) <= LONGEST_BUTTON else title[: LONGEST_BUTTON - 1].rstrip() + "\u2026"
