"""The final advice: the level first, then what the article says for what was told, and what would change it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import Turn
from dialogue.wording import listed
from language.facts import RISK_FACTORS
from triage.agenda import open_doubts
from triage.article import Answer, answer, disclaimer, topic_entry
from triage.nutrients import NutrientFit, rank
from triage.summary import summary
from triage.symptoms import name


class ActionAdvise(Action):
    """Ends the questions and gives the advice with what is known ("stop")."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_advise"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Slots in; messages and changed slots out."""
        turn = Turn(dispatcher, tracker)
        if turn.state.care_level == "emergency":
            turn.say("say_emergency_still", numbers=turn.numbers())
        elif not turn.state.findings:
            turn.say("say_nothing_to_advise")
        else:
            give_advice(turn)
        turn.change(open_question=None)
        return turn.events()


def give_advice(turn: Turn) -> None:
    """Level and reasons; nutrients that may fit; food, supplements and daily life as the article puts it; the disclaimer."""
    state = turn.state
    level = state.care_level or "self_care"
    card = turn.care(level)
    what_to_do = " ".join(card["what_to_do"])
    if level == "self_care":
        turn.say("say_level_self_care", what_to_do=what_to_do, custom=card)
    else:
        turn.say(
            "say_level", title=card["title"], reasons=turn.reasons(level), what_to_do=what_to_do, custom=card
        )
    doubts = open_doubts(state.findings, state.facts, level)
    if doubts:
        turn.say("say_doubts", symptoms=listed([name(code) for code in doubts], "or"), numbers=turn.numbers())
    if level in ("self_care", "routine"):
        _article_advice(turn)
    turn.change(assessment_complete=True, open_question=None, announced_level=level)
    turn.say(
        "say_disclaimer",
        disclaimer=disclaimer(),
        custom={"kind": "sources", "version": 1, "items": sources(turn)},
    )
    turn.say("say_done")


def _article_advice(turn: Turn) -> None:
    fits = rank(turn.state.findings, [name for name in RISK_FACTORS if turn.state.facts.get(name) is True])[
        :3
    ]
    if fits:
        turn.say(
            "say_nutrients",
            ranking=" ".join(fit.sentence() for fit in fits),
            custom={"kind": "nutrients", "version": 1, "ranking": [_fit(fit) for fit in fits]},
        )
        _say(turn, *_for_nutrient(fits[0].nutrient))
        _say(turn, answer("timeline"))
    else:
        _say(turn, answer("lifestyle"))


def _for_nutrient(nutrient: str) -> list[Answer]:
    """What the article says to do about a nutrient: food, and supplements only as it puts them."""
    if nutrient in ("hydration", "calcium"):
        return [answer(nutrient)]
    return [answer("food_sources", nutrient), answer("supplements")]


def _say(turn: Turn, *answers: Answer) -> None:
    turn.say(
        "say_advice_from",
        advice=" ".join([*(each.text for each in answers), answers[-1].changes_it]),
        section="; ".join(dict.fromkeys(each.section for each in answers)),
    )


def _fit(fit: NutrientFit) -> dict[str, Any]:
    return {
        "nutrient": fit.nutrient,
        "name": fit.name,
        "score": fit.score,
        "reasons": fit.reasons,
        "source": fit.source,
    }


def sources(turn: Turn) -> list[dict[str, str]]:
    """What the advice rests on: the reasons of the level and the article's sections."""
    items = [
        {"title": each["text"], "section": each["source"]}
        for each in turn.care(turn.state.care_level or "self_care")["reasons"]
    ]
    items += [
        {"title": topic_entry(topic).title, "section": answer(topic).section}
        for topic in ("nutrient_link", "food_sources", "when_to_see_doctor")
    ]
    return items


class ActionSummary(Action):
    """A summary to take to a doctor."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_summary"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Slots in; one message out."""
        turn = Turn(dispatcher, tracker)
        state = turn.state
        if not state.findings:
            turn.say("say_nothing_to_advise")
            return turn.events()
        data = summary(state.findings, state.facts, state.subject, state.person)
        text = "\n".join(
            [
                data["title"],
                *(f"{line['label']}: {line['text']}" for line in data["lines"]),
                data["disclaimer"],
            ]
        )
        turn.say("say_summary", text=text, custom={"kind": "summary", "version": 1, **data})
        turn.ask_again()
        return turn.events()
