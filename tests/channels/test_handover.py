"""A person to talk to: who is told what, that the assistant stays quiet, and that it comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.events import SlotSet

from channels import wording
from channels.handover import Desk, HandoverInput, in_words
from channels.platform_api import Patience
from settings import load
from tests.channels.colleague import TOKEN, Colleague
from tests.channels.phones import TelegramPhone
from tests.channels.platforms.fake import free_port
from tests.channels.platforms.slack import FakeSlack
from tests.channels.platforms.telegram import FakeTelegram
from tests.channels.scripted import EMERGENCY, ScriptedAgent, rich
from tests.channels.stage import QUICK, Stage, settings_for

SUMMARY = {
    "title": "Summary",
    "lines": [{"label": "Symptoms", "text": "stiff neck since Monday"}],
    "disclaimer": "Not a diagnosis.",
}


def script(text: str) -> list[dict[str, Any]]:
    """Asks for a person with or without consent to the summary."""
    if text == "a person please":
        return [{"custom": rich("handover", consent=True, summary=SUMMARY)}]
    if text == "a person, no summary":
        return [{"text": "All right.", "custom": rich("handover", consent=False, summary=SUMMARY)}]
    return [{"text": f"You said: {text}"}]


class Desks:
    """Telegram, a colleague, and the server between them."""

    def __init__(self, colleague: Colleague, fake: FakeTelegram, stage: Stage) -> None:
        self.colleague = colleague
        self.fake = fake
        self.stage = stage
        self.ann = TelegramPhone(fake)
        self.ann.idle = stage.idle


@pytest.fixture
async def desks(tmp_path: Path) -> AsyncIterator[Desks]:
    colleague, fake = Colleague(), FakeTelegram()
    await colleague.start()
    await fake.start()
    settings = settings_for(tmp_path, fake, colleague)
    telegram = TelegramPhone.input_class(settings, patience=QUICK)
    stage = Stage([telegram, HandoverInput(settings)], ScriptedAgent(script))
    await stage.start()
    fake.webhook_base = colleague.webhook_base = stage.base_url
    await telegram._registration
    yield Desks(colleague, fake, stage)
    await stage.stop()
    await fake.stop()
    await colleague.stop()


async def test_person_is_told_with_the_summary(desks: Desks) -> None:
    (shown,) = await desks.ann.say("a person please")
    assert shown.text == wording.HANDED_OVER
    (notice,) = desks.colleague.told
    assert notice["event"] == "requested"
    assert notice["conversation"] == desks.ann.conversation
    assert notice["summary"] == SUMMARY


async def test_summary_is_not_sent_without_consent(desks: Desks) -> None:
    shown = await desks.ann.say("a person, no summary")
    assert [m.text for m in shown] == ["All right.", wording.HANDED_OVER]
    assert desks.colleague.told[0]["summary"] is None


async def test_assistant_is_quiet_and_passes_on_what_is_written(desks: Desks) -> None:
    await desks.ann.say("a person please")
    heard = len(desks.stage.agent.heard)
    assert await desks.ann.say("are you there?") == []
    assert desks.colleague.told[-1]["event"] == "message"
    assert desks.colleague.told[-1]["text"] == "are you there?"
    assert len(desks.stage.agent.heard) == heard
    assert ("user", "are you there?") in await desks.stage.agent.events(desks.ann.conversation)


async def test_red_flag_is_spoken_of_while_a_person_has_the_conversation(desks: Desks) -> None:
    await desks.ann.say("a person please")
    (shown,) = await desks.ann.say("now I have a fever and a stiff neck")
    assert shown.text == EMERGENCY["text"]


async def test_red_flag_far_back_in_a_long_message_is_spoken_of_too(desks: Desks) -> None:
    await desks.ann.say("a person please")
    (shown,) = await desks.ann.say("I sat at my desk all day. " * 120 + "Now I have a fever and a stiff neck.")
    assert shown.text == EMERGENCY["text"]


async def test_what_is_told_to_the_person_counts_afterwards(desks: Desks) -> None:
    await desks.ann.say("a person please")
    assert await desks.ann.say("I have a fever") == []
    (shown,) = await desks.ann.say("my neck is stiff now")
    assert shown.text == EMERGENCY["text"]


async def test_no_to_the_person_answers_nothing_that_the_assistant_asked(desks: Desks) -> None:
    await desks.ann.say("a person please")
    record = desks.stage.channels[0].courier.gate.record
    await record.add(desks.ann.conversation, [SlotSet("open_question", "fever")])
    assert await desks.ann.say("no") == []
    assert not (await record.read(desks.ann.conversation)).findings


async def test_emergency_that_was_told_does_not_interrupt_the_person(desks: Desks) -> None:
    await desks.ann.say("a person please")
    await desks.ann.say("now I have a fever and a stiff neck")
    assert await desks.ann.say("I can say stiff as often as I like") == []


async def test_person_answers_and_gives_back(desks: Desks) -> None:
    await desks.ann.say("a person please")
    conversation = desks.ann.conversation
    status, answer = await desks.colleague.call("reply", {"conversation": conversation, "text": "I am Dr. Bell."})
    assert (status, answer) == (200, {"delivered": True})
    assert desks.ann.seen[-1].text == "I am Dr. Bell."
    status, _ = await desks.colleague.call("give_back", {"conversation": conversation})
    assert status == 200
    assert desks.ann.seen[-1].text == wording.GIVEN_BACK
    (shown,) = await desks.ann.say("thanks")
    assert shown.text == "You said: thanks"


async def test_start_over_brings_the_assistant_back(desks: Desks) -> None:
    await desks.ann.say("a person please")
    (shown,) = await desks.ann.say("Start over")
    assert shown.text == "You said: Start over"
    (shown,) = await desks.ann.say("hi")
    assert shown.text == "You said: hi"


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x"])
async def test_calls_need_the_token(desks: Desks, token: str) -> None:
    await desks.ann.say("a person please")
    body = {"conversation": desks.ann.conversation, "text": "x"}
    before = len(desks.ann.seen)
    for what in ("reply", "give_back"):
        assert (await desks.colleague.call(what, body, token))[0] == 401
    assert len(desks.ann.seen) == before


async def test_call_for_a_conversation_that_nobody_handed_over_is_refused(desks: Desks) -> None:
    await desks.ann.say("hi")
    assert (await desks.colleague.call("reply", {"conversation": desks.ann.conversation, "text": "x"}))[0] == 409
    assert (await desks.colleague.call("reply", {"conversation": "telegram:1", "text": "x"}))[0] == 409
    assert (await desks.colleague.call("reply", {"text": "x"}))[0] == 400
    assert (await desks.colleague.call("reply", ["x"]))[0] == 400


async def test_person_out_of_reach_is_said(desks: Desks) -> None:
    desks.colleague.trouble.extend([(404, {}, {})] * 10)
    (shown,) = await desks.ann.say("a person please")
    assert shown.text == wording.HANDOVER_FAILED
    desks.colleague.trouble.clear()
    (shown,) = await desks.ann.say("hi")
    assert shown.text == "You said: hi"


async def test_message_that_cannot_be_passed_on_brings_the_assistant_back(desks: Desks) -> None:
    await desks.ann.say("a person please")
    desks.colleague.trouble.extend([(404, {}, {})] * 10)
    (shown,) = await desks.ann.say("are you there?")
    assert shown.text == wording.HANDOVER_FAILED
    desks.colleague.trouble.clear()
    (shown,) = await desks.ann.say("hi")
    assert shown.text == "You said: hi"


async def test_nobody_configured_is_said(make_line: Any) -> None:
    line = await make_line(TelegramPhone)
    line.stage.agent.script = script
    (shown,) = await line.phone().say("a person please")
    assert shown.text == wording.NOBODY_CONFIGURED


@pytest.mark.parametrize("somebody", [True, False])
async def test_assistant_is_told_whether_there_is_anybody(desks: Desks, make_line: Any, somebody: bool) -> None:
    line = await make_line(TelegramPhone)
    ann, stage = (desks.ann, desks.stage) if somebody else (line.phone(), line.stage)
    await ann.say("hi")
    (heard,) = stage.agent.heard
    assert heard.metadata.get("person_on_call", False) is somebody
    assert heard.metadata["locale"] == "en"


async def test_slack_is_told_in_one_thread(tmp_path: Path) -> None:
    slack = FakeSlack()
    await slack.start()
    slack.known_channels.add("C0DESK")
    settings = settings_for(tmp_path, slack, HANDOVER_SLACK_CHANNEL="C0DESK")
    desk = Desk(settings, Patience(0.01, 0.1, 1.0))
    assert await desk.request("telegram:1", "telegram", SUMMARY)
    assert await desk.forward("telegram:1", "telegram", "5 < 6 & so on")
    first, second = slack.posted
    assert "stiff neck since Monday" in first["text"]
    assert second["thread_ts"] == first["ts"]
    assert slack.refusals == []
    await slack.stop()


class Mailbox:
    """A mail server that keeps what it is given (RFC 5321, as far as one message needs it)."""

    def __init__(self) -> None:
        self.mails: list[str] = []
        self.commands: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(line: str) -> None:
            writer.write(line.encode() + b"\r\n")

        say("220 mailbox.test")
        while line := (await reader.readline()).decode().strip():
            self.commands.append(line)
            verb = line.split()[0].upper()
            if verb == "DATA":
                say("354 go on")
                mail = (await reader.readuntil(b"\r\n.\r\n")).decode()
                self.mails.append(mail)
                say("250 kept")
            elif verb == "QUIT":
                say("221 bye")
                break
            elif verb == "EHLO":
                writer.write(b"250-mailbox.test\r\n250 AUTH PLAIN\r\n")
            elif verb == "AUTH":
                say("235 welcome")
            else:
                say("250 ok")
        writer.close()


async def test_email_is_sent() -> None:
    mailbox = Mailbox()
    port = free_port()
    server = await asyncio.start_server(mailbox.serve, "127.0.0.1", port)
    environment = {
        "HANDOVER_EMAIL": "desk@example.test",
        "SMTP_URL": f"smtp://me:pass%20word@127.0.0.1:{port}",
    }
    desk = Desk(load(environment))
    assert await desk.request("sms:1", "twilio", SUMMARY)
    (mail,) = mailbox.mails
    assert "To: desk@example.test" in mail
    assert "stiff neck since Monday" in mail
    assert any(command.startswith("AUTH PLAIN") for command in mailbox.commands)
    server.close()


async def test_mail_server_that_is_down_counts_as_not_told() -> None:
    desk = Desk(load({"HANDOVER_EMAIL": "desk@example.test", "SMTP_URL": "smtp://127.0.0.1:7298"}))
    assert not await desk.request("sms:1", "twilio", None)


def test_desk_without_settings_is_not_configured() -> None:
    assert not Desk(load({})).configured
    assert not Desk(load({"HANDOVER_EMAIL": "desk@example.test"})).configured


def test_words_say_that_there_is_no_consent() -> None:
    notice = {"event": "requested", "conversation": "c", "channel": "sms", "summary": None}
    assert "did not agree" in in_words(notice)
