"""Messages understood as a whole: symptoms with their role, person, and the acceptance sentences one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.lexicon import lexicon
from language.understanding import Interpreter, understand


def roles(text: str, subject: str | None = None) -> dict[str, str]:
    return {mention.code: mention.role for mention in understand(text, subject).mentions}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my neck is stiff and I have a fever", {"neck_stiffness": "present", "fever": "present"}),
        ("my neck is stiff, no fever", {"neck_stiffness": "present", "fever": "absent"}),
        ("what if I get a fever?", {"fever": "hypothetical"}),
        ("I had a fever last week but it's gone", {"fever": "past"}),
        ("not sure if I have a fever", {"fever": "uncertain"}),
        ("i'm not sure about fever", {"fever": "uncertain"}),
        ("fever: nope", {"fever": "absent"}),
        ("No, mainly just the chest pain", {"chest_pain": "present"}),
        ("cant lift my arm since this mornin", {"severe_weakness": "present"}),
        ("never had headaches like this before", {"severe_headache": "present"}),
        ("no fever, chills or rash", {"fever": "absent", "chills": "absent", "rash": "absent"}),
        ("no chest pain just a lil dizzy", {"chest_pain": "absent", "dizziness": "present"}),
        ("can low vitamin d cause weakness?", {"weakness": "hypothetical"}),
        ("what do vitamins have to do with a stiff neck?", {"neck_stiffness": "hypothetical"}),
        ("my boss is such a pain in the neck", {}),
        ("we all had cabin fever", {}),
        ("hello there", {}),
        ("", {}),
        ("   \n ", {}),
        ("👍", {}),
    ],
)
def test_a_message(text, expected):
    found = roles(text)
    assert {code: found.get(code) for code in expected} == expected
    if not expected:
        assert not found


@pytest.mark.parametrize(
    "text",
    [
        "I don't have a fever",
        "I CAN'T MOVE MY LEGS",
        "stiff neck w/o fever",
        "it's gone, the rash",
        "my neck isn't stiff",
    ],
)
def test_shouting_means_the_same(text):
    assert roles(text.upper()) == roles(text.lower()) != {}


@pytest.mark.parametrize(
    ("text", "subject", "person"),
    [
        ("my neck is stiff", "self", None),
        ("my son has a stiff neck", "other", "your son"),
        ("my mum, 78, has a fever", "other", "your mum"),
        ("hello", None, None),
    ],
)
def test_whom_a_message_is_about(text, subject, person):
    said = understand(text)
    assert (said.subject, said.person) == (subject, person)


def test_what_somebody_else_has_is_not_the_speakers():
    assert roles("my neck is stiff. my colleague has a fever") == {
        "neck_stiffness": "present",
        "fever": "other",
    }


@given(st.text(max_size=200))
def test_any_text_is_understood_and_places_are_in_it(text):
    for mention in understand(text).mentions:
        assert text[mention.start : mention.end] == mention.text != ""


def test_a_long_message_is_read_whole():
    filler = "and then i went to the shop with my friend to buy some bread. " * 60
    assert roles(filler + "my neck is stiff and i have a fever")["fever"] == "present"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my daughter has a stiff neck. my colleague had chest pain last year", {"neck_stiffness": "present", "chest_pain": "other"}),
        ("my wife's neck is stiff. her sister had a seizure once", {"neck_stiffness": "present", "seizure": "other"}),
        ("my son is tired. a boy at school had meningitis with a fever", {"fatigue": "present", "fever": "other"}),
        ("my mum has a fever and she is confused", {"fever": "present", "confusion": "present"}),
        ("my baby is hot. my daughter also has a rash", {"rash": "present"}),
        ("a neighbour of mine had numbness, I have cramps", {"numbness": "other", "muscle_cramps": "present"}),
    ],
)
def test_another_person_beside_the_one_it_is_about(text, expected):
    found = roles(text)
    assert {code: found.get(code) for code in expected} == expected


@pytest.mark.parametrize(
    "text",
    [
        "my dads arm went limp",
        "my toddler got into my iron tablets",
        "he's slumped and won't respond to me",
        "my wife doesn't know who I am and is drowsy",
    ],
)
def test_it_is_about_somebody_else(text):
    assert understand(text).subject == "other"


def test_a_number_is_read_in_the_mended_words_and_keeps_its_place():
    said = understand("my tempratuer is 40 today")
    assert said.facts["temperature_c"] == 40
    (fever,) = [each for each in said.mentions if each.code == "fever"]
    assert said.text[fever.start : fever.end] == "40"


def test_a_fever_that_is_claimed_apart_from_a_number_is_not_denied_by_it():
    assert roles("what can I do for my fever, it never gets down to 99") == {"fever": "uncertain"}
    assert roles("fever of 99") == {"fever": "absent"}


@pytest.mark.parametrize("text", ["we all have cabin fever", "the economy is weak", "my boss is a pain in the neck"])
def test_the_words_of_a_symptom_that_mean_none_are_a_figure_of_speech(text):
    assert understand(text).figurative
    assert not understand(f"{text} and my arm is numb").figurative


def test_what_is_remembered_of_a_text_does_not_decide_whose_it_is():
    remembering = Interpreter(lexicon(), remembers=4)
    for text in ("stiff neck for two weeks, my son has a fever", "one arm is weak", "he is shivering", "no fever"):
        for subject in (None, "self", "other", None):
            said = remembering.understand(text, subject)
            assert said == Interpreter(lexicon()).understand(text, subject)
            said.facts.clear()  # what a caller does with its copy stays its own


@pytest.mark.parametrize(
    ("text", "fever"),
    [
        ("my neck is stiff and my temp is 39.5 in celsius", "present"),
        ("stiff neck, temperature 103 in fahrenheit", "present"),
        ("what is my temperature of 39.5 in fahrenheit, and my neck is stiff", "present"),
        ("my neck is stiff, my temperature is 39.5, and it's 35 degrees outside", "present"),
        ("no fever in the morning but now 39 and a stiff neck", "present"),
        ("no fever this morning, now 39.2, neck stiff", "present"),
        ("my neck is stiff. the fever broke but came back", "present"),
        ("no fever, wait, it is 38.4 by now, and my neck is stiff", "present"),
        ("stiff neck and 38,7 tonight", "present"),
        ("measured 39 just now, neck is stiff", "present"),
        ("no fever but my temp is 37.2, stiff neck", "absent"),
        ("I had a fever of 39 yesterday but now 36.9, stiff neck", "absent"),
        ("it's 40 degrees outside and my neck is stiff", None),
        ("my neck is stiff, what is 40 degrees celsius in fahrenheit", None),
        ("stiff neck since I had the oven at 40 degrees", None),
    ],
)
def test_a_number_is_a_fever_wherever_a_body_has_it(text, fever):
    assert roles(text) == {"neck_stiffness": "present"} | ({"fever": fever} if fever else {})


def test_a_number_beside_shivers_is_a_fever():
    assert roles("i keep shivering, 39 just now")["fever"] == "present"


@pytest.mark.parametrize(
    ("text", "still_there", "gone"),
    [
        ("my neck is stiff, the fever has gone", {"neck_stiffness"}, {"fever"}),
        ("neck stiff and fever gone", {"neck_stiffness"}, {"fever"}),
        ("my neck hurts and the headache went away", {"neck_pain"}, {"headache"}),
        ("stiff neck, dizziness has passed", {"neck_stiffness"}, {"dizziness"}),
        ("dizziness and fever are gone", set(), {"dizziness", "fever"}),
        ("dizziness, nausea and fever have all gone", set(), {"dizziness", "nausea", "fever"}),
        ("the nausea and the stiff neck went away", set(), {"nausea", "neck_stiffness"}),
    ],
)
def test_what_is_gone_takes_nothing_with_it_that_was_said_for_itself(text, still_there, gone):
    assert roles(text) == {**dict.fromkeys(still_there, "present"), **dict.fromkeys(gone, "past")}


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("the ache in my neck gets rapidly worse", "course", "worse"),
        ("it is now much worse", "course", "worse"),
        ("my thigh is swollen and sore", "leg_pain", True),
    ],
)
def test_facts_that_raise_the_level(text, fact, value):
    assert Interpreter(lexicon()).understand(text).facts[fact] == value


@pytest.mark.parametrize(
    ("text", "celsius"),
    [
        ("my temperature is one hundred and two", 38.89),
        ("she has a fever of a hundred and four", 40.0),
        ("temp is thirty eight point five", 38.5),
        ("the thermometer says thirty-nine", 39.0),
        ("forty degrees since noon", 40.0),
        ("temperature ninety eight point six", 37.0),
        ("one hundred times better", None),
        ("I am thirty eight and my neck is stiff", None),
        ("fever for thirty nine hours", None),
    ],
)
def test_temperatures_in_words(text, celsius):
    found = Interpreter(lexicon()).understand(text).facts.get("temperature_c")
    assert found == (pytest.approx(celsius, abs=0.01) if celsius else None)


@pytest.mark.parametrize(
    "text",
    [
        "sometimes I think everybody would be better off without me",
        "maybe I should just kill myself",
        "not sure I want to live",
    ],
)
def test_a_doubt_about_a_thought_is_the_thought(text):
    assert roles(text)["suicidal_thoughts"] == "present"


def test_no_such_thoughts_stay_denied():
    assert roles("I am not suicidal")["suicidal_thoughts"] == "absent"
