"""Which of the article's nutrients a text names, and which signs of a question beyond the article it holds.

The words are data: `knowledge/nutrient_words.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import Field

from language.intents import normalise_marks
from language.spelling import Speller
from triage.loading import KNOWLEDGE, KnowledgeError, KnowledgeFile, KnowledgeModel

NUTRIENT_WORDS = KNOWLEDGE / "nutrient_words.yml"
NUTRIENTS = ("vitamin_d", "magnesium", "vitamin_b12", "calcium")

_TOKEN = re.compile(r"\d+(?:\.\d+)?|[a-z]+\d*|<[a-z]+>|\*")
_GAP = r"(?:\S+ ){0,6}?"


class Beyond(KnowledgeModel):
    """Signs of one kind of question that the article does not answer; `unless` names topics that may hold them."""

    words: list[str] = Field(min_items=1)
    unless: list[str] = []


class NutrientWords(KnowledgeModel):
    """knowledge/nutrient_words.yml"""

    version: str
    nutrients: dict[str, list[str]]
    classes: dict[str, list[str]]
    beyond_the_article: dict[str, Beyond]
    medicines: list[str]
    lasting: list[str]


class NutrientReader:
    """Finds the phrases of one words file in texts."""

    def __init__(self, data: NutrientWords) -> None:
        classes = {
            **data.classes,
            "nutrient": [word for words in data.nutrients.values() for word in words],
            "medicine": data.medicines,
        }
        self._classes = {name: _either(words, {}) for name, words in classes.items()}
        self._nutrients = {name: self._pattern(words) for name, words in data.nutrients.items()}
        self._beyond = {
            name: (self._pattern(group.words), frozenset(group.unless))
            for name, group in data.beyond_the_article.items()
        }
        self._lasting = self._pattern(data.lasting)
        phrases = [*classes.values(), *(group.words for group in data.beyond_the_article.values())]
        single = {
            token for words in phrases for phrase in words for token in phrase.split() if token.isalpha()
        }
        self._speller = Speller(single)
        self._clean = lru_cache(maxsize=16)(self._cleaned)  # a turn asks several things of its text

    def nutrients_in(self, text: str) -> list[str]:
        """The nutrients a text names, in the order of their first mention."""
        clean = self._clean(text)
        places = {
            name: found.start()
            for name, pattern in self._nutrients.items()
            if (found := pattern.search(clean))
        }
        return sorted(places, key=lambda name: places[name])

    def beyond_the_article(self, text: str, topic: str) -> str | None:
        """The first reason why a question on `topic` has no answer in the article, or None."""
        clean = self._clean(text)
        for reason, (pattern, unless) in self._beyond.items():
            if topic not in unless and pattern.search(clean):
                return reason
        return None

    def says_it_lasts(self, text: str) -> bool:
        """Whether a text says that something persists."""
        return self._lasting.search(self._clean(text)) is not None

    def _pattern(self, phrases: Iterable[str]) -> re.Pattern[str]:
        return re.compile(_either(phrases, self._classes))

    def _cleaned(self, text: str) -> str:
        """Lower-case words and numbers, each followed by a blank, with slips of spelling mended."""
        words = (self._speller.mend(word) for word in _TOKEN.findall(_joined(text)))
        return "".join(f"{word} " for word in words)


def nutrients_in(text: str) -> list[str]:
    """The nutrients of the article that a text names, in the order of their first mention.

    >>> nutrients_in("does vit d need magnesum?")
    ['vitamin_d', 'magnesium']
    """
    return nutrient_reader().nutrients_in(text)


@lru_cache(maxsize=1)
def nutrient_reader() -> NutrientReader:
    """The reader over the project's own words file."""
    return NutrientReader(load_nutrient_words())


def load_nutrient_words(path: Path = NUTRIENT_WORDS) -> NutrientWords:
    """Read and check the words. Raises KnowledgeError with file and line of each problem."""
    file = KnowledgeFile(path)
    data = file.load(NutrientWords)
    problems = [
        file.problem(
            ("nutrients", name), f"`{name}` is no nutrient of the article: use {', '.join(NUTRIENTS)}"
        )
        for name in data.nutrients
        if name not in NUTRIENTS
    ]
    known = {*data.classes, "nutrient", "medicine", "number"}
    for group, entry in data.beyond_the_article.items():
        for index, phrase in enumerate(entry.words):
            for name in re.findall(r"<(.*?)>", phrase):
                if name not in known:
                    place = ("beyond_the_article", group, "words", index)
                    problems.append(
                        file.problem(place, f"<{name}> is no class: use {', '.join(sorted(known))}")
                    )
    if problems:
        raise KnowledgeError(problems)
    return data


def _joined(text: str) -> str:
    """One spelling of what people write in several: B-12, b 12, 2,000 IU, 2000iu, vitamin-d."""
    clean = normalise_marks(text).replace("\N{GREEK SMALL LETTER MU}g", "ug")
    clean = re.sub(r"(?<=\d),(?=\d{3}\b)", "", clean)
    clean = re.sub(r"\bi\.u\.?", "iu", clean)
    clean = re.sub(r"\b(?:b|bee)[ -]twelve\b", "b12", clean)
    return re.sub(r"\b(b|d|k)[ -](\d{1,2})\b", r"\1\2", clean)


def _either(phrases: Iterable[str], classes: Mapping[str, str]) -> str:
    """A regular expression for any of the phrases, over words that each end in a blank."""
    choices = sorted(
        {_phrase(phrase, classes) for phrase in phrases}, key=lambda choice: (-len(choice), choice)
    )
    return rf"(?<!\S)(?:{'|'.join(choices)})"


def _phrase(phrase: str, classes: Mapping[str, str]) -> str:
    parts = []
    for token in _TOKEN.findall(_joined(phrase)):
        if token == "*":
            parts.append(_GAP)
        elif token == "<number>":
            parts.append(r"\d\S* ")
        elif token.startswith("<"):
            parts.append(classes[token[1:-1]])
        else:
            parts.append(re.escape(token) + " ")
    return "".join(parts)
