"""Messenger as Meta's Messenger Platform documentation describes it, as far as a page's app meets it."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
from typing import Any

from aiohttp import web

from tests.channels.platforms.fake import FakePlatform, Shown

PAGE_TOKEN = "EAAFakePageTokenForTests"
APP_SECRET = "4b1dfake5ecret00000000000000beef"
VERIFY_TOKEN = "a-word-of-ours"
PAGE = "100200300"


class FakeFacebook(FakePlatform):
    """The Graph API, and the apps of those who write to the page."""

    def __init__(self) -> None:
        super().__init__()
        self.known_people: set[str] = set()
        self._numbers = itertools.count(1)

    @property
    def settings(self) -> dict[str, str]:
        """What the assistant is told about this platform."""
        return {
            "FACEBOOK_PAGE_ACCESS_TOKEN": PAGE_TOKEN,
            "FACEBOOK_APP_SECRET": APP_SECRET,
            "FACEBOOK_VERIFY_TOKEN": VERIFY_TOKEN,
            "FACEBOOK_GRAPH_VERSION": "v22.0",
            "FACEBOOK_API_BASE_URL": self.base_url,
        }

    async def answer(self, request: web.Request, body: bytes) -> tuple[int, Any]:
        """See `FakePlatform.answer`."""
        match = re.fullmatch(r"/(v\d+\.\d)/me/messages", request.path)
        if match is None or match[1] != "v22.0":
            return _refused(2500, "Unknown path components")
        if request.query.get("access_token") != PAGE_TOKEN:
            return _refused(190, "Invalid OAuth access token.")
        sent = json.loads(body)
        self.calls.append(("messages", sent))
        person = (sent.get("recipient") or {}).get("id")
        if person not in self.known_people:
            return _refused(100, "No matching user found")
        if sent.get("messaging_type") not in ("RESPONSE", "UPDATE", "MESSAGE_TAG"):
            return _refused(100, "Param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG}")
        message = sent.get("message") or {}
        text = message.get("text", "")
        if not 1 <= len(text) <= 2000:
            return _refused(100, "Param message[text] must have 1 to 2000 characters")
        replies = message.get("quick_replies", [])
        if len(replies) > 13:
            return _refused(100, "Too many quick replies")
        for reply in replies:
            if reply.get("content_type") != "text" or not 1 <= len(reply.get("title", "")) <= 20:
                return _refused(100, "Quick reply title must have 1 to 20 characters")
            if not 1 <= len(reply.get("payload", "")) <= 1000:
                return _refused(100, "Quick reply payload must have 1 to 1000 characters")
        self.show(person, Shown(text, {reply["title"]: reply["payload"] for reply in replies}))
        return 200, {"recipient_id": person, "message_id": f"m_out_{next(self._numbers)}"}

    def message(self, person: str, text: str | None = None, **content: Any) -> dict[str, Any]:
        """A messaging event with a message."""
        message: dict[str, Any] = {"mid": f"m_{next(self._numbers)}", **content}
        if text is not None:
            message["text"] = text
        return self.event(person, message=message)

    def event(self, person: str, **content: Any) -> dict[str, Any]:
        """A messaging event."""
        self.known_people.add(person)
        return {
            "sender": {"id": person},
            "recipient": {"id": PAGE},
            "timestamp": 1_790_000_000_000 + next(self._numbers),
            **content,
        }

    async def post(self, *events: dict[str, Any], entries: int = 1, **signing: str) -> int:
        """Deliver events as Meta does, spread over so many entries; the status of the answer."""
        spread = [list(events)[number::entries] for number in range(entries)]
        body = {"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": part} for part in spread]}
        return await self.post_raw(json.dumps(body).encode(), **signing)

    async def post_raw(
        self, raw: bytes, secret: str = APP_SECRET, header: str = "X-Hub-Signature-256"
    ) -> int:
        """Deliver these bytes, signed."""
        digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", header: f"sha256={digest}"}
        status, _ = await self.deliver("/webhooks/facebook/webhook", raw, headers)
        return status


def _refused(code: int, message: str) -> tuple[int, Any]:
    kind = "OAuthException"
    return 400, {"error": {"message": message, "type": kind, "code": code, "fbtrace_id": "x"}}
