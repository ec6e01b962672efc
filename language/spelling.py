"""Misspelt words mended towards the words that matter, and never a real word: "never" is not "fever"."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from importlib.resources import files

from rapidfuzz import process
from rapidfuzz.distance import OSA

_REPEATED = re.compile(r"(.)\1{2,}")


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """82,765 English words: the frequency dictionary that comes with symspellpy."""
    text = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    return frozenset(line.split(" ", 1)[0] for line in text.splitlines() if line)


class Speller:
    """Mends a word to the nearest of `vocabulary` where it is no English word itself.

    One slip (a wrong, missing, additional or swapped letter) in words of five to seven letters, two from eight on; in
    words of four letters a swap, a repeated letter, or one that was left out. The first letter must be right, as it is in most slips.
    """

    def __init__(self, vocabulary: Collection[str], known: Collection[str] = ()) -> None:
        self._vocabulary = sorted(word for word in vocabulary if len(word) >= 4 and word.isalpha())
        self._known = frozenset(vocabulary) | frozenset(known)
        self._by_letter: dict[str, list[str]] = {}
        for word in self._vocabulary:
            self._by_letter.setdefault(word[0], []).append(word)
        self.mend = lru_cache(maxsize=20_000)(self._mend)

    def _mend(self, word: str) -> str:
        """The word itself, or what was meant."""
        if word in self._known or not word.isalpha() or not word.isascii():
            return word
        squeezed = _REPEATED.sub(r"\1", word)
        if squeezed != word:
            for candidate in (_REPEATED.sub(r"\1\1", word), squeezed):
                if candidate in self._known or candidate in english_words():
                    return candidate
            word = squeezed
        if len(word) < 4 or word in english_words():
            return word
        for at in range(1, len(word)):
            if word[at] == word[at - 1]:
                single = word[:at] + word[at + 1 :]
                if single in self._known or single in english_words():
                    return single
        candidates = self._by_letter.get(word[0], [])
        most = 1 if len(word) < 8 else 2
        best = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=most, limit=3)
        for candidate, distance, _ in best:
            swapped = sorted(candidate) == sorted(word) or set(candidate) == set(word)
            if len(word) == 4 and not swapped and len(candidate) != 5:
                continue
            if abs(len(candidate) - len(word)) <= distance:
                return candidate
        return word
