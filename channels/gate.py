"""The one gate in front of every channel.

A channel turns what its platform delivers into an `Incoming` and gives it to `Gate.handle`; what comes back
are the bot messages to send. The gate answers what Rasa cannot read, keeps typed commands and forged buttons
from it, processes a repeated delivery once, limits length, rate and time, and never leaves a turn without an
answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from weakref import WeakValueDictionary

import structlog
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from sanic import Blueprint

from channels import wording
from channels.deliveries import Deliveries, deliveries_for
from channels.handover import Desk
from channels.rate import Rate, rate_for
from channels.record import Message, Record, Remembered, is_emergency
from settings import Settings
from settings import load as load_settings
from traces import kind_and_place

log = structlog.get_logger()

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]

ALWAYS_OFFERED = frozenset({"start over", "restart", "help", "stop", "summary", "talk to a person"})
"""Button payloads that are good at any time, whatever was asked last."""

TAKES_BACK = frozenset({"start over", "restart", "back to the assistant", "delete my data"})
"""What a person writes to talk to the assistant again after being handed over."""

_SALT = secrets.token_bytes(16)


@dataclass(frozen=True)
class Incoming:
    """One thing a person sent.

    `sender` is the conversation's id. `text` is what was typed; `button_payload` what the pressed button
    stands for. `message_id` is the platform's own id of the delivery. `kind` is `text`, or what was sent in
    its place: `voice`, `audio`, `image`, `video`, `sticker`, `location`, `contact`, `file`, `other` (with
    `text` as the caption, if any).
    """

    sender: str
    text: str | None
    button_payload: str | None = None
    message_id: str | None = None
    kind: str = "text"
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True)
class Limits:
    """What one message may be: `characters` long, `messages` in `rate_seconds`, answered within
    `turn_seconds`.

    `searched_characters` is how far an overlong message is searched for red flags.
    """

    characters: int = 2000
    searched_characters: int = 20_000
    messages: int = 30
    rate_seconds: int = 60
    turn_seconds: float = 15.0

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """The limits that are set."""
        return cls(
            characters=settings.message_characters,
            messages=settings.messages_per_minute,
            turn_seconds=settings.turn_timeout_seconds,
        )


def notice(text: str) -> Message:
    """A message of the gate itself. Channels may show it to one person only where others can read along."""
    return {"text": text, "notice": True}


class SafetyNet(Protocol):
    """`dialogue.safety_net`: what to say for a text when nobody else says anything."""

    def messages_for(
        self, text: str, findings: dict[str, str], country: str | None, subject: str | None
    ) -> list[Message]:
        """The emergency message where text and findings hold a red flag, else a plain safe message."""

    def slots_after(self, text: str, slots: dict[str, Any], country: str | None) -> dict[str, Any]:
        """The slots that the text changes: what it tells must count when Rasa is back."""


def shortened_hash(identifier: str) -> str:
    """A stand-in for an id in the logs: the same within this process, of no use outside it."""
    return hashlib.blake2b(identifier.encode("utf-8", "replace"), key=_SALT, digest_size=6).hexdigest()


def plain_text(text: str | None) -> str:
    """`text` as Rasa may read it: no control characters, no lone surrogates, and no leading `/`.

    Rasa takes a text that begins with `/` for the name of an intent, so anybody could choose the intent.
    """
    whole = (text or "").encode("utf-8", "replace").decode("utf-8")
    kept = "".join(c for c in whole if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return kept.strip().lstrip("/ \t\n\r\f\v\u00a0").strip() if kept.strip().startswith("/") else kept.strip()


def has_words(text: str) -> bool:
    """Whether anything visible is in `text` (letters, digits, signs, emoji)."""
    return any(unicodedata.category(c)[0] not in "CZ" for c in text)


def first_part(text: str, characters: int) -> tuple[str, str]:
    """Cut `text` before `characters`, at a space where there is one near.

    Returns the first part and the rest.
    """
    if len(text) <= characters:
        return text, ""
    at = max(text.rfind(" ", characters - 200, characters), text.rfind("\n", characters - 200, characters))
    at = at if at > 0 else characters
    return text[:at].strip(), text[at:].strip()


class Collector(OutputChannel):
    """An output channel that keeps each bot message whole. Rasa picks response variations by its name."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    @classmethod
    def for_channel(cls, channel: str) -> Collector:
        """A collector that bears the name of `channel`."""
        return type("Collector", (cls,), {"name": classmethod(lambda _cls: channel)})()

    async def send_response(self, _recipient_id: str, message: Message) -> None:
        """Keep what a channel can show of `message`."""
        kept = {key: message[key] for key in ("text", "buttons", "custom", "image") if message.get(key)}
        if message.get("quick_replies") and "buttons" not in kept:
            kept["buttons"] = message["quick_replies"]
        if kept:
            self.messages.append(kept)


def _safety_net() -> SafetyNet:
    # late: it loads the language, which a channel at rest does not need
    from dialogue import safety_net

    return safety_net


@dataclass
class _Turn:
    """What Rasa made of a message: its bot messages, and why it broke off, if it did."""

    messages: list[Message] = field(default_factory=list)
    failure: str | None = None


class Gate:
    """Everything between a channel and Rasa. One instance per channel and process.

    Limits, stores and the person to hand over to come from `settings` (the environment by default) unless
    given. `on_new_message` is what Rasa gives to `InputChannel.blueprint`; `channel` is the channel's name.
    With `replay`, a repeated delivery gets the first one's answer again (for channels that answer in the HTTP
    response itself); without it a repetition gets nothing. Call `bind` with the channel's blueprint so that
    the gate finds Rasa's agent.
    """

    def __init__(
        self,
        on_new_message: OnNewMessage,
        channel: str,
        limits: Limits | None = None,
        *,
        deliveries: Deliveries | None = None,
        rate: Rate | None = None,
        safety_net: SafetyNet | None = None,
        handover: Desk | None = None,
        record: Record | None = None,
        replay: bool = False,
        settings: Settings | None = None,
    ) -> None:
        settings = settings or load_settings()
        self.channel = channel
        self.limits = limits or Limits.of(settings)
        self.record = record or Record()
        self._on_new_message = on_new_message
        self._deliveries = deliveries or deliveries_for(settings)
        self._rate = rate or rate_for(settings, self.limits.messages, self.limits.rate_seconds)
        self._safety_net = safety_net
        self._handover = handover or Desk(settings)
        self._replay = replay
        self._country = settings.country or None
        self._answers: OrderedDict[str, asyncio.Task[list[Message]]] = OrderedDict()
        self._running: set[asyncio.Task[list[Message]]] = set()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def bind(self, blueprint: Blueprint) -> None:
        """Let the gate find Rasa's agent when the server of `blueprint` starts."""

        @blueprint.listener("before_server_start")
        async def remember_app(app: Any, _loop: Any) -> None:
            self.record.app = app

        @blueprint.listener("after_server_start")
        async def warm_up(_app: Any, _loop: Any) -> None:
            if self._safety_net is None:
                self._safe_messages("hello", Remembered())  # what it loads at its first use takes seconds

    async def handle(self, incoming: Incoming) -> list[Message]:
        """Process one delivery once and return the messages to send; an empty list for a repetition.

        Never raises. The turn goes on when the caller is cancelled (a closed connection), so its outcome is
        not lost.
        """
        key = self._key(incoming)
        if self._replay and key in self._answers:
            return await asyncio.shield(self._answers[key])
        if not await self.admit(incoming):
            return []
        task = asyncio.ensure_future(self.answer(incoming))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        if self._replay and incoming.message_id:
            self._answers[key] = task
            while len(self._answers) > 1000:
                self._answers.popitem(last=False)
        return await asyncio.shield(task)

    async def admit(self, incoming: Incoming) -> bool:
        """True the first time a delivery is seen.

        Channels that answer later call this before they acknowledge.
        """
        if not incoming.message_id:
            return True
        first = await self._deliveries.claim(self._key(incoming))
        if not first:
            log.info("gate.repeated", channel=self.channel, sender=shortened_hash(incoming.sender))
        return first

    async def offered(self, sender: str) -> list[dict[str, str]]:
        """The buttons of the last bot turn, for channels where people answer with a number."""
        return (await self.record.read(sender)).offered

    async def answer(self, incoming: Incoming) -> list[Message]:
        """The messages for an admitted delivery.

        Never raises, and never silent unless a person has taken over.
        """
        began = time.monotonic()
        try:
            messages, outcome = await self._answer(incoming)
        except Exception as error:  # noqa: BLE001 - the last line of defence: whatever broke, people get an answer
            log.error("gate.failed", channel=self.channel, **kind_and_place(error))
            text = plain_text(incoming.button_payload or incoming.text)
            messages, outcome = self._safe_messages(text, Remembered()), "failed"
        log.info(
            "gate.turn",
            channel=self.channel,
            sender=shortened_hash(incoming.sender),
            outcome=outcome,
            messages=len(messages),
            milliseconds=round((time.monotonic() - began) * 1000),
        )
        return messages

    async def _answer(self, incoming: Incoming) -> tuple[list[Message], str]:
        self.record.stores()  # while there is a model, so that they are known when it is gone
        text = plain_text(incoming.button_payload if incoming.button_payload is not None else incoming.text)
        wait = await self._rate.wait_seconds(f"{self.channel}:{incoming.sender}")
        if wait:
            emergency = await self._emergency_in(text, Remembered())
            return emergency or [notice(wording.too_many(wait))], "rate"
        if not has_words(text):
            if incoming.kind not in ("text", "button"):
                return [
                    {"text": wording.NOT_TEXT.get(incoming.kind, wording.NOT_TEXT_OTHERWISE)}
                ], incoming.kind
            return [notice(wording.EMPTY)], "empty"

        remembered: Remembered | None = None
        if self._handover.configured:
            remembered = await self.record.read(incoming.sender)
            if remembered.handed_over and not await self._taken_back(incoming, text):
                return await self._while_handed_over(incoming, text, remembered)
        if incoming.button_payload is not None:
            remembered = remembered or await self.record.read(incoming.sender)
            refused = await self._refuse_old_button(text, remembered)
            if refused is not None:
                return refused, "button"

        text, rest = first_part(text, self.limits.characters)
        turn = await self._turn(incoming, text)
        messages = await self._carry_out(incoming, turn.messages)
        if messages and turn.failure is not None:
            await self._write_down(incoming, text, turn, await self.record.read(incoming.sender), messages)
        if not messages:
            return await self._unanswered(incoming, text, rest, turn), turn.failure or "silent"
        if not any(is_emergency(message) for message in messages):
            messages = await self._emergency_missed(incoming, text, rest) + messages
        if rest:
            messages = [*messages, notice(wording.TOO_LONG)]
        elif incoming.kind not in ("text", "button"):
            messages = [notice(wording.CAPTION_ONLY), *messages]
        return messages, turn.failure or "answered"

    async def _turn(self, incoming: Incoming, text: str) -> _Turn:
        """Let Rasa handle the text. What it said before it failed or ran out of time is kept.

        Messages of one conversation wait for each other here: Rasa's own lock looks once a second only, and
        the time of a turn should not count while it waits for another one.
        """
        mine = self._turns.setdefault(incoming.sender, asyncio.Lock())
        try:
            await asyncio.wait_for(mine.acquire(), self.limits.turn_seconds * 2)
        except asyncio.TimeoutError:
            return _Turn(failure="waited")
        try:
            return await self._timed_turn(incoming, text)
        finally:
            mine.release()

    async def _timed_turn(self, incoming: Incoming, text: str) -> _Turn:
        collector = Collector.for_channel(self.channel)
        metadata = incoming.metadata
        if self._handover.configured:
            metadata = {**(metadata or {}), "person_on_call": True}
        message = UserMessage(
            text,
            collector,
            incoming.sender,
            input_channel=self.channel,
            message_id=incoming.message_id,
            metadata=metadata,
        )
        task = asyncio.ensure_future(self._on_new_message(message))
        done, _ = await asyncio.wait({task}, timeout=self.limits.turn_seconds)
        failure = None
        if not done:
            # not awaited after the cancel: a turn that swallows it must not hold up the answer
            task.cancel()
            failure = "time"
        elif task.cancelled():
            failure = "cancelled"
        elif error := task.exception():
            failure = "raised"
            log.error("gate.turn.raised", channel=self.channel, **kind_and_place(error))
        elif not collector.messages and not self.record.has_model:
            failure = "no model"
        return _Turn(collector.messages, failure)

    async def _unanswered(self, incoming: Incoming, text: str, rest: str, turn: _Turn) -> list[Message]:
        """What is said when Rasa said nothing, and its trace in the tracker where the store answers."""
        remembered = await self.record.read(incoming.sender)
        messages = await self._emergency_in(rest, remembered) or self._safe_messages(text, remembered)
        await self._write_down(incoming, text, turn, remembered, messages)
        return messages

    async def _write_down(
        self, incoming: Incoming, text: str, turn: _Turn, remembered: Remembered, messages: list[Message]
    ) -> None:
        """Put into the tracker what Rasa did not: it saves at the end of a turn only, and never what the gate says."""
        events: list[Any] = []
        if turn.failure is not None:
            events.append(
                UserUttered(text, input_channel=self.channel, metadata={"unanswered": turn.failure})
            )
            events += [SlotSet(slot, value) for slot, value in self._slots_after(text, remembered).items()]
        for message in messages:
            data = {key: message[key] for key in ("buttons", "custom") if message.get(key)}
            events.append(BotUttered(message.get("text"), data, {"said_by": "safety_net"}))
        await self.record.add(incoming.sender, events)

    async def _emergency_missed(self, incoming: Incoming, text: str, rest: str) -> list[Message]:
        """The emergency message for an answered turn that holds a red flag nobody has spoken of yet."""
        nothing_known = Remembered()  # what was known before was assessed in the turn itself
        emergency = await self._emergency_in(text, nothing_known) or await self._emergency_in(
            rest, nothing_known
        )
        if not emergency or (await self.record.read(incoming.sender)).emergency_told:
            return []
        log.warning("gate.emergency.missed", channel=self.channel, sender=shortened_hash(incoming.sender))
        return emergency

    async def _emergency_in(self, text: str, remembered: Remembered) -> list[Message]:
        """The safety net's messages for `text` where one of them is the emergency message, else none."""
        looked_at = text[: self.limits.searched_characters]
        while looked_at:
            part, looked_at = first_part(looked_at, self.limits.characters)
            messages = self._safe_messages(part, remembered)
            if any(is_emergency(message) for message in messages):
                return messages
            await asyncio.sleep(0)  # an overlong text must not hold up everybody else
        return []

    def _safe_messages(self, text: str, remembered: Remembered) -> list[Message]:
        try:
            net = self._safety_net or _safety_net()
            country = remembered.country or self._country
            messages = net.messages_for(text, remembered.findings, country, remembered.subject)
        except Exception as error:  # noqa: BLE001 - the net is the last that speaks: without it fixed words do
            log.error("gate.safety_net.failed", channel=self.channel, **kind_and_place(error))
            messages = []
        messages = [m if is_emergency(m) else {**m, "notice": True} for m in messages]
        return messages or [notice(wording.LAST_RESORT)]

    def _slots_after(self, text: str, remembered: Remembered) -> dict[str, Any]:
        try:
            net = self._safety_net or _safety_net()
            return net.slots_after(text, remembered.slots, self._country)
        except Exception as error:  # noqa: BLE001 - the message has gone out: what it told is asked about again
            log.error("gate.safety_net.failed", channel=self.channel, **kind_and_place(error))
            return {}

    async def _refuse_old_button(self, payload: str, remembered: Remembered) -> list[Message] | None:
        """None when the button was offered in the last bot turn; else what is said instead of taking it."""
        offered = {plain_text(str(button.get("payload", ""))).casefold() for button in remembered.offered}
        if payload.casefold() in offered | ALWAYS_OFFERED:
            return None
        emergency = await self._emergency_in(payload, replace(remembered, findings={}))
        if emergency:
            return emergency
        question = [m for m in remembered.last_messages if m.get("buttons")]
        if question:
            return [notice(wording.OLD_BUTTON_ASK_AGAIN), *question]
        if remembered.last_messages:
            return [notice(wording.OLD_BUTTON_ASK_AGAIN), remembered.last_messages[-1]]
        return None  # a new or cleared conversation: the payload is plain words, as if typed

    async def _taken_back(self, incoming: Incoming, text: str) -> bool:
        """Whether the person wants the assistant again; nobody must wait for an answer that does not come."""
        if text.casefold().rstrip(".!") not in TAKES_BACK:
            return False
        return await self.record.add(incoming.sender, [SlotSet("handed_over", False)])

    async def _while_handed_over(
        self, incoming: Incoming, text: str, remembered: Remembered
    ) -> tuple[list[Message], str]:
        """Pass the text on to the person, stay quiet, and still say the emergency message where it is called
        for.
        """
        text, rest = first_part(text, self.limits.characters)
        passed_on = await self._handover.forward(incoming.sender, self.channel, text)
        # an emergency that was told does not make every message that follows one
        known = replace(remembered, findings={}) if remembered.emergency_told else remembered
        messages = await self._emergency_in(text, known) or await self._emergency_in(rest, known)
        events: list[Any] = [UserUttered(text, input_channel=self.channel, metadata={"handed_over": True})]
        # a "no" to the person is no answer to what the assistant asked before
        unasked = replace(remembered, slots={**remembered.slots, "open_question": None})
        events += [SlotSet(slot, value) for slot, value in self._slots_after(text, unasked).items()]
        if not passed_on:
            messages = [*messages, notice(wording.HANDOVER_FAILED)]
            events.append(SlotSet("handed_over", False))
        events += [BotUttered(m.get("text"), {"custom": m.get("custom")}) for m in messages]
        await self.record.add(incoming.sender, events)
        return messages, "handed over"

    async def _carry_out(self, incoming: Incoming, messages: Sequence[Message]) -> list[Message]:
        """Do what messages of the turn ask for (a person, erasing the conversation), and say how it went."""
        kept: list[Message] = []
        for message in messages:
            data = (
                (message.get("custom") or {}).get("data") if isinstance(message.get("custom"), dict) else None
            )
            kind = data.get("kind") if isinstance(data, dict) else None
            if not isinstance(data, dict) or kind not in ("handover", "erase"):
                kept.append(message)
                continue
            words = (
                [{key: value for key, value in message.items() if key != "custom"}]
                if message.get("text")
                else []
            )
            if kind == "erase":
                kept += words if await self.record.erase(incoming.sender) else [notice(wording.NOT_ERASED)]
            else:
                summary = data.get("summary") if data.get("consent") is True else None
                kept += [*words, {"text": await self._request_person(incoming, summary)}]
        return kept

    async def _request_person(self, incoming: Incoming, summary: dict[str, Any] | None) -> str:
        if not self._handover.configured:
            return wording.NOBODY_CONFIGURED
        if not await self._handover.request(incoming.sender, self.channel, summary):
            return wording.HANDOVER_FAILED
        await self.record.add(incoming.sender, [SlotSet("handed_over", True)])
        return wording.HANDED_OVER

    def _key(self, incoming: Incoming) -> str:
        # with the sender's length: a program names senders and messages as it likes, with colons in them too
        return f"{self.channel}:{len(incoming.sender)}:{incoming.sender}:{incoming.message_id}"
