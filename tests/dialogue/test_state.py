"""The state in the slots and back."""

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from dialogue.state import State
from dialogue.turn import Heard, take_in
from triage.findings import ASSERTIONS

ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)


def test_slots_and_back():
    state = State(
        findings={"fever": "present"},
        facts={"duration_days": 3.0},
        subject="other",
        asked=("a", "b"),
        misunderstood=2,
    )
    assert State.of(state.slots()) == state


def test_empty_slots_are_the_defaults():
    empty = dict.fromkeys(State().slots())
    assert State.of(empty) == State()
    assert State.of({}) == State()


def test_other_slots_are_passed_over_and_numbers_come_back_whole():
    assert State.of({"session_started_metadata": {}, "misunderstood": 1.0, "asked": ["a"]}) == State(
        misunderstood=1, asked=("a",)
    )


def test_changes_are_those_slots_alone():
    before = State(care_level="routine")
    assert before.with_(care_level="urgent").changes_from(before) == {"care_level": "urgent"}
    assert before.changes_from(before) == {}


@given(st.dictionaries(st.sampled_from([each.name for each in fields(State)]), ANYTHING))
def test_whatever_is_written_into_slots_the_state_can_be_used(slots):
    state = State.of(slots)
    assert set(state.findings.values()) <= set(ASSERTIONS)
    assert take_in(state, Heard("i have a fever", mentions=[("fever", "present")])).findings["fever"] == "present"


def test_what_is_wrong_among_the_findings_takes_no_other_with_it():
    told = {"fever": "present", "nonsense": "present", "rash": 5, "headache": "uncertain"}
    assert State.of({"findings": told}).findings == {"fever": "present", "headache": "uncertain"}
