"""A scripted conversation: read from YAML, held with the running assistant, and checked turn by turn.

A file holds a list of conversations:

    - name: a fever beside a stiff neck
      turns:
        - say: my neck is stiff and i have a fever     # or `press: Title` for a button of the last reply
          emergency: 1                                 # emergency messages in this reply (0 where not given)
          text: [call your local emergency number]     # parts of the reply, in any case
          not_text: [vitamin]
          buttons: [None of these]                     # titles that are there
          not_buttons: [Fever]
          findings: {fever: present, rash: null}       # null: nothing known
          facts: {duration_days: 14}
          care_level: emergency                        # and topic, subject, person, country, assessment_complete
          asks: duration                               # id of the question that stands open, null for none
          level_falls: true                            # the level may go down in this turn
      finish: [none of these]                          # said again and again until the advice is given, or
                                                       # fails after twelve times

What holds for every conversation is checked in every turn: nothing is silent, nothing unfilled, what is known is not
asked, the emergency message comes once and ends the questions, the level never goes down by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dialogue.safety_net import response_text
from tests.live_server import Talk
from triage.protocol import LEVELS
from triage.questions import questions
from triage.symptoms import symptoms

HERE = Path(__file__).parent
SLOTS = ("care_level", "topic", "subject", "person", "country", "assessment_complete")
KEYS = {
    "say",
    "press",
    "emergency",
    "text",
    "not_text",
    "buttons",
    "not_buttons",
    "findings",
    "facts",
    "asks",
    "level_falls",
    *SLOTS,
}
QUESTIONS = {each.id for each in questions().questions} | {"symptom"}
MOST_ANSWERS = 12
EMERGENCY_HEADS = tuple(
    response_text(name).split("{")[0] for name in ("utter_emergency", "say_emergency_crisis")
)
_UNFILLED = re.compile(r"\{\w*\}|\bNone\b(?! of)|\bnull\b|<[a-z/]|\[\]")
_DOSE = re.compile(r"\b\d[\d,.]*\s*(?:iu|mcg|µg|mg|milligrams?|micrograms?)\b", re.IGNORECASE)
_LISTED = re.compile(r"^• (.+)$", re.MULTILINE)
_CODE_OF_NAME = {symptom.name: code for code, symptom in symptoms().items()}


@dataclass(frozen=True)
class Script:
    """One conversation of a file."""

    name: str
    kind: str
    turns: list[dict[str, Any]]
    finish: list[str]


def scripts() -> list[Script]:
    """All conversations under tests/conversations/, by folder and file."""
    found = []
    for path in sorted(HERE.glob("*/*.yml")):
        for each in yaml.safe_load(path.read_text(encoding="utf-8")):
            assert set(each) <= {"name", "turns", "finish"}, (
                f"{path.name}: unknown keys in {each.get('name')}"
            )
            for turn in each["turns"]:
                assert set(turn) <= KEYS, f"{path.name}, {each['name']}: unknown keys {set(turn) - KEYS}"
            found.append(Script(each["name"], path.parent.name, each["turns"], each.get("finish", [])))
    return found


class Rehearsal:
    """Holds a conversation and remembers what must be true across its turns."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.slots: dict[str, Any] = {}
        self.told_of_emergency = False
        self.transcript: list[str] = []

    def hold(self, script: Script) -> None:
        """The whole script; AssertionError with the transcript where something is not as expected."""
        for turn in script.turns:
            self.turn(turn)
        answers = 0
        while script.finish and not self.slots.get("assessment_complete"):
            assert answers < MOST_ANSWERS, self.complaint("the assessment does not end")
            self.turn({"say": script.finish[min(answers, len(script.finish) - 1)]})
            answers += 1

    def turn(self, expected: dict[str, Any]) -> None:
        """Says one thing and checks the reply."""
        before = self.slots
        messages = self.talk.say(self.words(expected))
        text = self.talk.text
        titles = [button["title"] for message in messages for button in message.get("buttons") or []]
        self.slots = self.talk.slots()
        self.transcript += [f"> {self.said}", *(f"    {line}" for line in text.splitlines()), f"    {titles}"]
        self.always(messages, text, before, expected)
        for part in expected.get("text", []):
            self.check(part.casefold() in text.casefold(), f"not said: {part}")
        for part in expected.get("not_text", []):
            self.check(part.casefold() not in text.casefold(), f"said: {part}")
        for title in expected.get("buttons", []):
            self.check(title in titles, f"no button {title}")
        for title in expected.get("not_buttons", []):
            self.check(title not in titles, f"there is a button {title}")
        for slot in ("findings", "facts"):
            for name, value in (expected.get(slot) or {}).items():
                told = (self.slots[slot] or {}).get(name)
                self.check(told == value, f"{slot}: {name} is {told}, not {value}")
        for slot in SLOTS:
            if slot in expected:
                self.check(
                    self.slots[slot] == expected[slot], f"{slot} is {self.slots[slot]}, not {expected[slot]}"
                )
        if "asks" in expected:
            self.check(
                self.slots["open_question"] == expected["asks"],
                f"asks {self.slots['open_question']}, not {expected['asks']}",
            )

    def words(self, expected: dict[str, Any]) -> str:
        """What is said: typed, or the payload of the button that is pressed."""
        if "say" in expected:
            self.said = str(expected["say"])
            return self.said
        buttons = [button for message in self.talk.last for button in message.get("buttons") or []]
        pressed = [button["payload"] for button in buttons if button["title"] == expected["press"]]
        self.said = f"[{expected['press']}]"
        self.check(bool(pressed), f"there is no button {expected['press']} to press")
        return str(pressed[0])

    def always(
        self, messages: list[dict[str, Any]], text: str, before: dict[str, Any], expected: dict[str, Any]
    ) -> None:
        """What holds in every turn of every conversation."""
        self.check(bool(text.strip()), "silence")
        self.check(all((message.get("text") or "").strip() for message in messages), "a message without text")
        self.check(not _UNFILLED.search(text), "something is not filled in")
        self.check(not _DOSE.search(text), "an amount of a supplement")
        alarms = [message for message in messages if (message.get("text") or "").startswith(EMERGENCY_HEADS)]
        self.check(len(alarms) == expected.get("emergency", 0), f"{len(alarms)} emergency messages")
        if alarms:
            self.check(messages[0] is alarms[0], "the emergency message is not the first")
            self.check(len(messages) == 1, "more than the emergency message")
            self.check("vitamin" not in text.casefold(), "vitamins in an emergency message")
            self.check(not alarms[0].get("buttons"), "buttons on an emergency message")
        known = {
            code: role for code, role in (self.slots.get("findings") or {}).items() if role != "uncertain"
        }
        for listed in _LISTED.findall(text):
            code = _CODE_OF_NAME.get(listed)
            self.check(code is not None, f"asks about {listed}, which is no symptom")
            self.check(code not in known, f"asks about {listed}, which is known")
        level, earlier = self.slots.get("care_level"), before.get("care_level")
        if level == "emergency":
            standing = (self.slots.get("open_question") or "").split(":")[0]
            self.check(standing not in QUESTIONS, "a question in an emergency")
        if earlier in LEVELS and not expected.get("level_falls"):
            self.check(
                level in LEVELS and LEVELS.index(level) >= LEVELS.index(earlier),
                f"the level fell from {earlier} to {level}",
            )

    def check(self, holds: bool, complaint: str) -> None:
        """AssertionError with the conversation so far where something does not hold."""
        assert holds, self.complaint(complaint)

    def complaint(self, what: str) -> str:
        """What is wrong, under the conversation so far."""
        state = {name: self.slots.get(name) for name in ("findings", "facts", "open_question", *SLOTS)}
        return "\n".join([what, *self.transcript, str(state)])
