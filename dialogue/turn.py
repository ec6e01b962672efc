"""What one message does to the state of a conversation. Pure: state and message in, state out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dialogue.state import State
from language.facts import RISK_FACTORS
from language.measures import temperatures
from triage.assess import assess, higher
from triage.emergency_numbers import country_from_text
from triage.findings import ABSENT, PRESENT, UNCERTAIN, corrected, gather, merge
from triage.questions import Option, Question, question, questions

#: a report without a matched symptom counts as a doubt from this confidence on
REPORT_CONFIDENCE = 0.6
#: messages that are about the conversation itself; they tell nothing of the person
NO_NEWS = frozenset({"restart", "delete_my_data", "request_human", "bot_challenge"})

#: `announced_level` after a correction that ended an emergency, until the person has been told so
TAKEN_BACK = "taken_back"

_BARE_NUMBER = re.compile(r"^\D{0,12}(\d{2,3}(?:[.,]\d)?)\D{0,12}$")


@dataclass(frozen=True)
class Heard:
    """One message as it was understood: text, intent with confidence, (code, role) pairs, facts, person, and a yes or no."""

    text: str
    intent: str = ""
    confidence: float = 0.0
    mentions: Sequence[tuple[str, str]] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    subject: str | None = None
    person: str | None = None
    reply: str | None = None
    locale_country: str | None = None


def take_in(state: State, heard: Heard) -> State:
    """The state after a message: findings, facts, person and level of care; what is said about it is decided elsewhere."""
    state = state.with_(country=country_from_text(heard.text) or state.country or heard.locale_country)
    if heard.intent in NO_NEWS and not heard.mentions:
        return state
    news = gather(heard.mentions)
    asking = question(state.open_question) if state.open_question else None
    facts = dict(heard.facts)
    if asking is not None:
        news, facts = _with_answer(asking, state, heard, news, facts)
    news = _with_report(state, heard, news)
    denied = [code for code in corrected(state.findings, news) if news[code] == ABSENT]
    before = state.care_level
    findings = merge(state.findings, news)
    subject, person = _subject(state, heard)
    state = state.with_(
        findings=findings, facts=_merged_facts(state, facts, asking), subject=subject, person=person
    )
    if not findings:
        return state
    level = assess(state.findings, state.facts).level
    # a level goes down only where the speaker takes back a finding; what has passed since does not undo it
    state = state.with_(care_level=level if denied else higher(level, before))
    if state.announced_level == "emergency" and state.care_level != "emergency":
        return state.with_(announced_level=TAKEN_BACK, assessment_complete=False)
    return state


def _with_answer(
    asking: Question, state: State, heard: Heard, news: dict[str, str], facts: dict[str, Any]
) -> tuple[dict[str, str], dict[str, Any]]:
    """The news and facts with what a yes, no or "not sure" says of the question that stands open."""
    answered = {"yes": PRESENT, "no": ABSENT, "unsure": UNCERTAIN}.get(heard.reply or "")
    if asking.kind in ("screen", "symptom"):
        waiting = [
            code
            for code in asking.codes
            if code not in news and (asking.kind == "symptom" or code not in state.findings)
        ]
        if "fever" in asking.codes:
            news, facts = _with_bare_temperature(heard, news, facts)
        partial = asking.kind == "screen" and any(code in asking.codes for code in news)
        if answered == PRESENT and asking.kind == "screen" and len(waiting) != 1:
            # it is asked which one; where a bare yes is all that comes again, each of them may be there
            answered = UNCERTAIN if state.asked.count(asking.id) > 1 else None
        if answered is not None and not partial:
            news = {**{code: answered for code in waiting if code not in news}, **news}
        elif (
            answered == ABSENT
            and partial
            and any(role == PRESENT for code, role in news.items() if code in asking.codes)
        ):
            # "no, only a rash": the rest of the list is denied with it
            news = {**{code: ABSENT for code in waiting if code not in news}, **news}
    elif asking.kind == "risks" and answered == ABSENT and not any(facts.get(name) for name in RISK_FACTORS):
        facts = {**{risk.fact: False for risk in asking.open_risks(state.facts)}, **facts}
    elif asking.kind == "choice" and asking.fact is not None:
        # the words of a button mean what the knowledge says, whatever they would mean in a sentence
        chosen = _chosen(asking, heard.text, stated=asking.fact in facts)
        if chosen is not None:
            facts[asking.fact] = chosen.value
    return news, facts


def _chosen(asking: Question, text: str, stated: bool) -> Option | None:
    """The option that a text picks: its button or, where the fact is not `stated` by itself, a word that means it ("worse")."""
    plain = " ".join(re.findall(r"[\w']+", text.casefold()))
    for option in asking.options:
        if plain == option.tap.casefold():
            return option
    if stated:
        return None
    picked = [option for option in asking.options if set(option.words) & set(plain.split())]
    return picked[0] if len(picked) == 1 else None


def _with_bare_temperature(
    heard: Heard, news: dict[str, str], facts: dict[str, Any]
) -> tuple[dict[str, str], dict[str, Any]]:
    """A bare "39" or "101" where fever was asked is a temperature."""
    number = _BARE_NUMBER.match(heard.text.strip())
    if "fever" in news or number is None:
        return news, facts
    stated = temperatures(f"temperature {number[1]}")
    if not stated:
        return news, facts
    return {**news, "fever": PRESENT if stated[0].fever else ABSENT}, {
        **facts,
        "temperature_c": stated[0].celsius,
    }


def _with_report(state: State, heard: Heard, news: dict[str, str]) -> dict[str, str]:
    """A confident report in which no symptom could be matched becomes a doubt, and is asked about."""
    code = questions().report_intents.get(heard.intent)
    if (
        news
        or heard.mentions
        or heard.reply
        or code is None
        or heard.confidence < REPORT_CONFIDENCE
        or code in state.findings
    ):
        return news
    return {code: UNCERTAIN}


def _merged_facts(state: State, facts: Mapping[str, Any], asking: Question | None) -> dict[str, Any]:
    """Facts so far with the new ones. A duration is only replaced where it was asked for; a true risk is not undone by silence."""
    merged = dict(state.facts)
    for name, value in facts.items():
        if name == "duration_days" and name in merged and not (asking is not None and asking.fact == name):
            merged[name] = max(float(merged[name]), float(value))
            continue
        merged[name] = value
    return merged


def _subject(state: State, heard: Heard) -> tuple[str | None, str | None]:
    """Whom the conversation is about: set by the first message that says so, and kept."""
    if state.subject is not None and state.findings:
        return state.subject, state.person or (heard.person if state.subject == "other" else None)
    if heard.subject == "other":
        return "other", heard.person or state.person
    if heard.subject == "self":
        return "self", None
    return state.subject or ("self" if heard.mentions else None), state.person


def emergency_is_due(state: State) -> bool:
    """Whether the emergency message must be the next one: the level is an emergency and the person has not been told."""
    return state.care_level == "emergency" and state.announced_level != "emergency"
