"""Stock: 9 of the 20 seconds of start-up are skops looking for the home of NumPy's and SciPy's functions.

`skops.io` (imported by Rasa when it loads a scikit-learn classifier) asks `whichmodule` for the module of
each ufunc. That walks all loaded modules and calls `getattr` on each; thousands are loaded by then, and
those that load their parts lazily answer slowly, or import more. Here the same walk, in the same order,
looks at what each module holds (`vars(module)`) and wakes nobody up. Costs nothing where skops is never
imported.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from rasa_fixes.import_hooks import after_import


def which_module(obj: Any, name: str) -> str:
    """The name of the module that holds `obj` under the dotted `name`; `__main__` where none does."""
    module_name = getattr(obj, "__module__", None)
    if module_name is not None:
        return str(module_name)
    first, _, rest = name.partition(".")
    for module_name, module in sys.modules.copy().items():
        if module_name in ("__main__", "__mp_main__") or module is None:
            continue
        found = getattr(module, "__dict__", {}).get(first)
        for part in rest.split(".") if rest else ():
            found = getattr(found, part, None)
        if found is obj and obj is not None:
            return module_name
    return "__main__"


def _mend(module: ModuleType) -> None:
    module.whichmodule = which_module  # type: ignore[attr-defined]  # the name exists in skops.io._utils


def apply() -> None:
    after_import("skops.io._utils", _mend)
