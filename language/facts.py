"""Facts beside the symptoms: course, duration, age, what was tried, risk factors (knowledge/facts.yml)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Union

from language.lexicon import Lexicon
from language.measures import age_years, duration_days, temperatures
from language.phrases import PhraseBook, TemplateError, longest, pieces
from language.reading import Reading, plain_reader
from triage.loading import KNOWLEDGE, KnowledgeError, KnowledgeFile, KnowledgeModel

#: risk factors that the article names; a denial of one ("I'm not vegan") is a fact of its own
RISK_FACTORS = (
    "vegan_diet",
    "digestive_condition",
    "little_sun",
    "stress",
    "strenuous_exercise",
    "processed_food",
    "low_water",
    "poor_posture",
    "inactivity",
)


class FactValue(KnowledgeModel):
    """A fact that an expression states."""

    name: str
    value: Union[bool, str]


class FactEntry(KnowledgeModel):
    """Expressions for one fact."""

    fact: FactValue
    phrases: list[str]


class FactFile(KnowledgeModel):
    """knowledge/facts.yml"""

    version: str
    fillers: list[str]
    facts: list[FactEntry]


class FactBook:
    """Finds the facts of knowledge/facts.yml in a reading."""

    def __init__(self, folder: Path = KNOWLEDGE) -> None:
        file = KnowledgeFile(folder / "facts.yml")
        data = file.load(FactFile)
        problems = []
        entries: list[tuple[str, tuple[str, Any]]] = []
        for at, entry in enumerate(data.facts):
            for position, template in enumerate(entry.phrases):
                try:
                    pieces(template, {})
                except TemplateError as error:
                    problems.append(file.problem(("facts", at, "phrases", position), str(error)))
                else:
                    entries.append((template, (entry.fact.name, entry.fact.value)))
        if problems:
            raise KnowledgeError(problems)
        self._book = PhraseBook(entries, data.fillers, plain_reader().split)

    def find(self, reading: Reading) -> dict[str, Any]:
        """Fact name -> value as stated; risk factors become `false` where they are denied ("I'm not vegan")."""
        words = reading.texts
        found: dict[str, Any] = {}
        for each in longest(self._book.find(words)):
            name, value = each.label
            before = words[max(0, each.start - 4) : each.start]
            if any(word in ("not", "no", "never", "without") for word in before) and not any(
                w in (",", ".", "but") for w in before
            ):
                if name in RISK_FACTORS or value is True:
                    found.setdefault(name, False)
                    continue
                if name == "course":
                    found["course"] = "same"
                    continue
            if name == "course" and found.get("course") == "worse":
                continue
            found[name] = value
        return found


@lru_cache(maxsize=1)
def fact_book() -> FactBook:
    """The facts of this installation, read at the first call."""
    return FactBook()


def facts_in(reading: Reading, lexicon: Lexicon) -> dict[str, Any]:
    """All facts stated in a reading: those of facts.yml, `duration_days`, `age_years`, `age_group`, `temperature_c`."""
    text = reading.mended()[0]
    found = fact_book().find(reading)
    days = duration_days(text)
    if days is not None:
        found["duration_days"] = days
    age = age_years(text)
    if age is not None:
        found["age_years"] = round(age, 2)
    words = set(reading.texts)
    if age is not None and age < 5 or words & set(lexicon.persons.small_children):
        found["age_group"] = "small_child"
    elif (
        age is not None
        and age >= 65
        or words & {"elderly", "pensioner", "oap"}
        or (words & set(lexicon.persons.older) and "my" in words)
    ):
        found["age_group"] = "older"
    stated = temperatures(text)
    if stated:
        found["temperature_c"] = max(each.celsius for each in stated)
    return found
