"""What is asked next: never what is known, never for ever, never in an emergency, and a doubt where it matters."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.triage.whatever_is_known import facts, findings
from triage.agenda import MOST_DOUBTS, next_question
from triage.assess import assess
from triage.findings import ABSENT, PRESENT, UNCERTAIN
from triage.protocol import LEVELS
from triage.questions import Question, question, questions

IDS = [each.id for each in questions().questions]
asked = st.lists(st.sampled_from([*IDS, "symptom:fever", "symptom:rash"]), max_size=12)
LONGEST = 30


def level_of(known: dict[str, str], told: dict[str, Any]) -> str:
    return assess(known, told).level


@given(findings, facts, asked)
def test_an_emergency_ends_the_questions(known, told, before):
    assert next_question({**known, "chest_pain": PRESENT}, told, before, "emergency") is None


@given(findings, facts, asked)
def test_nothing_that_is_known_is_asked(known, told, before):
    following = next_question(known, told, before, level_of(known, told))
    if following is None:
        return
    if following.kind == "symptom":
        assert [known[code] for code in following.codes] == [UNCERTAIN]
        assert following.id not in before
    if following.kind == "screen":
        assert following.open_codes(known)
        assert not set(following.open_codes(known)) & set(known)
    if following.kind == "choice":
        assert told.get(following.fact) is None
    if following.kind == "risks":
        assert following.open_risks(told)


def answered(known: dict[str, str], told: dict[str, Any], asking: Question, draw: Any) -> None:
    """Answers a question in one of the ways in which people do, or not at all."""
    if not draw(st.booleans()):
        return
    role = draw(st.sampled_from([ABSENT, UNCERTAIN, PRESENT]))
    if asking.kind == "symptom":
        known[asking.codes[0]] = role
    for code in asking.open_codes(known):
        known[code] = role if draw(st.booleans()) else ABSENT
    if asking.fact:
        told[asking.fact] = draw(st.sampled_from([option.value for option in asking.options]))
    for risk in asking.open_risks(told):
        told[risk.fact] = False


@given(findings, facts, st.data())
def test_the_questions_end_whatever_is_answered(known, told, data):
    known, told, before = dict(known), dict(told), []
    for _ in range(LONGEST):
        following = next_question(known, told, before, level_of(known, told))
        if following is None:
            break
        before.append(following.id)
        answered(known, told, following, data.draw)
    else:
        raise AssertionError(f"still asking after {LONGEST} questions: {before}")
    assert sum(each.startswith("symptom:") for each in before) <= MOST_DOUBTS


def test_the_order_is_that_of_the_file_and_red_flags_come_first():
    known, told, before = {"neck_stiffness": PRESENT}, {}, []
    while (following := next_question(known, told, before, level_of(known, told))) is not None:
        before.append(following.id)
        known.update(dict.fromkeys(following.open_codes(known), ABSENT))
        told.update({following.fact: following.options[0].value} if following.fact else {})
    assert before == IDS
    kinds = [question(each).kind for each in IDS]
    assert kinds[:3] == ["screen"] * 3, "red flags first, in three lists"


def test_a_doubt_that_would_raise_the_level_is_asked_first_and_once():
    known = {"neck_stiffness": PRESENT, "fever": UNCERTAIN}
    first = next_question(known, {}, [], "self_care")
    assert first.id == "symptom:fever"
    second = next_question(known, {}, [first.id], "self_care")
    assert second.id == "infection_signs"


def test_a_doubt_that_changes_nothing_is_not_asked():
    following = next_question({"neck_stiffness": PRESENT, "twitching": UNCERTAIN}, {}, [], "self_care")
    assert following.kind == "screen"


def test_two_doubts_that_would_raise_the_level_only_together_are_asked():
    known = {"neck_stiffness": UNCERTAIN, "fever": UNCERTAIN}
    first = next_question(known, {}, [], "self_care")
    assert first.id == "symptom:neck_stiffness"
    known["neck_stiffness"] = PRESENT
    assert next_question(known, {}, [first.id], "self_care").id == "symptom:fever"


@given(findings, facts)
def test_a_doubt_of_any_findings_is_asked_where_it_alone_would_raise_the_level(known, told):
    level = level_of(known, told)
    raising = [
        code
        for code, role in known.items()
        if role == UNCERTAIN and LEVELS.index(level_of({**known, code: PRESENT}, told)) > LEVELS.index(level)
    ]
    if raising and level != "emergency":
        following = next_question(known, told, [], level)
        assert following.kind == "symptom"


def test_what_was_not_answered_is_asked_once_more_and_then_left():
    known = {"neck_stiffness": PRESENT}
    assert next_question(known, {}, ["infection_signs"], "self_care").id == "infection_signs"
    assert next_question(known, {}, ["infection_signs"] * 2, "self_care").id == "nerve_signs"


def test_an_urgent_level_asks_for_red_flags_only():
    known = {code: ABSENT for each in questions().questions[:3] for code in each.codes} | {
        "severe_weakness": PRESENT
    }
    assert next_question(known, {}, [], "urgent") is None
