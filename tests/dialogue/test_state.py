"""The state in the slots and back."""

from dialogue.state import State


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
