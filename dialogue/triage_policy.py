"""The policy that keeps `findings`, `care_level` and `subject` inside the Rasa process, and puts an emergency first.

It needs no action server: the state follows from the entities and facts of the message by deterministic rules, is set
through the policy's own events, and the emergency message is a plain response. Every other reply is RulePolicy's to choose.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, Restarted, SlotSet
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from dialogue.state import State
from dialogue.turn import Heard, emergency_is_due, take_in
from settings import load
from triage.emergency_numbers import country_from_locale

UTTER_EMERGENCY = "utter_emergency"
UTTER_CLEARED = "utter_cleared"
#: above RulePolicy (6): where both are certain, the emergency goes first
PRIORITY = 10


@lru_cache(maxsize=1)
def _usual_country() -> str | None:
    """The country that is set for those of whom none is known (COUNTRY)."""
    return load().country or None


def heard_in(tracker: DialogueStateTracker) -> Heard:
    """The latest message of a tracker as the language components understood it."""
    message = tracker.latest_message
    if message is None:
        return Heard("")
    parsed: dict[str, Any] = message.parse_data or {}
    said = parsed.get("understanding") or {}
    metadata = message.metadata or {}
    return Heard(
        text=message.text or "",
        intent=message.intent_name or "",
        confidence=float((message.intent or {}).get("confidence") or 0.0),
        mentions=[
            (e["value"], e.get("role") or "present")
            for e in message.entities
            if e.get("entity") == "symptom" and e.get("value")
        ],
        facts=said.get("facts") or {},
        subject=said.get("subject"),
        person=said.get("person"),
        reply=said.get("reply"),
        locale_country=metadata.get("country")
        or country_from_locale(metadata.get("locale"))
        or _usual_country(),
    )


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class TriagePolicy(Policy):
    """Sets the state after each message; predicts the emergency message when it is due, and nothing else."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`priority` must stay above that of every other policy."""
        return {"priority": PRIORITY}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        featurizer: TrackerFeaturizer | None = None,
    ) -> None:
        """A policy without a featurizer: it looks at slots and the latest message only."""
        super().__init__(
            {**self.get_default_config(), **config}, model_storage, resource, execution_context, featurizer
        )

    def train(
        self, training_trackers: list[TrackerWithCachedStates], domain: Domain, **kwargs: Any
    ) -> Resource:
        """Nothing is learned; the folder is kept so that Rasa can load the policy."""
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "triage_policy.json").write_text(json.dumps({"version": 1}), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TriagePolicy:
        """The policy; there is nothing to read."""
        return cls(config, model_storage, resource, execution_context)

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """After a message: the slots as events and, in an emergency, its message; on "start over" all is cleared."""
        if tracker.latest_action_name in (UTTER_EMERGENCY, UTTER_CLEARED):
            return self._choose(ACTION_LISTEN_NAME, domain, [])
        if tracker.latest_action_name != ACTION_LISTEN_NAME or tracker.active_loop_name:
            return self._prediction(self._default_predictions(domain))
        before = State.of(tracker.current_slot_values())
        heard = heard_in(tracker)
        if heard.intent == "restart" and not heard.mentions:
            return self._choose(UTTER_CLEARED, domain, [Restarted()])
        after = take_in(before, heard)
        if not emergency_is_due(after):
            events: list[Event] = [SlotSet(name, value) for name, value in after.changes_from(before).items()]
            return self._prediction(self._default_predictions(domain), events=events)
        after = after.with_(announced_level="emergency", open_question=None, assessment_complete=True)
        events = [SlotSet(name, value) for name, value in after.changes_from(before).items()]
        return self._choose(UTTER_EMERGENCY, domain, events)

    def _choose(self, action: str, domain: Domain, events: list[Event]) -> PolicyPrediction:
        probabilities = self._default_predictions(domain)
        probabilities[domain.index_for_action(action)] = 1.0
        return self._prediction(probabilities, events=events)
