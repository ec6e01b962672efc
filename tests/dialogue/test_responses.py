"""The emergency message as Rasa generates it, and its equal in the safety net."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from dialogue.responses import CareResponses
from dialogue.safety_net import emergency_message
from dialogue.state import State
from settings import ROOT


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


async def said(domain: Domain, response: str, **slots: Any) -> dict[str, Any]:
    events = [SlotSet(name, value) for name, value in slots.items()]
    tracker = DialogueStateTracker.from_events("test", events, domain.slots)
    message = await CareResponses(EndpointConfig(), domain).generate(response, tracker, "rest")
    assert message is not None
    return message


@pytest.mark.parametrize(
    "slots",
    [
        {"findings": {"chest_pain": "present"}, "subject": "self"},
        {
            "findings": {"fever": "present", "neck_pain": "present"},
            "subject": "other",
            "person": "your son",
            "country": "US",
        },
        {"findings": {"suicidal_thoughts": "present"}, "subject": "self", "country": "GB"},
        {"findings": {}, "subject": None},
    ],
)
async def test_the_emergency_message_is_filled_and_the_same_as_in_the_safety_net(domain, slots):
    message = await said(domain, "utter_emergency", **slots)
    expected = emergency_message(State.of(slots))
    assert message["text"] == expected["text"]
    assert message["custom"] == expected["custom"]
    assert "{" not in message["text"]


async def test_other_responses_are_rasas_own(domain):
    message = await said(domain, "utter_cleared")
    assert message["text"].startswith("All cleared")
    assert message["buttons"]


async def test_a_response_that_does_not_exist_is_none(domain):
    tracker = DialogueStateTracker.from_events("test", [], domain.slots)
    assert await CareResponses(EndpointConfig(), domain).generate("utter_nothing", tracker, "rest") is None
