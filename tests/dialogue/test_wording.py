"""Findings, lists and persons in words."""

import pytest

from dialogue.wording import listed, noted, person_words


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_a_list(words, text):
    assert listed(words) == text


def test_another_last_word():
    assert listed(["a", "b"], "or") == "a or b"


@pytest.mark.parametrize(
    ("findings", "text"),
    [
        ({"neck_stiffness": "present"}, "a stiff neck"),
        ({"fever": "absent"}, "no fever"),
        ({"fever": "absent", "rash": "absent"}, "no fever or rash"),
        ({"fever": "past"}, "a fever that has gone"),
        ({"rash": "uncertain"}, "not sure about a rash"),
        (
            {"neck_stiffness": "present", "fatigue": "present", "fever": "absent"},
            "a stiff neck and tiredness; no fever",
        ),
        (dict.fromkeys(["fever", "rash", "chills", "nausea"], "absent"), "none of the others"),
    ],
)
def test_what_was_noted(findings, text):
    assert noted(findings, findings) == text


def test_only_what_was_asked_for_is_noted():
    assert noted({"fever": "absent", "neck_stiffness": "present"}, ["fever"]) == "no fever"
    assert noted({"fever": "absent"}, ["rash"]) == ""


@pytest.mark.parametrize(
    ("subject", "person", "words"),
    [
        ("self", None, "you"),
        (None, None, "you"),
        ("other", "your son", "your son"),
        ("other", None, "this person"),
    ],
)
def test_how_the_person_is_spoken_of(subject, person, words):
    assert person_words(subject, person) == words
