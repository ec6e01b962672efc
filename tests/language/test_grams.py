"""The pieces of a text and their weights, beside scikit-learn's for the same examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from language.grams import CHARACTERS_TOGETHER, WORDS_TOGETHER, Grams, characters, words

TEXTS = [
    "my neck is stiff, my neck hurts",
    "is it a stiff neck?",
    "a b c ab abc abcd abcde",
    "how long, how long until it is better",
    "",
]
REFERENCES = {
    words: TfidfVectorizer(token_pattern=r"(?u)\w+|[^\w\s]", ngram_range=WORDS_TOGETHER, sublinear_tf=True),
    characters: TfidfVectorizer(
        analyzer="char_wb", ngram_range=CHARACTERS_TOGETHER, sublinear_tf=True, min_df=2
    ),
}


@pytest.mark.parametrize("pieces", [words, characters])
@given(text=st.text(alphabet="abnecks it?,.é½ ", max_size=60))
def test_the_weights_are_those_of_scikit_learn(pieces, text):
    reference = REFERENCES[pieces]
    reference.fit(TEXTS)
    grams = Grams(pieces).learn(TEXTS, in_at_least=2 if pieces is characters else 1)
    expected = reference.transform([text]).toarray()[0]
    found, weights = grams.weigh(text)
    ours = np.zeros(len(grams.rows))
    ours[found] = weights
    assert list(grams.rows) == list(reference.get_feature_names_out())
    np.testing.assert_allclose(ours, expected, atol=1e-12)


def test_a_text_without_a_known_piece_has_no_weights():
    found, weights = Grams(words).learn(TEXTS).weigh("zzz")
    assert (found, list(weights)) == ([], [])
