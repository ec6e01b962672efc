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
from typing import Any

import numpy as np

from language.grams import Grams, characters, words
from language.health_words import HealthWords, Leaning, Vector, spacy_vectors

OUT_OF_SCOPE = "out_of_scope"
SEED = 7
# How firmly the classifier trusts its examples (the C of liblinear). 20 beat 5 on an early set of examples; not searched further.
TRUST = 20.0
LEANING_SCALE = 0.3
LEANINGS = 6
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
        self._grams = {"words": Grams(words), "characters": Grams(characters)}
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
        # once in one example only, a piece of a word is chance
        self._grams["words"].learn(clean)
        self._grams["characters"].learn(clean, in_at_least=2)
        model = self._fit_weights(clean, leanings, labels)
        self.intents = [str(name) for name in model.classes_]
        weights, bias = model.coef_, model.intercept_
        if len(self.intents) == 2:  # one row serves both
            weights, bias = np.vstack([-weights[0], weights[0]]), np.array([-bias[0], bias[0]])
        # features x intents, so that a message touches only the rows of its own words
        self._weights = np.ascontiguousarray(weights.T, dtype=np.float32)
        self._bias = bias.astype(np.float32)
        return self

    def _fit_weights(self, clean: Sequence[str], leanings: Sequence[list[float]], labels: Sequence[str]) -> Any:
        """The linear model over the features of the examples, one row for each."""
        from scipy.sparse import csr_matrix  # both only train: a server neither loads nor needs them
        from sklearn.linear_model import LogisticRegression

        values, columns, ends = [], [], [0]
        for text, leaning in zip(clean, leanings, strict=True):
            rows, weights = self._weigh(text, leaning)
            columns.append(rows)
            values.append(weights)
            ends.append(ends[-1] + len(rows))
        shape = (len(clean), self._width())
        matrix = csr_matrix((np.concatenate(values), np.concatenate(columns), ends), shape=shape)
        return LogisticRegression(C=TRUST, solver="liblinear", random_state=SEED).fit(matrix, labels)

    def _width(self) -> int:
        """How many features there are: the grams, then the leanings."""
        return sum(len(grams.rows) for grams in self._grams.values()) + LEANINGS

    def _weigh(self, clean: str, leaning: list[float]) -> tuple[np.ndarray, np.ndarray]:
        """The features of a normalised text that are not nought: their rows among the weights, and their values."""
        rows, values, start = [], [], 0
        for grams in self._grams.values():
            found, weights = grams.weigh(clean)
            rows.append(np.array(found, dtype=np.int64) + start)
            values.append(weights)
            start += len(grams.rows)
        rows.append(np.arange(start, start + LEANINGS))
        values.append(np.array(leaning))
        return np.concatenate(rows), np.concatenate(values)

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
        rows, values = self._weigh(clean, _leaning_features(leaning))
        # Not `@`: that hands so small a sum to the threads of a BLAS library, which then spin on every core.
        scores = self._bias + (values.astype(np.float32)[:, None] * self._weights[rows]).sum(axis=0)
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
        content = {
            "intents": self.intents,
            "grams": {name: list(grams.rows) for name, grams in self._grams.items()},
            "health_words": asdict(self._health_words),
        }
        (folder / "intents.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        rarities = {f"rarity_{name}": grams.rarity for name, grams in self._grams.items()}
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
            for name, grams in loaded._grams.items():
                grams.rows = {piece: row for row, piece in enumerate(content["grams"][name])}
                grams.rarity = arrays[f"rarity_{name}"]
        return loaded


def about_health(intent: str) -> bool:
    """Whether messages of this intent name a symptom or ask about health (rather than steer the conversation)."""
    return intent.startswith(("ask_", "report_")) and intent != "ask_why"


def _leaning_features(leaning: Leaning) -> list[float]:
    """The leaning as the last features of a message, on the scale of its TF-IDF values."""
    share = leaning.foreign / max(1, leaning.words)
    any_foreign, none_at_all = float(leaning.foreign > 0), float(leaning.words == 0)
    values = (leaning.strongest, leaning.weakest, leaning.mean, any_foreign, share, none_at_all)
    return [LEANING_SCALE * value for value in values]
