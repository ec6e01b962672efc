"""Keeps off the screen what nobody who runs the assistant can mend or needs to know.

These are deprecations inside Rasa and its dependencies, and that responses are "not used in any story or
rule": they are uttered by actions, which Rasa does not look into.
"""

from __future__ import annotations

import os
import re
import warnings
from typing import Any

VARIABLES = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}
UTTERED_BY_ACTIONS = re.compile(r"^The utterance '\w+' is not used in any story or rule\.")


def hush() -> None:
    """Sets the variables and drops those warnings. A filter would not do: others put theirs before it."""
    for name, value in VARIABLES.items():
        os.environ.setdefault(name, value)
    show = warnings.showwarning

    def showwarning(message: Any, category: type[Warning], *rest: Any, **more: Any) -> None:
        deprecated = issubclass(category, (DeprecationWarning, PendingDeprecationWarning, FutureWarning))
        if not deprecated and not UTTERED_BY_ACTIONS.search(str(message)):
            show(message, category, *rest, **more)

    warnings.showwarning = showwarning
