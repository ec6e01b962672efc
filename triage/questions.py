"""The questions of knowledge/questions.yml, validated."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Union

import pydantic

from triage.loading import KNOWLEDGE, KnowledgeError, KnowledgeFile, KnowledgeModel
from triage.protocol import LEVELS, protocol
from triage.symptoms import symptoms

NONE_OF_THESE = "None of these"
NOT_SURE = "Not sure"


class Option(KnowledgeModel):
    """One answer to a choice: the words on the button, the value of the fact, and single words that mean it."""

    tap: str
    value: Union[float, str]
    words: list[str] = []


class RiskOption(KnowledgeModel):
    """One risk factor to choose: its fact and the words on the button."""

    fact: str
    tap: str


class Question(KnowledgeModel):
    """One question. A question about a single uncertain symptom is made by `about`."""

    id: str
    kind: Literal["screen", "risks", "choice", "symptom"]
    ask: str
    ask_other: str
    why: str
    source: str
    levels: list[str] = pydantic.Field(alias="for")
    codes: list[str] = []
    fact: Union[str, None] = None
    options: list[Option] = []
    risks: list[RiskOption] = []

    def open_codes(self, findings: Mapping[str, str]) -> list[str]:
        """The symptoms of the question that nothing is known of."""
        return [code for code in self.codes if code not in findings]

    def open_risks(self, facts: Mapping[str, Any]) -> list[RiskOption]:
        """The risk factors of the question that nothing is known of."""
        return [risk for risk in self.risks if facts.get(risk.fact) is None]


class QuestionFile(KnowledgeModel):
    """knowledge/questions.yml"""

    version: str
    ask_the_rest: str
    questions: list[Question]
    report_intents: dict[str, str]


def load_questions(path: Path = KNOWLEDGE / "questions.yml") -> QuestionFile:
    """The validated questions; raises KnowledgeError with file and line."""
    file = KnowledgeFile(path)
    data = file.load(QuestionFile)
    problems = []
    for at, question in enumerate(data.questions):
        where = ("questions", at)
        problems += [
            file.problem((*where, "codes"), f"unknown code `{code}`, see symptoms.yml")
            for code in question.codes
            if code not in symptoms()
        ]
        problems += [
            file.problem((*where, "for"), f"unknown level `{level}`")
            for level in question.levels
            if level not in LEVELS
        ]
        if question.source not in protocol().sources:
            problems.append(
                file.problem((*where, "source"), f"no source `{question.source}` in protocol.yml")
            )
        wanted = {"screen": question.codes, "risks": question.risks, "choice": question.options}.get(
            question.kind, True
        )
        if not wanted:
            problems.append(
                file.problem(where, f"a question of kind `{question.kind}` needs something to choose from")
            )
    problems += [
        file.problem(("report_intents", intent), f"unknown code `{code}`")
        for intent, code in data.report_intents.items()
        if code not in symptoms()
    ]
    if problems:
        raise KnowledgeError(problems)
    return data


@lru_cache(maxsize=1)
def questions() -> QuestionFile:
    """The questions of this installation, read at the first call."""
    return load_questions()


def question(identifier: str) -> Question | None:
    """The question with this id, also `symptom:CODE` for a single symptom; None where there is none."""
    if identifier.startswith("symptom:"):
        code = identifier.split(":", 1)[1]
        return about(code) if code in symptoms() else None
    return next((each for each in questions().questions if each.id == identifier), None)


def about(code: str) -> Question:
    """The question about one symptom that the speaker is not sure of."""
    symptom = symptoms()[code]
    return Question.parse_obj(
        {
            "id": f"symptom:{code}",
            "kind": "symptom",
            "ask": symptom.ask,
            "ask_other": f"Does {{person}} have {symptom.name}?",
            "codes": [code],
            "why": "You were not sure about this, and it matters for what you should do.",
            "source": "article",
            "for": list(LEVELS[:3]),
        }
    )
