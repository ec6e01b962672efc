"""What is Telegram's own: updates of all kinds, presses, groups, and the registration of the webhook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from channels.telegram import LONGEST_CALLBACK_DATA, TelegramInput, callback_data
from tests.channels.phones import Line, TelegramPhone
from tests.channels.platforms.telegram import FakeTelegram
from tests.channels.scripted import LONG_OPTION
from tests.channels.stage import QUICK, settings_for


@pytest.fixture
async def line(make_line: Any) -> Line:
    return await make_line(TelegramPhone)


async def test_start_registers_the_webhook_with_its_secret(line: Line) -> None:
    assert line.fake.webhook["url"] == "https://bot.example.test/webhooks/telegram/webhook"
    assert len(line.fake.webhook["secret_token"]) == 64
    assert line.fake.webhook["allowed_updates"] == ["message", "edited_message", "callback_query"]


async def test_secret_that_is_set_is_used(make_line: Any) -> None:
    line = await make_line(TelegramPhone, TELEGRAM_SECRET_TOKEN="my-own_secret")
    assert line.fake.webhook["secret_token"] == "my-own_secret"
    assert await line.phone().say("hi")


async def test_press_is_acknowledged_once(line: Line) -> None:
    ann = line.phone()
    await ann.say("hello")
    await ann.press("My neck is stiff")
    assert not line.fake.open_presses
    assert line.fake.refusals == []
    assert [method for method, _ in line.fake.calls].count("answerCallbackQuery") == 1


async def test_edited_message_is_read_as_a_new_one(line: Line) -> None:
    ann = line.phone()
    update = line.fake.message(ann.person, text="no fever")
    update["edited_message"] = update.pop("message")
    assert await ann.give(lambda: line.fake.post_update(update))


@pytest.mark.parametrize(
    "kind", ["channel_post", "edited_channel_post", "my_chat_member", "inline_query", "poll"]
)
async def test_updates_that_are_no_message_of_a_person_are_let_pass(line: Line, kind: str) -> None:
    update = {"update_id": 1, kind: {"message_id": 1, "chat": {"id": -100, "type": "channel"}, "text": "hi"}}
    assert await line.fake.post_update(update) == 200
    await line.stage.idle()
    assert line.stage.agent.heard == []
    assert not line.fake.shown


@pytest.mark.parametrize(
    "content", [{"new_chat_members": [{"id": 1}]}, {"pinned_message": {}}, {"left_chat_member": {"id": 1}}]
)
async def test_service_messages_are_let_pass(line: Line, content: dict[str, Any]) -> None:
    ann = line.phone()
    assert await line.fake.post_update(line.fake.message(ann.person, **content)) == 200
    await line.stage.idle()
    assert ann.seen == []


async def test_in_a_group_each_person_has_a_conversation_and_gets_a_reply(line: Line) -> None:
    group = -1001
    line.fake.known_chats.add(group)
    for person in (1, 2):
        update = line.fake.message(person, text=f"I am {person}")
        update["message"]["chat"] = {"id": group, "type": "supergroup", "title": "Family"}
        await line.fake.post_update(update)
    await line.stage.idle()
    assert {m.sender_id for m in line.stage.agent.heard} == {f"telegram:{group}/1", f"telegram:{group}/2"}
    sent = [body for method, body in line.fake.calls if method == "sendMessage"]
    assert all(body["reply_parameters"]["message_id"] for body in sent)


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("/start", "hello"),
        ("/start from-a-link", "hello"),
        ("/help@neckwise_bot", "help"),
        ("/restart", "start over"),
        ("/greet", "greet"),
    ],
)
async def test_commands_of_the_app_are_words(line: Line, typed: str, heard: str) -> None:
    await line.phone().say(typed)
    assert [m.text for m in line.stage.agent.heard] == [heard]


async def test_blocked_bot_does_not_try_for_ever(line: Line) -> None:
    ann = line.phone()
    delivery = ann.text("hi")
    line.fake.known_chats.discard(ann.person)
    await delivery()
    await line.stage.idle()
    assert [method for method, _ in line.fake.calls].count("sendMessage") == 1


def test_callback_data_fits() -> None:
    assert callback_data("yes") == "yes"
    for payload in (LONG_OPTION, "ä" * 33, "#1"):
        assert len(callback_data(payload).encode()) <= LONGEST_CALLBACK_DATA
        assert callback_data(payload) != payload


async def _registered(folder: Path, fake: FakeTelegram, **settings: str) -> bool:
    channel = TelegramInput(settings_for(folder, fake, **settings), patience=QUICK)
    channel.api = channel.make_api()
    try:
        return await channel.register_webhook()
    finally:
        await channel.api.close()


@pytest.mark.parametrize("status", [429, 500, 502])
async def test_registration_is_tried_again(tmp_path: Path, status: int) -> None:
    fake = FakeTelegram()
    await fake.start()
    answer = {"ok": False, "error_code": status, "parameters": {"retry_after": 0.1}}
    fake.trouble.extend([(status, {}, answer)] * 3)
    assert await _registered(tmp_path, fake)
    assert fake.webhook
    await fake.stop()


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"TELEGRAM_BOT_TOKEN": "1:wrong"}, "TELEGRAM_BOT_TOKEN"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "http://bot.example.test"}, "PUBLIC_URL"),
    ],
)
async def test_failed_registration_says_what_to_look_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: dict[str, str], word: str
) -> None:
    fake = FakeTelegram()
    await fake.start()
    assert not await _registered(tmp_path, fake, **settings)
    logged = capsys.readouterr().out
    assert "telegram.webhook.not.set" in logged
    assert word in logged
    assert "1:wrong" not in logged
    await fake.stop()
