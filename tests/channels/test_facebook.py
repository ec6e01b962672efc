"""What is Messenger's own: the handshake, batches, quick replies, and errors said with status 400."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.phones import FacebookPhone, Line
from tests.channels.platforms.facebook import PAGE, VERIFY_TOKEN
from tests.channels.scripted import LONG_OPTION, options


@pytest.fixture
async def line(make_line: Any) -> Line:
    return await make_line(FacebookPhone)


async def _handshake(line: Line, **query: str) -> tuple[int, str]:
    words = "&".join(f"hub.{name}={value}" for name, value in query.items())
    return await line.fake.deliver(f"/webhooks/facebook/webhook?{words}", b"", {}, method="GET")


async def test_handshake(line: Line) -> None:
    right = {"mode": "subscribe", "verify_token": VERIFY_TOKEN, "challenge": "1158201444"}
    assert await _handshake(line, **right) == (200, "1158201444")
    assert (await _handshake(line, **{**right, "verify_token": "wrong"}))[0] == 403
    assert (await _handshake(line, mode="subscribe", challenge="1"))[0] == 403
    assert (await _handshake(line, **{**right, "mode": "x"}))[0] == 403


@pytest.mark.parametrize("entries", [1, 3, 10])
async def test_whole_batch_is_answered(line: Line, entries: int) -> None:
    people = [line.phone() for _ in range(10)]
    events = [line.fake.message(p.address, f"I am {p.person}") for p in people]
    assert await line.fake.post(*events, entries=entries) == 200
    await line.stage.idle()
    assert [[m.text for m in p.seen] for p in people] == [[f"You said: I am {p.person}"] for p in people]


async def test_batch_with_a_repetition_is_answered_once(line: Line) -> None:
    ann = line.phone()
    event = line.fake.message(ann.address, "hi")
    await line.fake.post(event, event, entries=2)
    await line.stage.idle()
    assert len(ann.seen) == 1


@pytest.mark.parametrize(
    "content",
    [
        {"message": {"mid": "m", "text": "hi", "is_echo": True}},
        {"delivery": {"mids": ["m"], "watermark": 1}},
        {"read": {"watermark": 1}},
        {"reaction": {"reaction": "smile", "mid": "m"}},
        {"optin": {}},
    ],
)
async def test_other_events_are_let_pass(line: Line, content: dict[str, Any]) -> None:
    assert await line.fake.post(line.fake.event("5", **content)) == 200
    await line.stage.idle()
    assert line.stage.agent.heard == []


async def test_postback_is_a_press(line: Line) -> None:
    ann = line.phone()
    await ann.say("hello")
    postback = {"mid": "m_pb", "title": "My neck is stiff", "payload": "my neck is stiff"}
    (shown,) = await ann.give(lambda: line.fake.post(line.fake.event(ann.address, postback=postback)))
    assert shown.text == "You said: my neck is stiff"


async def test_short_options_are_quick_replies_without_numbers(line: Line) -> None:
    (shown,) = await line.phone().say("hello")
    assert shown.text == "Hello, how can I help?"
    assert list(shown.options) == ["My neck is stiff", "I have a question"]


async def test_long_options_stand_in_the_text_and_can_be_typed(line: Line) -> None:
    ann = line.phone()
    (shown,) = await ann.say("many options")
    assert f"8. {LONG_OPTION}" in shown.text
    assert all(len(title) <= 20 for title in shown.options)
    await ann.say("8")
    assert line.stage.agent.heard[-1].text == LONG_OPTION.lower()


async def test_options_beyond_thirteen_can_be_typed(line: Line) -> None:
    line.stage.agent.script = lambda _: [
        {"text": "Which?", "buttons": options(*(f"No. {n}" for n in range(20)))}
    ]
    ann = line.phone()
    (shown,) = await ann.say("hi")
    assert len(shown.options) == 13
    await ann.say("20")
    assert line.stage.agent.heard[-1].text == "no. 19"
    assert line.fake.refusals == []


async def test_signature_of_the_older_kind_alone_is_refused(line: Line) -> None:
    assert await line.fake.post(line.fake.message("5", "hi"), header="X-Hub-Signature") == 403


async def test_other_objects_are_refused(line: Line) -> None:
    assert await line.fake.post_raw(b'{"object": "user", "entry": []}') == 400
    assert await line.fake.post_raw(f'{{"object": "page", "entry": [{{"id": "{PAGE}"}}]}}'.encode()) == 200


@pytest.mark.parametrize("error", [{"code": 2, "is_transient": True}, {"code": 4}, {"code": 613}])
async def test_busy_graph_api_is_tried_again(line: Line, error: dict[str, Any]) -> None:
    line.fake.trouble.extend([(400, {}, {"error": error})] * 2)
    assert len(await line.phone().say("hi")) == 1


async def test_wrong_page_token_is_not_tried_for_ever(line: Line) -> None:
    line.fake.trouble.append((400, {}, {"error": {"code": 190, "type": "OAuthException"}}))
    assert await line.phone().say("hi") == []
