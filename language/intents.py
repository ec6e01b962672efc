"""The intent of a message: what a person does with it, not which symptoms it names.

Text in, ranked intents out, with no Rasa and no spaCy. One step of TF-IDF over words and characters, one linear
classifier, and plain arrays on disk. `intent_component.py` puts it into Rasa's pipeline; `docs/pipeline-choice.md`
says why it is this one.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

SEED = 7
WORD_GRAMS = (1, 2)
CHARACTER_GRAMS = (2, 5)
# How firmly the classifier trusts its examples (the C of liblinear); chosen with `make crossval`.
TRUST = 20.0

_NUTRIENT_NUMBER = re.compile(r"\b(b|d|k|omega)[ -]?(\d{1,2})\b")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_APOSTROPHE = re.compile(r"(?<=\w)['`´‘’](?=\w)")
_SPACES = re.compile(r"\s+")


def normalise(text: str) -> str:
    """The text as the classifier reads it: one case, one spelling of apostrophes and of numbers.

    A number carries no intent by itself ("two 500s" and "two 400s" ask the same), but the number of a vitamin is its
    name and stays.
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = _APOSTROPHE.sub("", folded)
    folded = _NUTRIENT_NUMBER.sub(lambda found: f"{found[1]}{_spell(found[2])}", folded)
    folded = _NUMBER.sub("0", folded)
    return _SPACES.sub(" ", folded).strip()


def _spell(digits: str) -> str:
    """Digits as letters, so that the number in a vitamin's name survives the folding of numbers."""
    return "".join("zabcdefghi"[int(digit)] for digit in digits) + "v"


class IntentClassifier:
    """A linear classifier over TF-IDF of words and characters. Deterministic: the same examples give the same weights."""

    def __init__(self) -> None:
        """An empty classifier: `fit` it, or `load` one."""
        self.intents: list[str] = []
        self._features = _features()
        self._weights = np.zeros((0, 0), dtype=np.float32)
        self._bias = np.zeros(0, dtype=np.float32)

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> IntentClassifier:
        """Learn from examples and their intents. Raises ValueError for fewer than two intents."""
        if len(set(labels)) < 2:
            raise ValueError("an intent classifier needs examples of at least two intents")
        matrix = self._features.fit_transform([normalise(text) for text in texts])
        model = LogisticRegression(C=TRUST, solver="liblinear", random_state=SEED).fit(matrix, labels)
        self.intents = [str(name) for name in model.classes_]
        weights, bias = model.coef_, model.intercept_
        if len(self.intents) == 2:  # one row serves both
            weights, bias = np.vstack([-weights[0], weights[0]]), np.array([-bias[0], bias[0]])
        # features x intents, so that a message touches only the rows of its own words
        self._weights = np.ascontiguousarray(weights.T, dtype=np.float32)
        self._bias = bias.astype(np.float32)
        return self

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Every intent with its confidence (they sum to 1), the likeliest first. Empty text has an even ranking."""
        confidences = self._confidences(text)
        order = np.argsort(-confidences, kind="stable")
        return [(self.intents[index], float(confidences[index])) for index in order]

    def _confidences(self, text: str) -> np.ndarray:
        row: csr_matrix = self._features.transform([normalise(text)])
        scores = self._bias + row.data.astype(np.float32) @ self._weights[row.indices]
        each = 1.0 / (1.0 + np.exp(-scores.astype(np.float64)))
        return each / each.sum()

    def save(self, folder: Path) -> None:
        """Write the classifier to a folder as plain text and numbers (nothing in it is executed on load)."""
        vocabularies = [
            {str(gram): int(index) for gram, index in part.vocabulary_.items()}
            for _, part in self._features.transformer_list
        ]
        content = {"intents": self.intents, "vocabularies": vocabularies}
        (folder / "intents.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        rarities = {f"rarity_{name}": part.idf_ for name, part in self._features.transformer_list}
        np.savez_compressed(folder / "intents.npz", weights=self._weights, bias=self._bias, **rarities)

    @classmethod
    def load(cls, folder: Path) -> IntentClassifier:
        """Read what `save` wrote. Raises OSError or KeyError where files or parts are missing."""
        content = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
        loaded = cls()
        loaded.intents = list(content["intents"])
        with np.load(folder / "intents.npz", allow_pickle=False) as arrays:
            loaded._weights = arrays["weights"]
            loaded._bias = arrays["bias"]
            for (name, part), vocabulary in zip(loaded._features.transformer_list, content["vocabularies"], strict=True):
                part.vocabulary_ = vocabulary
                part.fixed_vocabulary_ = False
                part.idf_ = arrays[f"rarity_{name}"]
        return loaded


def _features() -> FeatureUnion:
    # Punctuation counts as a word: a question mark tells a question from a report.
    words = TfidfVectorizer(token_pattern=r"(?u)\w+|[^\w\s]", ngram_range=WORD_GRAMS, sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=CHARACTER_GRAMS, sublinear_tf=True, min_df=2)
    return FeatureUnion([("words", words), ("characters", characters)])
