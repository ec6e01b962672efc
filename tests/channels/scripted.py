"""A stand-in for the assistant behind the channels: Rasa's stores and tracker, and answers from a script.

It keeps the form of the real turn (lock, tracker, bot messages through the output channel, saved at the
end), so that the gate meets what it meets in Rasa, and can be told to fail as Rasa does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

Message = dict[str, Any]

DOMAIN = """
version: "3.1"
intents: [greet]
slots:
  findings: {type: any, mappings: [{type: custom}]}
  subject: {type: any, mappings: [{type: custom}]}
  country: {type: any, mappings: [{type: custom}]}
  open_question: {type: any, mappings: [{type: custom}]}
  handed_over: {type: any, mappings: [{type: custom}]}
"""


@lru_cache(maxsize=1)
def domain() -> Domain:
    """The domain with the slots that the gate reads."""
    return Domain.from_yaml(DOMAIN)


def options(*titles: str) -> list[dict[str, str]]:
    """Buttons whose payload is their title in lower case."""
    return [{"title": title, "payload": title.lower()} for title in titles]


def rich(kind: str, **fields: Any) -> dict[str, Any]:
    """A `custom` part as the assistant's messages have it."""
    return {"data": {"kind": kind, "version": 1, **fields}}


EMERGENCY: Message = {
    "text": "This may be an emergency. Call 112, 911 or 999 now.",
    "custom": rich("care_level", level="emergency", title="Emergency"),
}
LONG_ADVICE = " ".join(f"Sentence number {number} says something kind and plain." for number in range(200))
LONG_OPTION = "Numbness around the bottom, the genitals or between the legs, or trouble passing water"

SCRIPT: dict[str, list[Message]] = {
    "hello": [
        {"text": "Hello, how can I help?", "buttons": options("My neck is stiff", "I have a question")}
    ],
    "many options": [
        {
            "text": "Do you have any of these?",
            "buttons": [{"title": f"Sign number {n}", "payload": f"sign {n}"} for n in range(1, 8)]
            + [{"title": LONG_OPTION, "payload": LONG_OPTION.lower()}]
            + options("None of these"),
        }
    ],
    "long advice": [{"text": LONG_ADVICE}],
    "markup": [
        {"text": "**Drink** enough. See [the guide](https://example.test/a).\n\n# Foods\n* milk\n* eggs"}
    ],
    "rich": [
        {"text": "Your level: routine.", "custom": rich("care_level", level="routine", title="Book")},
        {"text": "Vitamin D may fit: little sun.", "custom": rich("nutrients", ranking=[])},
        {"text": "From the article: other causes.", "custom": rich("sources", items=[])},
        {"text": "Summary: stiff neck since Monday.", "custom": rich("summary", title="Summary", lines=[])},
    ],
    "signs": [{"text": "5 < 6 & 7 > 2, *not bold*, _not italic_"}],
    "three messages": [
        {"text": "First."},
        {"text": "Second."},
        {"text": "Third?", "buttons": options("Yes", "No")},
    ],
}


def answers(text: str) -> list[Message]:
    """What the script says to a text."""
    said = text.casefold()
    if "fever" in said and "stiff" in said and "no fever" not in said:
        return [EMERGENCY]
    return SCRIPT.get(said, [{"text": f"You said: {text[:200]}"}])


class ScriptedSafetyNet:
    """Stands in for `dialogue.safety_net`."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def messages_for(
        self, text: str, findings: dict[str, str], country: str | None, subject: str | None
    ) -> list[Message]:
        """The emergency message for a fever with a stiff neck, else a safe one."""
        self.texts.append(text)
        said = text.casefold()
        fever = ("fever" in said and "no fever" not in said) or findings.get("fever") == "present"
        if fever and "stiff" in said:
            return [dict(EMERGENCY)]
        return [{"text": "I am sorry, I cannot answer just now. If it gets worse, call a doctor."}]

    def slots_after(self, text: str, slots: dict[str, Any], country: str | None) -> dict[str, Any]:
        """A fever is a finding; a "no" answers the open question."""
        if text == "no" and slots.get("open_question"):
            return {"findings": {slots["open_question"]: "absent"}}
        return {"findings": {"fever": "present"}} if "fever" in text.casefold() else {}


class ScriptedAgent:
    """In the place of `rasa.core.agent.Agent`.

    `failure`: `silent`, `raise`, `hang`, `lock` (the lock store is down), `partial` (a message, then an
    exception that Rasa swallows) or None.
    """

    def __init__(self, script: Callable[[str], list[Message]] = answers) -> None:
        self.domain = domain()
        self.tracker_store = InMemoryTrackerStore(self.domain)
        self.lock_store = InMemoryLockStore()
        self.processor = self
        self.script = script
        self.failure: str | None = None
        self.seconds = 0.0
        self.heard: list[UserMessage] = []

    async def fetch_tracker_and_update_session(
        self, sender: str, _output: Any = None
    ) -> DialogueStateTracker:
        """As in Rasa's processor."""
        return await self.tracker_store.get_or_create_tracker(sender, append_action_listen=False)

    async def handle_message(self, message: UserMessage) -> None:
        """As in Rasa's agent."""
        if self.failure == "raise":
            raise RuntimeError("a component raised")
        if self.failure == "lock":
            raise ConnectionError("the lock store is down")
        async with self.lock_store.lock(message.sender_id, wait_time_in_seconds=0.01):
            tracker = await self.fetch_tracker_and_update_session(message.sender_id)
            tracker.update(
                UserUttered(
                    message.text,
                    {"name": "greet"},
                    input_channel=message.input_channel,
                    message_id=message.message_id,
                    metadata=message.metadata,
                ),
                self.domain,
            )
            self.heard.append(message)
            await asyncio.sleep(3600 if self.failure == "hang" else self.seconds)
            if self.failure != "silent":
                await self._say(message, tracker)
            tracker.update(ActionExecuted("action_listen"), self.domain)
            await self.tracker_store.save(tracker)

    async def _say(self, message: UserMessage, tracker: DialogueStateTracker) -> None:
        said = [{"text": "One moment."}] if self.failure == "partial" else self.script(message.text)
        for answer in said:
            event = BotUttered(answer.get("text"), {k: v for k, v in answer.items() if k != "text"})
            tracker.update(event, self.domain)
            await message.output_channel.send_response(tracker.sender_id, event.message())

    async def tracker(self, sender: str) -> DialogueStateTracker | None:
        """The saved conversation."""
        return await self.tracker_store.retrieve(sender)

    async def events(self, sender: str) -> list[tuple[str, str]]:
        """What was said in the conversation: `user` or `bot`, and the text."""
        tracker = await self.tracker(sender)
        said = [e for e in tracker.events if isinstance(e, (UserUttered, BotUttered))] if tracker else []
        return [(e.type_name, e.text or "") for e in said]
