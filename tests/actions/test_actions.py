"""The actions by themselves: slots in, responses and slots out."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.advice import ActionAdvise, ActionSummary
from actions.answers import ActionAnswer, ActionExplain
from actions.flow import ActionFallback, ActionResume
from actions.persons import ActionRequestPerson
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


def test_consent_to_a_summary_is_asked_for_where_somebody_would_get_it() -> None:
    slots = {"findings": {"neck_stiffness": "present"}, "open_question": "nerve_signs"}

    def asks(metadata: dict[str, Any], known: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        message: dict[str, Any] = {"event": "user", "text": "a person", "metadata": metadata}
        events: list[dict[str, Any]] = [*BEFORE, message]
        return run(ActionRequestPerson(), "a person", "request_human", known, events)

    assert asks({"person_on_call": True}, slots) == (["say_person_consent"], {"open_question": "person_consent"})
    assert asks({}, slots) == (["say_person_passing_on"], {})
    assert asks({"person_on_call": True}, {}) == (["say_person_passing_on"], {})


def test_the_disclaimer_stands_at_the_start() -> None:
    slots = {"findings": {"neck_stiffness": "present"}, "care_level": "self_care"}
    assert run(ActionTriage(), "stiff neck", "report_neck", slots, [])[0] == ["say_intro", "say_question"]


def test_who_comes_back_after_a_long_silence_is_told_what_is_known() -> None:
    slots = {"findings": {"neck_stiffness": "present"}, "care_level": "self_care", "asked": ["duration"]}
    events = [*BEFORE, {"event": "session_started"}, {"event": "user", "text": "hi"}]
    assert run(ActionTriage(), "ok", "affirm", slots, events)[0][0] == "say_welcome_back"
    assert run(ActionTriage(), "ok", "affirm", slots)[0][0] != "say_welcome_back"


EMERGENCY = {
    "findings": {"neck_stiffness": "present", "fever": "present"},
    "care_level": "emergency",
    "announced_level": "emergency",
    "assessment_complete": True,
}


@pytest.mark.parametrize(
    ("action", "text", "intent", "expected"),
    [
        (ActionFallback(), "i called them", "out_of_scope", "say_emergency_reminder"),
        (ActionFallback(), "it was only a joke", "out_of_scope", "say_emergency_reminder"),
        (ActionFallback(), "will it rain?", "nlu_fallback", "say_emergency_still"),
        (ActionResume(), "what should he do", "help", "say_emergency_still"),
    ],
)
def test_in_an_emergency_nothing_turns_the_talk_elsewhere(
    action: Action, text: str, intent: str, expected: str
) -> None:
    said, _ = run(action, text, intent, EMERGENCY)
    assert said == [expected]


def test_thanks_in_an_emergency_are_not_answered_with_a_question() -> None:
    assert run(ActionResume(), "thanks", "thank", EMERGENCY)[0] == []


def test_how_much_of_what_was_just_spoken_of_gets_no_amount() -> None:
    slots = {"findings": {}, "topic": "magnesium"}
    assert run(ActionFallback(), "how much", "out_of_scope", slots)[0] == ["say_not_in_article_dose"]
    assert run(ActionFallback(), "how much", "out_of_scope", {})[0] == ["say_out_of_scope", "say_ask_start"]


@pytest.mark.parametrize(
    ("known", "words"),
    [({}, "And any of these?"), ({"numbness": "absent"}, "And what about the others?")],
)
def test_a_list_asked_again_says_others_only_where_some_were_answered(
    known: dict[str, str], words: str
) -> None:
    findings = {"neck_stiffness": "present", "fever": "absent", "severe_headache": "absent"}
    findings |= {"photophobia": "absent", "rash": "absent", "confusion": "absent"} | known
    slots = {"findings": findings, "care_level": "self_care", "open_question": "nerve_signs"}
    slots["asked"] = ["infection_signs", "nerve_signs"]
    message = {"text": "since monday", "intent": {"name": "give_background"}, "entities": []}
    tracker = Tracker("somebody", slots, message, BEFORE, False, None, {}, None)
    dispatcher = CollectingDispatcher()
    ActionTriage().run(dispatcher, tracker, {})
    assert dispatcher.messages[-1]["question"].startswith(words)
