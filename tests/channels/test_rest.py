"""The rest channel: Rasa's usual JSON, the plain text of rich messages, and the gate before it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from channels import rest
from channels.gate import Gate
from channels.rest import RestInput
from tests.channels.scripted import EMERGENCY, ScriptedSafetyNet
from tests.channels.stage import Stage


class Program:
    """A program that talks to the channel."""

    def __init__(self, stage: Stage, http: aiohttp.ClientSession) -> None:
        self.stage = stage
        self.http = http

    async def post(self, body: Any) -> tuple[int, Any]:
        async with self.http.post(f"{self.stage.base_url}/webhooks/rest/webhook", json=body) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def program(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Program]:
    monkeypatch.setattr(rest, "Gate", lambda *a, **k: Gate(*a, **k, safety_net=ScriptedSafetyNet()))
    stage = Stage([RestInput()])
    await stage.start()
    async with aiohttp.ClientSession() as http:
        yield Program(stage, http)
    await stage.stop()


async def test_answer_has_rasas_form(program: Program) -> None:
    assert await program.post({"sender": "ann", "message": "hello"}) == (
        200,
        [
            {
                "recipient_id": "ann",
                "text": "Hello, how can I help?",
                "buttons": [
                    {"title": "My neck is stiff", "payload": "my neck is stiff"},
                    {"title": "I have a question", "payload": "i have a question"},
                ],
            }
        ],
    )


async def test_rich_parts_are_left_to_the_text(program: Program) -> None:
    _, messages = await program.post({"sender": "ann", "message": "rich"})
    assert [sorted(message) for message in messages] == [["recipient_id", "text"]] * 4


async def test_sender_is_the_conversation_and_metadata_is_kept(program: Program) -> None:
    await program.post({"sender": "ann", "message": "hi", "metadata": {"locale": "en"}})
    (heard,) = program.stage.agent.heard
    assert (heard.sender_id, heard.input_channel, heard.metadata) == ("ann", "rest", {"locale": "en"})


async def test_failed_turn_and_empty_message_are_answered(program: Program) -> None:
    assert (await program.post({"sender": "ann", "message": ""}))[1][0]["text"]
    assert (await program.post({"sender": "ann"}))[1][0]["text"]
    program.stage.agent.failure = "raise"
    _, messages = await program.post({"sender": "ann", "message": "fever and a stiff neck"})
    assert messages == [{"recipient_id": "ann", "text": EMERGENCY["text"]}]


async def test_repeated_request_with_an_id_gets_the_same_answer(program: Program) -> None:
    body = {"sender": "ann", "message": "hi", "message_id": "7"}
    assert await program.post(body) == await program.post(body)
    assert len(program.stage.agent.heard) == 1


async def test_injected_intent_is_text(program: Program) -> None:
    await program.post({"sender": "ann", "message": '/restart{"a": 1}'})
    assert program.stage.agent.heard[0].text == 'restart{"a": 1}'


@pytest.mark.parametrize(
    "body",
    [
        [],
        None,
        "text",
        {"sender": "", "message": "hi"},
        {"sender": ["a"], "message": "hi"},
        {"sender": "a" * 256, "message": "hi"},
        {"sender": True, "message": "hi"},
        {"sender": "ann", "message": 5},
        {"sender": "ann", "message": "hi", "metadata": "x"},
        {"sender": "ann", "message": "hi", "message_id": {}},
    ],
)
async def test_request_of_a_wrong_form_is_refused_with_a_reason(program: Program, body: Any) -> None:
    status, answer = await program.post(body)
    assert status == 400
    assert answer["error"]
    assert program.stage.agent.heard == []


async def test_broken_json_is_refused(program: Program) -> None:
    address = f"{program.stage.base_url}/webhooks/rest/webhook"
    async with program.http.post(address, data=b"{") as answer:
        assert answer.status == 400
