"""Stock: values are deep-copied, joined and formatted for debug log lines that nobody writes.

The message processor and the rule policy pass `copy.deepcopy(...)` of events, states and slots to
`structlogger.debug`, five times and more a turn, and each line goes through a plug-in hook before its
level is looked at. Here these modules copy and log only when debug lines are written.
"""

from __future__ import annotations

import copy
import logging
from types import ModuleType
from typing import Any

_rasa_log = logging.getLogger("rasa")


def debugging() -> bool:
    return _rasa_log.isEnabledFor(logging.DEBUG)


class _CopyForDebug:
    """Stands in for the module `copy` where it serves nothing but debug lines."""

    def __getattr__(self, name: str) -> Any:
        return getattr(copy, name)

    @staticmethod
    def deepcopy(value: Any) -> Any:
        return copy.deepcopy(value) if debugging() else None


class _LoggerWithoutIdleDebug:
    """A structlog logger that looks at the level before anything else."""

    def __init__(self, logger: Any) -> None:
        self._logger = logger

    def __getattr__(self, name: str) -> Any:
        return getattr(self._logger, name)

    def debug(self, event: str, **values: Any) -> None:
        if debugging():
            self._logger.debug(event, **values)


def apply() -> None:
    import rasa.core.policies.rule_policy as rule_policy
    import rasa.core.processor as processor

    module: ModuleType
    for module in (processor, rule_policy):
        module.copy = _CopyForDebug()  # type: ignore[attr-defined]  # both hold the module under this name
        module.structlogger = _LoggerWithoutIdleDebug(module.structlogger)  # type: ignore[attr-defined]

    log_slots = processor.MessageProcessor._log_slots

    def log_slots_for_debug(tracker: Any) -> None:
        if debugging():
            log_slots(tracker)

    processor.MessageProcessor._log_slots = staticmethod(log_slots_for_debug)
