"""What one message does to the state of a conversation."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.state import State
from dialogue.turn import REPORT_CONFIDENCE, TAKEN_BACK, Heard, emergency_is_due, take_in
from language.understanding import understand
from tests.triage.whatever_is_known import codes, facts, findings, roles
from triage.assess import assess
from triage.protocol import LEVELS
from triage.questions import question

LIST = question("infection_signs").codes
NECK = {"neck_stiffness": "present"}


def heard(text: str = "", **more: Any) -> Heard:
    return Heard(text, **more)


def hear(state: State, text: str, intent: str = "", confidence: float = 0.0) -> State:
    """The state after a text as the language components understand it."""
    said = understand(text, state.subject if state.findings else None)
    mentions = [(mention.code, mention.role) for mention in said.mentions]
    return take_in(
        state, Heard(text, intent, confidence, mentions, said.facts, said.subject, said.person, said.reply)
    )


# --- for anything that is said

mentions = st.lists(
    st.tuples(codes, st.one_of(roles, st.sampled_from(["hypothetical", "other"]))), max_size=6
)


@given(findings, mentions, facts)
def test_the_level_is_never_below_what_the_findings_call_for(known, told, more):
    state = take_in(
        State(findings=known, care_level=assess(known).level), heard("x", mentions=told, facts=more)
    )
    if state.findings:
        needed = assess(state.findings, state.facts).level
        assert LEVELS.index(state.care_level) >= LEVELS.index(needed)
        assert emergency_is_due(state) == (state.care_level == "emergency")


@given(findings, mentions)
def test_the_level_falls_only_where_something_present_is_denied(known, told):
    before = State(findings=known, care_level=assess(known).level)
    after = take_in(before, heard("x", mentions=told))
    denied = [
        code for code, role in after.findings.items() if role == "absent" and known.get(code) == "present"
    ]
    if not denied:
        assert LEVELS.index(after.care_level or "self_care") >= LEVELS.index(before.care_level)


@given(findings, st.lists(st.tuples(codes, st.sampled_from(["hypothetical", "other"])), max_size=5))
def test_what_is_only_asked_about_or_told_of_others_changes_no_finding(known, told):
    assert take_in(State(findings=known), heard("x", mentions=told)).findings == known


# --- answers to the open question


@pytest.mark.parametrize(
    ("reply", "role"), [("no", "absent"), ("unsure", "uncertain")], ids=["no", "not sure"]
)
def test_an_answer_to_a_list_goes_for_all_that_is_open(reply, role):
    state = State(findings={**NECK, "rash": "present"}, open_question="infection_signs")
    after = take_in(state, heard(reply, reply=reply))
    assert after.findings == {**NECK, "rash": "present", **{code: role for code in LIST if code != "rash"}}


def test_a_yes_to_a_list_says_nothing_by_itself_and_the_second_one_makes_doubts():
    state = State(findings=NECK, open_question="infection_signs", asked=("infection_signs",))
    assert take_in(state, heard("yes", reply="yes")).findings == NECK
    again = state.with_(asked=("infection_signs", "infection_signs"))
    assert take_in(again, heard("yes", reply="yes")).findings == {**NECK, **dict.fromkeys(LIST, "uncertain")}


def test_a_yes_to_the_one_that_is_left_is_an_answer():
    known = {**NECK, **{code: "absent" for code in LIST if code != "rash"}}
    after = take_in(State(findings=known, open_question="infection_signs"), heard("yes", reply="yes"))
    assert after.findings["rash"] == "present"


@pytest.mark.parametrize(("reply", "role"), [("yes", "present"), ("no", "absent"), ("unsure", "uncertain")])
def test_an_answer_to_a_doubt(reply, role):
    state = State(findings={**NECK, "fever": "uncertain"}, open_question="symptom:fever")
    assert take_in(state, heard(reply, reply=reply)).findings["fever"] == role


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no, only a rash", {"rash": "present", "fever": "absent", "confusion": "absent"}),
        ("none of these", dict.fromkeys(LIST, "absent")),
        ("no fever", {"fever": "absent", "rash": None}),
        ("rash", {"rash": "present", "fever": None}),
        ("no, but my arm is numb", {"numbness": "present", "fever": "absent", "rash": "absent"}),
        ("39", {"fever": "present"}),
        ("101", {"fever": "present"}),
        ("36.8", {"fever": "absent"}),
        ("12", {"fever": None}),
    ],
)
def test_answers_in_words(text, expected):
    after = hear(State(findings=NECK, open_question="infection_signs"), text)
    assert {code: after.findings.get(code) for code in expected} == expected


def test_without_an_open_question_a_no_denies_nothing():
    assert hear(State(findings=NECK), "no").findings == NECK


@pytest.mark.parametrize(
    ("text", "days"), [("A few days", 4), ("since today", 0.5), ("three weeks", 21), ("about a week.", 7)]
)
def test_a_duration_that_was_asked_for(text, days):
    assert hear(State(findings=NECK, open_question="duration"), text).facts["duration_days"] == days


def test_a_duration_that_was_not_asked_for_does_not_shorten_what_is_known():
    state = State(findings=NECK, facts={"duration_days": 21.0})
    assert hear(state, "the tingling started yesterday").facts["duration_days"] == 21.0
    asked = state.with_(open_question="duration")
    assert hear(asked, "2 days").facts["duration_days"] == 2.0


def test_no_risk_of_the_list_fits():
    after = hear(State(findings=NECK, open_question="risk_factors"), "none of these")
    assert after.facts["vegan_diet"] is False
    assert after.facts["poor_posture"] is False


def test_one_risk_of_the_list_fits():
    after = hear(State(findings=NECK, open_question="risk_factors"), "i'm vegan")
    assert after.facts["vegan_diet"] is True
    assert after.care_level == "routine"


# --- reports without a matched symptom


@pytest.mark.parametrize(
    ("intent", "confidence", "expected"),
    [
        ("report_fever", REPORT_CONFIDENCE, "uncertain"),
        ("report_fever", REPORT_CONFIDENCE - 0.01, None),
        ("greet", 0.99, None),
    ],
)
def test_a_confident_report_without_a_symptom_is_a_doubt(intent, confidence, expected):
    after = take_in(State(), heard("i'm burning", intent=intent, confidence=confidence))
    assert after.findings.get("fever") == expected


def test_a_report_does_not_change_what_is_known():
    after = take_in(State(findings={"fever": "absent"}), heard("x", intent="report_fever", confidence=0.9))
    assert after.findings == {"fever": "absent"}


# --- levels and corrections


def test_an_emergency_is_due_until_it_was_told():
    state = hear(State(), "my neck is stiff and i have a fever")
    assert state.care_level == "emergency"
    assert emergency_is_due(state)
    assert not emergency_is_due(state.with_(announced_level="emergency"))


def test_a_correction_takes_the_level_back_and_is_to_be_told():
    state = State(
        findings={**NECK, "fever": "present"},
        care_level="emergency",
        announced_level="emergency",
        assessment_complete=True,
    )
    after = hear(state, "sorry, i have no fever")
    assert after.care_level == "self_care"
    assert after.announced_level == TAKEN_BACK
    assert not after.assessment_complete


def test_what_has_passed_since_does_not_lower_the_level():
    state = State(findings={**NECK, "fever": "present"}, care_level="emergency", announced_level="emergency")
    after = hear(state, "the fever is gone now")
    assert after.findings["fever"] == "past"
    assert after.care_level == "emergency"


def test_nothing_medical_leaves_no_level():
    assert hear(State(), "hello there").care_level is None
    assert hear(State(), "what if i get a fever?").care_level is None


# --- the person and the country


def test_the_person_of_the_first_message_is_kept():
    state = hear(State(), "my son has a stiff neck")
    assert (state.subject, state.person) == ("other", "your son")
    later = hear(state, "i am worried")
    assert (later.subject, later.person) == ("other", "your son")


def test_a_country_that_is_said_comes_before_the_locale():
    said = take_in(State(), heard("i live in Germany", locale_country="GB"))
    assert said.country == "DE"
    assert take_in(said, heard("hello", locale_country="GB")).country == "DE"
    assert take_in(State(), heard("hello", locale_country="GB")).country == "GB"


@pytest.mark.parametrize("intent", ["restart", "delete_my_data", "request_human", "bot_challenge"])
def test_messages_about_the_conversation_answer_nothing(intent):
    state = State(findings=NECK, open_question="infection_signs")
    assert take_in(state, heard("no", intent=intent, reply="no")).findings == NECK
