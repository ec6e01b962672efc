"""How a person uses each platform: writes, presses, sends a sticker, and sees what comes.

One `Phone` is one person on one platform. `say`, `press` and `send` deliver what the platform would
deliver, and return what the person then sees. The same phones talk to the scripted assistant and to the
real one.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from channels.facebook import FacebookInput
from channels.platform_input import PlatformInput
from channels.slack import SlackInput
from channels.telegram import TelegramInput
from channels.twilio import TwilioInput
from tests.channels.platforms.facebook import FakeFacebook
from tests.channels.platforms.fake import FakePlatform, Shown
from tests.channels.platforms.slack import TEAM, FakeSlack, signed
from tests.channels.platforms.telegram import FakeTelegram
from tests.channels.platforms.twilio import AUTH_TOKEN, NUMBER, PATH, PUBLIC_URL, FakeTwilio, signature_of
from tests.channels.stage import QUICK, Stage, settings_for

_people = itertools.count(4711)
_NUMBERED = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)

Delivery = Callable[[], Awaitable[int]]


class Phone(ABC):
    """One person on one platform. `conversation` is the id of the tracker behind it."""

    name: str
    fake_class: type[FakePlatform]
    input_class: type[PlatformInput]

    def __init__(self, fake: Any) -> None:
        self.fake = fake
        self.person = next(_people)
        self.idle: Callable[[], Awaitable[None]] | None = None
        self.last: Delivery | None = None

    @property
    @abstractmethod
    def conversation(self) -> str:
        """The id of the tracker."""

    @property
    @abstractmethod
    def address(self) -> str:
        """Where the fake keeps what this person was shown."""

    @abstractmethod
    def text(self, text: str) -> Delivery:
        """The delivery of a typed text."""

    @abstractmethod
    def pressed(self, title: str) -> Delivery:
        """The delivery of a press on the option with this title, as people answer it on this platform."""

    @abstractmethod
    def thing(self, kind: str, caption: str | None = None) -> Delivery:
        """The delivery of a `sticker`, `voice`, `image` or `location`."""

    @abstractmethod
    def forged(self, text: str) -> Delivery:
        """The delivery of a text with a wrong signature."""

    @abstractmethod
    def unsigned(self, text: str) -> Delivery:
        """The delivery of a text without a signature."""

    @abstractmethod
    def raw(self, body: bytes) -> Delivery:
        """The delivery of these bytes, rightly signed."""

    @abstractmethod
    def unknown_press(self, payload: str) -> Delivery | None:
        """The delivery of a press with a payload that nobody offered; None where there are no presses."""

    @property
    def seen(self) -> list[Shown]:
        """Everything this person was shown so far."""
        return self.fake.shown[self.address]

    async def wait(self, before: int) -> list[Shown]:
        """What the person sees after the first `before` messages."""
        if self.idle is not None:
            await self.idle()
            return self.seen[before:]
        return await self.fake.wait_for_more(self.address, before, seconds=60.0)

    async def give(self, delivery: Delivery) -> list[Shown]:
        """Deliver, and see what comes."""
        before = len(self.seen)
        self.last = delivery
        status = await delivery()
        assert status == 200, status
        return await self.wait(before)

    async def say(self, text: str) -> list[Shown]:
        """Write a text."""
        return await self.give(self.text(text))

    async def press(self, title: str) -> list[Shown]:
        """Choose an option."""
        return await self.give(self.pressed(title))

    async def send(self, kind: str, caption: str | None = None) -> list[Shown]:
        """Send something that is not text."""
        return await self.give(self.thing(kind, caption))

    def options(self, shown: list[Shown]) -> list[str]:
        """The titles of the options that the person can choose from, as they read them."""
        return [title for message in shown for title in message.options]


class TelegramPhone(Phone):
    """A private chat with the bot."""

    name = "telegram"
    fake: FakeTelegram
    fake_class = FakeTelegram
    input_class = TelegramInput

    @property
    def conversation(self) -> str:
        return f"telegram:{self.person}"

    @property
    def address(self) -> str:
        return str(self.person)

    def _update(self, update: dict[str, Any], secret: str | None = None) -> Delivery:
        return lambda: self.fake.post_update(update, secret)

    def text(self, text: str) -> Delivery:
        return self._update(self.fake.message(self.person, text=text))

    def pressed(self, title: str) -> Delivery:
        return self._update(self.fake.press(self.person, title))

    def thing(self, kind: str, caption: str | None = None) -> Delivery:
        things: dict[str, dict[str, Any]] = {
            "sticker": {"sticker": {"file_id": "x", "emoji": "🤕"}},
            "voice": {"voice": {"file_id": "x", "duration": 3}},
            "image": {"photo": [{"file_id": "x", "width": 1, "height": 1}]},
            "location": {"location": {"latitude": 1.0, "longitude": 2.0}},
        }
        content = dict(things[kind])
        return self._update(
            self.fake.message(self.person, **content, **({"caption": caption} if caption else {}))
        )

    def forged(self, text: str) -> Delivery:
        return self._update(self.fake.message(self.person, text=text), secret="0" * 64)

    def unsigned(self, text: str) -> Delivery:
        return self._update(self.fake.message(self.person, text=text), secret="")

    def raw(self, body: bytes) -> Delivery:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.fake.webhook["secret_token"]}
        return _status(self.fake, "/webhooks/telegram/webhook", body, headers)

    def unknown_press(self, payload: str) -> Delivery:
        self.fake.known_chats.add(self.person)
        return self._update(self.fake.pressed_data(self.person, payload))


class SlackPhone(Phone):
    """A direct message to the app."""

    name = "slack"
    fake: FakeSlack
    fake_class = FakeSlack
    input_class = SlackInput

    @property
    def channel(self) -> str:
        """The direct message's channel."""
        return f"D{self.person}"

    @property
    def conversation(self) -> str:
        return f"slack:{TEAM}/{self.channel}"

    @property
    def address(self) -> str:
        return self.channel

    @property
    def user(self) -> str:
        """The person's id in the workspace."""
        return f"U{self.person}"

    def text(self, text: str) -> Delivery:
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        event = self.fake.message(self.channel, self.user, escaped)
        return lambda: _first(self.fake.post_event(event))

    def pressed(self, title: str) -> Delivery:
        payload = self.fake.press(self.channel, self.user, title)
        return lambda: _first(self.fake.post_action(payload))

    def thing(self, kind: str, caption: str | None = None) -> Delivery:
        mime = {"sticker": "image/gif", "voice": "audio/mp4", "image": "image/png", "location": "text/plain"}[
            kind
        ]
        files = [{"id": "F1", "mimetype": mime, "name": "x"}]
        event = self.fake.message(self.channel, self.user, caption or "", subtype="file_share", files=files)
        return lambda: _first(self.fake.post_event(event))

    def forged(self, text: str) -> Delivery:
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "event": self.fake.message(self.channel, self.user, text),
        }
        return lambda: _first(self.fake.post_json(body, secret="not the secret"))

    def unsigned(self, text: str) -> Delivery:
        return _status(self.fake, "/webhooks/slack/webhook", b"{}", {"Content-Type": "application/json"})

    def raw(self, body: bytes) -> Delivery:
        return _status(self.fake, "/webhooks/slack/webhook", body, signed(body, "application/json"))

    def unknown_press(self, payload: str) -> Delivery:
        self.fake.known_channels.add(self.channel)
        element = {
            "type": "button",
            "action_id": "x",
            "text": {"type": "plain_text", "text": "X"},
            "value": payload,
        }
        post = {"ts": "1.000001", "text": "?"}
        action = self.fake.pressed(self.channel, self.user, element, post)
        return lambda: _first(self.fake.post_action(action))


class SmsPhone(Phone):
    """A phone that gets text messages."""

    name = "sms"
    prefix = ""
    fake: FakeTwilio
    fake_class = FakeTwilio
    input_class = TwilioInput

    @property
    def conversation(self) -> str:
        return f"twilio:{self.prefix}{NUMBER}/{self.address}"

    @property
    def address(self) -> str:
        return f"{self.prefix}+1555000{self.person}"

    def _form(self, form: dict[str, str], **signing: str) -> Delivery:
        return lambda: self.fake.post(form, **signing)

    def text(self, text: str) -> Delivery:
        return self._form(self.fake.message(self.address, text))

    def options(self, shown: list[Shown]) -> list[str]:
        return [title for message in shown for _, title in _NUMBERED.findall(message.text)]

    def pressed(self, title: str) -> Delivery:
        for message in reversed(self.seen):
            for number, words in _NUMBERED.findall(message.text):
                if words == title:
                    return self.text(number)
        raise AssertionError(f"no option {title!r}")

    def thing(self, kind: str, caption: str | None = None) -> Delivery:
        mime = {"sticker": "image/webp", "voice": "audio/ogg", "image": "image/jpeg"}
        if kind == "location":
            return self._form(self.fake.message(self.address, caption or "", Latitude="1.0", Longitude="2.0"))
        media = {"NumMedia": "1", "MediaContentType0": mime[kind], "MediaUrl0": "https://api.twilio.test/x"}
        return self._form(self.fake.message(self.address, caption or "", **media))

    def forged(self, text: str) -> Delivery:
        return self._form(self.fake.message(self.address, text), token="not the token")

    def unsigned(self, text: str) -> Delivery:
        return self._form(self.fake.message(self.address, text), signature="")

    def raw(self, body: bytes) -> Delivery:
        form = {"Body": body.decode("utf-8", "replace")}
        signature = signature_of(f"{PUBLIC_URL}{PATH}", form, AUTH_TOKEN)
        return self._form(form, signature=signature)

    def unknown_press(self, payload: str) -> Delivery | None:
        return None


class WhatsAppPhone(SmsPhone):
    """A phone with WhatsApp."""

    name = "whatsapp"
    prefix = "whatsapp:"


class FacebookPhone(Phone):
    """Somebody who writes to the page."""

    name = "facebook"
    fake: FakeFacebook
    fake_class = FakeFacebook
    input_class = FacebookInput

    @property
    def conversation(self) -> str:
        return f"facebook:{self.person}"

    @property
    def address(self) -> str:
        return str(self.person)

    def _event(self, event: dict[str, Any], **signing: Any) -> Delivery:
        return lambda: self.fake.post(event, **signing)

    def text(self, text: str) -> Delivery:
        return self._event(self.fake.message(self.address, text))

    def options(self, shown: list[Shown]) -> list[str]:
        numbered = [title for message in shown for _, title in _NUMBERED.findall(message.text)]
        return numbered or super().options(shown)

    def pressed(self, title: str) -> Delivery:
        for message in reversed(self.seen):
            numbers = {words: number for number, words in _NUMBERED.findall(message.text)}
            for short, payload in message.options.items():
                if short == title or short.split(". ")[0] == numbers.get(title):
                    quick_reply = {"payload": payload}
                    return self._event(self.fake.message(self.address, short, quick_reply=quick_reply))
        raise AssertionError(f"no option {title!r}")

    def thing(self, kind: str, caption: str | None = None) -> Delivery:
        attachment: dict[str, Any] = {
            "type": {"voice": "audio", "sticker": "image"}.get(kind, kind),
            "payload": {},
        }
        if kind == "sticker":
            attachment["payload"] = {"url": "https://example.test/x", "sticker_id": 369239263222822}
        return self._event(self.fake.message(self.address, caption, attachments=[attachment]))

    def forged(self, text: str) -> Delivery:
        return self._event(self.fake.message(self.address, text), secret="not the secret")

    def unsigned(self, text: str) -> Delivery:
        return self._event(self.fake.message(self.address, text), header="X-Nothing")

    def raw(self, body: bytes) -> Delivery:
        return lambda: self.fake.post_raw(body)

    def unknown_press(self, payload: str) -> Delivery:
        return self._event(self.fake.message(self.address, "X", quick_reply={"payload": payload}))


PHONES: list[type[Phone]] = [TelegramPhone, SlackPhone, SmsPhone, WhatsAppPhone, FacebookPhone]


async def _first(answer: Awaitable[tuple[int, str]]) -> int:
    return (await answer)[0]


def _status(fake: FakePlatform, path: str, body: bytes, headers: dict[str, str]) -> Delivery:
    return lambda: _first(fake.deliver(path, body, {"Content-Type": "application/json", **headers}))


class Line:
    """One platform, the scripted assistant behind its channel, and people with phones."""

    def __init__(self, phone: type[Phone], folder: Path, **settings: str) -> None:
        self.phone_class = phone
        self.fake: Any = phone.fake_class()
        self._stage = lambda: Stage(
            [phone.input_class(settings_for(folder, self.fake, **settings), patience=QUICK)]
        )
        self.folder = folder

    async def start(self) -> None:
        """Start platform and server."""
        await self.fake.start()
        await self.start_server()

    async def start_server(self, agent: Any = None) -> None:
        """Start the server, with the conversations of an earlier one where `agent` is given."""
        self.stage = self._stage()
        await self.fake.connect_anew()
        if agent is not None:
            self.stage.agent = self.stage.app.ctx.agent = agent
        await self.stage.start()
        self.fake.webhook_base = self.stage.base_url
        registration = getattr(self.stage.channels[0], "_registration", None)
        if registration is not None:
            await registration

    async def stop(self) -> None:
        """Stop both."""
        await self.stage.stop()
        await self.fake.stop()

    def phone(self) -> Phone:
        """A new person."""
        phone = self.phone_class(self.fake)
        phone.idle = lambda: self.stage.idle()
        return phone

    async def events(self, phone: Phone) -> list[tuple[str, str]]:
        """What the tracker holds of a person's conversation."""
        return await self.stage.agent.events(phone.conversation)


async def soon(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Return once `true()`; AssertionError when that takes longer."""
    for _ in range(int(seconds * 100)):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("waited in vain")
