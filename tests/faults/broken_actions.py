"""The actions of the assistant, some of them broken, for `test_actions_inside.py`."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from rasa_sdk import Action

import actions.advice  # noqa: F401  # the other actions stay as they are
from actions.answers import ActionAnswer
from actions.persons import ActionDeleteMyData  # noqa: F401  # known before the one that takes its place
from actions.triage import ActionTriage

if os.environ.get("BROKEN_AT_IMPORT"):
    raise ImportError("this package cannot be imported")


class Raises(ActionAnswer):
    """In the place of the answers: raises."""

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        raise ValueError("broken")


class Hangs(Action):
    """In the place of the deletion: waits for what does not come."""

    def name(self) -> str:
        return "action_delete_my_data"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        await asyncio.sleep(600)


class SaysAndRaises(ActionTriage):
    """In the place of the assessment: sets and says something, and then raises."""

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        super().run(dispatcher, tracker, domain)
        raise KeyError(tracker.latest_message["text"])
