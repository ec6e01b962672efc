"""Facebook Messenger, by the Send API: signed webhooks with batches of events, quick replies.

Facts from Meta's Messenger Platform documentation: `X-Hub-Signature-256` is HMAC-SHA256 of the raw body with
the app secret; a text has at most 2000 characters; at most 13 quick replies, titles of 20 characters,
payloads of 1000.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels.gate import Gate, Incoming
from channels.inbox import Delivery
from channels.options import answer_by_number
from channels.platform_api import Call, PlatformApi, Refused, TryAgain
from channels.platform_input import Forged, Malformed, PlatformInput
from channels.record import Message
from channels.rendering import plain, split_at_sentences, with_numbered_options

LONGEST_TEXT = 2000
MOST_QUICK_REPLIES = 13
LONGEST_TITLE = 20
LONGEST_PAYLOAD = 1000

BUSY_CODES = frozenset({1, 2, 4, 17, 32, 341, 368, 613, 80006})
"""Error codes by which the Graph API says that it is busy or has had too many calls."""

_KINDS = {"audio": "voice", "image": "image", "video": "video", "file": "file", "location": "location"}


class FacebookInput(PlatformInput):
    """The channel named `facebook`."""

    required: ClassVar[tuple[str, ...]] = (
        "facebook_page_access_token",
        "facebook_app_secret",
        "facebook_verify_token",
    )

    @classmethod
    def name(cls) -> str:
        """The channel's name, and with it the route `/webhooks/facebook/webhook`."""
        return "facebook"

    def make_api(self) -> PlatformApi:
        """See `PlatformInput.make_api`."""
        return PlatformApi(
            "facebook",
            f"{self.settings.facebook_api_base_url}/{self.settings.facebook_graph_version}",
            parameters={"access_token": self.settings.facebook_page_access_token},
            judge=judge,
            patience=self.patience,
        )

    def verify(self, request: Request) -> None:
        """See `PlatformInput.verify`."""
        secret = self.settings.facebook_app_secret.encode()
        expected = "sha256=" + hmac.new(secret, request.body, "sha256").hexdigest()
        given = request.headers.get("X-Hub-Signature-256", "")
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise Forged("signature")

    async def deliveries(self, request: Request) -> list[Delivery]:
        """All messages and pressed buttons of all entries. Echoes, receipts and reactions are let pass."""
        body = request.json
        if not isinstance(body, dict) or body.get("object") != "page":
            raise Malformed("not of a page")
        events = [event for entry in body["entry"] for event in entry.get("messaging") or []]
        return [delivery for event in events for delivery in _delivery(event)]

    async def read(self, incoming: Incoming, gate: Gate) -> Incoming:
        """Options too long for a quick reply are numbered in the text: a number stands for its option."""
        return await answer_by_number(incoming, gate)

    def calls(self, address: dict[str, str], messages: Sequence[Message]) -> list[Call]:
        """See `PlatformInput.calls`: one call for each part of each message, quick replies under its last."""
        calls: list[Call] = []
        for message in messages:
            buttons = message.get("buttons") or []
            text = plain(message.get("text") or "")
            if (
                any(len(plain(b["title"])) > LONGEST_TITLE for b in buttons)
                or len(buttons) > MOST_QUICK_REPLIES
            ):
                text = with_numbered_options(text, buttons)
            parts = split_at_sentences(text or ("Please choose:" if buttons else ""), LONGEST_TEXT)
            for number, part in enumerate(parts, start=1):
                content: dict[str, Any] = {"text": part}
                if number == len(parts) and buttons:
                    content["quick_replies"] = quick_replies(buttons)
                calls.append(
                    Call(
                        "me/messages",
                        json={
                            "recipient": {"id": address["person"]},
                            "messaging_type": "RESPONSE",
                            "message": content,
                        },
                    )
                )
        return calls

    def address_of(self, conversation: str) -> dict[str, str]:
        """See `PlatformInput.address_of`."""
        return {"person": conversation.removeprefix("facebook:")}

    def acknowledgement(self) -> HTTPResponse:
        """See `PlatformInput.acknowledgement`."""
        return response.text("EVENT_RECEIVED")

    def add_routes(self, webhook: Blueprint) -> None:
        """The question by which Meta makes sure, at set-up, that the address is ours."""

        @webhook.get("/webhook")
        async def subscribe(request: Request) -> HTTPResponse:
            given = request.args.get("hub.verify_token", "")
            expected = self.settings.facebook_verify_token
            if request.args.get("hub.mode") != "subscribe" or not hmac.compare_digest(
                given.encode(), expected.encode()
            ):
                return response.empty(status=403)
            return response.text(request.args.get("hub.challenge", ""))


def quick_replies(buttons: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Quick replies for as many options as Messenger shows; longer titles are numbered as in the text, and
    cut.
    """
    titles = [plain(button["title"]) for button in buttons]
    if any(len(title) > LONGEST_TITLE for title in titles) or len(buttons) > MOST_QUICK_REPLIES:
        titles = [f"{number}. {title}" for number, title in enumerate(titles, start=1)]
    return [
        {"content_type": "text", "title": _shortened(title), "payload": button["payload"][:LONGEST_PAYLOAD]}
        for title, button in list(zip(titles, buttons, strict=True))[:MOST_QUICK_REPLIES]
    ]


def judge(status: int, answer: Any) -> None:
    """The Graph API's own words: it says with status 400, too, that it is busy."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return
    if error.get("is_transient") or error.get("code") in BUSY_CODES or status >= 500:
        raise TryAgain(f"code {error.get('code')}")
    raise Refused(f"code {error.get('code')} {str(error.get('type', ''))[:50]}")


def _delivery(event: dict[str, Any]) -> list[Delivery]:
    message, postback = event.get("message"), event.get("postback")
    person = str((event.get("sender") or {}).get("id", ""))
    blank = Incoming(sender=f"facebook:{person}", text=None)
    if postback:
        key = str(postback.get("mid") or f"{person}:{event['timestamp']}")
        incoming = replace(
            blank, text=postback.get("title"), button_payload=str(postback["payload"]), kind="button"
        )
    elif message and not message.get("is_echo"):
        key = str(message["mid"])
        attachments = message.get("attachments") or []
        kind = _kind(attachments[0], message) if attachments else "text"
        incoming = replace(blank, text=message.get("text"), kind=kind)
        if message.get("quick_reply"):
            incoming = replace(incoming, button_payload=str(message["quick_reply"]["payload"]), kind="button")
    else:
        return []
    return [Delivery(key, replace(incoming, message_id=key), {"person": person})]


def _kind(attachment: dict[str, Any], message: dict[str, Any]) -> str:
    if message.get("sticker_id") or (attachment.get("payload") or {}).get("sticker_id"):
        return "sticker"
    return _KINDS.get(str(attachment.get("type")), "other")


def _shortened(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "\u2026"
