"""What the actions share: the state in the slots, the turn so far, and the messages they all send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from dialogue.care_message import number_words, payload, reason_words
from dialogue.state import State
from dialogue.wording import noted, person_words
from triage.agenda import next_question
from triage.findings import ABSENT
from triage.questions import NONE_OF_THESE, NOT_SURE, Question, question, questions
from triage.symptoms import symptoms

#: lists longer than this are still offered in words, with the first ones as buttons
MOST_BUTTONS = 8


class Turn:
    """One run of an action: the state it found, the messages it says, and the slots it sets."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self._dispatcher = dispatcher
        self.tracker = tracker
        self.before = State.of(tracker.current_slot_values())
        self.state = self.before
        latest = tracker.latest_message or {}
        self.text: str = latest.get("text") or ""
        self.intent: str = (latest.get("intent") or {}).get("name") or ""
        self.mentions: list[dict[str, Any]] = [
            each for each in latest.get("entities") or [] if each.get("entity") == "symptom"
        ]
        self.understanding: dict[str, Any] = latest.get("understanding") or {}
        self.said = False
        #: nothing was said to this person yet
        self.is_first = not self.before.asked and not any(
            each.get("event") == "bot" for each in tracker.events
        )
        if self._comes_back():
            self.say("say_welcome_back", noted=self.noted())

    def _comes_back(self) -> bool:
        """Whether this is the first message after a long silence, with an assessment from before it."""
        for event in reversed(self.tracker.events[:-1]):
            if event.get("event") == "session_started":
                return bool(self.before.asked) and bool(self.before.findings)
            if event.get("event") == "bot":
                return False
        return False

    @property
    def who(self) -> str:
        """ "you" or "your son"."""
        return person_words(self.state.subject, self.state.person)

    def say(
        self,
        response: str,
        buttons: Sequence[dict[str, str]] | None = None,
        custom: dict[str, Any] | None = None,
        **values: Any,
    ) -> None:
        """One response of domain.yml with its values, buttons and payload."""
        self.said = True
        self._dispatcher.utter_message(
            response=response,
            buttons=list(buttons or []),
            json_message={"data": custom} if custom else None,
            **values,
        )

    def change(self, **slots: Any) -> None:
        """Sets slots of the state."""
        self.state = self.state.with_(**slots)

    def events(self) -> list[EventType]:
        """The slots that this action changed."""
        return [SlotSet(name, value) for name, value in self.state.changes_from(self.before).items()]

    def numbers(self) -> str:
        """Emergency numbers in words, of the person's country where it is known."""
        return number_words(payload("emergency", {}, {}, self.state.country, None, None)["phone_numbers"])

    def care(self, level: str) -> dict[str, Any]:
        """The `care_level` payload of this conversation for a level."""
        state = self.state
        return payload(level, state.findings, state.facts, state.country, state.subject, state.person)

    def reasons(self, level: str, most: int = 2) -> str:
        """Why the level is what it is, in words."""
        return reason_words(self.care(level)["reasons"], most)

    def noted(self, codes: Sequence[str] | None = None) -> str:
        """What was told, of these codes or of all."""
        return noted(self.state.findings, codes if codes is not None else list(self.state.findings))

    def told_codes(self) -> list[str]:
        """Codes that this very message told something of."""
        return list(
            dict.fromkeys(
                each["value"]
                for each in self.mentions
                if each.get("role") in ("present", "absent", "past", "uncertain")
            )
        )

    def will_ask(self) -> bool:
        """Whether a question is left to ask."""
        state = self.state
        return next_question(state.findings, state.facts, state.asked, state.care_level) is not None

    def ask_next(self) -> bool:
        """Asks the next question; False where nothing is left to ask."""
        state = self.state
        following = next_question(state.findings, state.facts, state.asked, state.care_level)
        if following is None:
            self.change(open_question=None)
            return False
        again = following.id in state.asked
        self.change(open_question=following.id, asked=(*state.asked, following.id))
        self.ask(following, again=again)
        return True

    def is_answered(self) -> bool:
        """Whether the message answered the question that stands open, whatever its intent."""
        standing = question(self.state.open_question) if self.state.open_question else None
        if standing is None:
            return False
        if standing.kind == "choice":
            return self.state.facts.get(standing.fact or "") is not None
        return not (
            standing.open_risks(self.state.facts)
            if standing.kind == "risks"
            else standing.open_codes(self.state.findings)
        )

    def ask_again(self) -> bool:
        """Repeats the question that stands open; False where none does."""
        standing = question(self.state.open_question) if self.state.open_question else None
        if standing is None:
            return False
        self.ask(standing)
        return True

    def ask(self, asked: Question, again: bool = False) -> None:
        """One question with its buttons; typing works as well."""
        state = self.state
        words = (asked.ask_other if state.subject == "other" else asked.ask).format(person=self.who)
        codes = asked.open_codes(state.findings) if asked.kind == "screen" else []
        if again and 0 < len(codes) < len(asked.codes):
            words = questions().ask_the_rest
        lines: list[str] = []
        buttons: list[dict[str, str]] = []
        if asked.kind == "screen":
            lines = [symptoms()[code].name for code in codes]
            buttons = [_button(symptoms()[code].tap) for code in codes] + [_button(NONE_OF_THESE)]
        elif asked.kind == "risks":
            risks = asked.open_risks(state.facts)
            buttons = [_button(risk.tap) for risk in risks] + [_button(NONE_OF_THESE)]
        elif asked.kind == "choice":
            buttons = [_button(option.tap) for option in asked.options]
        elif asked.kind == "symptom":
            buttons = [_button("Yes"), _button("No"), _button(NOT_SURE)]
        text = "\n".join([words, *(f"• {line}" for line in lines)])
        self.say("say_question", buttons[: MOST_BUTTONS + 1], question=text)


def _button(words: str) -> dict[str, str]:
    return {"title": words, "payload": words.lower()}


def only_denials(state: State) -> bool:
    """Whether all that was told are denials."""
    return bool(state.findings) and all(role == ABSENT for role in state.findings.values())
