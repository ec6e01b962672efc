"""Telegram against a fake Bot API that refuses what the real one refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.telegram import TelegramInput
from tests.channels.platforms.telegram import FakeTelegram
from tests.channels.scripted import LONG_ADVICE, LONG_OPTION
from tests.channels.stage import QUICK, Stage, settings_for

ANN = 4711


class Telegram:
    """The fake platform and the server that it delivers to."""

    def __init__(self, fake: FakeTelegram, stage: Stage) -> None:
        self.fake = fake
        self.stage = stage

    async def say(self, text: str, chat: int = ANN):
        before = len(self.fake.shown[str(chat)])
        assert await self.fake.post_update(self.fake.message(chat, text=text)) == 200
        await self.stage.idle()
        return self.fake.shown[str(chat)][before:]


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[Telegram]:
    fake = FakeTelegram()
    await fake.start()
    stage = Stage([TelegramInput(settings_for(tmp_path, fake), patience=QUICK)])
    await stage.start()
    fake.webhook_base = stage.base_url
    await stage.channels[0]._registration
    yield Telegram(fake, stage)
    await stage.stop()
    await fake.stop()


async def test_start_registers_the_webhook_with_its_secret(telegram: Telegram) -> None:
    assert telegram.fake.webhook["url"] == "https://bot.example.test/webhooks/telegram/webhook"
    assert len(telegram.fake.webhook["secret_token"]) == 64
    assert telegram.fake.webhook["allowed_updates"] == ["message", "edited_message", "callback_query"]


async def test_message_is_answered(telegram: Telegram) -> None:
    (shown,) = await telegram.say("good morning")
    assert shown.text == "You said: good morning"
    assert telegram.fake.refusals == []


async def test_press_is_answered_and_acknowledged(telegram: Telegram) -> None:
    (shown,) = await telegram.say("hello")
    assert list(shown.options) == ["My neck is stiff", "I have a question"]
    assert await telegram.fake.post_update(telegram.fake.press(ANN, "My neck is stiff")) == 200
    await telegram.stage.idle()
    assert telegram.fake.shown[str(ANN)][-1].text == "You said: my neck is stiff"
    assert not telegram.fake.open_presses
    assert telegram.fake.refusals == []


async def test_payload_beyond_64_bytes_comes_back_whole(telegram: Telegram) -> None:
    await telegram.say("many options")
    await telegram.fake.post_update(telegram.fake.press(ANN, LONG_OPTION))
    await telegram.stage.idle()
    assert telegram.fake.shown[str(ANN)][-1].text == f"You said: {LONG_OPTION.lower()}"


async def test_long_text_is_split_at_sentences(telegram: Telegram) -> None:
    shown = await telegram.say("long advice")
    assert len(shown) > 1
    assert all(part.text.endswith("plain.") for part in shown)
    assert " ".join(part.text for part in shown) == LONG_ADVICE
    assert telegram.fake.refusals == []
