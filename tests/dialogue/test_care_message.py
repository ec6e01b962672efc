"""The care-level payload and its words."""

import pytest

from dialogue.care_message import is_crisis, number_words, payload, reason_words
from triage.protocol import LEVELS

MENINGITIS = {"neck_stiffness": "present", "fever": "present"}


def care(level, findings=None, country=None, subject="self", person=None):
    return payload(level, findings or {}, {}, country, subject, person)


@pytest.mark.parametrize("level", LEVELS)
def test_the_fields_are_those_of_the_contract(level):
    data = care(level)
    assert set(data) == {"kind", "version", "level", "title", "what_to_do", "reasons", "phone_numbers"}
    assert (data["kind"], data["version"], data["level"]) == ("care_level", 1, level)
    assert all(data["what_to_do"])
    assert bool(data["phone_numbers"]) == (level in ("urgent", "emergency"))


def test_reasons_name_their_source():
    reasons = care("emergency", MENINGITIS)["reasons"]
    assert reasons
    assert all(each["text"] and each["source"] for each in reasons)
    assert "fever" in reasons[0]["text"]


def test_reasons_of_another_level_are_not_given():
    assert care("routine", MENINGITIS)["reasons"] == []


def test_numbers_are_those_of_the_country_or_all_three():
    assert {each["number"] for each in care("emergency", MENINGITIS, "US")["phone_numbers"]} == {"911"}
    anywhere = {each["number"] for each in care("emergency", MENINGITIS)["phone_numbers"]}
    assert anywhere == {"112", "999", "911"}


def test_a_crisis_names_a_crisis_line_beside_the_emergency_number():
    data = care("emergency", {"suicidal_thoughts": "present"}, "US")
    assert is_crisis({"suicidal_thoughts": "present"})
    assert not is_crisis({"suicidal_thoughts": "absent"})
    assert {"911", "988"} <= {each["number"] for each in data["phone_numbers"]}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("person", ["your son", None])
def test_what_to_do_for_somebody_else_does_not_speak_to_the_patient(level, person):
    text = " ".join(care(level, MENINGITIS, subject="other", person=person)["what_to_do"])
    assert "{" not in text
    assert "yourself" not in text
    assert "None" not in text


def test_words():
    assert number_words([{"label": "Emergency, Germany", "number": "112"}]) == "112"
    assert number_words(
        [{"label": "Europe", "number": "112"}, {"label": "United States", "number": "911"}]
    ) == ("112 (Europe) or 911 (United States)")
    assert reason_words([{"text": "A."}, {"text": "B."}, {"text": "C."}], 2) == "A. B."
