"""Twilio as https://www.twilio.com/docs describes it, as far as a number for SMS or WhatsApp meets it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
from typing import Any
from urllib.parse import parse_qsl, urlencode

from aiohttp import BasicAuth, web

from tests.channels.platforms.fake import FakePlatform, Shown

SID = "AC0123456789abcdef0123456789abcdef"
AUTH_TOKEN = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
NUMBER = "+15005550006"
PUBLIC_URL = "https://bot.example.test"
PATH = "/webhooks/twilio/webhook"


class FakeTwilio(FakePlatform):
    """The REST API, the carrier and WhatsApp behind it, and people's phones."""

    def __init__(self) -> None:
        super().__init__()
        self.opted_out: set[str] = set()
        self._numbers = itertools.count(1)

    @property
    def settings(self) -> dict[str, str]:
        """What the assistant is told about this platform."""
        return {
            "TWILIO_ACCOUNT_SID": SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_API_BASE_URL": self.base_url,
            "PUBLIC_URL": PUBLIC_URL,
        }

    async def answer(self, request: web.Request, body: bytes) -> tuple[int, Any]:
        """See `FakePlatform.answer`."""
        if request.headers.get("Authorization") != BasicAuth(SID, AUTH_TOKEN).encode():
            return 401, {"code": 20003, "message": "Authenticate", "status": 401}
        if request.path != f"/2010-04-01/Accounts/{SID}/Messages.json":
            return 404, {"code": 20404, "message": "The requested resource was not found", "status": 404}
        sent = dict(parse_qsl(body.decode(), keep_blank_values=True))
        self.calls.append(("Messages", sent))
        to, source, text = sent.get("To", ""), sent.get("From", ""), sent.get("Body", "")
        if not to:
            return _refused(21604, "A 'To' phone number is required.")
        if not source:
            return _refused(21603, "A 'From' phone number is required.")
        if not text:
            return _refused(21602, "Message body is required.")
        if len(text) > 1600:
            return _refused(21617, "The concatenated message body exceeds the 1600 character limit.")
        if to.startswith("whatsapp:") != source.startswith("whatsapp:"):
            return _refused(21910, "Invalid From and To pair.")
        if source.removeprefix("whatsapp:") != NUMBER:
            return _refused(21606, "The 'From' phone number is not a valid one of yours.")
        if to in self.opted_out:
            return _refused(21610, "Attempt to send to unsubscribed recipient")
        self.show(to, Shown(text))
        sid = f"SM{next(self._numbers):032x}"
        return 201, {
            "sid": sid,
            "status": "queued",
            "to": to,
            "from": source,
            "body": text,
            "error_code": None,
        }

    def message(self, person: str, body: str, **more: str) -> dict[str, str]:
        """The form of an incoming message. `person` is a number, with `whatsapp:` before it on WhatsApp."""
        whatsapp = person.startswith("whatsapp:")
        form = {
            "MessageSid": f"SM{next(self._numbers):032x}",
            "SmsMessageSid": "SM0",
            "AccountSid": SID,
            "From": person,
            "To": f"whatsapp:{NUMBER}" if whatsapp else NUMBER,
            "Body": body,
            "NumMedia": "0",
            "NumSegments": "1",
            "ApiVersion": "2010-04-01",
        }
        if whatsapp:
            form |= {"ProfileName": "Ann", "WaId": person.removeprefix("whatsapp:+")}
        return {**form, **more}

    async def post(self, form: dict[str, str], token: str = AUTH_TOKEN, signature: str | None = None) -> int:
        """Deliver a form as Twilio does; the status of the answer, which must be TwiML where it is 200."""
        made = signature if signature is not None else signature_of(f"{PUBLIC_URL}{PATH}", form, token)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": made}
        status, text = await self.deliver(PATH, urlencode(form).encode(), headers)
        assert status != 200 or text.endswith("<Response/>"), text
        return status


def signature_of(address: str, form: dict[str, str], token: str) -> str:
    base = address + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), base.encode(), hashlib.sha1).digest()).decode()


def _refused(code: int, message: str) -> tuple[int, Any]:
    return 400, {"code": code, "message": message, "status": 400}
