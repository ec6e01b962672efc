"""Names and questions of the symptoms, from knowledge/symptoms.yml; the words people use are read by `language`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from triage.loading import KNOWLEDGE, KnowledgeFile


@dataclass(frozen=True)
class Symptom:
    """A symptom as it is named, asked and put on a button."""

    code: str
    name: str
    ask: str
    tap: str
    implies: tuple[str, ...]
    event: bool


@lru_cache(maxsize=4)
def symptoms(path: Path = KNOWLEDGE / "symptoms.yml") -> dict[str, Symptom]:
    """Contract code -> Symptom, in the order of the file. The file is validated in full by `language.lexicon`."""
    content = KnowledgeFile(path).content
    return {
        each["code"]: Symptom(
            each["code"],
            each["name"],
            each["ask"],
            each["tap"],
            tuple(each.get("implies", ())),
            bool(each.get("event")),
        )
        for each in content["symptoms"]
    }


def name(code: str) -> str:
    """How a symptom stands in a sentence: "a stiff neck"."""
    return symptoms()[code].name
