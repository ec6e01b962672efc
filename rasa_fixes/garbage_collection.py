"""Stock: Python looks for garbage 1,500 times while Rasa starts, and through the whole model during a
turn.

A server builds a million objects at its start and keeps them all. Here a collection waits for 50,000 new
objects and not for 700 (while it starts, for 500,000), and what is there when the server is ready is set
apart (`gc.freeze`), so that no turn pays for walking through it; processes that are forked then share that
memory too.
"""

from __future__ import annotations

import gc
from types import ModuleType
from typing import Any

from rasa_fixes.import_hooks import after_import

NEW_OBJECTS = 50_000
NEW_OBJECTS_AT_START = 500_000


def apply() -> None:
    gc.set_threshold(NEW_OBJECTS_AT_START, 20, 20)

    def mend_start(run: ModuleType) -> None:
        load_agent = run.load_agent_on_start

        async def load_agent_and_freeze(*args: Any, **kwargs: Any) -> Any:
            agent = await load_agent(*args, **kwargs)
            gc.freeze()  # with the little garbage there is: to look for it first takes longer than loading the model
            gc.set_threshold(NEW_OBJECTS, 20, 20)
            return agent

        run.load_agent_on_start = load_agent_and_freeze  # type: ignore[attr-defined]

    after_import("rasa.core.run", mend_start)
