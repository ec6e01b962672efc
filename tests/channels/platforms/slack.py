"""Slack as https://api.slack.com describes it, as far as an app with Events API and Block Kit meets it."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
import time
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from tests.channels.platforms.fake import FakePlatform, Shown

TOKEN = "xoxb-1111-2222-faketokenfortests"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TEAM, BOT = "T0001", "U0BOT"


class FakeSlack(FakePlatform):
    """The Web API, and the workspace in which people write."""

    def __init__(self) -> None:
        super().__init__()
        self.known_channels: set[str] = set()
        self.posted: list[dict[str, Any]] = []
        self._numbers = itertools.count(1)

    @property
    def settings(self) -> dict[str, str]:
        """What the assistant is told about this platform."""
        return {
            "SLACK_BOT_TOKEN": TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_BASE_URL": f"{self.base_url}/api",
        }

    async def answer(self, request: web.Request, body: bytes) -> tuple[int, Any]:
        """See `FakePlatform.answer`."""
        method = request.path.removeprefix("/api/")
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 200, {"ok": False, "error": "invalid_auth"}
        if method not in ("chat.postMessage", "chat.postEphemeral"):
            return 200, {"ok": False, "error": "unknown_method"}
        if not request.content_type.startswith("application/json"):
            return 200, {"ok": False, "error": "invalid_post_type"}
        sent = json.loads(body)
        self.calls.append((method, sent))
        if sent.get("channel") not in self.known_channels:
            return 200, {"ok": False, "error": "channel_not_found"}
        text, blocks = sent.get("text", ""), sent.get("blocks", [])
        if not text and not blocks:
            return 200, {"ok": False, "error": "no_text"}
        if len(text) > 40_000:
            return 200, {"ok": False, "error": "msg_too_long"}
        if re.search(r"<(?!https?:|mailto:|[@#!])|&(?!amp;|lt;|gt;)", text):
            return 200, {"ok": False, "error": "unescaped_text"}
        problem = _problem_in(blocks)
        if problem:
            return 200, {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": [problem]}}
        if method == "chat.postEphemeral" and not sent.get("user"):
            return 200, {"ok": False, "error": "user_not_in_channel"}
        elements = [e for block in blocks if block["type"] == "actions" for e in block["elements"]]
        options = {e["text"]["text"]: e["value"] for e in elements}
        words = "\n".join(b["text"]["text"] for b in blocks if b["type"] == "section") or _unescaped(text)
        at = f"{int(time.time())}.{next(self._numbers):06d}"
        only_for = sent.get("user") if method == "chat.postEphemeral" else None
        self.posted.append({**sent, "ts": at, "method": method})
        self.show(_where(sent["channel"], sent.get("thread_ts")), Shown(words, options, only_for))
        return 200, {"ok": True, "channel": sent["channel"], "ts": at, "message": {"text": text}}

    async def post_event(self, event: dict[str, Any], **changes: Any) -> tuple[int, str]:
        """Deliver an event as Slack does."""
        body = {
            "token": "deprecated",
            "team_id": TEAM,
            "api_app_id": "A0001",
            "type": "event_callback",
            "event_id": changes.pop("event_id", f"Ev{next(self._numbers):08d}"),
            "event_time": int(time.time()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
            "event": event,
        }
        return await self.post_json({**body, **changes})

    async def post_json(self, body: Any, **signing: Any) -> tuple[int, str]:
        """Deliver signed JSON."""
        raw = json.dumps(body).encode()
        return await self.deliver("/webhooks/slack/webhook", raw, signed(raw, "application/json", **signing))

    async def post_action(self, payload: dict[str, Any], **signing: Any) -> tuple[int, str]:
        """Deliver a press as Slack does: a form with JSON in it."""
        raw = urlencode({"payload": json.dumps(payload)}).encode()
        headers = signed(raw, "application/x-www-form-urlencoded", **signing)
        return await self.deliver("/webhooks/slack/webhook", raw, headers)

    def message(self, channel: str, user: str, text: str | None = None, **content: Any) -> dict[str, Any]:
        """A `message` event."""
        self.known_channels.add(channel)
        event: dict[str, Any] = {
            "type": "message",
            "user": user,
            "channel": channel,
            "channel_type": "im" if channel.startswith("D") else "channel",
            "ts": f"{int(time.time())}.{next(self._numbers):06d}",
            "team": TEAM,
        }
        if text is not None:
            event["text"] = text
        return {**event, **content}

    def press(self, channel: str, user: str, title: str) -> dict[str, Any]:
        """The payload of a press on the button with this title in the newest message of the channel that has
        it.
        """
        for post in reversed(self.posted):
            if post["channel"] != channel:
                continue
            for block in post.get("blocks", []):
                for element in block.get("elements", []):
                    if element["text"]["text"] == title:
                        return self.pressed(channel, user, element, post)
        raise AssertionError(f"no button {title!r}")

    def pressed(
        self, channel: str, user: str, element: dict[str, Any], post: dict[str, Any]
    ) -> dict[str, Any]:
        """The payload of a press on this button of this message."""
        message = {"type": "message", "user": BOT, "bot_id": "B0001", "ts": post["ts"], "text": post["text"]}
        if post.get("thread_ts"):
            message["thread_ts"] = post["thread_ts"]
        container = {
            "type": "message",
            "message_ts": post["ts"],
            "channel_id": channel,
            "is_ephemeral": False,
        }
        return {
            "type": "block_actions",
            "user": {"id": user, "username": "ann", "team_id": TEAM},
            "team": {"id": TEAM, "domain": "example"},
            "channel": {"id": channel, "name": "directmessage"},
            "container": container,
            "trigger_id": f"{next(self._numbers)}.1.x",
            "message": message,
            "actions": [{**element, "block_id": "b", "action_ts": f"{time.time():.6f}{next(self._numbers)}"}],
        }


def _where(channel: str, thread: str | None) -> str:
    return channel if channel.startswith("D") or not thread else f"{channel}/{thread}"


def signed(
    raw: bytes, content_type: str, *, at: int | None = None, secret: str = SIGNING_SECRET
) -> dict[str, str]:
    stamp = str(int(time.time()) if at is None else at)
    base = b"v0:" + stamp.encode() + b":" + raw
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _problem_in(blocks: list[dict[str, Any]]) -> str | None:
    if len(blocks) > 50:
        return "no more than 50 items allowed"
    actions: list[str] = []
    for block in blocks:
        if block.get("type") == "section":
            text = block.get("text") or {}
            if text.get("type") not in ("plain_text", "mrkdwn") or not 1 <= len(text.get("text", "")) <= 3000:
                return "section text must have 1 to 3000 characters"
        elif block.get("type") == "actions":
            elements = block.get("elements") or []
            if not 1 <= len(elements) <= 25:
                return "actions must have 1 to 25 elements"
            for element in elements:
                title = element.get("text") or {}
                if title.get("type") != "plain_text" or not 1 <= len(title.get("text", "")) <= 75:
                    return "a button's text must be plain and have 1 to 75 characters"
                if not 1 <= len(element.get("value", "")) <= 2000 or len(element.get("action_id", "")) > 255:
                    return "value or action_id out of bounds"
                actions.append(element.get("action_id"))
        else:
            return f"unsupported type {block.get('type')}"
    return "action_id must be unique" if len(set(actions)) != len(actions) else None
