"""What is Slack's own: the handshake, old signatures, channels and threads, notices for one pair of eyes."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.channels.phones import Line, SlackPhone
from tests.channels.platforms.slack import BOT, TEAM

CHANNEL = "C0042"


@pytest.fixture
async def line(make_line: Any) -> Line:
    return await make_line(SlackPhone)


async def test_handshake_gives_the_challenge_back(line: Line) -> None:
    body = {"token": "x", "challenge": "3eZbrw1aB", "type": "url_verification"}
    assert await line.fake.post_json(body) == (200, "3eZbrw1aB")
    assert (await line.fake.post_json(body, secret="wrong"))[0] == 403


@pytest.mark.parametrize("minutes", [-6, 6, -60 * 24])
async def test_old_signature_is_refused(line: Line, minutes: int) -> None:
    event = line.fake.message("D1", "U1", "hi")
    body = {"type": "event_callback", "team_id": TEAM, "event": event}
    status, _ = await line.fake.post_json(body, at=int(time.time()) + 60 * minutes)
    assert status == 403
    assert line.stage.agent.heard == []


async def test_message_and_mention_of_the_same_words_are_one(line: Line) -> None:
    mention = line.fake.message(CHANNEL, "U1", f"<@{BOT}> hi", type="app_mention")
    await asyncio.gather(line.fake.post_event(mention), line.fake.post_event({**mention, "type": "message"}))
    await line.stage.idle()
    assert [m.text for m in line.stage.agent.heard] == ["hi"]


async def test_mention_begins_a_thread_that_goes_on_without_mentions(line: Line) -> None:
    mention = line.fake.message(CHANNEL, "U1", f"<@{BOT}> hello", type="app_mention")
    await line.fake.post_event(mention)
    await line.stage.idle()
    thread = f"{CHANNEL}/{mention['ts']}"
    assert len(line.fake.shown[thread]) == 1
    await line.fake.post_event(line.fake.message(CHANNEL, "U1", "my neck", thread_ts=mention["ts"]))
    await line.stage.idle()
    assert [m.text for m in line.fake.shown[thread]] == ["Hello, how can I help?", "You said: my neck"]
    press = line.fake.press(CHANNEL, "U1", "My neck is stiff")
    await line.fake.post_action(press)
    await line.stage.idle()
    assert len(line.fake.shown[thread]) == 4  # a press on an old button: a notice, and the last message again
    assert {m.sender_id for m in line.stage.agent.heard} == {f"slack:{TEAM}/{CHANNEL}/{mention['ts']}/U1"}


async def test_press_in_a_thread_is_answered_there(line: Line) -> None:
    mention = line.fake.message(CHANNEL, "U1", f"<@{BOT}> hello", type="app_mention")
    await line.fake.post_event(mention)
    await line.stage.idle()
    await line.fake.post_action(line.fake.press(CHANNEL, "U1", "My neck is stiff"))
    await line.stage.idle()
    assert line.fake.shown[f"{CHANNEL}/{mention['ts']}"][-1].text == "You said: my neck is stiff"


async def test_what_others_say_in_a_channel_is_let_pass(line: Line) -> None:
    mention = line.fake.message(CHANNEL, "U1", f"<@{BOT}> hello", type="app_mention")
    await line.fake.post_event(mention)
    for event in (
        line.fake.message(CHANNEL, "U2", "lunch?"),
        line.fake.message(CHANNEL, "U2", "get well", thread_ts=mention["ts"]),
        line.fake.message(CHANNEL, "U1", "lunch!"),
    ):
        assert (await line.fake.post_event(event))[0] == 200
    await line.stage.idle()
    assert [m.text for m in line.stage.agent.heard] == ["hello"]


@pytest.mark.parametrize(
    "change",
    [
        {"bot_id": "B1"},
        {"subtype": "message_changed"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
    ],
)
async def test_own_and_system_messages_are_let_pass(line: Line, change: dict[str, str]) -> None:
    await line.fake.post_event(line.fake.message("D1", "U1", "hi", **change))
    await line.stage.idle()
    assert line.stage.agent.heard == []


async def test_thread_in_a_direct_message_is_kept(line: Line) -> None:
    event = line.fake.message("D1", "U1", "hi", thread_ts="1700000000.000001")
    await line.fake.post_event(event)
    await line.stage.idle()
    assert line.fake.posted[-1]["thread_ts"] == "1700000000.000001"


async def test_notice_in_a_channel_is_for_the_one_who_wrote(line: Line) -> None:
    line.stage.agent.failure = "raise"
    await line.fake.post_event(
        line.fake.message(CHANNEL, "U1", f"<@{BOT}> my neck hurts", type="app_mention")
    )
    await line.stage.idle()
    await line.fake.post_event(line.fake.message("D1", "U1", "my neck hurts"))
    await line.stage.idle()
    assert [(post["method"], post.get("user")) for post in line.fake.posted] == [
        ("chat.postEphemeral", "U1"),
        ("chat.postMessage", None),
    ]


async def test_emergency_message_in_a_channel_is_posted_to_stay(line: Line) -> None:
    line.stage.agent.failure = "raise"
    text = f"<@{BOT}> fever and a stiff neck"
    await line.fake.post_event(line.fake.message(CHANNEL, "U1", text, type="app_mention"))
    await line.stage.idle()
    assert [post["method"] for post in line.fake.posted] == ["chat.postMessage"]


async def test_limit_said_with_status_200_is_waited_for(line: Line) -> None:
    line.fake.trouble.extend([(200, {}, {"ok": False, "error": "ratelimited"})] * 2)
    assert len(await line.phone().say("hi")) == 1


async def test_links_and_mentions_in_a_text_are_read_as_words(line: Line) -> None:
    text = "<@U9> see <https://example.test/x|this page> &amp; tell me"
    await line.fake.post_event(line.fake.message("D1", "U1", text))
    await line.stage.idle()
    assert line.stage.agent.heard[0].text == "see this page & tell me"
