"""A person to talk to, and the deletion of what was told: both ask first."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import Turn
from triage.summary import summary

PERSON_CONSENT = "person_consent"
DELETE_CONSENT = "delete_consent"


class ActionRequestPerson(Action):
    """Asks whether a summary may go along, then hands over."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_request_person"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Slots in; messages and changed slots out. No consent is asked for where nobody would get the summary."""
        turn = Turn(dispatcher, tracker)
        if turn.state.findings and _somebody_is_there(tracker):
            turn.change(open_question=PERSON_CONSENT)
            turn.say("say_person_consent")
        else:
            turn.say(
                "say_person_passing_on",
                custom={"kind": "handover", "version": 1, "consent": False, "summary": None},
            )
        return turn.events()


def _somebody_is_there(tracker: Tracker) -> bool:
    """Whether the gate says, with the message, that a person can be called."""
    message: dict[str, Any] = next((event for event in reversed(tracker.events) if event.get("event") == "user"), {})
    return bool((message.get("metadata") or {}).get("person_on_call"))


class ActionDeleteMyData(Action):
    """Asks before everything is deleted."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_delete_my_data"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Slots in; one question out."""
        turn = Turn(dispatcher, tracker)
        turn.change(open_question=DELETE_CONSENT)
        turn.say("say_delete_consent")
        return turn.events()


def consent_is_open(turn: Turn) -> bool:
    """Whether a yes or no to a handover or a deletion is awaited, and the message is one."""
    return turn.state.open_question in (PERSON_CONSENT, DELETE_CONSENT) and turn.intent in (
        "affirm",
        "deny",
        "unsure",
    )


def answer_consent(turn: Turn) -> list[EventType]:
    """Carries out what was agreed to: the gate hands over, and erases the conversation after this turn."""
    agreed = turn.intent == "affirm"
    state = turn.state
    if state.open_question == PERSON_CONSENT:
        told = summary(state.findings, state.facts, state.subject, state.person) if agreed else None
        turn.say(
            "say_person_passing_on",
            custom={"kind": "handover", "version": 1, "consent": agreed, "summary": told},
        )
    elif agreed:
        turn.say("say_deleted", custom={"kind": "erase", "version": 1})
    else:
        turn.say("say_kept")
    turn.change(open_question=None)
    return turn.events()
