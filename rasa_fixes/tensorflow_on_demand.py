"""Stock: TensorFlow is imported at every start and every command, 6 s of CPU and 300 MB, used or not.

Rasa's default recipe imports every component it knows in order to register it, and
`rasa.utils.train_utils`, which all policies and extractors import, imports two Keras classes. Here the
nine modules that need TensorFlow are represented by stand-ins until one of their classes is asked for: by
name in a `config.yml` or a model (`DefaultV1Recipe._from_registry`, `class_from_module_path`), or by any
use of a class. Then all nine are imported for good, everywhere that a stand-in went, and stock components
work as ever.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from rasa_fixes.import_hooks import after_import

# What other modules of Rasa import from each module at their own import.
DEFERRED: dict[str, tuple[str, ...]] = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator", "RasaDataGenerator"),
    "rasa.nlu.classifiers.diet_classifier": ("DIETClassifier",),
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": ("ConveRTFeaturizer",),
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": ("LanguageModelFeaturizer",),
    "rasa.nlu.selectors.response_selector": ("ResponseSelector",),
    "rasa.core.policies.ted_policy": ("TEDPolicy",),
    "rasa.core.policies.unexpected_intent_policy": ("UnexpecTEDIntentPolicy",),
}
COMPONENTS = {name for module, names in DEFERRED.items() if ".tensorflow." not in module for name in names}


class _Deferred(type):
    """The class of stand-ins: any use beyond being passed around brings in the real class."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):  # asked by typing, inspect and abc of every class
            raise AttributeError(name)
        return getattr(real_class(cls), name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return real_class(cls)(*args, **kwargs)


def _stand_in(module: str, name: str) -> type:
    return _Deferred(name, (), {"__module__": module, "__doc__": f"Stands in for {module}.{name}."})


class _DeferredModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        bring_in()
        return getattr(sys.modules[self.__name__], name)


class _DeferringFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(fullname, self) if fullname in DEFERRED else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _DeferredModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        for name in DEFERRED[module.__name__]:
            setattr(module, name, _stand_in(module.__name__, name))


_finder = _DeferringFinder()


def real_class(stand_in: type) -> type:
    """The class that `stand_in` represents; any other class is returned as it is."""
    if not isinstance(stand_in, _Deferred):
        return stand_in
    bring_in()
    return getattr(sys.modules[stand_in.__module__], stand_in.__name__)


def bring_in() -> None:
    """Imports the real modules, and puts the real classes wherever a module of Rasa holds a stand-in."""
    if _finder not in sys.meta_path:
        return
    sys.meta_path.remove(_finder)
    for module in DEFERRED:
        sys.modules.pop(module, None)
    for module in DEFERRED:
        importlib.import_module(module)
    for name, loaded in list(sys.modules.items()):
        if name.partition(".")[0] != "rasa" or loaded is None:
            continue
        for key, value in list(vars(loaded).items()):
            if isinstance(value, _Deferred):
                setattr(loaded, key, real_class(value))
            elif isinstance(value, list) and any(isinstance(item, _Deferred) for item in value):
                value[:] = [real_class(item) for item in value]


def _mend_lookup(common: ModuleType) -> None:
    look_up = common.class_from_module_path

    def class_from_module_path(module_path: str, lookup_path: str | None = None) -> type:
        return real_class(look_up(module_path, lookup_path))

    common.class_from_module_path = class_from_module_path  # type: ignore[attr-defined]


def _mend_recipe(recipe: ModuleType) -> None:
    look_up = recipe.DefaultV1Recipe._from_registry.__func__

    def from_registry(cls: type, name: str) -> Any:
        if name.rpartition(".")[2] in COMPONENTS:
            bring_in()
        return look_up(cls, name)

    recipe.DefaultV1Recipe._from_registry = classmethod(from_registry)


def apply() -> None:
    if "tensorflow" in sys.modules or any(name in sys.modules for name in DEFERRED):
        return  # too late to save anything
    sys.meta_path.insert(0, _finder)
    after_import("rasa.shared.utils.common", _mend_lookup)
    after_import("rasa.engine.recipes.default_recipe", _mend_recipe)
