"""Findings of one message, and how they change what is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.triage.whatever_is_known import codes, findings, roles
from triage.findings import ABSENT, ASSERTIONS, PAST, PRESENT, UNCERTAIN, corrected, gather, merge, with_role


@pytest.mark.parametrize(
    ("mentions", "found"),
    [
        ([], {}),
        ([("fever", PRESENT)], {"fever": PRESENT}),
        ([("fever", "hypothetical"), ("rash", "other")], {}),
        ([("fever", ABSENT), ("fever", PRESENT)], {"fever": PRESENT}),
        ([("fever", PRESENT), ("fever", ABSENT)], {"fever": PRESENT}),
        ([("dizziness", PRESENT), ("dizziness", PAST)], {"dizziness": PAST}),
        ([("fever", ABSENT), ("fever", UNCERTAIN)], {"fever": UNCERTAIN}),
        ([("fever", PRESENT), ("fever", UNCERTAIN)], {"fever": PRESENT}),
        ([("fever", UNCERTAIN), ("fever", ABSENT)], {"fever": UNCERTAIN}),
    ],
)
def test_several_words_on_one_symptom_become_one_finding(mentions, found):
    assert gather(mentions) == found


@given(st.lists(st.tuples(codes, st.sampled_from([*ASSERTIONS, "hypothetical", "other"]))))
def test_a_message_that_says_present_never_ends_in_absent_or_doubt(mentions):
    found = gather(mentions)
    for code, role in mentions:
        if role == PRESENT:
            assert found[code] in (PRESENT, PAST)
    assert set(found.values()) <= set(ASSERTIONS)


@given(findings, findings)
def test_the_latest_word_counts_but_a_doubt_does_not_undo_what_is_there(known, new):
    merged = merge(known, new)
    assert set(merged) == set(known) | set(new)
    for code in merged:
        doubt_on_present = new.get(code) == UNCERTAIN and known.get(code) == PRESENT
        assert merged[code] == (PRESENT if doubt_on_present else new.get(code, known.get(code)))


def test_what_is_known_is_not_changed_in_place():
    known = {"fever": PRESENT}
    merge(known, {"fever": ABSENT})
    assert known == {"fever": PRESENT}


def test_corrected_are_those_that_were_there():
    known = {"fever": PRESENT, "rash": ABSENT, "numbness": PRESENT}
    assert corrected(known, {"fever": ABSENT, "rash": ABSENT, "numbness": PAST, "chills": ABSENT}) == [
        "fever",
        "numbness",
    ]


@given(findings, roles)
def test_those_with_a_role(known, role):
    assert {known[code] for code in with_role(known, role)} <= {role}
    assert len(with_role(known, role)) == list(known.values()).count(role)
