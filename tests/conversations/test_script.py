"""The checks of scripted conversations notice what they are there for."""

from __future__ import annotations

from typing import Any

import pytest

from dialogue.safety_net import response_text
from tests.conversations.script import Rehearsal, Script

ALARM = response_text("utter_emergency").split("{")[0] + "112."
FEVER = {"fever": "present"}


class Parrot:
    """A conversation whose replies and slots are given beforehand."""

    def __init__(self, *turns: tuple[list[dict[str, Any]], dict[str, Any]]) -> None:
        self.turns = list(turns)
        self.last: list[dict[str, Any]] = []
        self.held: dict[str, Any] = {}
        self.heard: list[str] = []

    def say(self, text: str) -> list[dict[str, Any]]:
        self.heard.append(text)
        self.last, slots = self.turns.pop(0)
        self.held = {"findings": None, "facts": None, "care_level": None, "open_question": None, **slots}
        return self.last

    @property
    def text(self) -> str:
        return "\n".join(message.get("text") or "" for message in self.last)

    def slots(self) -> dict[str, Any]:
        return self.held


def hold(parrot: Parrot, *turns: dict[str, Any], finish: tuple[str, ...] = ()) -> None:
    Rehearsal(parrot).hold(Script("test", "test", list(turns), list(finish)))  # type: ignore[arg-type]  # a stand-in


@pytest.mark.parametrize(
    ("messages", "slots", "complaint"),
    [
        ([], {}, "silence"),
        ([{"text": "  "}], {}, "silence"),
        ([{"text": "hello"}, {"text": ""}], {}, "a message without text"),
        ([{"text": "Noted: {noted}."}], {}, "not filled in"),
        ([{"text": "Keep None still."}], {}, "not filled in"),
        ([{"text": "Take 400 IU a day."}], {}, "an amount"),
        ([{"text": ALARM}], {"care_level": "emergency"}, "1 emergency messages"),
        ([{"text": "Any of these?\n• a fever"}], {"findings": FEVER}, "which is known"),
        ([{"text": "Any of these?\n• a fewer"}], {}, "which is no symptom"),
        (
            [{"text": "And?"}],
            {"care_level": "emergency", "open_question": "duration"},
            "a question in an emergency",
        ),
        (
            [{"text": "And?"}],
            {"care_level": "emergency", "open_question": "symptom:rash"},
            "a question in an emergency",
        ),
    ],
)
def test_what_never_may_be_is_noticed(messages, slots, complaint):
    with pytest.raises(AssertionError, match=complaint):
        hold(Parrot((messages, slots)), {"say": "hi"})


@pytest.mark.parametrize(
    ("messages", "complaint"),
    [
        ([{"text": "hello"}], "0 emergency messages"),
        ([{"text": ALARM}, {"text": ALARM}], "2 emergency messages"),
        ([{"text": "Noted."}, {"text": ALARM}], "not the first"),
        ([{"text": ALARM}, {"text": "And?"}], "more than the emergency message"),
        ([{"text": ALARM + " Vitamin D may help."}], "vitamins"),
        ([{"text": ALARM, "buttons": [{"title": "Yes", "payload": "yes"}]}], "buttons"),
    ],
)
def test_an_emergency_message_that_is_not_as_it_must_be_is_noticed(messages, complaint):
    with pytest.raises(AssertionError, match=complaint):
        hold(Parrot((messages, {"care_level": "emergency"})), {"say": "hi", "emergency": 1})


def test_a_level_that_falls_by_itself_is_noticed():
    turns = [([{"text": "a"}], {"care_level": "urgent"}), ([{"text": "b"}], {"care_level": "routine"})]
    with pytest.raises(AssertionError, match="fell from urgent to routine"):
        hold(Parrot(*turns), {"say": "a"}, {"say": "b"})
    hold(Parrot(*turns), {"say": "a"}, {"say": "b", "level_falls": True})


@pytest.mark.parametrize(
    "expected",
    [
        {"text": ["goodbye"]},
        {"not_text": ["HELLO"]},
        {"buttons": ["No"]},
        {"not_buttons": ["Yes"]},
        {"findings": {"fever": "absent"}},
        {"findings": {"fever": None}},
        {"findings": {"rash": "present"}},
        {"facts": {"course": "worse"}},
        {"care_level": "urgent"},
        {"topic": None},
        {"asks": "course"},
        {"asks": None},
        {"assessment_complete": True},
        {"emergency": 1},
    ],
)
def test_an_expectation_that_is_not_met_is_noticed(expected):
    reply = [{"text": "Hello there", "buttons": [{"title": "Yes", "payload": "yes"}]}]
    slots = {
        "findings": FEVER,
        "facts": {"course": "better"},
        "care_level": "routine",
        "topic": "magnesium",
        "open_question": "duration",
    }
    met = {
        "text": ["hello"],
        "buttons": ["Yes"],
        "findings": FEVER,
        "facts": {"course": "better"},
        "care_level": "routine",
        "asks": "duration",
    }
    hold(Parrot((reply, {**slots, "assessment_complete": None})), {"say": "hi", **met})
    with pytest.raises(AssertionError):
        hold(Parrot((reply, {**slots, "assessment_complete": None})), {"say": "hi", **expected})


def test_a_button_is_pressed_by_its_payload_and_must_be_there():
    reply = [{"text": "Well?", "buttons": [{"title": "None of these", "payload": "none of these"}]}]
    parrot = Parrot((reply, {}), (reply, {}))
    hold(parrot, {"say": "hi"}, {"press": "None of these"})
    assert parrot.heard == ["hi", "none of these"]
    with pytest.raises(AssertionError, match="no button Fever to press"):
        hold(Parrot((reply, {}), (reply, {})), {"say": "hi"}, {"press": "Fever"})


def test_an_assessment_without_end_is_noticed():
    endless = [([{"text": "And?"}], {}) for _ in range(20)]
    with pytest.raises(AssertionError, match="does not end"):
        hold(Parrot(*endless), {"say": "hi"}, finish=("no",))
    ending = [([{"text": "And?"}], {}), ([{"text": "Done."}], {"assessment_complete": True})]
    hold(Parrot(*ending), {"say": "hi"}, finish=("no",))
