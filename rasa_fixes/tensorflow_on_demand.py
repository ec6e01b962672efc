"""Stock: TensorFlow is imported at every start and every command, 6 s of CPU and 300 MB, used or not.

Rasa's default recipe imports every component it knows in order to register it, and
`rasa.utils.train_utils`, which all policies and extractors import, imports two Keras classes. Here the
eight modules that need TensorFlow are put off until one of their classes is asked for: by name in a
`config.yml` or a model (`DefaultV1Recipe._from_registry`, `class_from_module_path`), or by any use of a
class. Then all of them are imported, and stock components work as ever.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from rasa_fixes.import_hooks import after_import
from rasa_fixes.stand_ins import Postponed, real

LIBRARY = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator", "RasaDataGenerator"),
}
COMPONENTS = {
    "rasa.nlu.classifiers.diet_classifier": ("DIETClassifier",),
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": ("ConveRTFeaturizer",),
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": ("LanguageModelFeaturizer",),
    "rasa.nlu.selectors.response_selector": ("ResponseSelector",),
    "rasa.core.policies.ted_policy": ("TEDPolicy",),
    "rasa.core.policies.unexpected_intent_policy": ("UnexpecTEDIntentPolicy",),
}


def apply() -> None:
    postponed = Postponed({**LIBRARY, **COMPONENTS})
    if "tensorflow" in sys.modules or not postponed.put_off():
        return
    component_names = {name for names in COMPONENTS.values() for name in names}

    def mend_lookup(common: ModuleType) -> None:
        look_up = common.class_from_module_path

        def class_from_module_path(module_path: str, lookup_path: str | None = None) -> type:
            found: type = real(look_up(module_path, lookup_path))
            return found

        common.class_from_module_path = class_from_module_path  # type: ignore[attr-defined]

    def mend_recipe(recipe: ModuleType) -> None:
        look_up = recipe.DefaultV1Recipe._from_registry.__func__

        def from_registry(cls: type, name: str) -> Any:
            if name.rpartition(".")[2] in component_names:
                postponed.bring_in()
            return look_up(cls, name)

        recipe.DefaultV1Recipe._from_registry = classmethod(from_registry)

    after_import("rasa.shared.utils.common", mend_lookup)
    after_import("rasa.engine.recipes.default_recipe", mend_recipe)
