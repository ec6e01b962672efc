"""The data files of the language, read, checked and made ready: words, symptoms, triggers, persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from language.measures import MEASURE_WORDS, SHORT_UNITS
from language.phrases import PhraseBook, TemplateError, pieces
from language.reading import Reader, plain_reader
from language.spelling import Speller
from triage.loading import KNOWLEDGE, KnowledgeError, KnowledgeFile, KnowledgeModel

#: "in 2019": the years before this one
_PAST_YEARS = [f"in {year}" for year in range(1940, date.today().year)]


class WordClass(KnowledgeModel):
    """A named set of words; a `part` of the body or a `quality` composes to symptoms, a `word` only serves phrases."""

    kind: Literal["part", "quality", "word"]
    words: list[str]
    only_after: list[str] = []
    not_before: list[str] = []


class Vocabulary(KnowledgeModel):
    """knowledge/vocabulary.yml"""

    version: str
    fillers: list[str]
    things: list[str] = []
    classes: dict[str, WordClass]


class Composition(KnowledgeModel):
    """A part of the body with a quality."""

    parts: list[str]
    qualities: list[str]


class Severe(KnowledgeModel):
    """What a symptom becomes where it is called severe (or sudden)."""

    code: str
    sudden: bool = False


class SymptomEntry(KnowledgeModel):
    """One symptom of knowledge/symptoms.yml with the words people use for it."""

    code: str
    name: str
    ask: str
    tap: str
    source: str
    compose: list[Composition] = []
    alone: list[str] = []
    phrases: list[str] = []
    idioms: list[str] = []
    denials: list[str] = []
    severe: Severe | None = None
    implies: list[str] = []
    event: bool = False
    thought: bool = False


class SymptomFile(KnowledgeModel):
    """knowledge/symptoms.yml"""

    version: str
    sources: dict[str, str]
    symptoms: list[SymptomEntry]


class TriggerEntry(KnowledgeModel):
    """Words that say how the speaker stands to a symptom near them."""

    assertion: Literal["present", "absent", "past", "uncertain", "hypothetical"]
    reaches: Literal["forward", "backward", "both"]
    within: int
    over: bool = False
    words: list[str]
    only_in_questions: list[str] = []


class AssertionFile(KnowledgeModel):
    """knowledge/assertion.yml"""

    version: str
    triggers: list[TriggerEntry]
    terminators: list[str]
    clause_starts: list[str]
    pairs: list[list[str]]
    question_openers: list[str]
    claims: list[str]
    past_times: list[str]
    past_verbs: list[str]
    onset: list[str]
    doubt_ends: list[str]
    inabilities: list[str]
    adjectives: list[str]
    past_ends: list[str]
    degrees: list[str]


class PersonFile(KnowledgeModel):
    """knowledge/persons.yml"""

    version: str
    self: list[str]
    pronouns: list[str]
    relations: list[str]
    described: list[str]
    kin: list[list[str]]
    children: list[str]
    small_children: list[str]
    older: list[str]


@dataclass(frozen=True)
class Trigger:
    """A trigger as found in words."""

    assertion: str
    reaches: str
    within: int
    over: bool
    question_only: bool


@dataclass(frozen=True)
class Lexicon:
    """Everything the language rooms know, ready to be matched. Built once by `lexicon()`."""

    reader: Reader
    fillers: frozenset[str]
    things: frozenset[str]
    parts: frozenset[str]
    qualities: frozenset[str]
    classes: dict[str, WordClass]
    symptoms: dict[str, SymptomEntry]
    class_book: PhraseBook[str]
    phrase_book: PhraseBook[str]
    idiom_book: PhraseBook[str]
    denial_book: PhraseBook[str]
    composition: dict[tuple[str, str], list[str]]
    alone: dict[str, list[str]]
    trigger_book: PhraseBook[Trigger]
    terminator_book: PhraseBook[str]
    claim_book: PhraseBook[str]
    past_time_book: PhraseBook[str]
    assertion: AssertionFile
    person_book: PhraseBook[str]
    persons: PersonFile


def build(folder: Path = KNOWLEDGE) -> Lexicon:
    """The lexicon from the data files in `folder`; raises KnowledgeError with file and line for each fault."""
    vocabulary_file = KnowledgeFile(folder / "vocabulary.yml")
    vocabulary = vocabulary_file.load(Vocabulary)
    symptom_file = KnowledgeFile(folder / "symptoms.yml")
    symptom_data = symptom_file.load(SymptomFile)
    assertion_file = KnowledgeFile(folder / "assertion.yml")
    assertion = assertion_file.load(AssertionFile)
    persons = KnowledgeFile(folder / "persons.yml").load(PersonFile)
    problems: list[str] = []

    plain = plain_reader()
    class_words = {name: entry.words for name, entry in vocabulary.classes.items()}
    fillers = frozenset(vocabulary.fillers) | {"-"}

    codes = [entry.code for entry in symptom_data.symptoms]
    phrases: list[tuple[str, str]] = []
    idioms: list[tuple[str, str]] = []
    denials: list[tuple[str, str]] = []
    composition: dict[tuple[str, str], list[str]] = {}
    alone: dict[str, list[str]] = {}
    first_line: dict[tuple[str, str], int] = {}
    for at, entry in enumerate(symptom_data.symptoms):
        where = ("symptoms", at)
        if codes.index(entry.code) != at:
            problems.append(symptom_file.problem((*where, "code"), f"`{entry.code}` stands twice, keep one"))
        if entry.source not in symptom_data.sources:
            problems.append(
                symptom_file.problem((*where, "source"), f"no source `{entry.source}` at the top of the file")
            )
        wanted = entry.implies + ([entry.severe.code] if entry.severe else [])
        problems.extend(
            symptom_file.problem((*where, "implies"), f"unknown code `{code}`")
            for code in wanted
            if code not in codes
        )
        for position, pair in enumerate(entry.compose):
            for name in pair.parts + pair.qualities:
                if name not in vocabulary.classes:
                    problems.append(
                        symptom_file.problem(
                            (*where, "compose", position), f"no class `{name}` in vocabulary.yml"
                        )
                    )
            for part in pair.parts:
                for quality in pair.qualities:
                    composition.setdefault((part, quality), []).append(entry.code)
        for quality in entry.alone:
            alone.setdefault(quality, []).append(entry.code)
        for kind, lines, into in (
            ("phrases", entry.phrases, phrases),
            ("idioms", entry.idioms, idioms),
            ("denials", entry.denials, denials),
        ):
            for position, template in enumerate(lines):
                path = (*where, kind, position)
                try:
                    pieces(template, class_words)
                except TemplateError as error:
                    problems.append(symptom_file.problem(path, str(error)))
                    continue
                key = (entry.code + kind, template)
                if key in first_line:
                    problems.append(
                        symptom_file.problem(
                            path, f"`{template}` is already on line {first_line[key]}, keep one"
                        )
                    )
                first_line[key] = symptom_file.line(path)
                into.append((template, entry.code))
    for at, trigger in enumerate(assertion.triggers):
        for position, word in enumerate(trigger.words):
            try:
                pieces(word, {})
            except TemplateError as error:
                problems.append(assertion_file.problem(("triggers", at, "words", position), str(error)))
    if problems:
        raise KnowledgeError(problems)

    triggers = [
        (
            word,
            Trigger(
                entry.assertion, entry.reaches, entry.within, entry.over, word in entry.only_in_questions
            ),
        )
        for entry in assertion.triggers
        for word in entry.words
    ]
    split = plain.split
    class_book = PhraseBook(
        (
            (word, name)
            for name, words in class_words.items()
            if vocabulary.classes[name].kind != "word"
            for word in words
        ),
        fillers,
        split,
    )
    phrase_book = PhraseBook(phrases, fillers, split, class_words)
    person_words = [(word, "self") for word in persons.self] + [
        (word, "pronoun") for word in persons.pronouns
    ]
    # "my mums neck": the apostrophe is often left out
    owners = [f"{word}s" for word in persons.relations if word.isalpha() and not word.endswith("s")]
    person_words += [(word, "relation") for word in dict.fromkeys([*persons.relations, *owners])] + [
        (word, "described") for word in persons.described
    ]
    trigger_book = PhraseBook(triggers, assertion.degrees, split)
    known = SHORT_UNITS | trigger_book.words | fillers | {w for word in persons.relations for w in word.split()}
    stances = {word for word in trigger_book.words | {"right", "left", "night", "without"} if len(word) >= 5}
    speller = Speller(class_book.words | phrase_book.words | stances | MEASURE_WORDS, known)
    reader = Reader(speller.mend, speller.also)
    return Lexicon(
        reader=reader,
        fillers=fillers,
        things=frozenset(vocabulary.things),
        parts=frozenset(
            part
            for entry in vocabulary.classes.values()
            if entry.kind == "part"
            for word in entry.words
            for part in split(word)
            if len(part) > 2
        )
        - fillers
        - {"all", "over", "back", "side", "everywhere", "around", "between", "down"},
        qualities=frozenset(
            word for entry in vocabulary.classes.values() if entry.kind == "quality" for word in entry.words if word.isalpha()
        ),
        classes=dict(vocabulary.classes),
        symptoms={entry.code: entry for entry in symptom_data.symptoms},
        class_book=class_book,
        phrase_book=phrase_book,
        idiom_book=PhraseBook(idioms, {"a", "the", "of", "such", "real", "so"}, split),
        denial_book=PhraseBook(denials, fillers, split, class_words),
        composition=composition,
        alone=alone,
        trigger_book=trigger_book,
        terminator_book=PhraseBook(((word, word) for word in assertion.terminators), (), split),
        claim_book=PhraseBook(((word, word) for word in assertion.claims), (), split),
        past_time_book=PhraseBook(((word, word) for word in [*assertion.past_times, *_PAST_YEARS]), (), split),
        assertion=assertion,
        person_book=PhraseBook(person_words, (), split),
        persons=persons,
    )


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon of this installation, built at the first call."""
    return build()
