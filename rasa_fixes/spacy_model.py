"""Stock: a spaCy model is loaded twice, once for each place that `SpacyNLP` has in the graph.

Rasa builds one component that provides the model and one that runs it, and each loads the model: 3 s and
250 MB a time. Here a model once loaded under a name is shared.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from rasa_fixes.import_hooks import after_import


def apply() -> None:
    def mend(utils: ModuleType) -> None:
        load = utils.SpacyNLP.load_model
        loaded: dict[str, Any] = {}

        def load_model(spacy_model_name: str) -> Any:
            if spacy_model_name not in loaded:
                loaded[spacy_model_name] = load(spacy_model_name)
            return loaded[spacy_model_name]

        utils.SpacyNLP.load_model = staticmethod(load_model)

    after_import("rasa.nlu.utils.spacy_utils", mend)
