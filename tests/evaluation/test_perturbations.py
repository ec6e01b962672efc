"""What is found in a message must not depend on how it is typed."""

from __future__ import annotations

import random

import pytest

from evaluation import perturbations
from evaluation.perturbations import PERTURBATIONS, changes, composed, messages, read

#: each how many of the messages are tried here; `python -m evaluation.perturbations` tries all
EVERY = 5
#: kind -> the largest share of messages whose findings may change, and of those that may fall to a lower level of care
ALLOWED = {
    "typo": (0.03, 0.015),
    "lower case": (0.01, 0.0),
    "upper case": (0.01, 0.0),
    "no punctuation": (0.01, 0.0),
    "no apostrophes": (0.01, 0.0),
    "contractions opened": (0.01, 0.0),
    "contractions closed": (0.01, 0.0),
    "polite filler": (0.01, 0.0),
    "emoji": (0.01, 0.0),
    "run-on": (0.01, 0.0),
}
#: the least share of composed sentences that are read as meant
READ_AS_MEANT = 0.98


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return messages(EVERY)


def test_every_change_has_its_limit():
    assert ALLOWED.keys() == PERTURBATIONS.keys()


@pytest.mark.parametrize("kind", PERTURBATIONS)
def test_findings_do_not_depend_on_how_a_message_is_typed(kind, texts):
    touched, found = changes(kind, texts)
    assert touched >= 20, "too few messages are touched to say anything"
    most, most_lower = ALLOWED[kind]
    worst = "\n".join(map(str, found[:10]))
    assert len(found) / touched <= most, f"{len(found)} of {touched} change:\n{worst}"
    assert sum(each.lower for each in found) / touched <= most_lower, f"a lower level of care:\n{worst}"


def test_composed_sentences_are_read_as_meant():
    made = list(composed())
    meant = sum((code, role) in read(text)[0] for text, code, role in made)
    assert meant / len(made) >= READ_AS_MEANT


@pytest.mark.parametrize(
    ("kind", "text", "changed"),
    [
        ("lower case", "I CAN'T, Anna", "i can't, anna"),
        ("no punctuation", "39.5 today. Stiff, sore; why?", "39.5 today Stiff sore why"),
        ("no apostrophes", "I don't, it’s", "I dont, its"),
        ("contractions opened", "I can't and don't", "I cannot and do not"),
        ("contractions closed", "I do not and cannot", "I don't and can't"),
    ],
)
def test_what_a_change_does(kind, text, changed):
    assert PERTURBATIONS[kind](text, random.Random(1)) == changed


def test_a_typo_is_one_slip_in_a_long_word():
    for seed in range(50):
        changed = perturbations.typo("my stiff neck", random.Random(seed))
        first, second, third = changed.split()
        assert (first, third) == ("my", "neck")
        assert second != "stiff" or changed == "my stiff neck"
        assert 4 <= len(second) <= 6
    assert perturbations.typo("no pain", random.Random(1)) == "no pain"


def test_a_change_that_loses_a_red_flag_is_seen(monkeypatch):
    monkeypatch.setitem(PERTURBATIONS, "typo", lambda text, chance: text.replace("fever", "feather"))
    touched, found = changes("typo", ["a stiff neck and a fever"])
    assert touched == 1
    assert found[0].lower
    assert "-fever:present" in str(found[0])
