"""Stock: an action that fails is logged with the words of its exception, and those may be a person's.

A `KeyError` names the key, a failed validation shows the whole answer, and Rasa logs them with all that
they came from. Here the log gets the kind of the error and its place. Rasa goes on as before: the turn
continues without the action. A rejection, which is no fault, is passed on as it is.
"""

from __future__ import annotations

from typing import Any


def apply() -> None:
    from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
    from rasa.shared.exceptions import RasaException

    from traces import kind_and_place

    run_action = RemoteAction.run

    async def run(self: RemoteAction, *args: Any, **kwargs: Any) -> list[Any]:
        try:
            return await run_action(self, *args, **kwargs)
        except ActionExecutionRejection:
            raise
        except RasaException as error:  # in Rasa's own words or ours: where the action server is, what is missing
            raise RasaException(f"The action '{self.name()}' failed: {error}") from None
        except Exception as error:  # noqa: BLE001 - whatever it is, its words must not reach the log
            words = "{error} at {place}".format(**kind_and_place(error))
            raise RasaException(f"The action '{self.name()}' failed: {words}") from None

    RemoteAction.run = run
