"""The ways to tell intents that are compared: what each learns from, and how it ranks a message."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import joblib
import numpy as np
import yaml
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

from evaluation.examples import Example
from language.grams import CHARACTERS_TOGETHER, WORDS_TOGETHER
from language.health_words import spacy_vectors
from language.intents import SEED, TRUST, IntentClassifier, normalise

IN_USE = "words + characters + lean"
STOCK_NAME = "Rasa: stock (DIET)"
DIET_EPOCHS = 100


class Trained(Protocol):
    """What every candidate can do once trained."""

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Intents with confidence, the likeliest first."""
        ...

    def save(self, folder: Path) -> None:
        """Write it to a folder."""
        ...


@dataclass(frozen=True)
class Candidate:
    """One way to tell intents. `slow` ones are measured only when asked for."""

    what: str
    train: Callable[[Sequence[Example]], Trained]
    slow: bool = False


class Linear:
    """TF-IDF and a linear classifier of scikit-learn, with the mean vector of the words where asked for."""

    def __init__(
        self, model: Any, words: bool = True, characters: bool = True, vectors: bool = False
    ) -> None:
        parts = []
        if words:
            words_of = TfidfVectorizer(
                token_pattern=r"(?u)\w+|[^\w\s]", ngram_range=WORDS_TOGETHER, sublinear_tf=True
            )
            parts.append(("words", words_of))
        if characters:
            grams = TfidfVectorizer(
                analyzer="char_wb", ngram_range=CHARACTERS_TOGETHER, sublinear_tf=True, min_df=2
            )
            parts.append(("characters", grams))
        self._features = FeatureUnion(parts) if parts else None
        self._vector = spacy_vectors() if vectors else None
        self._model = model

    def fit(self, examples: Sequence[Example]) -> Linear:
        """Learn from examples."""
        texts = [normalise(example.text) for example in examples]
        if self._features:
            self._features.fit(texts)
        self._model.fit(self._matrix(texts), [example.intent for example in examples])
        return self

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Intents with confidence: each one's own odds, or the softmax of the margins where the model has no odds."""
        matrix = self._matrix([normalise(text)])
        if hasattr(self._model, "predict_proba"):
            confidences = self._model.predict_proba(matrix)[0]
        else:
            margins = 2 * self._model.decision_function(matrix)[0]
            confidences = np.exp(margins - margins.max())
            confidences /= confidences.sum()
        order = np.argsort(-confidences)
        return [(str(self._model.classes_[index]), float(confidences[index])) for index in order]

    def save(self, folder: Path) -> None:
        """Write the model."""
        joblib.dump((self._features, self._model), folder / "model.joblib", compress=3)

    def _matrix(self, texts: list[str]) -> csr_matrix:
        parts = [self._features.transform(texts)] if self._features else []
        if self._vector:
            parts.append(csr_matrix(np.array([self._mean(text) for text in texts])))
        return hstack(parts).tocsr()

    def _mean(self, text: str) -> np.ndarray:
        assert self._vector is not None
        vectors = [value for word in text.split() if (value := self._vector(word.strip("?!.,"))) is not None]
        mean = np.mean(vectors, axis=0) if vectors else np.zeros(300)
        return mean / (np.linalg.norm(mean) or 1.0)


class RasaPipeline:
    """A pipeline of Rasa's own components, trained and asked as Rasa does it."""

    def __init__(self, pipeline: list[dict[str, Any]]) -> None:
        self._pipeline = pipeline
        self._folder = tempfile.TemporaryDirectory()

    def fit(self, examples: Sequence[Example]) -> RasaPipeline:
        """Learn from examples."""
        os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
        os.environ["RASA_MAX_CACHE_SIZE"] = "0"  # what an earlier run trained would make this one look quick
        from rasa.core.agent import Agent
        from rasa.model_training import train_nlu

        folder = Path(self._folder.name)
        recipe = {
            "recipe": "default.v1",
            "assistant_id": "candidate",
            "language": "en",
            "pipeline": self._pipeline,
        }
        (folder / "config.yml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
        by_intent: dict[str, list[str]] = {}
        for example in examples:
            by_intent.setdefault(example.intent, []).append(example.text)
        nlu = [
            {"intent": name, "examples": "".join(f"- {text}\n" for text in texts)}
            for name, texts in by_intent.items()
        ]
        (folder / "nlu.yml").write_text(
            yaml.safe_dump({"version": "3.1", "nlu": nlu}, width=10_000), encoding="utf-8"
        )
        self._model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder / "models"))
        self._agent = Agent.load(self._model)
        return self

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Intents with confidence, as Rasa ranks them."""
        parsed = asyncio.run(self._agent.parse_message(text))
        return [(each["name"], float(each["confidence"])) for each in parsed["intent_ranking"]]

    def save(self, folder: Path) -> None:
        """Copy Rasa's model."""
        assert self._model is not None
        (folder / "model.tar.gz").write_bytes(Path(self._model).read_bytes())


# What `rasa init` and the documentation propose for English.
STOCK: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {
        "name": "DIETClassifier",
        "epochs": DIET_EPOCHS,
        "entity_recognition": False,
        "constrain_similarities": True,
        "random_seed": SEED,
    },
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]


def _regression() -> LogisticRegression:
    return LogisticRegression(C=TRUST, solver="liblinear", random_state=SEED)


def _in_use(examples: Sequence[Example]) -> Trained:
    return IntentClassifier().fit([each.text for each in examples], [each.intent for each in examples])


CANDIDATES: dict[str, Candidate] = {
    IN_USE: Candidate(
        "logistic regression over TF-IDF of words and characters and over how the words lean towards health",
        _in_use,
    ),
    "words + characters": Candidate(
        "the same without the lean of the words", lambda data: Linear(_regression()).fit(data)
    ),
    "words": Candidate(
        "logistic regression over words alone", lambda data: Linear(_regression(), characters=False).fit(data)
    ),
    "characters": Candidate(
        "logistic regression over characters alone", lambda data: Linear(_regression(), words=False).fit(data)
    ),
    "words + characters + vectors": Candidate(
        "with the mean spaCy vector of the words added",
        lambda data: Linear(_regression(), vectors=True).fit(data),
    ),
    "vectors": Candidate(
        "logistic regression over the mean spaCy vector alone",
        lambda data: Linear(_regression(), words=False, characters=False, vectors=True).fit(data),
    ),
    "linear SVM": Candidate(
        "a linear support vector machine over words and characters",
        lambda data: Linear(LinearSVC(C=0.5, random_state=SEED)).fit(data),
    ),
    STOCK_NAME: Candidate(
        f"Rasa's proposed pipeline: count vectors, DIET ({DIET_EPOCHS} epochs), fallback",
        lambda data: RasaPipeline(STOCK).fit(data),
        slow=True,
    ),
}
