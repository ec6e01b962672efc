"""What holds on every messaging platform, each against a fake that refuses what the real one refuses."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

import pytest

from channels import wording
from tests.channels.phones import PHONES, Line, Phone, SmsPhone, WhatsAppPhone, soon
from tests.channels.scripted import EMERGENCY, LONG_ADVICE, LONG_OPTION, ScriptedAgent


async def test_message_is_answered_once(line: Line) -> None:
    ann = line.phone()
    (shown,) = await ann.say("good morning")
    assert shown.text == "You said: good morning"
    assert line.fake.refusals == []


async def test_two_people_do_not_meet(line: Line) -> None:
    ann, bob = line.phone(), line.phone()
    await asyncio.gather(ann.say("I am Ann"), bob.say("I am Bob"))
    assert [m.text for m in ann.seen] == ["You said: I am Ann"]
    assert [m.text for m in bob.seen] == ["You said: I am Bob"]
    assert ("user", "I am Bob") not in await line.events(ann)


async def test_option_is_taken_for_what_it_stands_for(line: Line) -> None:
    ann = line.phone()
    shown = await ann.say("hello")
    assert ann.options(shown) == ["My neck is stiff", "I have a question"]
    (answer,) = await ann.press("My neck is stiff")
    assert answer.text == "You said: my neck is stiff"


@pytest.mark.parametrize("title", ["Sign number 1", "Sign number 6", LONG_OPTION, "None of these"])
async def test_every_one_of_many_options_can_be_chosen(line: Line, title: str) -> None:
    ann = line.phone()
    shown = await ann.say("many options")
    assert len(ann.options(shown)) == 9 or line.phone_class.name == "slack"
    choice = title
    if line.phone_class.name == "slack" and title == LONG_OPTION:
        choice = next(t for t in ann.options(shown) if t.endswith("…"))
        assert LONG_OPTION in shown[-1].text
    (answer,) = await ann.press(choice)
    expected = {"Sign number 1": "sign 1", "Sign number 6": "sign 6"}.get(title, title.lower())
    assert answer.text == f"You said: {expected}"
    assert line.fake.refusals == []


async def test_long_text_arrives_whole_in_sentences(line: Line) -> None:
    ann = line.phone()
    shown = await ann.say("long advice")
    assert len(shown) > 1
    assert all(part.text.endswith("plain.") for part in shown)
    assert " ".join(part.text for part in shown) == LONG_ADVICE
    assert line.fake.refusals == []


async def test_no_markup_and_no_json_is_shown(line: Line) -> None:
    ann = line.phone()
    shown = [*await ann.say("markup"), *await ann.say("rich")]
    whole = "\n".join(message.text for message in shown)
    assert "Drink enough. See the guide (https://example.test/a)." in whole
    assert "- milk" in whole
    for twin in ("Your level: routine.", "Vitamin D may fit", "From the article", "Summary: stiff neck"):
        assert twin in whole
    assert not re.search(r"[{}*#`]|\]\(|\bcustom\b|\bkind\b", whole)


async def test_signs_of_the_platform_are_shown_as_they_are(line: Line) -> None:
    (shown,) = await line.phone().say("signs")
    assert "5 < 6 & 7 > 2" in shown.text


async def test_signs_that_people_type_arrive_as_they_are(line: Line) -> None:
    ann = line.phone()
    await ann.say("pain > 5 & < 8")
    assert (await line.events(ann))[0] == ("user", "pain > 5 & < 8")


@pytest.mark.parametrize(
    ("kind", "word"), [("sticker", "words"), ("voice", "listen"), ("image", "words"), ("location", "words")]
)
async def test_what_is_not_text_is_answered(line: Line, kind: str, word: str) -> None:
    ann = line.phone()
    (shown,) = await ann.send(kind)
    assert word in shown.text
    assert line.stage.agent.heard == []


async def test_caption_is_read(line: Line) -> None:
    shown = await line.phone().send("image", caption="my neck")
    whole = "\n".join(message.text for message in shown)
    assert wording.CAPTION_ONLY in whole
    assert "You said: my neck" in whole


@pytest.mark.parametrize(
    "text", ["/restart", "/session_start", '/greet{"name": "x"}', "  / /back", "/utter_emergency"]
)
async def test_typed_command_is_text(line: Line, text: str) -> None:
    ann = line.phone()
    assert await ann.say(text)
    heard = [message.text for message in line.stage.agent.heard]
    assert len(heard) == 1
    assert not heard[0].startswith("/")


@pytest.mark.parametrize("forge", ["forged", "unsigned"])
async def test_forged_delivery_gets_no_answer_and_leaves_no_trace(line: Line, forge: str) -> None:
    ann = line.phone()
    await ann.say("hello")
    status = await getattr(ann, forge)("I have a fever and a stiff neck")()
    await line.stage.idle()
    assert status == 403
    assert len(ann.seen) == 1
    assert len(line.stage.agent.heard) == 1
    assert [who for who, _ in await line.events(ann)] == ["user", "bot"]


async def test_repeated_delivery_is_processed_once(line: Line) -> None:
    ann = line.phone()
    await ann.say("good morning")
    assert ann.last is not None
    for _ in range(3):
        assert await ann.last() == 200
    await line.stage.idle()
    assert len(ann.seen) == 1
    assert [who for who, _ in await line.events(ann)] == ["user", "bot"]


async def test_repetition_while_the_first_is_in_flight_gets_no_second_answer(line: Line) -> None:
    line.stage.agent.seconds = 0.3
    ann = line.phone()
    delivery = ann.text("good morning")
    assert await asyncio.gather(*(delivery() for _ in range(5))) == [200] * 5
    await line.stage.idle()
    assert len(ann.seen) == 1


async def test_repetition_after_a_restart_gets_no_second_answer(line: Line) -> None:
    ann = line.phone()
    await ann.say("good morning")
    await line.stage.stop()
    await line.start_server(line.stage.agent)
    assert ann.last is not None
    assert await ann.last() == 200
    await line.stage.idle()
    assert len(ann.seen) == 1


async def test_deliveries_out_of_order_are_each_answered(line: Line) -> None:
    ann = line.phone()
    first, second = ann.text("first"), ann.text("second")
    assert await second() == 200
    assert await first() == 200
    await line.stage.idle()
    assert [m.text for m in ann.seen] == ["You said: second", "You said: first"]


async def test_messages_of_one_person_are_answered_in_their_order(line: Line) -> None:
    line.stage.agent.seconds = 0.02
    line.fake.trouble.extend([(500, {}, {})] * 3)  # the first answer is held up; the others must not overtake it
    ann = line.phone()
    for number in range(10):
        assert await ann.text(f"number {number}")() == 200
    await line.stage.idle()
    assert [m.text for m in ann.seen] == [f"You said: number {n}" for n in range(10)]


async def test_oversized_delivery_is_refused(line: Line) -> None:
    ann = line.phone()
    assert await ann.raw(b"x" * 1_100_000)() == 413
    assert line.stage.agent.heard == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"update_id": "x"}',
        b'{"object": "page"}',
        b"{}",
        b"[" * 50000,
    ],
)
async def test_malformed_delivery_is_refused_and_harms_nothing(line: Line, body: bytes) -> None:
    ann = line.phone()
    assert await ann.raw(body)() in (200, 400)
    await line.stage.idle()
    assert line.stage.agent.heard == []
    assert await ann.say("good morning")


async def test_slow_turn_is_acknowledged_at_once_and_answered_later(line: Line) -> None:
    line.stage.agent.seconds = 1.0
    ann = line.phone()
    delivery = ann.text("good morning")
    began = time.monotonic()
    assert await delivery() == 200
    assert time.monotonic() - began < 0.5
    assert ann.seen == []
    await line.stage.idle()
    assert len(ann.seen) == 1


BUSY = {
    "telegram": (429, {}, {"ok": False, "error_code": 429, "parameters": {"retry_after": 0.3}}),
    "slack": (429, {"Retry-After": "0.3"}, {"ok": False, "error": "ratelimited"}),
    "twilio": (429, {"Retry-After": "0.3"}, {"code": 20429, "message": "Too many requests", "status": 429}),
    "facebook": (
        400,
        {"Retry-After": "0.3"},
        {"error": {"code": 613, "message": "limit", "type": "OAuthException"}},
    ),
}


async def test_busy_platform_is_tried_again_after_its_delay(line: Line) -> None:
    platform = line.phone_class.input_class.name()
    ann = line.phone()
    line.fake.trouble.extend([BUSY[platform]] * 2)
    began = time.monotonic()
    shown = await ann.say("three messages")
    if platform != "facebook":  # Messenger names no delay
        assert time.monotonic() - began >= 0.6
    whole = "\n".join(message.text for message in shown)
    assert [whole.count(part) for part in ("First.", "Second.", "Third?")] == [1, 1, 1]


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_broken_platform_is_tried_again(line: Line, status: int) -> None:
    ann = line.phone()
    line.fake.trouble.extend([(status, {}, {"error": "oops"})] * 3)
    shown = await ann.say("three messages")
    whole = "\n".join(message.text for message in shown)
    assert [whole.count(part) for part in ("First.", "Second.", "Third?")] == [1, 1, 1]


async def test_refused_call_does_not_hold_up_the_next_message(line: Line) -> None:
    ann = line.phone()
    line.fake.trouble.append((400, {}, {"ok": False, "error_code": 400, "error": "account_inactive"}))
    assert await ann.say("good morning") == []
    assert len(await ann.say("good evening")) == 1


@pytest.mark.parametrize("failure", ["raise", "silent", "lock", "hang"])
async def test_failed_turn_gets_the_safe_message(make_line, failure: str) -> None:
    for phone in PHONES:
        line = await make_line(phone, TURN_TIMEOUT_SECONDS="0.2")
        line.stage.agent.failure = failure
        ann = line.phone()
        (shown,) = await ann.say("my neck hurts")
        assert "I cannot answer just now" in shown.text
        (shown,) = await ann.say("fever and a stiff neck")
        assert shown.text == EMERGENCY["text"]


@pytest.mark.parametrize("failure", ["raise", "silent", "hang"])
async def test_safe_message_is_recorded(line: Line, failure: str) -> None:
    line.stage.agent.failure = failure
    line.stage.channels[0].courier.gate.limits = type(line.stage.channels[0].courier.gate.limits)(
        turn_seconds=0.2
    )
    ann = line.phone()
    await ann.say("fever and a stiff neck")
    assert await line.events(ann) == [("user", "fever and a stiff neck"), ("bot", EMERGENCY["text"])]


async def test_partly_answered_turn_with_a_red_flag_gets_the_emergency_message(line: Line) -> None:
    line.stage.agent.failure = "partial"
    ann = line.phone()
    whole = "\n".join(m.text for m in await ann.say("fever and a stiff neck"))
    assert whole.startswith(EMERGENCY["text"])
    whole = "\n".join(m.text for m in await line.phone().say("my neck hurts"))
    assert whole == "One moment."


async def test_message_of_an_unforeseen_form_is_still_said(line: Line) -> None:
    line.stage.agent.script = lambda _: [{"text": "Which?", "buttons": [{"title": "No payload"}]}]
    ann = line.phone()
    whole = "\n".join(m.text for m in await ann.say("hi"))
    assert "Which?" in whole
    assert await ann.say("1")


async def test_no_model_gets_the_safe_message(line: Line) -> None:
    del line.stage.app.ctx.agent
    ann = line.phone()
    (shown,) = await ann.say("fever and a stiff neck")
    assert shown.text == EMERGENCY["text"]


async def test_overlong_message_is_read_to_its_end_for_red_flags(line: Line) -> None:
    ann = line.phone()
    filler = "I sat at my desk all day. " * 120
    whole = "\n".join(m.text for m in await ann.say(f"{filler} Now I have a fever and a stiff neck."))
    assert whole.startswith(EMERGENCY["text"])
    whole = "\n".join(m.text for m in await line.phone().say(filler))
    assert wording.TOO_LONG.split(".")[0] in whole
    assert EMERGENCY["text"] not in whole
    assert all(len(message.text) <= 2000 for message in line.stage.agent.heard)


async def test_too_many_messages_are_told_so(make_line) -> None:
    for phone in PHONES:
        line = await make_line(phone, MESSAGES_PER_MINUTE="3")
        ann, bob = line.phone(), line.phone()
        for _ in range(3):
            (shown,) = await ann.say("again")
            assert shown.text == "You said: again"
        (shown,) = await ann.say("again")
        assert "faster than I can read" in shown.text
        (shown,) = await ann.say("fever and a stiff neck")
        assert shown.text == EMERGENCY["text"]
        (shown,) = await bob.say("hi")
        assert shown.text == "You said: hi"


async def test_old_button_is_not_taken_for_an_answer(line: Line) -> None:
    if issubclass(line.phone_class, SmsPhone):
        pytest.skip("text messages have no buttons that stay")
    ann = line.phone()
    await ann.say("hello")
    await ann.say("many options")
    press = ann.unknown_press("i have a question")
    assert press is not None
    shown = await ann.give(press)
    assert shown[0].text == wording.OLD_BUTTON_ASK_AGAIN
    assert len(ann.options(shown)) == 9
    assert [m.text for m in line.stage.agent.heard] == ["hello", "many options"]


async def test_forged_payload_is_never_an_intent(line: Line) -> None:
    ann = line.phone()
    press = ann.unknown_press('/restart{"x": 1}')
    if press is None:
        pytest.skip("text messages have no payloads")
    await ann.give(press)
    assert all(not message.text.startswith("/") for message in line.stage.agent.heard)


async def test_acknowledged_message_survives_a_crash(line: Line) -> None:
    ann = line.phone()
    agent, line.stage.agent.seconds = line.stage.agent, 3600.0
    assert await ann.text("good morning")() == 200
    courier = line.stage.channels[0].courier
    await soon(lambda: len(agent.heard) == 1)
    for task in list(courier._last.values()):  # the process ends without a word: nothing is noted any more
        task.cancel()
    await line.stage.stop()
    _expire_leases(courier._inbox._path)
    await line.start_server(ScriptedAgent())
    await soon(lambda: len(ann.seen) == 1)
    await line.stage.idle()
    assert [m.text for m in ann.seen] == ["You said: good morning"]


async def test_answer_that_was_not_sent_survives_a_crash_without_a_second_turn(line: Line) -> None:
    ann = line.phone()
    line.fake.trouble.extend([(503, {}, {})] * 10_000)
    assert await ann.text("good morning")() == 200
    courier = line.stage.channels[0].courier
    await soon(lambda: len(line.fake.trouble) < 10_000 - 2)
    for task in list(courier._last.values()):
        task.cancel()
    agent = line.stage.agent
    await line.stage.stop()
    _expire_leases(courier._inbox._path)
    line.fake.trouble.clear()
    await line.start_server(agent)
    await soon(lambda: len(ann.seen) == 1)
    await line.stage.idle()
    assert [m.text for m in ann.seen] == ["You said: good morning"]
    assert len(agent.heard) == 1


async def test_part_of_an_answer_that_was_sent_is_not_sent_again_after_a_crash(line: Line) -> None:
    ann = line.phone()
    line.fake.trouble.extend([None, *[(503, {}, {})] * 10_000])
    assert await ann.text("long advice")() == 200
    courier = line.stage.channels[0].courier
    await soon(lambda: len(line.fake.trouble) < 10_000 - 2)
    assert len(ann.seen) == 1
    for task in list(courier._last.values()):
        task.cancel()
    agent = line.stage.agent
    await line.stage.stop()
    _expire_leases(courier._inbox._path)
    line.fake.trouble.clear()
    await line.start_server(agent)
    await soon(lambda: ann.seen[-1].text.endswith("number 199 says something kind and plain."))
    await line.stage.idle()
    assert " ".join(message.text for message in ann.seen) == LONG_ADVICE


def _expire_leases(path: Path) -> None:
    import sqlite3

    with sqlite3.connect(path) as database:
        database.execute("UPDATE delivery SET lease = 0")


async def test_nothing_of_a_message_is_kept_after_its_answer(line: Line) -> None:
    ann = line.phone()
    await ann.say("a very private sentence")
    await line.stage.stop()
    try:
        for file in line.folder.glob("inbox.db*"):
            assert b"very private" not in file.read_bytes()
    finally:
        await line.start_server(line.stage.agent)


async def test_logs_hold_no_words_and_no_ids(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    ann = line.phone()
    await ann.say("a very private sentence")
    await ann.forged("a very private sentence")()
    line.stage.agent.failure = "raise"
    await ann.say("a very private sentence")
    line.stage.agent.failure = None
    line.stage.agent.script = lambda text: [{"text": text, "buttons": [{"title": text}]}]
    await ann.say("a very private sentence")
    line.stage.safety_net.messages_for = None  # type: ignore[assignment]  # it fails when it is called
    await ann.say("a very private sentence")
    captured = capsys.readouterr()
    logged = captured.out + captured.err
    assert "gate.turn" in logged
    assert "private" not in logged
    assert str(ann.person) not in logged


ONE_OF_EACH = [phone for phone in PHONES if phone is not WhatsAppPhone]  # it is Twilio, as SMS is


@pytest.mark.parametrize("phone", ONE_OF_EACH, ids=[phone.name for phone in ONE_OF_EACH])
async def test_thousand_deliveries_every_third_repeated(make_line, phone: type[Phone]) -> None:
    line = await make_line(phone)
    people = [line.phone() for _ in range(50)]
    deliveries = [(n, people[n % 50].text(f"number {n}")) for n in range(1000)]

    async def give(number: int, delivery) -> None:
        assert await delivery() == 200
        if number % 3 == 0:
            assert await delivery() == 200

    for start in range(0, 1000, 50):
        await asyncio.gather(*(give(*one) for one in deliveries[start : start + 50]))
    await line.stage.idle()
    shown = sorted(m.text for person in people for m in person.seen)
    assert shown == sorted(f"You said: number {n}" for n in range(1000))
    assert len(line.stage.agent.heard) == 1000


async def test_channel_without_settings_is_off(tmp_path: Path) -> None:
    from sanic import Blueprint

    from settings import load

    for phone in PHONES:
        channel = phone.input_class(load({"STATE_FOLDER": str(tmp_path)}))
        assert not channel.is_on

        async def nobody(_message) -> None:
            raise AssertionError

        blueprint = channel.blueprint(nobody)
        assert isinstance(blueprint, Blueprint)
        assert not blueprint._future_routes
    assert not list(tmp_path.iterdir())
