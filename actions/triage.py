"""The next step of an assessment: what was noted, a level that has risen, the next question or the advice."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.advice import give_advice
from actions.answers import answer_topic
from actions.conversation import Turn
from actions.persons import answer_consent, consent_is_open
from dialogue.care_message import payload
from dialogue.turn import TAKEN_BACK
from dialogue.wording import listed
from language.topics import topic_for
from triage.assess import assess
from triage.findings import PRESENT
from triage.protocol import LEVELS
from triage.questions import question
from triage.summary import LEVEL_TITLES
from triage.symptoms import name

_SOMEBODY = re.compile(r"\b(?:some(?:body|one)|another person|a friend|a relative)\b", re.I)


class ActionTriage(Action):
    """Answers everything that tells something of symptoms or answers a question."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_triage"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Slots in; messages and changed slots out."""
        turn = Turn(dispatcher, tracker)
        turn.change(misunderstood=0)
        if consent_is_open(turn):
            return answer_consent(turn)
        warn_for_others(turn)
        take_step(turn)
        return turn.events()


def warn_for_others(turn: Turn) -> None:
    """Says so where somebody else, whom the conversation is not about, may be in an emergency."""
    others = turn.understanding.get("others") or {}
    if others and assess(others, turn.understanding.get("facts") or {}).level == "emergency":
        turn.say(
            "say_other_person_emergency",
            numbers=turn.numbers(),
            custom=payload("emergency", others, {}, turn.state.country, "other", "the other person"),
        )


def take_step(turn: Turn) -> None:
    """One step of the assessment, whatever brought it about."""
    state = turn.state
    told = turn.told_codes()
    if not state.findings:
        _nothing_told(turn)
        return
    if state.care_level == "emergency":
        turn.say(
            "say_emergency_reminder",
            numbers=turn.numbers(),
            reasons=turn.reasons("emergency", 1),
        )
        return
    if turn.intent == "correct_answer" and not told and not turn.understanding.get("facts"):
        turn.say("say_correct_what")
        return
    if turn.is_first:
        turn.say("say_intro")
    if state.announced_level == TAKEN_BACK:
        turn.change(announced_level=None)
        turn.say("say_no_longer_emergency", noted=turn.noted(told))
    else:
        _acknowledge(turn, told)
    answer_hypothetical(turn)
    topic = topic_for(turn.intent, turn.text) if turn.intent == "report_neck" else None
    if topic is not None and not state.assessment_complete and state.topic is None:
        turn.change(topic=topic[0])
    if state.assessment_complete and state.announced_level == state.care_level:
        turn.change(open_question=None)
        if told or turn.understanding.get("facts"):
            turn.say("say_no_change", level=LEVEL_TITLES[state.care_level or "self_care"].lower())
        turn.say("say_done")
        return
    standing = question(state.open_question) if state.open_question else None
    once = standing is not None and state.asked.count(standing.id) < 2
    if standing is not None and once and standing.kind in ("screen", "risks") and _only_a_yes(turn, told):
        turn.change(asked=(*state.asked, standing.id))
        turn.say("say_which_of_these")
        turn.ask(standing)
        return
    if turn.will_ask():
        announce_rise(turn)
    if not turn.ask_next():
        give_advice(turn)


def _only_a_yes(turn: Turn, told: list[str]) -> bool:
    """Whether the message says yes to a list without saying to what of it."""
    return turn.understanding.get("reply") == "yes" and not told and not turn.understanding.get("facts")


def announce_rise(turn: Turn) -> None:
    """Says at once when the level has risen to urgent."""
    level = turn.state.care_level
    if level != "urgent" or turn.state.announced_level == "urgent":
        return
    turn.change(announced_level="urgent")
    turn.say("say_urgent", reasons=turn.reasons("urgent"), custom=turn.care("urgent"))


def _acknowledge(turn: Turn, told: list[str]) -> None:
    """Plays back what was understood, so that a mistake can be seen."""
    if not told:
        return
    first = set(told) >= set(turn.state.findings)
    words = turn.noted(told)
    if not words:
        return
    if turn.intent == "correct_answer":
        turn.say("say_corrected", noted=words)
    elif first and any(turn.state.findings[code] == PRESENT for code in told):
        turn.say("say_sorry_noted", noted=words)
    else:
        turn.say("say_noted", noted=words)


def _nothing_told(turn: Turn) -> None:
    """Nothing medical was told yet: say what the message was about, and invite."""
    if answer_hypothetical(turn):
        return
    others = [each for each in turn.mentions if each.get("role") == "other"]
    if others or turn.understanding.get("person") or _SOMEBODY.search(turn.text):
        turn.change(subject="other")
        turn.say("say_ask_other_start")
        return
    topic = topic_for(turn.intent, turn.text)
    if topic is not None and topic[0] != "not_in_article":
        answer_topic(turn, *topic)
    turn.say("say_ask_start")


def answer_hypothetical(turn: Turn) -> bool:
    """What symptoms that are only asked about would call for; True where something was said."""
    asked_about = list(
        dict.fromkeys(each["value"] for each in turn.mentions if each.get("role") == "hypothetical")
    )
    asked_about = [code for code in asked_about if turn.state.findings.get(code) != PRESENT]
    if not asked_about:
        return False
    would_be = {**turn.state.findings, **dict.fromkeys(asked_about, PRESENT)}
    if "neck_stiffness" not in would_be and "neck_pain" not in would_be:
        would_be["neck_stiffness"] = PRESENT
    level = assess(would_be, turn.state.facts).level
    words = listed([name(code) for code in asked_about])
    if LEVELS.index(level) >= LEVELS.index("urgent"):
        advice = (
            f"that may be an emergency. Call your local emergency number then ({turn.numbers()})."
            if level == "emergency"
            else "be seen by a doctor within a day."
        )
        turn.say("say_hypothetical", who=turn.who, symptoms=words, advice=advice)
        return True
    turn.say(
        "say_hypothetical_low",
        symptoms=words,
        who_has="you have" if turn.state.subject != "other" else f"{turn.who} has",
    )
    return False


def facts_of(turn: Turn) -> dict[str, Any]:
    """Facts so far."""
    return dict(turn.state.facts)
