"""Whose symptom it is: the speaker's, or that of someone the speaker names."""

from __future__ import annotations

from dataclasses import dataclass

from language.lexicon import Lexicon
from language.measures import CARDINALS
from language.phrases import longest
from language.reading import Reading

SELF = "self"


@dataclass(frozen=True)
class Person:
    """A person named at a word. `who` is `self`, or the words for someone else: "your son"."""

    at: int
    who: str
    relation: str = ""


def persons_in(reading: Reading, lexicon: Lexicon) -> list[Person]:
    """Every naming of a person, in order; a pronoun stands for the person named last."""
    words = reading.texts
    named: list[Person] = []
    last_other: Person | None = None
    found = longest(lexicon.person_book.find(words))
    owned = {
        at
        for at, word in enumerate(words)
        if word in ("my", "our")
        and any(each.label in ("relation", "described") and at < each.start <= at + 4 for each in found)
    }
    speaks_of_self = any(word in ("i", "my", "me") and at not in owned for at, word in enumerate(words))
    for each in found:
        if each.label == "relation":
            relation = _singular(" ".join(words[each.start : each.end]), lexicon)
            if (
                each.start + 1 < len(words)
                and each.end < len(words)
                and words[each.end] == "'s"
                and _other_follows(words, each.end + 1, lexicon)
            ):
                continue
            if words[max(0, each.start - 2) : each.start] in (["like", "a"],) or (
                each.start and words[each.start - 1] in ("as", "like", "teddy")
            ):
                continue
            mine = any(w in ("my", "our") for w in words[max(0, each.start - 5) : each.start])
            last_other = Person(each.start, f"your {relation}" if mine else f"the {relation}", relation)
            named.append(last_other)
        elif each.label == "described":
            numbered = each.start and (
                words[each.start - 1].replace(".", "").isdigit() or words[each.start - 1] in CARDINALS
            )
            if numbered and not owned and speaks_of_self and last_other is None:
                named.append(Person(each.start, SELF))
            elif numbered and last_other is None:
                last_other = Person(each.start, "the person you write about")
                named.append(last_other)
        elif each.label == "pronoun":
            if last_other is not None:
                named.append(Person(each.start, last_other.who, last_other.relation))
            elif words[each.start] in (
                "he",
                "she",
                "him",
                "his",
                "her",
                "hers",
                "himself",
                "herself",
            ) and not _about_health_worker(words):
                last_other = Person(each.start, "the person you write about", "")
                named.append(last_other)
        else:
            # "a friend of mine" is no word of the speaker about themself
            possessive = each.start in owned or words[each.start - 1 : each.end] == ["of", "mine"]
            if not possessive:
                named.append(Person(each.start, SELF))
    return named


def _singular(relation: str, lexicon: Lexicon) -> str:
    """The relation that "dads" in "my dads arm" stands for."""
    return relation if relation in lexicon.persons.relations else relation.removesuffix("s")


def is_another(reading: Reading, person: Person, main: str, lexicon: Lexicon) -> bool:
    """Whether a person named is not the one whom the words `main` ("your son") name: "my son is tired. His teacher fainted"."""
    theirs = main.rsplit(maxsplit=1)[-1] if main else ""
    if not person.relation or person.who == main or not theirs:
        return False
    groups = [next((at for at, group in enumerate(lexicon.persons.kin) if word in group), None) for word in (theirs, person.relation)]
    words = reading.texts
    before = words[max(0, person.at - 2) : person.at]
    if None in groups:
        return before[-1:] in (["his"], ["her"], ["their"], ["another"])
    return groups[0] != groups[1] or bool({"his", "her", "their", "another", "a", "other"} & set(before))


_HEALTH_WORKERS = {
    "doctor",
    "dr",
    "nurse",
    "gp",
    "specialist",
    "physio",
    "therapist",
    "surgeon",
    "pharmacist",
    "neurologist",
    "dentist",
    "chiropractor",
}


def _about_health_worker(words: list[str]) -> bool:
    """Whether "he" or "she" is more likely the doctor: "my doctor said he ..."."""
    return bool(_HEALTH_WORKERS & set(words))


def _other_follows(words: list[str], at: int, lexicon: Lexicon) -> bool:
    """Whether a relation is only on the way to another: "my friend's son"."""
    return any(word in lexicon.persons.relations for word in words[at : at + 2])


def who_has(reading: Reading, persons: list[Person], start: int, end: int, event: bool = False) -> Person | None:
    """The person a symptom at `words[start:end]` is said of; None where nobody was named before it or around it.

    "My son fell and I have a headache": the nearest person before the symptom has it, within its sentence first.
    A person named right inside the symptom ("his neck is stiff", "hurts my neck") has it.
    """
    inside = [p for p in persons if start <= p.at < end]
    before = [p for p in persons if p.at < start]
    sentence = reading.sentence_of[start]
    here = [p for p in before if reading.sentence_of[p.at] == sentence]
    # "my toddler got into my pills": what happened, happened to the one who did it
    does_it = event and here and here[-1].who != SELF and start - here[-1].at <= 5
    # "he will not respond to me": who is spoken of inside an expression is not always who has it
    theirs = [p for p in inside if p.who != SELF or p.at == start or reading.texts[p.at] in ("my", "our") or not here]
    if theirs and not does_it:
        return theirs[0]
    if here:
        words = reading.texts
        nearest = here[-1]
        # "my son has a stiff neck, I think": a comment of the speaker is no new person
        if (
            nearest.who == SELF
            and words[nearest.at] == "i"
            and words[nearest.at + 1 : nearest.at + 2]
            in (["think"], ["guess"], ["believe"], ["suspect"], ["noticed"], ["found"], ["am"], ["worry"])
            and len(here) > 1
        ):
            if words[nearest.at + 1] != "am" or words[nearest.at + 2 : nearest.at + 3] in (
                ["worried"],
                ["scared"],
                ["concerned"],
                ["afraid"],
            ):
                return here[-2]
        return nearest
    if before:
        return before[-1]
    return None
