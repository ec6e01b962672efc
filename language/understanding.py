"""One message understood: the mentions of symptoms with their role, the facts, the person, and a yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from language.assertion import PRESENT, Asserter
from language.facts import facts_in
from language.lexicon import Lexicon, lexicon
from language.measures import many_pills, temperatures, weight_lost
from language.mentions import ONE_SIDED, Mention, read_mentions
from language.persons import SELF, Person, is_another, persons_in, who_has
from language.reading import Reading
from language.replies import reply_in

OTHER = "other"
#: words between a fever and a number that does not speak of it any more
FAR = 3

#: complaints of a caregiver about themself that do not turn the conversation to them: "I'm so worried about my son"
_WORRY = {"anxiety", "fatigue"}


@dataclass(frozen=True)
class SymptomMention:
    """A symptom in a text: contract `code`, `role`, place in the original text, who has it, and the assertion before persons."""

    code: str
    role: str
    start: int
    end: int
    text: str
    who: str = SELF
    assertion: str = PRESENT


@dataclass(frozen=True)
class Understanding:
    """What one message says.

    `subject` is `self` or `other` (None where the message names nobody); `person` the words for the other ("your son").
    `reply` is `yes`, `no`, `unsure` or None. `others` are the present symptoms of persons the conversation is not about.
    `figurative` messages hold the words of a symptom and none is meant ("cabin fever").
    """

    text: str
    mentions: tuple[SymptomMention, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    subject: str | None = None
    person: str | None = None
    reply: str | None = None
    others: Mapping[str, str] = field(default_factory=dict)
    figurative: bool = False


class _Measured:
    """The numbers of a reading, found in its mended words, at their places in the original text."""

    def __init__(self, reading: Reading) -> None:
        text, places = reading.mended()

        def back(place: tuple[int, int] | None) -> tuple[int, int] | None:
            return None if place is None else (places[place[0]], places[place[1] - 1] + 1)

        self.pills = back(many_pills(text))
        self.weight = back(weight_lost(text))
        self.temperatures = [
            replace(each, start=places[each.start], end=places[each.end - 1] + 1) for each in temperatures(text)
        ]


_NOW = {"now", "but", "today", "tonight", "then", "actually", "yes", "wait", "however", "though"}


@dataclass(frozen=True)
class _Heard:
    """What a text says before it is known whom the conversation is about. Read by many: never changed."""

    reading: Reading
    mentions: list[Mention]
    assertions: list[str]
    persons: list[Any]
    owners: list[Any]
    facts: dict[str, Any]
    reply: str | None
    figurative: bool


class Interpreter:
    """Understands messages with one lexicon; `understand` is a pure function of its arguments.

    What the last `remembers` texts say is kept: the gate looks for red flags in what the pipeline has just read.
    """

    def __init__(self, data: Lexicon, remembers: int = 0) -> None:
        self._lexicon = data
        self._asserter = Asserter(data)
        self._heard = lru_cache(maxsize=remembers)(self._hear)

    def understand(self, text: str, subject: str | None = None) -> Understanding:
        """What `text` says. `subject` is whom the conversation is about so far, None at its start."""
        heard = self._heard(text)
        if heard is None:
            return Understanding(text)
        reading, mentions, assertions = heard.reading, heard.mentions, heard.assertions
        persons, owners = heard.persons, heard.owners
        about, person = self._about(reading, mentions, assertions, owners, persons, subject)
        found = []
        others: dict[str, str] = {}
        one_sided = False
        for mention, assertion, owner in zip(mentions, assertions, owners):
            if mention.code == ONE_SIDED:
                one_sided = one_sided or assertion in (PRESENT, "past")
                continue
            who = owner.who if owner is not None else (SELF if about != OTHER else person or OTHER)
            role = assertion
            if about == OTHER:
                if who == SELF and owner is not None and subject is None:
                    role = OTHER
                elif who == SELF and owner is not None and mention.code in _WORRY:
                    role = OTHER
                elif owner is not None and subject is None and is_another(reading, owner, person or "", self._lexicon):
                    role = OTHER
            elif who != SELF:
                role = OTHER
            had = owner is not None and "had" in reading.texts[owner.at : mention.start]
            if role == OTHER and assertion == PRESENT and not had:
                others[mention.code] = PRESENT
            start, end = reading.place(mention.start, mention.end)
            found.append(SymptomMention(mention.code, role, start, end, text[start:end], who, assertion))
        facts = {**heard.facts, "one_sided": True} if one_sided else dict(heard.facts)
        return Understanding(
            text,
            tuple(self._without_contradiction(found)),
            facts,
            about,
            person,
            heard.reply,
            others,
            heard.figurative and not found,
        )

    def _hear(self, text: str) -> _Heard | None:
        """What a text says whoever it is about; None for one without a word."""
        reading = self._lexicon.reader.read(text)
        if not reading.words:
            return None
        mentions, figurative = read_mentions(reading, self._lexicon)
        measured = _Measured(reading)
        mentions = self._stated(measured, reading, mentions)
        assertions = self._asserter.assertions(reading, mentions)
        assertions = self._by_temperature(measured, reading, mentions, assertions)
        persons = self._who_is_meant(persons_in(reading, self._lexicon), mentions, reading)
        symptoms = self._lexicon.symptoms
        owners = [
            who_has(reading, persons, m.start, m.end, m.code in symptoms and symptoms[m.code].event) for m in mentions
        ]
        facts = facts_in(reading, self._lexicon)
        return _Heard(reading, mentions, assertions, persons, owners, facts, reply_in(text), figurative)

    @staticmethod
    def _who_is_meant(persons: list[Person], mentions: list[Mention], reading: Reading) -> list[Person]:
        """The persons without a speaker who is only part of another's symptom: "my wife does not know who I am and ..."."""
        inside = {at for each in mentions if each.fixed for at in range(each.start + 1, each.end)}
        others = [each.at for each in persons if each.who != SELF]
        return [
            each
            for each in persons
            if not (
                each.who == SELF
                and each.at in inside
                and reading.texts[each.at] in ("i", "me")
                and any(at < each.at for at in others)
            )
        ]

    def _stated(self, measured: _Measured, reading: Reading, mentions: list[Mention]) -> list[Mention]:
        """Mentions with those that numbers make: a temperature is a fever or none, many pills are an overdose."""
        stated = list(mentions)
        places = [("overdose", measured.pills), ("weight_loss", measured.weight)]
        places += [("fever", (each.start, each.end)) for each in measured.temperatures]
        for code, place in places:
            if place is None:
                continue
            inside = frozenset(
                at for at, word in enumerate(reading.words) if word.start < place[1] and place[0] < word.end
            )
            if not inside:
                continue
            sentence = reading.sentence_of[min(inside)]
            known = any(m.code == code and reading.sentence_of[m.start] == sentence for m in stated)
            # "no fever this morning but now 39": what was said of it before is said anew with the number
            first, beyond = min(inside), max(inside) + 1
            anew = code == "fever" and any(
                m.code == code
                and m.end <= first
                and _NOW & {*reading.texts[max(m.end, first - 6) : first], *reading.texts[beyond : beyond + 2]}
                for m in mentions
            )
            if not known or anew:
                stated.append(Mention(code, min(inside), max(inside) + 1, inside))
        return stated

    @staticmethod
    def _by_temperature(
        measured: _Measured, reading: Reading, mentions: list[Mention], assertions: list[str]
    ) -> list[str]:
        """A stated temperature decides the fever it stands beside: 38.0 °C or more is one, below is none."""
        decided = list(assertions)
        for each in measured.temperatures:
            inside = [
                at for at, word in enumerate(reading.words) if word.start < each.end and each.start < word.end
            ]
            if not inside:
                continue
            sentence = reading.sentence_of[inside[0]]
            conditional = "if" in reading.texts[: inside[0]]
            for at, mention in enumerate(mentions):
                if mention.code != "fever" or reading.sentence_of[mention.start] != sentence:
                    continue
                asked = decided[at] == "hypothetical" and not conditional and mention.start == inside[0]
                if decided[at] in (PRESENT, "uncertain") or asked:
                    # "reducing my fever because I can't break 100": a fever that is claimed apart from the number stays a doubt
                    apart = "my" in reading.texts[max(0, mention.start - 2) : mention.start] and inside[0] - mention.end > FAR
                    decided[at] = PRESENT if each.fever else "uncertain" if apart else "absent"
        return decided

    def _about(
        self,
        reading: Reading,
        mentions: list[Mention],
        assertions: list[str],
        owners: list[Any],
        persons: list[Any],
        subject: str | None,
    ) -> tuple[str | None, str | None]:
        """Whom the message is about, and the words for that person."""
        others = [p for p in persons if p.who != SELF]
        person = others[0].who if others else None
        if subject is not None:
            return subject, person if subject == OTHER else None
        if not others:
            return (SELF if persons else None), None
        if not any(p.who == SELF for p in persons) and mentions:
            return OTHER, person
        told = [(m, o) for m, a, o in zip(mentions, assertions, owners) if a != "hypothetical"]
        words = reading.texts
        # "my brother had a stroke, I have tingling": what somebody had is a comparison beside what the speaker has
        had = [o for m, o in told if o is not None and o.who != SELF and "had" in words[o.at : m.start]]
        own = [m for m, o in told if o is not None and o.who == SELF and m.code not in _WORRY]
        theirs = [(m, o) for m, o in told if o is not None and o.who != SELF]
        if not told:
            return (OTHER if not any(p.who == SELF for p in persons) and mentions else None), person
        if theirs and own and len(had) == len(theirs):
            return SELF, None
        if theirs and (
            not own
            or len(theirs) > len(own)
            and persons[0].who != SELF
            or _leads(theirs, own, assertions, mentions)
        ):
            return OTHER, theirs[0][1].who
        return SELF, None

    @staticmethod
    def _without_contradiction(found: list[SymptomMention]) -> list[SymptomMention]:
        """The same symptom at the same place once; mentions in order of place."""
        seen: set[tuple[str, int, int]] = set()
        kept = []
        for each in sorted(found, key=lambda m: (m.start, m.end)):
            key = (each.code, each.start, each.end)
            if key not in seen:
                seen.add(key)
                kept.append(each)
        return kept


def _leads(theirs: list[Any], own: list[Mention], assertions: list[str], mentions: list[Mention]) -> bool:
    """Whether the other person's symptoms are the present ones and the speaker's are not."""
    role = {id(m): a for m, a in zip(mentions, assertions)}
    return any(role[id(m)] == PRESENT for m, _ in theirs) and not any(role[id(m)] == PRESENT for m in own)


@lru_cache(maxsize=1)
def interpreter() -> Interpreter:
    """The interpreter of this installation."""
    return Interpreter(lexicon(), remembers=16)


def understand(text: str, subject: str | None = None) -> Understanding:
    """What `text` says, with the lexicon of this installation; see `Interpreter.understand`."""
    return interpreter().understand(text, subject)
