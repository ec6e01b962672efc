"""Many conversations at once with servers that share a database, and what must be in it afterwards."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import aiohttp

from tests.live_server import LiveServer

AT_ONCE = 12
SCRIPT = [
    "hello",
    "i have a stiff neck and i feel tired",
    "no fever and no headache",
    "can low vitamin d cause weakness?",
    "thank you",
]
STATE = ("findings", "subject", "care_level", "topic", "assessment_complete")


async def say(session: aiohttp.ClientSession, base_url: str, sender: str, text: str) -> None:
    """One turn on a connection of its own, so that any of the processes may get it."""
    body = {"sender": sender, "message": text}
    url = f"{base_url}/webhooks/rest/webhook"
    async with session.post(url, json=body, headers={"Connection": "close"}) as response:
        assert response.status == 200, await response.text()
        assert await response.json(), f"no answer to {text!r}"


def a_session() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(force_close=True, limit=0)
    return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=120))


def state(server: LiveServer, sender: str) -> dict[str, Any]:
    slots = server.tracker(sender)["slots"]
    return {name: slots[name] for name in STATE}


def texts(server: LiveServer, sender: str) -> list[str]:
    return [event["text"] for event in server.tracker(sender)["events"] if event["event"] == "user"]


def ended_by(server: LiveServer) -> dict[str, Any]:
    """The state in which one server alone ends the conversation."""
    alone = server.talk()
    for text in SCRIPT:
        alone.say(text)
    expected = state(server, alone.sender)
    assert expected["findings"], expected
    return expected


def talk_at_once(address: LiveServer | str, conversations: int) -> list[str]:
    """So many people hold the conversation, twelve at once, each message on a connection of its own; their ids."""
    base_url = address if isinstance(address, str) else address.base_url
    senders = [f"crowd-{uuid.uuid4().hex}" for _ in range(conversations)]

    async def talk_all() -> None:
        places = asyncio.Semaphore(AT_ONCE)

        async def talk(sender: str) -> None:
            async with places:
                for text in SCRIPT:
                    await say(session, base_url, sender, text)

        async with a_session() as session:
            await asyncio.gather(*(talk(sender) for sender in senders))

    asyncio.run(talk_all())
    return senders
