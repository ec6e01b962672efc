"""What a message does in the conversation, where words decide it better than a classifier.

Commands ("start over"), a bare yes or no, and stated symptoms are certain; the classifier's ranking decides the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from triage.loading import KNOWLEDGE, KnowledgeError, KnowledgeFile, KnowledgeModel

STATED = frozenset({"present", "absent", "past", "uncertain", "other"})
REPLIES = {"yes": "affirm", "no": "deny", "unsure": "unsure"}
#: intents that are about the person's health or about the article
_NO_HEALTH = frozenset(
    {
        "out_of_scope",
        "nlu_fallback",
        "greet",
        "goodbye",
        "thank",
        "help",
        "bot_challenge",
        "request_human",
        "delete_my_data",
        "restart",
        "summary",
        "stop",
        "go_back",
        "go_on",
        "ask_why",
        "unsure",
    }
)
_QUESTION = re.compile(
    r"\?|^\W*(?:what|which|why|how|when|where|who|can|could|does|do|is|are|should|will|would|tell me|any|explain|info)\b|"
    r"\b(?:what|how|which|why|where|should i|can i|can you|could you|do i|is it|does it|tell me|information|advise|recommend|suggest)\b",
    re.I,
)
#: words a bare reply may hold beside the yes or no
_LONGEST_REPLY = 5
#: acts that a message can only be with such words in it (or with a fact about the person); else something foreign is meant
_NEEDS = {
    "give_background": re.compile(r"(?!)"),
    "correct_answer": re.compile(
        r"\b(?:sorry|mistake|meant|mean|wrong|correct|correction|actually|change|not right|oops|instead)\b",
        re.I,
    ),
    "goodbye": re.compile(
        r"\b(?:bye|goodbye|later|night|see (?:you|ya)|take care|leave|leaving|going|go|done|enough|cheers|ciao|farewell)\b",
        re.I,
    ),
}
#: how far down the ranking such a foreign message is looked for
_NEAR = 5
#: so few words are an answer, whatever the classifier thinks of them ("better")
_FEW = 3
#: an out_of_scope this confident is not turned by a word like "improving"
_SURE = 0.8
#: a message that states a fact and asks nothing, in words
_SHORT = 8


class CommandFile(KnowledgeModel):
    """knowledge/commands.yml"""

    version: str
    around: list[str]
    commands: dict[str, list[str]]


class Commands:
    """Whole messages that are a command."""

    def __init__(self, file: KnowledgeFile) -> None:
        data = file.load(CommandFile)
        self._intents: dict[str, str] = {}
        problems = []
        for intent, lines in data.commands.items():
            for position, line in enumerate(lines):
                plain = _plain(line)
                if plain in self._intents:
                    problems.append(
                        file.problem(
                            ("commands", intent, position),
                            f"`{line}` is already a command of `{self._intents[plain]}`, keep one",
                        )
                    )
                self._intents[plain] = intent
        if problems:
            raise KnowledgeError(problems)
        self._around = [_plain(each) for each in data.around]

    def intent(self, text: str) -> str | None:
        """The intent that the whole text commands, if it is one."""
        plain = _plain(text)
        while True:
            if plain in self._intents:
                return self._intents[plain]
            shorter = next(
                (plain[len(each) :].strip() for each in self._around if plain.startswith(each + " ")), None
            )
            if shorter is None:
                shorter = next(
                    (plain[: -len(each)].strip() for each in self._around if plain.endswith(" " + each)), None
                )
            if not shorter:
                return None
            plain = shorter


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w' ]+", " ", text.casefold().replace("’", "'")).split())


@lru_cache(maxsize=1)
def commands() -> Commands:
    """The commands of this installation, read at the first call."""
    return Commands(KnowledgeFile(KNOWLEDGE / "commands.yml"))


def settle(
    text: str,
    ranking: Sequence[tuple[str, float]],
    roles: Sequence[str | None],
    reply: str | None,
    facts: Mapping[str, Any],
    figurative: bool = False,
) -> tuple[str, float] | None:
    """The intent and its confidence where the words decide it; None where the first of `ranking` stands.

    `roles` are the roles of the symptoms that were found, `reply` a yes, no or unsure at the head of the text;
    `figurative` says that the words of a symptom mean none ("cabin fever"): then nothing is reported.
    """
    top = ranking[0][0] if ranking else "nlu_fallback"
    stated = any(role in STATED for role in roles)
    command = commands().intent(text)
    if command is not None and not stated:
        return command, 1.0
    if (
        reply is not None
        and not stated
        and len(text.split()) <= _LONGEST_REPLY
        and not _QUESTION.search(text)
    ):
        return REPLIES[reply], 1.0
    if stated:
        asks = top.startswith("ask_") and _QUESTION.search(text)
        if asks or top.startswith("report_") or top == "correct_answer":
            return None
        return next(
            ((name, score) for name, score in ranking if name.startswith("report_")),
            ("report_general_illness", 0.0),
        )
    if roles and top in _NO_HEALTH:
        best_question = next(
            ((name, score) for name, score in ranking if name.startswith("ask_") and name != "ask_why"), None
        )
        return best_question or ("ask_not_in_article", 0.0)
    if figurative and not roles and top.startswith("report_"):
        return "out_of_scope", dict(ranking).get("out_of_scope", 0.0)
    background = any(name in facts for name in _BACKGROUND)
    if background and top.startswith("ask_") and not _QUESTION.search(text) and len(text.split()) <= _SHORT:
        return "give_background", 0.5
    if top in _NEEDS and not background and not _NEEDS[top].search(text):
        nearest = [name for name, _ in ranking[:_NEAR]]
        if "out_of_scope" in nearest:
            return "out_of_scope", dict(ranking)["out_of_scope"]
    sure = ranking[0][1] if ranking else 0.0
    if (
        background
        and (top == "nlu_fallback" or (top == "out_of_scope" and (sure < _SURE or len(text.split()) <= _FEW)))
        and not _QUESTION.search(text)
    ):
        if top == "nlu_fallback" or len(text.split()) <= _SHORT:
            return "give_background", 0.5
    return None


#: facts that answer a question of the assistant by themselves
_BACKGROUND = (
    "duration_days",
    "course",
    "temperature_c",
    "vegan_diet",
    "digestive_condition",
    "little_sun",
    "stress",
    "strenuous_exercise",
    "low_water",
    "poor_posture",
    "inactivity",
    "home_care_failed",
    "severity",
    "pregnant",
)
