"""What is said when nobody else says anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.safety_net import emergency_message, messages_for, response_text, slots_after
from dialogue.state import State

ALARM = response_text("utter_emergency").split("{")[0]


def said(text, **known):
    return "\n".join(message["text"] for message in messages_for(text, **known))


@pytest.mark.parametrize(
    "text",
    [
        "my neck is stiff and i have a fever",
        "MY CHEST HURTS",
        "my dad's face droops",
        "cant breathe",
        "i took 25 iron pills",
    ],
)
def test_a_red_flag_brings_the_emergency_message(text):
    (message,) = messages_for(text)
    assert message["text"].startswith(ALARM)
    assert message["custom"]["data"]["level"] == "emergency"
    assert "{" not in message["text"]


def test_what_was_known_counts():
    assert said("and now a fever", findings={"neck_stiffness": "present"}).startswith(ALARM)
    assert not said("and now a fever", findings={"neck_stiffness": "absent"}).startswith(ALARM)


def test_thoughts_of_suicide_are_answered_in_their_own_words():
    assert said("i want to kill myself", country="US").startswith(
        response_text("say_emergency_crisis").split("{")[0]
    )
    assert "988" in said("i want to kill myself", country="US")


@pytest.mark.parametrize(
    "text", ["what if i get a fever?", "no fever, just a stiff neck", "hello", "", "magnesium?"]
)
def test_no_red_flag_is_no_alarm_and_still_says_whom_to_call(text):
    assert not said(text).startswith(ALARM)
    assert "112" in said(text)


def test_a_level_that_is_known_is_said():
    text = said("my neck is swollen and stiff")
    assert "24 hours" in text
    assert "Swelling" in text


def test_the_country_gives_the_number():
    assert "911" in said("hello", country="US")
    assert "112" not in said("hello", country="US")


@given(st.text(max_size=80))
def test_it_is_never_silent_and_never_unfilled(text):
    messages = messages_for(text)
    assert messages
    assert all(message["text"].strip() and "{" not in message["text"] for message in messages)


def test_the_message_is_the_same_as_that_of_the_policy():
    state = State(findings={"chest_pain": "present"}, care_level="emergency", subject="self")
    assert emergency_message(state) == messages_for("i have chest pain")[0]


def test_what_is_told_meanwhile_is_kept_as_slots():
    before = {"findings": {"neck_stiffness": "present"}, "care_level": "self_care", "country": "GB"}
    changed = slots_after("now i have a fever too", before)
    assert changed["findings"] == {"neck_stiffness": "present", "fever": "present"}
    assert changed["care_level"] == changed["announced_level"] == "emergency"
    assert "country" not in changed
    assert slots_after("thank you", before) == {}


def test_answer_to_the_open_question_is_kept():
    asked = {"findings": {"neck_stiffness": "present"}, "open_question": "infection_signs"}
    assert slots_after("no", asked)["findings"]["fever"] == "absent"
