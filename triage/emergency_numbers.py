"""Whom to call: emergency numbers and crisis lines by country; the country from a locale or from words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import Field

from triage.loading import KNOWLEDGE, KnowledgeError, KnowledgeFile, KnowledgeModel


class NumberEntry(KnowledgeModel):
    """A number as the file holds it; `source` is a key of `sources`."""

    number: str = Field(regex=r"^[*0-9][0-9 ]*$")
    source: str
    label: str | None


class CountryEntry(KnowledgeModel):
    """A country: what it is called, whom to call for an ambulance, and in a mental crisis."""

    names: list[str] = Field(min_items=1)
    places: tuple[str, ...] = ()
    ambulance: list[NumberEntry] = Field(min_items=1)
    crisis: tuple[NumberEntry, ...] = ()


class EmergencyNumbers(KnowledgeModel):
    """The whole of `knowledge/emergency_numbers.yml`."""

    version: str
    anywhere: list[NumberEntry] = Field(min_items=1)
    sources: dict[str, str]
    countries: dict[str, CountryEntry]


@dataclass(frozen=True)
class PhoneNumber:
    """A number to call: `label` says who answers and where, `source` on whose word."""

    label: str
    number: str
    source: str


def read_emergency_numbers(path: Path) -> EmergencyNumbers:
    """The numbers in the file at `path`; raises KnowledgeError where it is wrong."""
    file = KnowledgeFile(path)
    numbers = file.load(EmergencyNumbers)
    problems = list(_problems(file, numbers))
    if problems:
        raise KnowledgeError(problems)
    return numbers


@lru_cache(maxsize=1)
def emergency_numbers() -> EmergencyNumbers:
    """The numbers of this repository, read once."""
    return read_emergency_numbers(KNOWLEDGE / "emergency_numbers.yml")


def numbers_for(country: str | None) -> list[PhoneNumber]:
    """The numbers that bring an ambulance in `country` (ISO 3166 code, any case), the best one first.

    For None and for a country that is not listed: 112, 999 and 911 together, each with where it works.
    """
    known = emergency_numbers()
    entry = known.countries.get((country or "").upper())
    if entry is None:
        return [
            PhoneNumber(each.label or "Emergency", each.number, known.sources[each.source])
            for each in known.anywhere
        ]
    return [_phone_number(each, entry, "Emergency") for each in entry.ambulance]


def crisis_lines_for(country: str | None) -> list[PhoneNumber]:
    """Crisis lines of `country`; empty where none is known. Said beside the emergency number, not alone."""
    entry = emergency_numbers().countries.get((country or "").upper())
    return [_phone_number(each, entry, "Crisis line") for each in entry.crisis] if entry else []


def country_name(country: str | None) -> str | None:
    """What people call the country, or None where it is not listed."""
    entry = emergency_numbers().countries.get((country or "").upper())
    return entry.names[0] if entry else None


_LOCALE = re.compile(r"[a-z]{2,3}(?:[-_][a-z]{4})?[-_](?P<region>[a-z]{2})(?:[-_.@].*)?", re.IGNORECASE)


def country_from_locale(locale: str | None) -> str | None:
    """The country in a locale such as `en-GB`, `pt_BR.UTF-8` or `zh-Hant-TW`; None where there is none."""
    match = _LOCALE.fullmatch((locale or "").strip())
    return match["region"].upper() if match else None


def country_from_text(text: str) -> str | None:
    """The country that a person says they are in ("I'm in the UK", "we live in Texas", "Germany"), or None.

    A country is taken only from a reply that is little more than its name, or after words that place someone
    there now; "I was in Spain" and "Brazil nuts" tell nothing. None also where two countries are named.
    """
    plain = " ".join(text.replace("\u2019", "'").split())
    found: set[str] = set()
    for pattern in _patterns():
        for match in pattern.finditer(plain):
            # lower-case "us" is the pronoun, unless it is the whole reply or stands behind "the"
            if match["name"] == "us" and match["the"] is None and plain.lower().strip(" .!") != "us":
                continue
            if _NOT_NOW.search(plain, max(0, match.start() - 30), match.start()):
                continue
            found |= _countries_by_name()[match["name"].lower()]
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=1)
def _countries_by_name() -> dict[str, set[str]]:
    countries: dict[str, set[str]] = {}
    for code, entry in emergency_numbers().countries.items():
        for name in (*entry.names, *entry.places):
            countries.setdefault(name.lower(), set()).add(code)
    return countries


_FILLER = (
    r"(?:(?:um|uh|well|hi|hello|yes|ok|okay|i|we|i'm|im|am|we're|are|my|our|country|location|is|it's|its|live|living|"
    r"based|located|staying|here|in|from|at|currently|now|right|please|thanks|thank|you)\b[\s,.:]*)*"
)
# Someone is there now: "I live in", "my son is currently staying over in", "we're from", "calling from".
_THERE_NOW = (
    r"\b(?:(?:live|lives|living|based|located|staying|visiting|travelling|traveling|am|i'm|im|are|we're|is|he's|"
    r"she's|they're|here|currently|now)(?:\s+(?:over|down|up|right|now|currently|here|based|living|staying|out)){0,4}?"
    r"\s+in|visiting|(?:i'm|im|i am|we're|we are|calling|writing)\s+from)"
)
# Said right before them, these words mean that nobody is there now: "I used to live in", "I was visiting".
_NOT_NOW = re.compile(
    r"\b(?:was|were|been|had|used\s+to|not|never|\w+n't|dont|didnt|if|when|before|once)(?:\s+\w+)?\s*$",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A reply that is a name with fillers; and a name behind words that place someone there now."""
    longest_first = sorted(_countries_by_name(), key=len, reverse=True)
    name = rf"(?P<the>the\s+)?(?P<name>{'|'.join(map(re.escape, longest_first))})(?![\w'])"
    whole_reply = rf"^\W*{_FILLER}{name}[\s,.!]*{_FILLER}\W*$"
    return re.compile(whole_reply, re.IGNORECASE), re.compile(rf"{_THERE_NOW}\s+{name}", re.IGNORECASE)


def _phone_number(entry: NumberEntry, country: CountryEntry, label: str) -> PhoneNumber:
    return PhoneNumber(
        label=f"{entry.label or label}, {country.names[0]}",
        number=entry.number,
        source=emergency_numbers().sources[entry.source],
    )


def _problems(file: KnowledgeFile, numbers: EmergencyNumbers) -> Iterator[str]:
    used: set[str] = set()
    for place, each in enumerate(numbers.anywhere):
        used.add(each.source)
        if each.source not in numbers.sources:
            yield file.problem(("anywhere", place), f"`{each.source}` is not under `sources`, add it there")
    for code, entry in numbers.countries.items():
        if not re.fullmatch(r"[A-Z]{2}", code):
            yield file.problem(("countries", code), f"`{code}` is no ISO code, use two capital letters")
        for kind, entries in (("ambulance", entry.ambulance), ("crisis", entry.crisis)):
            for place, each in enumerate(entries):
                used.add(each.source)
                if each.source not in numbers.sources:
                    yield file.problem(
                        ("countries", code, kind, place),
                        f"`{each.source}` is not under `sources`, add it there",
                    )
    for source in numbers.sources:
        if source not in used:
            yield file.problem(("sources", source), f"no number rests on `{source}`, remove it")
