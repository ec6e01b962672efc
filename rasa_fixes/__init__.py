"""Rasa's slow and weak places, one fix a module.

`apply()` must run before any module of Rasa is imported: some fixes are about what an import costs. Each
module says what stock Rasa does, offers `apply()`, and is known by its own name, which the environment
variable `NECKWISE_RASA_FIXES_OFF` (names, separated by commas) switches off.

The fixes know the inside of one version of Rasa. On any other `apply()` raises `WrongRasaVersion` and
changes nothing: start without fixes by setting `NECKWISE_RASA_FIXES_OFF=all`.
"""

from __future__ import annotations

import importlib
import os
from importlib import metadata

SUPPORTED_RASA = "3.6.21"
OFF_VARIABLE = "NECKWISE_RASA_FIXES_OFF"

# In the order of application: what must come before the first import of Rasa stands first.
FIXES: tuple[str, ...] = (
    "garbage_collection",
    "skops_module_search",
    "tensorflow_on_demand",
    "clients_on_demand",
    "channels_on_demand",
    "evaluation_on_demand",
    "spacy_command_line",
    "spacy_model",
    "event_types",
    "action_response_schema",
    "action_connection",
    "action_request",
    "actions_inside",
    "action_errors",
    "lock_wait",
    "debug_lines",
    "tracker_copy",
    "prediction_graph",
    "rule_states",
    "dead_workers",
    "api_input",
)

_applied: list[str] = []


class WrongRasaVersion(RuntimeError):
    """The installed Rasa is not the one the fixes were written for."""


class UnknownFix(ValueError):
    """`NECKWISE_RASA_FIXES_OFF` names a fix that does not exist."""


def switched_off(setting: str | None = None) -> frozenset[str]:
    """The names that the setting (default: the environment) switches off.

    Raises `UnknownFix` on a misspelt one.
    """
    text = os.environ.get(OFF_VARIABLE, "") if setting is None else setting
    names = {name.strip() for name in text.split(",") if name.strip()}
    if "all" in names:
        return frozenset(FIXES)
    unknown = names - set(FIXES)
    if unknown:
        raise UnknownFix(f"{OFF_VARIABLE} names {sorted(unknown)}; the fixes are {', '.join(FIXES)}, or all")
    return frozenset(names)


def apply(off: str | None = None) -> list[str]:
    """Applies every fix that is not switched off, once a process, and returns the names of those in force.

    Raises `WrongRasaVersion` where the installed Rasa is not `SUPPORTED_RASA`.
    """
    names = [name for name in FIXES if name not in switched_off(off)]
    if not names:
        return list(_applied)
    version = metadata.version("rasa")
    if version != SUPPORTED_RASA:
        raise WrongRasaVersion(
            f"rasa_fixes mends Rasa {SUPPORTED_RASA} and this is {version}: check each fix against the new "
            f"source, or set {OFF_VARIABLE}=all to run Rasa as it is"
        )
    for name in names:
        if name not in _applied:
            importlib.import_module(f"rasa_fixes.{name}").apply()
            _applied.append(name)
    return list(_applied)
