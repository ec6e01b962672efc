"""The intent of a message: what a person does with it, not which symptoms it names.

Text in, ranked intents out, with no Rasa. TF-IDF over words and characters and the lean of the words towards health,
one linear classifier, and plain arrays on disk. `intent_component.py` puts it into Rasa's pipeline; `docs/pipeline-choice.md`
says why it is this one.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

from language.health_words import HealthWords, Leaning, Vector, spacy_vectors

OUT_OF_SCOPE = "out_of_scope"
SEED = 7
WORD_GRAMS = (1, 2)
CHARACTER_GRAMS = (2, 5)
# How firmly the classifier trusts its examples (the C of liblinear). 20 beat 5 on an early set of examples; not searched further.
TRUST = 20.0
LEANING_SCALE = 0.3
# Scope. Chosen by hand from a grid, on held-out fields and on the development set: docs/pipeline-choice.md says what that means.
# A word that leans this far towards health keeps a message in scope.
SURELY_HEALTH = 1.5
# Where no word reaches this and some are foreign, the shape of a sentence alone does not bring it into scope.
HARDLY_HEALTH = 0.25
# How far the best intent must outweigh `out_of_scope` (its share of the two): always, and with foreign words only.
OUTWEIGHS = 0.6
OUTWEIGHS_WHEN_FOREIGN = 0.8

_NUTRIENT_NUMBER = re.compile(r"\b(b|d|k|omega)[ -]?(\d{1,2})\b")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_APOSTROPHE = re.compile(r"(?<=\w)['`´‘’](?=\w)")
_SPACES = re.compile(r"\s+")


def normalise(text: str) -> str:
    """The text as the classifier reads it: one case, one spelling of apostrophes and of numbers.

    A number carries no intent by itself ("two 500s" and "two 400s" ask the same), but the number of a vitamin is
    its name and stays.
    """
    folded = normalise_marks(text)
    folded = _NUTRIENT_NUMBER.sub(lambda found: f"{found[1]}{_spell(found[2])}", folded)
    folded = _NUMBER.sub("0", folded)
    return _SPACES.sub(" ", folded).strip()


def normalise_marks(text: str) -> str:
    """The text in lower case and one form of each character, without apostrophes: Can’t and cant are one word."""
    return _APOSTROPHE.sub("", unicodedata.normalize("NFKC", text).lower())


def _spell(digits: str) -> str:
    """Digits as letters, so that the number in a vitamin's name survives the folding of numbers."""
    return "".join("zabcdefghi"[int(digit)] for digit in digits) + "v"


class IntentClassifier:
    """A linear classifier over TF-IDF of words and characters, and over how the words lean towards health.

    Deterministic: the same examples give the same weights.
    """

    def __init__(self) -> None:
        """An empty classifier: `fit` it, or `load` one."""
        self.intents: list[str] = []
        self._features = _features()
        self._health_words = HealthWords()
        self._weights = np.zeros((0, 0), dtype=np.float32)
        self._bias = np.zeros(0, dtype=np.float32)

    def fit(
        self, texts: Sequence[str], labels: Sequence[str], vector: Vector | None = None
    ) -> IntentClassifier:
        """Learn from examples and their intents. Raises ValueError for fewer than two intents.

        `vector` gives the vector of a word (default: those of the spaCy model).
        """
        if len(set(labels)) < 2:
            raise ValueError("an intent classifier needs examples of at least two intents")
        clean = [normalise(text) for text in texts]
        own = [label != OUT_OF_SCOPE for label in labels]
        health = [about_health(label) for label in labels]
        self._health_words = HealthWords.learn(clean, health, own, vector or spacy_vectors())
        leanings = [
            _leaning_features(self._health_words.leaning(text, mine))
            for text, mine in zip(clean, own, strict=True)
        ]
        matrix = hstack([self._features.fit_transform(clean), csr_matrix(np.array(leanings))]).tocsr()
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
        clean = normalise(text)
        if not clean:
            return [(intent, 1 / len(self.intents)) for intent in self.intents]
        leaning = self._health_words.leaning(clean)
        confidences = self._confidences(clean, leaning)
        self._keep_to_scope(confidences, leaning)
        order = np.argsort(-confidences, kind="stable")
        return [(self.intents[index], float(confidences[index])) for index in order]

    def _confidences(self, clean: str, leaning: Leaning) -> np.ndarray:
        row: csr_matrix = self._features.transform([clean])
        scores = self._bias + row.data.astype(np.float32) @ self._weights[row.indices]
        leaned = np.array(_leaning_features(leaning), dtype=np.float32)
        scores = scores + leaned @ self._weights[len(self._weights) - len(leaned) :]
        each = 1.0 / (1.0 + np.exp(-scores.astype(np.float64)))
        return each / each.sum()

    def _keep_to_scope(self, confidences: np.ndarray, leaning: Leaning) -> None:
        """Let the words that carry the meaning decide over the shape of the sentence, in both directions."""
        if OUT_OF_SCOPE not in self.intents:
            return
        outside = self.intents.index(OUT_OF_SCOPE)
        if leaning.strongest >= SURELY_HEALTH:  # nobody who names an illness is turned away
            confidences[outside] = 0.0
            confidences /= confidences.sum()
            return
        inside = np.delete(np.arange(len(confidences)), outside)
        best = int(inside[np.argmax(confidences[inside])])
        share = confidences[best] / (confidences[best] + confidences[outside])
        shape_only = leaning.foreign > 0 and leaning.strongest < HARDLY_HEALTH
        needed = OUTWEIGHS_WHEN_FOREIGN if shape_only else OUTWEIGHS
        declined = share < needed or (shape_only and about_health(self.intents[best]))
        if declined and confidences[best] > confidences[outside]:
            confidences[[best, outside]] = confidences[[outside, best]]

    def save(self, folder: Path) -> None:
        """Write the classifier to a folder as plain text and numbers (nothing in it is executed on load)."""
        vocabularies = [
            {str(gram): int(index) for gram, index in part.vocabulary_.items()}
            for _, part in self._features.transformer_list
        ]
        content = {
            "intents": self.intents,
            "vocabularies": vocabularies,
            "health_words": asdict(self._health_words),
        }
        (folder / "intents.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        rarities = {f"rarity_{name}": part.idf_ for name, part in self._features.transformer_list}
        np.savez_compressed(folder / "intents.npz", weights=self._weights, bias=self._bias, **rarities)

    @classmethod
    def load(cls, folder: Path) -> IntentClassifier:
        """Read what `save` wrote. Raises OSError or KeyError where files or parts are missing."""
        content = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
        loaded = cls()
        loaded.intents = list(content["intents"])
        loaded._health_words = HealthWords(**content["health_words"])
        with np.load(folder / "intents.npz", allow_pickle=False) as arrays:
            loaded._weights = arrays["weights"]
            loaded._bias = arrays["bias"]
            parts = loaded._features.transformer_list
            for (name, part), vocabulary in zip(parts, content["vocabularies"], strict=True):
                part.vocabulary_ = vocabulary
                part.fixed_vocabulary_ = False
                part.idf_ = arrays[f"rarity_{name}"]
        return loaded


def about_health(intent: str) -> bool:
    """Whether messages of this intent name a symptom or ask about health (rather than steer the conversation)."""
    return intent.startswith(("ask_", "report_")) and intent != "ask_why"


def _features() -> FeatureUnion:
    # Punctuation counts as a word: a question mark tells a question from a report.
    words = TfidfVectorizer(token_pattern=r"(?u)\w+|[^\w\s]", ngram_range=WORD_GRAMS, sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=CHARACTER_GRAMS, sublinear_tf=True, min_df=2)
    return FeatureUnion([("words", words), ("characters", characters)])


def _leaning_features(leaning: Leaning) -> list[float]:
    """The leaning as the last features of a message, on the scale of its TF-IDF values."""
    share = leaning.foreign / max(1, leaning.words)
    any_foreign, none_at_all = float(leaning.foreign > 0), float(leaning.words == 0)
    values = (leaning.strongest, leaning.weakest, leaning.mean, any_foreign, share, none_at_all)
    return [LEANING_SCALE * value for value in values]
