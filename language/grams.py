"""The words and pieces of words of a text, each weighed by how often it stands there and how rare it is (TF-IDF).

Plain dictionaries and arrays: scikit-learn learns the weights while training, but a transform of one message costs it
milliseconds, and its import half a second of every start.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

WORDS_TOGETHER = (1, 2)
CHARACTERS_TOGETHER = (2, 5)

# Punctuation counts as a word: a question mark tells a question from a report.
_WORD = re.compile(r"\w+|[^\w\s]")


def words(text: str) -> Iterator[str]:
    """The words and marks of a text, then each two that stand side by side."""
    found = _WORD.findall(text)
    shortest, longest = WORDS_TOGETHER
    for length in range(shortest, longest + 1):
        for at in range(len(found) - length + 1):
            yield " ".join(found[at : at + length])


def characters(text: str) -> Iterator[str]:
    """The pieces of each word, its ends marked by a space; a word that is shorter than a piece counts once for all longer."""
    shortest, longest = CHARACTERS_TOGETHER
    for word in text.split():
        marked = f" {word} "
        for length in range(shortest, longest + 1):
            for at in range(max(1, len(marked) - length + 1)):
                yield marked[at : at + length]
            if length >= len(marked):
                break


@dataclass
class Grams:
    """One kind of pieces: the row of each known one among the features, and how rare it is."""

    pieces: Callable[[str], Iterator[str]]
    rows: dict[str, int] = field(default_factory=dict)
    rarity: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def learn(self, texts: Sequence[str], in_at_least: int = 1) -> Grams:
        """Know the pieces of `texts` that stand in at least so many of them, in alphabetical order."""
        holding = Counter(piece for text in texts for piece in set(self.pieces(text)))
        known = sorted(piece for piece, count in holding.items() if count >= in_at_least)
        self.rows = {piece: row for row, piece in enumerate(known)}
        # as if one more text held every piece: none is infinitely rare
        counts = np.array([holding[piece] for piece in known], dtype=np.float64)
        self.rarity = np.log((1 + len(texts)) / (1 + counts)) + 1
        return self

    def weigh(self, text: str) -> tuple[list[int], np.ndarray]:
        """The rows of the known pieces of a text, and their weights (the squares sum to 1, or there are none)."""
        counts: dict[int, int] = {}
        rows = self.rows
        for piece in self.pieces(text):
            row = rows.get(piece)
            if row is not None:
                counts[row] = counts.get(row, 0) + 1
        found = list(counts)
        often = np.array([1.0 + math.log(count) for count in counts.values()])
        weights = often * self.rarity[found]
        length = math.sqrt(float(weights @ weights))
        return found, weights / length if length else weights
