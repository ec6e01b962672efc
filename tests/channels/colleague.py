"""The webhook of a person who can take over a conversation."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
from aiohttp import web

from tests.channels.platforms.fake import FakePlatform

TOKEN = "token-of-the-desk"


class Colleague(FakePlatform):
    """Somebody at a desk: `told` is what arrived there; `call` answers and gives back."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[dict[str, Any]] = []

    @property
    def settings(self) -> dict[str, str]:
        """What the assistant is told about the desk."""
        return {"HANDOVER_WEBHOOK_URL": f"{self.base_url}/told", "HANDOVER_TOKEN": TOKEN}

    async def answer(self, request: web.Request, body: bytes) -> tuple[int, Any]:
        """See `FakePlatform.answer`."""
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {}
        self.told.append(json.loads(body))
        return 200, {}

    def told_of(self, conversation: str) -> list[dict[str, Any]]:
        """What arrived about one conversation."""
        return [notice for notice in self.told if notice["conversation"] == conversation]

    async def call(self, what: str, body: Any, token: str = TOKEN) -> tuple[int, Any]:
        """`reply` or `give_back`; the status and the JSON of the answer."""
        headers = {"Authorization": f"Bearer {token}"}
        address = f"{self.webhook_base}/webhooks/handover/{what}"
        async with aiohttp.ClientSession(headers=headers) as http, http.post(address, json=body) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else None
