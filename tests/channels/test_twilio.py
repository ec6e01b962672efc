"""What is Twilio's own: numbers for options, one message a turn, STOP, START and HELP."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from yarl import URL

from channels import wording
from tests.channels.phones import Line, SmsPhone, WhatsAppPhone
from tests.channels.platforms.twilio import AUTH_TOKEN, PATH, PUBLIC_URL, signature_of


@pytest.fixture
async def line(make_line: Any) -> Line:
    return await make_line(SmsPhone)


@pytest.fixture
async def whatsapp(make_line: Any) -> Line:
    return await make_line(WhatsAppPhone)


async def test_options_are_numbered_in_the_text(line: Line) -> None:
    (shown,) = await line.phone().say("hello")
    assert shown.text == (
        "Hello, how can I help?\n\n1. My neck is stiff\n2. I have a question\n\n"
        "Reply with a number or in your own words."
    )


@pytest.mark.parametrize(
    ("reply", "heard"),
    [
        ("1", "my neck is stiff"),
        ("one", "my neck is stiff"),
        ("One.", "my neck is stiff"),
        ("1.", "my neck is stiff"),
        ("1)", "my neck is stiff"),
        ("#2", "i have a question"),
        ("number two", "i have a question"),
        ("the second one", "i have a question"),
        ("1 and 2", "my neck is stiff and i have a question"),
        ("my neck is stiff", "my neck is stiff"),
        ("3", "3"),
        ("0", "0"),
        ("1 week", "1 week"),
        ("no", "no"),
    ],
)
async def test_number_stands_for_its_option(line: Line, reply: str, heard: str) -> None:
    ann = line.phone()
    await ann.say("hello")
    await ann.say(reply)
    assert line.stage.agent.heard[-1].text == heard


async def test_none_of_these_beside_a_sign_is_left_out(line: Line) -> None:
    ann = line.phone()
    await ann.say("many options")
    await ann.say("2, 9")
    assert line.stage.agent.heard[-1].text == "sign 2"


async def test_number_without_options_is_a_number(line: Line) -> None:
    ann = line.phone()
    await ann.say("hi")
    await ann.say("1")
    assert line.stage.agent.heard[-1].text == "1"


async def test_turn_is_one_message(line: Line) -> None:
    (shown,) = await line.phone().say("three messages")
    assert shown.text.startswith("First.\n\nSecond.\n\nThird?\n\n1. Yes\n2. No")


@pytest.mark.parametrize("word", ["STOP", "Stop.", "stopall", "UNSUBSCRIBE", "cancel", "END", "quit"])
async def test_stop_by_sms_is_left_to_twilio_and_kept(line: Line, word: str) -> None:
    ann = line.phone()
    assert await ann.say(word) == []
    assert await ann.say("hello") == []
    assert line.stage.agent.heard == []
    (shown,) = await ann.say("START")
    assert shown.text == wording.STARTED
    assert await ann.say("hello")


async def test_stop_on_whatsapp_is_confirmed_once_and_kept(whatsapp: Line) -> None:
    ann = whatsapp.phone()
    (shown,) = await ann.say("STOP")
    assert shown.text == wording.STOPPED
    assert await ann.say("hello") == []
    await ann.say("start")
    assert await ann.say("hello")


async def test_stop_is_kept_over_a_restart_and_is_one_persons(line: Line) -> None:
    ann, bob = line.phone(), line.phone()
    await ann.say("STOP")
    await line.stage.stop()
    await line.start_server(line.stage.agent)
    assert await ann.say("hello") == []
    assert await bob.say("hello")


async def test_words_of_the_conversation_are_not_stop_words_on_whatsapp(whatsapp: Line) -> None:
    ann = whatsapp.phone()
    for word in ("end", "cancel", "yes"):
        await ann.say(word)
    assert [m.text for m in whatsapp.stage.agent.heard] == ["end", "cancel", "yes"]


@pytest.mark.parametrize(("kind", "body"), [("STOP", "arret"), ("HELP", "aide")])
async def test_what_twilio_answered_itself_is_not_answered_again(line: Line, kind: str, body: str) -> None:
    ann = line.phone()
    assert await ann.give(lambda: line.fake.post(line.fake.message(ann.address, body, OptOutType=kind))) == []


async def test_help_by_sms_says_who_this_is(line: Line) -> None:
    (shown,) = await line.phone().say("HELP")
    assert shown.text == wording.HELP_BY_SMS


async def test_opted_out_recipient_is_not_tried_again(line: Line) -> None:
    ann = line.phone()
    line.fake.opted_out.add(ann.address)
    await ann.text("hi")()
    await line.stage.idle()
    assert len(line.fake.calls) == 1


async def test_reports_on_our_own_messages_are_let_pass(line: Line) -> None:
    ann = line.phone()
    form = line.fake.message(ann.address, "")
    del form["Body"], form["NumMedia"]
    assert await line.fake.post({**form, "MessageStatus": "delivered"}) == 200
    await line.stage.idle()
    assert line.stage.agent.heard == []


async def test_another_accounts_message_is_refused(line: Line) -> None:
    form = {**line.fake.message("+15550001", "hi"), "AccountSid": "AC" + "0" * 32}
    assert await line.fake.post(form) == 400
    assert line.stage.agent.heard == []


async def test_signature_counts_the_query(line: Line) -> None:
    ann = line.phone()
    form = line.fake.message(ann.address, "hi")
    path = f"{PATH}?a=1&b=%20x"
    signature = signature_of(f"{PUBLIC_URL}{path}", form, AUTH_TOKEN)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    body = urlencode(form).encode()
    status, _ = await line.fake.deliver_to(URL(f"{line.stage.base_url}{path}", encoded=True), body, headers)
    assert status == 200
    wrong = {**headers, "X-Twilio-Signature": signature_of(f"{PUBLIC_URL}{PATH}", form, AUTH_TOKEN)}
    status, _ = await line.fake.deliver_to(URL(f"{line.stage.base_url}{path}", encoded=True), body, wrong)
    assert status == 403
