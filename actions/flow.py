"""Keeping the conversation going: back to the open question, one question back, and what was not understood."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.answers import answer_topic, asks_amount
from actions.conversation import Turn
from actions.triage import take_step
from language.topics import NOT_IN_ARTICLE, topic_for
from triage.questions import question


class ActionResume(Action):
    """After small talk: the open question again, or an invitation."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_resume"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Slots in; at most one message out."""
        turn = Turn(dispatcher, tracker)
        turn.change(misunderstood=0)
        if turn.told_codes():
            take_step(turn)
        elif turn.state.care_level == "emergency":
            if turn.intent in ("greet", "help", "bot_challenge"):
                turn.say("say_emergency_still", numbers=turn.numbers())
        elif (
            not turn.ask_again()
            and not turn.state.findings
            and turn.intent in ("greet", "help", "bot_challenge")
        ):
            turn.say("say_ask_start")
        return turn.events()


class ActionGoBack(Action):
    """Asks the question before the open one again."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_go_back"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Forgets what the earlier question brought, and asks it again."""
        turn = Turn(dispatcher, tracker)
        state = turn.state
        asked = list(dict.fromkeys(state.asked))
        if state.care_level == "emergency":
            turn.say("say_emergency_still", numbers=turn.numbers())
            return turn.events()
        earlier = [each for each in asked if each != state.open_question]
        back = question(earlier[-1]) if earlier else None
        if back is None:
            turn.say("say_cannot_go_back")
            turn.ask_again()
            return turn.events()
        # only answers that changed nothing are forgotten: what was told as present stays until it is corrected
        findings = {
            code: role for code, role in state.findings.items() if code not in back.codes or role == "present"
        }
        facts = {
            name: value
            for name, value in state.facts.items()
            if name != back.fact and not (value is False and name in {risk.fact for risk in back.risks})
        }
        turn.change(
            findings=findings,
            facts=facts,
            open_question=back.id,
            asked=tuple(each for each in state.asked if each not in (state.open_question,)),
            assessment_complete=False,
        )
        turn.say("say_went_back")
        turn.ask(back)
        return turn.events()


class ActionFallback(Action):
    """What was not understood: first what is known and ways on, then a person and the safety net."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_fallback"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Slots in; messages and changed slots out."""
        turn = Turn(dispatcher, tracker)
        if turn.told_codes() or turn.is_answered():
            take_step(turn)
            return turn.events()
        if turn.state.care_level == "emergency":  # whatever it was about, that comes first
            if "?" in turn.text:
                turn.say("say_emergency_still", numbers=turn.numbers())
            else:
                take_step(turn)
            return turn.events()
        topic = topic_for(turn.intent, turn.text)
        if topic is None and asks_amount(turn.text) and turn.state.topic is not None:
            topic = NOT_IN_ARTICLE, None  # "how much?", of what was just spoken of
        if topic is not None:
            answer_topic(turn, *topic)
            turn.ask_again()
            return turn.events()
        times = turn.state.misunderstood + 1
        turn.change(misunderstood=times)
        if times >= 2:
            turn.say("say_fallback_again")
        elif turn.intent == "out_of_scope":
            turn.say("say_out_of_scope")
        elif turn.state.findings:
            turn.say("say_fallback_with_findings", noted=turn.noted())
        else:
            turn.say("say_fallback")
        if not turn.ask_again() and times < 2 and not turn.state.findings:
            turn.say("say_ask_start")
        return turn.events()
