"""Misspelt words are mended, real words are left."""

import pytest

from language.spelling import Speller

SPELLER = Speller(["fever", "weakness", "stiffness", "headache", "swollen", "numb"], ["neck"])


@pytest.mark.parametrize(
    ("word", "mended"),
    [
        ("fevr", "fever"),
        ("feverr", "fever"),
        ("weaknes", "weakness"),
        ("headahce", "headache"),
        ("stifness", "stiffness"),
        ("swolen", "swollen"),
        ("ehadache", "headache"),
        ("headayke", "headache"),
        ("weaaknes", "weakness"),
        ("nunb", "numb"),
    ],
)
def test_a_slip_is_mended(word, mended):
    assert SPELLER.mend(word) == mended


@pytest.mark.parametrize(
    "word", ["never", "fever", "neck", "clever", "lever", "the", "x", "qwertyuiop", "39", "don't", "número"]
)
def test_what_is_a_word_or_nothing_like_one_is_left(word):
    assert SPELLER.mend(word) == word


def test_of_several_words_as_near_the_likelier_slip_is_meant():
    speller = Speller(["think", "thick", "fainting", "fitting"])
    assert speller.mend("thimk") == "think", "the key beside"
    assert speller.mend("finting") == "fainting", "a letter left out"


def test_what_else_a_word_may_stand_for_is_told_apart_from_what_it_is():
    speller = Speller(["heart", "locked", "drooping", "dropping"])
    assert speller.mend("hart") == "hart"
    assert speller.also("hart") == ("heart",)
    assert speller.also("licked") == ("locked",)
    assert {speller.mend("droopping"), *speller.also("droopping")} == {"drooping", "dropping"}
    assert speller.also("stuff") == speller.also("heart") == ()


@pytest.mark.parametrize("name", ["solaris", "tiangolo", "modeled"])
def test_a_name_is_not_heard_as_a_symptom(name):
    assert Speller(["slurs", "tingle", "muddled"]).mend(name) == name
