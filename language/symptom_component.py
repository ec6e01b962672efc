"""The language of this project as components of Rasa's pipeline.

`SymptomExtractor` puts the `symptom` entities and everything else that was understood on the message; `DialogueActs`
settles the intent where words decide it better than a classifier.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from language.dialogue_acts import settle
from language.understanding import Understanding, understand

UNDERSTANDING = "understanding"


class _Stateless(GraphComponent):
    """A component that learns nothing."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GraphComponent:
        """The component; its data files are read here, so that a fault in them stops the start and not a turn."""
        understand("my neck is stiff")
        return cls()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class SymptomExtractor(_Stateless, EntityExtractorMixin):
    """Entities `symptom` with `value` (code), `role` (assertion), and places in the original text."""

    def process(self, messages: list[Message], tracker: DialogueStateTracker) -> list[Message]:
        """Understands each message in the light of whom the conversation is about (slot `subject`)."""
        slots = tracker.current_slot_values() if tracker is not None else {}
        subject = slots.get("subject") if slots.get("findings") else None
        for message in messages:
            said = understand(message.get(TEXT) or "", subject)
            message.set(ENTITIES, [*(message.get(ENTITIES) or []), *self._entities(said)], add_to_output=True)
            message.set(
                UNDERSTANDING,
                {
                    "facts": dict(said.facts),
                    "subject": said.subject,
                    "person": said.person,
                    "reply": said.reply,
                    "others": dict(said.others),
                    "figurative": said.figurative,
                },
                add_to_output=True,
            )
        return messages

    def _entities(self, said: Understanding) -> list[dict[str, Any]]:
        return [
            {
                "entity": "symptom",
                "value": each.code,
                "role": each.role,
                "start": each.start,
                "end": each.end,
                "extractor": type(self).__name__,
            }
            for each in said.mentions
        ]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class DialogueActs(_Stateless, IntentClassifier):
    """Settles the intent after the classifier: commands, a bare yes or no, and symptoms are decided by the words."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Moves the intent that the words decide to the head of the ranking."""
        for message in messages:
            ranking = [(each["name"], each["confidence"]) for each in message.get(INTENT_RANKING_KEY) or []]
            roles = [
                each.get("role") for each in message.get(ENTITIES) or [] if each.get("entity") == "symptom"
            ]
            said = message.get(UNDERSTANDING) or {}
            settled = settle(
                message.get(TEXT) or "",
                ranking,
                roles,
                said.get("reply"),
                said.get("facts") or {},
                bool(said.get("figurative")),
            )
            if settled is None:
                continue
            name, confidence = settled
            rest = [each for each in message.get(INTENT_RANKING_KEY) or [] if each["name"] != name]
            head = {"name": name, "confidence": confidence}
            message.set(INTENT, head, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [head, *rest], add_to_output=True)
        return messages
