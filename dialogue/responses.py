"""The responses of domain.yml, filled in the Rasa process: the emergency message needs no action server."""

from __future__ import annotations

from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from dialogue.care_message import is_crisis, meanwhile_words, number_words, payload, reason_words
from dialogue.state import State
from dialogue.triage_policy import UTTER_EMERGENCY
from dialogue.wording import person_words

#: said in place of the emergency message where thoughts of suicide are told
CRISIS = "say_emergency_crisis"


class CareResponses(TemplatedNaturalLanguageGenerator):
    """Rasa's own generator, with `{reasons}`, `{numbers}` and `{who}` for the emergency messages and their payload."""

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        """As Rasa makes it for `nlg: type:` in endpoints.yml."""
        super().__init__(domain.responses)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """A response with its slots filled; see Rasa's documentation of custom generators."""
        if utter_action != UTTER_EMERGENCY:
            return await super().generate(utter_action, tracker, output_channel, **kwargs)
        state = State.of(tracker.current_slot_values())
        data = payload("emergency", state.findings, state.facts, state.country, state.subject, state.person)
        response = await super().generate(
            CRISIS if is_crisis(state.findings) else utter_action,
            tracker,
            output_channel,
            **{
                "reasons": reason_words(data["reasons"]),
                "numbers": number_words(data["phone_numbers"]),
                "meanwhile": meanwhile_words(data["what_to_do"]),
                "who": person_words(state.subject, state.person),
                **kwargs,
            },
        )
        if response is not None:
            response["custom"] = {"data": data}
        return response
