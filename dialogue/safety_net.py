"""What is said when Rasa says nothing: the emergency message where there is a red flag, else a plain safe message.

Works from a text and what was known before, inside the process of the channel: no model, no action server, no store.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from dialogue.care_message import is_crisis, meanwhile_words, number_words, payload, reason_words
from dialogue.state import State
from dialogue.turn import Heard, emergency_is_due, take_in
from dialogue.wording import person_words
from language.understanding import understand
from triage.loading import REPOSITORY, KnowledgeFile

Message = dict[str, Any]


@lru_cache(maxsize=1)
def _responses() -> Mapping[str, list[dict[str, Any]]]:
    content = KnowledgeFile(REPOSITORY / "domain.yml").content
    responses: Mapping[str, list[dict[str, Any]]] = content["responses"]
    return responses


def response_text(name: str) -> str:
    """The first wording of a response in domain.yml."""
    return str(_responses()[name][0]["text"])


def messages_for(
    text: str,
    findings: Mapping[str, str] | None = None,
    country: str | None = None,
    subject: str | None = None,
) -> list[Message]:
    """The messages for a text that nobody answered, given what was known of the conversation. Never empty."""
    state = _after(text, State(findings=findings or {}, country=country, subject=subject))
    level = state.care_level
    if level == "emergency":
        return [emergency_message(state)]
    if level in ("urgent", "routine"):
        data = payload(level, state.findings, state.facts, state.country, state.subject, state.person)
        advice = response_text("say_safe_with_level").format(
            title=data["title"], reasons=reason_words(data["reasons"], 1), numbers=_numbers(state)
        )
        return [{"text": advice, "custom": {"data": data}}]
    return [{"text": response_text("say_safe").format(numbers=_numbers(state))}]


def slots_after(text: str, slots: Mapping[str, Any], country: str | None = None) -> dict[str, Any]:
    """The slots that this text changes, as TriagePolicy sets them; an emergency counts as told, for the gate tells it."""
    before = State.of(slots)
    after = _after(text, before.with_(country=before.country or country))
    if emergency_is_due(after):
        after = after.with_(announced_level="emergency", open_question=None, assessment_complete=True)
    return after.changes_from(before)


def _after(text: str, before: State) -> State:
    said = understand(text, before.subject if before.findings else None)
    return take_in(
        before,
        Heard(
            text,
            mentions=[(m.code, m.role) for m in said.mentions],
            facts=said.facts,
            subject=said.subject,
            person=said.person,
            reply=said.reply,
        ),
    )


def emergency_message(state: State) -> Message:
    """The emergency message for a state, with its payload; the words are those of domain.yml."""
    data = payload("emergency", state.findings, state.facts, state.country, state.subject, state.person)
    name = "say_emergency_crisis" if is_crisis(state.findings) else "utter_emergency"
    text = response_text(name).format(
        reasons=reason_words(data["reasons"]),
        numbers=number_words(data["phone_numbers"]),
        meanwhile=meanwhile_words(data["what_to_do"]),
        who=person_words(state.subject, state.person),
    )
    return {"text": text, "custom": {"data": data}}


def _numbers(state: State) -> str:
    data = payload("urgent", {}, {}, state.country, None, None)
    return number_words(data["phone_numbers"])
