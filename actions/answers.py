"""Answers to questions about the article, and then back to where the assessment was."""

from __future__ import annotations

import re

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import Turn
from language.topics import NOT_IN_ARTICLE, topic_for
from triage.article import answer, topic_entry
from triage.protocol import protocol
from triage.questions import question

_AMOUNT = re.compile(r"\b(?:how (?:much|many)|dose|dosage|iu|ius|mg|mcg|units|amount|daily|limit)\b", re.I)


class ActionAnswer(Action):
    """Answers a question on a topic of the article, or says that the article has no answer."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Slots in; messages and changed slots out."""
        from actions.triage import (  # both rooms need each other's steps
            announce_rise,
            answer_hypothetical,
            take_step,
        )

        turn = Turn(dispatcher, tracker)
        turn.change(misunderstood=0)
        found = topic_for(turn.intent, turn.text)
        topic, nutrient = found if found is not None else (NOT_IN_ARTICLE, None)
        if turn.state.care_level == "emergency":
            turn.say("say_emergency_still", numbers=turn.numbers())
        answer_topic(turn, topic, nutrient)
        told = turn.told_codes()
        if turn.state.care_level == "emergency":
            return turn.events()
        if told:
            announce_rise(turn)
            take_step(turn)
        else:
            answer_hypothetical(turn)
            turn.ask_again()
        return turn.events()


def answer_topic(turn: Turn, topic: str, nutrient: str | None) -> None:
    """Says what the article says on a topic, with its section; sets the slot `topic`."""
    turn.change(topic=topic)
    if topic == NOT_IN_ARTICLE:
        turn.say("say_not_in_article_dose" if asks_amount(turn.text) else "say_not_in_article")
        return
    found = answer(topic, nutrient)
    related = (
        []
        if turn.state.open_question
        else [
            {"title": topic_entry(each).title, "payload": topic_entry(each).question}
            for each in found.related[:3]
        ]
    )
    turn.say(
        "say_answer",
        related,
        answer=found.text,
        changes_it=found.changes_it,
        section=found.section,
        custom={
            "kind": "sources",
            "version": 1,
            "items": [{"title": topic_entry(topic).title, "section": found.section}],
        },
    )


def asks_amount(text: str) -> bool:
    """Whether a message asks how much of something."""
    return _AMOUNT.search(text) is not None


class ActionExplain(Action):
    """Why the question that stands open is asked, and the question again."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_explain"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Slots in; messages out."""
        turn = Turn(dispatcher, tracker)
        standing = question(turn.state.open_question) if turn.state.open_question else None
        if standing is None:
            if turn.state.care_level and turn.reasons(turn.state.care_level):
                turn.say("say_advice", advice=turn.reasons(turn.state.care_level, 3))
            else:
                turn.say("say_nothing_asked")
            return turn.events()
        turn.say("say_why", why=standing.why, source=protocol().sources[standing.source])
        turn.ask_again()
        return turn.events()
