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
    ],
)
def test_a_slip_is_mended(word, mended):
    assert SPELLER.mend(word) == mended


@pytest.mark.parametrize(
    "word", ["never", "fever", "neck", "clever", "lever", "the", "x", "qwertyuiop", "39", "don't", "número"]
)
def test_what_is_a_word_or_nothing_like_one_is_left(word):
    assert SPELLER.mend(word) == word
