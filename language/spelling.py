"""Misspelt words mended towards the words that matter, and never a real word: "never" is not "fever"."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from importlib.resources import files

from rapidfuzz import process
from rapidfuzz.distance import OSA

#: as many slips may stand between a word written by ear and the right one, behind two right letters
_BY_EAR = 2
_REPEATED = re.compile(r"(.)\1{2,}")
#: a real word stands for another only where that is so much more common, and its neighbours make a symptom of it ("hart attack")
_LESS_COMMON = 1.9
#: keys beside each other, by which four letters are mended
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


@lru_cache(maxsize=1)
def _frequencies() -> dict[str, int]:
    """82,765 English words with how often they are written: the frequency dictionary that comes with symspellpy."""
    text = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    pairs = (line.rsplit(" ", 1) for line in text.splitlines() if line)
    return {word: int(count) for word, count in pairs}


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """The words of the dictionary."""
    return frozenset(_frequencies())


def frequency(word: str) -> int:
    """How often a word is written, in the dictionary's own count; 0 for a word that it does not have."""
    return _frequencies().get(word, 0)


def _beside(letter: str, other: str) -> bool:
    """Whether two keys touch in a row of the keyboard."""
    return any(
        letter in row and other in row and abs(row.index(letter) - row.index(other)) == 1 for row in _ROWS
    )


def _sound(word: str) -> str:
    """The consonants of a word as they sound, in their order, each once; its first letter stands as written."""
    rest = word[1:].replace("ch", "k").replace("ck", "k").replace("c", "k").replace("ph", "f").replace("gh", "")
    plain = re.sub(r"[aeiouyhw]", "", rest)
    return word[0] + re.sub(r"(.)\1+", r"\1", plain)


def _oddness(word: str, candidate: str) -> int:
    """How odd a slip it is that makes `word` of the candidate: 0 where letters are swapped, left out, doubled, or a key is missed."""
    doubled = len(word) > len(candidate) and set(word) == set(candidate)
    if doubled or sorted(word) == sorted(candidate) or len(word) < len(candidate):
        return 0
    wrong = [(one, other) for one, other in zip(word, candidate) if one != other]
    return 0 if len(word) == len(candidate) and len(wrong) == 1 and _beside(*wrong[0]) else 1


class Speller:
    """Mends a word to the nearest of `vocabulary` where it is no English word itself.

    One slip (a wrong, missing, additional or swapped letter) in words of five to seven letters, two from eight on; in
    words of four letters a swap, a repeated letter, one that was left out, or the key beside it. The first letter must be
    right, as it is in most slips, or swapped with the second. Of several, the nearest and then the most common is meant.
    """

    def __init__(self, vocabulary: Collection[str], known: Collection[str] = ()) -> None:
        self._vocabulary = sorted(word for word in vocabulary if len(word) >= 4 and word.isalpha())
        self._known = frozenset(vocabulary) | frozenset(known)
        self._by_letter: dict[str, list[str]] = {}
        for word in self._vocabulary:
            self._by_letter.setdefault(word[0], []).append(word)
        self._by_sound: dict[str, list[str]] = {}
        for word in self._vocabulary:
            self._by_sound.setdefault(_sound(word), []).append(word)
        self.mend = lru_cache(maxsize=20_000)(self._mend)
        self.also = lru_cache(maxsize=20_000)(self._also)

    def _mend(self, word: str) -> str:
        """The word itself, or what was meant."""
        if word in self._known or not word.isalpha() or not word.isascii():
            return word
        squeezed = _REPEATED.sub(r"\1", word)
        if squeezed != word:
            doubled = _REPEATED.sub(r"\1\1", word)
            for candidate in (doubled, squeezed):
                if candidate in self._known or candidate in english_words():
                    return candidate
            word = doubled
        if len(word) < 4:
            return word
        if frequency(word):
            return word
        near = self._near(word, 1)
        if near:
            return near[0]
        for at in range(1, len(word)):
            if word[at] == word[at - 1]:
                single = word[:at] + word[at + 1 :]
                if single in self._known or single in english_words():
                    return single
        further = self._near(word, 2) if len(word) >= 8 else []
        return further[0] if further else self._heard(word) or word

    def _heard(self, word: str) -> str | None:
        """The word that is written as it sounds: "sevear", "headake"."""
        if len(word) < 6:
            return None
        alike = [
            (distance, -frequency(each), each)
            for each in self._by_sound.get(_sound(word), ())
            if each[:2] == word[:2] and (distance := OSA.distance(word, each)) <= _BY_EAR
        ]
        return min(alike)[-1] if alike else None

    def _also(self, word: str) -> tuple[str, ...]:
        """What else may be meant, where the words beside it make a symptom of it; without what `mend` gives.

        Of no word, the other ones as near ("droopping": dropping, drooping); of a real word those that are so much more
        common ("hart": heart).
        """
        if word in self._known or len(word) < 4 or not word.isalpha() or not word.isascii():
            return ()
        common = frequency(word)
        if common:
            return tuple(each for each in self._near(word, 1) if frequency(each) >= _LESS_COMMON * common)
        meant = self.mend(word)
        near = self._near(_REPEATED.sub(r"\1\1", word), 1) or self._near(word, 2 if len(word) >= 7 else 1)
        return tuple(each for each in near if each != meant)

    def _near(self, word: str, most: int) -> list[str]:
        """The words of the vocabulary within `most` slips: the nearest first, then the likelier slip, then the most common."""
        candidates = self._by_letter.get(word[0], [])
        near = [
            (distance, _oddness(word, candidate), -frequency(candidate), candidate)
            for candidate, distance, _ in process.extract(
                word, candidates, scorer=OSA.distance, score_cutoff=most, limit=None
            )
            if len(word) > 4 or self._slip_of_four(word, candidate)
        ]
        if not near and len(word) >= 4:
            swapped = word[1] + word[0] + word[2:]
            return [swapped] if swapped in self._by_letter.get(swapped[0], ()) else []
        return [each[-1] for each in sorted(near)]

    @staticmethod
    def _slip_of_four(word: str, candidate: str) -> bool:
        """Whether so short a word is likely enough a slip of the candidate."""
        if len(candidate) == 5 or set(candidate) == set(word):
            return True
        wrong = [(one, other) for one, other in zip(word, candidate) if one != other]
        return len(candidate) == 4 and len(wrong) == 1 and _beside(*wrong[0])
