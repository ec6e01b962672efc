"""The summary for a doctor: what was told, with what is not known left out, and nothing made up."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.triage.whatever_is_known import facts, findings
from triage.assess import assess
from triage.summary import LEVEL_TITLES, duration_words, summary
from triage.symptoms import name, symptoms


def lines(known, told=None, subject="self", person=None):
    return {line["label"]: line["text"] for line in summary(known, told or {}, subject, person)["lines"]}


def test_everything_that_was_told_is_in_it():
    found = lines(
        {"neck_stiffness": "present", "fever": "absent", "rash": "uncertain", "dizziness": "past"},
        {
            "duration_days": 21.0,
            "course": "worse",
            "temperature_c": 37.2,
            "vegan_diet": True,
            "stress": False,
        },
    )
    assert found["Has"] == "a stiff neck"
    assert found["Does not have"] == "a fever"
    assert found["Not sure about"] == name("rash")
    assert found["Had, and it is gone"] == name("dizziness")
    assert found["For"] == "about 3 weeks"
    assert found["Course"] == "getting worse"
    assert found["Temperature"] == "37.2 °C (99.0 °F)"
    assert "vegan" in found["Background"]
    assert "stress" not in found["Background"]
    assert found["Level of care"] == LEVEL_TITLES["urgent"]


def test_nothing_told_is_nothing_said():
    assert set(lines({})) == {"About"}


def test_whom_it_is_about():
    assert lines({}, subject="self")["About"] == "the writer"
    assert lines({}, subject="other", person="your son")["About"] == "the writer's son"


@given(findings, facts)
def test_no_symptom_is_in_it_that_was_not_told_and_the_level_is_that_of_the_protocol(known, told):
    data = summary(known, told, "self", None)
    told_lines = [
        line
        for line in data["lines"]
        if line["label"] in ("Has", "Had, and it is gone", "Not sure about", "Does not have")
    ]
    listed = {words for line in told_lines for words in line["text"].split(", ")}
    names = {part for code in known for part in symptoms()[code].name.split(", ")}
    assert listed == names
    if known:
        assert {line["label"]: line["text"] for line in data["lines"]}["Level of care"] == LEVEL_TITLES[
            assess(known, told).level
        ]
    assert data["disclaimer"]
    assert all(line["text"].strip() and "None" not in line["text"] for line in data["lines"])


@pytest.mark.parametrize(
    ("days", "words"),
    [(0.5, "less than a day"), (1, "about 1 day"), (4, "about 4 days"), (7, "about 1 week"), (14, "about 2 weeks"), (21, "about 3 weeks"),
     (60, "about 2 months"), (730, "about 2 years")],
)  # fmt: skip
def test_a_duration_in_words(days, words):
    assert duration_words(days) == words
