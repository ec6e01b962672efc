"""The intent classifier as a component of Rasa's pipeline.

Rasa finds it under `language.intent_component.LinearIntentClassifier` in `config.yml`. It reads the raw text alone,
so it needs no tokenizer and no featurizer in front of it.
"""

from __future__ import annotations

import logging
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier as RasaIntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from language.intents import IntentClassifier

logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent, RasaIntentClassifier):
    """Sets `intent` and `intent_ranking`; `nlu_fallback` stands first where no intent is confident enough."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`threshold`: the confidence below which the answer is `nlu_fallback` (see docs/pipeline-choice.md).

        `ranking_length`: how many intents the ranking names.
        """
        return {"threshold": 0.2, "ranking_length": 10}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        classifier: IntentClassifier | None = None,
    ) -> None:
        """A component that has learned nothing unless a classifier is given."""
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._classifier = classifier

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        """A component to be trained."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples that have text and an intent, and keep what was learned."""
        examples = [
            (message.get(TEXT), message.get(INTENT))
            for message in training_data.intent_examples
            if message.get(TEXT) and message.get(INTENT)
        ]
        if not examples:
            logger.warning(
                "No examples of intents: the classifier stays empty and says nlu_fallback to everything."
            )
            return self._resource
        texts, intents = zip(*examples, strict=True)
        self._classifier = IntentClassifier().fit(texts, intents)
        with self._model_storage.write_to(self._resource) as folder:
            self._classifier.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        """The trained component; an empty one where training stored nothing."""
        try:
            with model_storage.read_from(resource) as folder:
                classifier = IntentClassifier.load(folder)
        except ValueError:  # what Rasa's storage raises for a resource that was never written
            logger.warning("No trained intent classifier is stored: everything will be nlu_fallback.")
            return cls(config, model_storage, resource)
        return cls(config, model_storage, resource, classifier)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent of each message."""
        for message in messages:
            ranking = self._ranking(message.get(TEXT) or "")
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking[: self._config["ranking_length"]], add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Give later components the predictions on the examples, as Rasa's own classifiers do."""
        self.process(training_data.training_examples)
        return training_data

    def _ranking(self, text: str) -> list[dict[str, Any]]:
        ranking = self._classifier.rank(text) if self._classifier and text.strip() else []
        best = ranking[0][1] if ranking else 0.0
        if best < self._config["threshold"]:
            ranking.insert(0, (DEFAULT_NLU_FALLBACK_INTENT_NAME, 1.0 - best))
        return [{INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: confidence} for name, confidence in ranking]
