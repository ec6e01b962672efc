"""The policy inside the Rasa process: state by events, and the emergency ahead of everything."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, Restarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from dialogue.triage_policy import PRIORITY, UTTER_CLEARED, UTTER_EMERGENCY, TriagePolicy
from language.understanding import understand
from settings import ROOT


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> TriagePolicy:
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("policy"))
    context = ExecutionContext(graph_schema=None)  # type: ignore[arg-type]  # the policy does not read it
    return TriagePolicy.load(TriagePolicy.get_default_config(), storage, Resource("policy"), context)


def message(text: str, intent: str = "report_neck", **metadata: Any) -> UserUttered:
    said = understand(text)
    entities = [{"entity": "symptom", "value": each.code, "role": each.role} for each in said.mentions]
    parsed = {
        "text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": entities,
        "understanding": {"facts": dict(said.facts), "subject": said.subject, "person": said.person, "reply": said.reply},
    }  # fmt: skip
    return UserUttered(text, parsed["intent"], entities, parsed, metadata=metadata)


def predict(policy: TriagePolicy, domain: Domain, *events: Event) -> PolicyPrediction:
    tracker = DialogueStateTracker.from_events(
        "test", [ActionExecuted("action_listen"), *events], domain.slots
    )
    return policy.predict_action_probabilities(tracker, domain)


def chosen(prediction: PolicyPrediction, domain: Domain) -> str | None:
    if prediction.max_confidence == 0:
        return None
    return domain.action_names_or_texts[prediction.probabilities.index(prediction.max_confidence)]


def slots(prediction: PolicyPrediction) -> dict[str, Any]:
    return {event.key: event.value for event in prediction.events if isinstance(event, SlotSet)}


def test_it_goes_before_every_other_policy():
    assert TriagePolicy.get_default_config()["priority"] == PRIORITY > 6


def test_an_emergency_is_said_at_once_with_its_slots(policy, domain):
    prediction = predict(policy, domain, message("my son has a stiff neck and a fever"))
    assert chosen(prediction, domain) == UTTER_EMERGENCY
    told = slots(prediction)
    assert told["care_level"] == told["announced_level"] == "emergency"
    assert told["findings"] == {"neck_stiffness": "present", "fever": "present"}
    assert (told["subject"], told["person"]) == ("other", "your son")
    assert told["assessment_complete"] is True


@pytest.mark.parametrize("intent", ["out_of_scope", "ask_magnesium", "nlu_fallback", "restart", "greet"])
def test_no_intent_stands_before_a_red_flag(policy, domain, intent):
    assert chosen(predict(policy, domain, message("i have chest pain", intent)), domain) == UTTER_EMERGENCY


def test_below_an_emergency_the_slots_are_set_and_the_rules_choose(policy, domain):
    prediction = predict(policy, domain, message("my neck is stiff, no fever"))
    assert chosen(prediction, domain) is None
    assert slots(prediction)["care_level"] == "self_care"
    assert slots(prediction)["findings"] == {"neck_stiffness": "present", "fever": "absent"}


def test_nothing_told_changes_nothing(policy, domain):
    prediction = predict(policy, domain, message("hello", "greet"))
    assert chosen(prediction, domain) is None
    assert "findings" not in slots(prediction)
    assert "care_level" not in slots(prediction)


def test_an_emergency_that_was_told_is_not_told_again(policy, domain):
    known = [
        SlotSet("findings", {"chest_pain": "present"}), SlotSet("care_level", "emergency"), SlotSet("announced_level", "emergency"),
    ]  # fmt: skip
    assert chosen(predict(policy, domain, *known, message("my chest still hurts")), domain) is None


def test_after_its_message_it_listens(policy, domain):
    said = [message("i have chest pain"), ActionExecuted(UTTER_EMERGENCY)]
    assert chosen(predict(policy, domain, *said), domain) == "action_listen"


def test_after_other_actions_it_is_silent(policy, domain):
    said = [message("i have chest pain"), ActionExecuted("action_triage")]
    assert chosen(predict(policy, domain, *said), domain) is None


def test_start_over_clears_all_in_one_step(policy, domain):
    prediction = predict(
        policy, domain, SlotSet("findings", {"fever": "present"}), message("start over", "restart")
    )
    assert chosen(prediction, domain) == UTTER_CLEARED
    assert any(isinstance(event, Restarted) for event in prediction.events)


@pytest.mark.parametrize(
    ("metadata", "country"), [({"locale": "en-GB"}, "GB"), ({"country": "US"}, "US"), ({}, None)]
)
def test_the_country_is_taken_from_the_channel(policy, domain, metadata, country):
    prediction = predict(policy, domain, message("my neck is stiff", **metadata))
    assert slots(prediction).get("country") == country
