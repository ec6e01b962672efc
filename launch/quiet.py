"""Keeps deprecation warnings of Rasa's dependencies off the screen: nobody who runs it can mend them."""

from __future__ import annotations

import os
import warnings
from typing import Any

VARIABLES = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


def hush() -> None:
    """Sets the variables and drops deprecations. A filter would not do: others put theirs before it."""
    for name, value in VARIABLES.items():
        os.environ.setdefault(name, value)
    show = warnings.showwarning

    def showwarning(message: Any, category: type[Warning], *rest: Any, **more: Any) -> None:
        if not issubclass(category, (DeprecationWarning, PendingDeprecationWarning, FutureWarning)):
            show(message, category, *rest, **more)

    warnings.showwarning = showwarning
