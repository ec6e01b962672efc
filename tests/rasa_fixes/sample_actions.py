"""Actions for `observations.py`, one for each way in which an action can end."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Action
from rasa_sdk.events import SlotSet
from rasa_sdk.interfaces import ActionExecutionRejection


class Answers(Action):
    """Says something and sets a slot, to a tuple: JSON knows lists only. What it does to its tracker stays its own."""

    def name(self) -> str:
        return "action_answers"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(response="utter_hello", custom={"part": (1, 2)})
        dispatcher.utter_message(text=f"{tracker.sender_id} said {tracker.latest_message['text']}")
        tracker.slots["open"]["told"].append("changed by the action")
        tracker.events.clear()
        return [SlotSet("open", ("a", "b"))]


class Waits(Action):
    """A coroutine that is done soon."""

    def name(self) -> str:
        return "action_waits"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        await asyncio.sleep(0.01)
        dispatcher.utter_message(text="waited")
        return []


class Hangs(Action):
    """A coroutine that is not done in time."""

    def name(self) -> str:
        return "action_hangs"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        await asyncio.sleep(60)
        return []


class Refuses(Action):
    """Lets another action be predicted."""

    def name(self) -> str:
        return "action_refuses"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise ActionExecutionRejection("action_refuses", "not now")


class Fails(Action):
    """Raises."""

    def name(self) -> str:
        return "action_fails"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise ValueError("a secret")


class AnswersWrongly(Action):
    """Gives events that Rasa does not know."""

    def name(self) -> str:
        return "action_answers_wrongly"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        return [{"event": "no such thing", "words": "a secret"}]
