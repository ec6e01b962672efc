"""The actions by themselves: slots in, responses and slots out."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.advice import ActionAdvise, ActionSummary
from actions.answers import ActionAnswer, ActionExplain
from actions.flow import ActionFallback
from actions.triage import ActionTriage

BEFORE = [{"event": "bot", "text": "Hello"}]


def run(
    action: Action, text: str, intent: str, slots: dict[str, Any], events: list[dict[str, Any]] | None = None
) -> tuple[list[str], dict[str, Any]]:
    """The names of the responses that were said, and the slots that were set."""
    message = {"text": text, "intent": {"name": intent}, "entities": [], "understanding": {"facts": {}}}
    tracker = Tracker("somebody", slots, message, BEFORE if events is None else events, False, None, {}, None)
    dispatcher = CollectingDispatcher()
    events = action.run(dispatcher, tracker, {})
    return [each["response"] for each in dispatcher.messages], {
        each["name"]: each["value"] for each in events
    }


def test_an_assessment_goes_on_with_a_question() -> None:
    said, slots = run(
        ActionTriage(), "ok", "affirm", {"findings": {"neck_stiffness": "present"}, "care_level": "self_care"}
    )
    assert said == ["say_question"]
    assert slots["open_question"] == "infection_signs"


def test_an_emergency_is_not_followed_by_questions() -> None:
    findings = {"neck_stiffness": "present", "fever": "present"}
    said, slots = run(
        ActionTriage(),
        "no",
        "deny",
        {"findings": findings, "care_level": "emergency", "announced_level": "emergency"},
    )
    assert said == ["say_emergency_reminder"]
    assert "open_question" not in slots


def test_stop_ends_with_the_level_first() -> None:
    said, slots = run(
        ActionAdvise(),
        "stop",
        "stop",
        {"findings": {"tingling": "present"}, "care_level": "routine", "open_question": "nerve_signs"},
    )
    assert said[0] == "say_level"
    assert slots["assessment_complete"] is True
    assert slots["open_question"] is None


def test_a_question_is_answered_and_the_open_one_asked_again() -> None:
    said, slots = run(
        ActionAnswer(),
        "which foods have magnesium?",
        "ask_food_sources",
        {
            "findings": {"neck_stiffness": "present"},
            "care_level": "self_care",
            "open_question": "nerve_signs",
            "asked": ["nerve_signs"],
        },
    )
    assert said == ["say_answer", "say_question"]
    assert slots["topic"] == "food_sources"


def test_no_amounts_are_given() -> None:
    said, slots = run(ActionAnswer(), "how much vitamin D should I take?", "ask_supplements", {})
    assert said == ["say_not_in_article_dose"]
    assert slots["topic"] == "not_in_article"


def test_why_and_summary() -> None:
    slots = {
        "findings": {"neck_stiffness": "present"},
        "care_level": "self_care",
        "open_question": "nerve_signs",
        "asked": ["nerve_signs"],
    }
    assert run(ActionExplain(), "why?", "ask_why", slots)[0] == ["say_why", "say_question"]
    assert run(ActionSummary(), "summary", "summary", slots)[0] == ["say_summary", "say_question"]


def test_what_is_not_understood_twice_offers_a_person() -> None:
    assert run(ActionFallback(), "xyzzy", "nlu_fallback", {})[0][0] == "say_fallback"
    assert run(ActionFallback(), "xyzzy", "nlu_fallback", {"misunderstood": 1})[0] == ["say_fallback_again"]


def test_the_disclaimer_stands_at_the_start() -> None:
    slots = {"findings": {"neck_stiffness": "present"}, "care_level": "self_care"}
    assert run(ActionTriage(), "stiff neck", "report_neck", slots, [])[0] == ["say_intro", "say_question"]


def test_who_comes_back_after_a_long_silence_is_told_what_is_known() -> None:
    slots = {"findings": {"neck_stiffness": "present"}, "care_level": "self_care", "asked": ["duration"]}
    events = [*BEFORE, {"event": "session_started"}, {"event": "user", "text": "hi"}]
    assert run(ActionTriage(), "ok", "affirm", slots, events)[0][0] == "say_welcome_back"
    assert run(ActionTriage(), "ok", "affirm", slots)[0][0] != "say_welcome_back"
