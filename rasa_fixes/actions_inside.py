"""Stock: an action can be run by another process alone, asked over HTTP.

A turn with an action then costs two more HTTP messages, two changes of process and a second start, and
it fails when that process does. Later versions of Rasa run the package that `actions_module` names in
`endpoints.yml` inside the server; here that key does the same: without a `url` the call that would be
sent is given to rasa_sdk's `ActionExecutor` in this process. Call and answer are turned into JSON and
back, as on the wire: an action cannot change the conversation but by its answer. With a `url` (settings
`ACTIONS_URL`, `ACTIONS_APART`) actions are called there as before.

An action that waits must be a coroutine, or run apart: one that blocks holds up all conversations of the
process.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
from typing import TYPE_CHECKING, Any

import settings

if TYPE_CHECKING:
    from rasa.utils.endpoints import EndpointConfig
    from rasa_sdk.executor import ActionExecutor

MODULE = "actions_module"


@functools.cache
def executor_of(package: str) -> ActionExecutor:
    """The actions of a package, loaded once. Ends the process where it cannot be imported, as the action server does."""
    from rasa_sdk.executor import ActionExecutor

    executor = ActionExecutor()
    executor.register_package(package)
    return executor


def runs_inside(endpoint: EndpointConfig | None) -> bool:
    """Whether an `action_endpoint` names a package for this process, and no address."""
    return endpoint is not None and not endpoint.url and bool(endpoint.kwargs.get(MODULE))


def apply() -> None:
    import ujson
    from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
    from rasa.core.agent import Agent
    from rasa.shared.core.events import deserialise_events
    from rasa.shared.exceptions import RasaException
    from rasa_sdk import interfaces

    call_remote = RemoteAction.run
    make_agent = Agent.__init__
    limit = settings.load().action_timeout_seconds

    async def run(self: RemoteAction, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> list[Any]:
        endpoint = self.action_endpoint
        if not runs_inside(endpoint):
            return await call_remote(self, output_channel, nlg, tracker, domain)
        executor = executor_of(endpoint.kwargs[MODULE])
        work = executor.run(ujson.loads(ujson.dumps(self._action_call_format(tracker, domain))))
        if inspect.iscoroutinefunction(executor.actions.get(self.name())):
            work = asyncio.wait_for(work, limit)  # it may wait for something; any other is done when it returns
        try:
            answer = ujson.loads(ujson.dumps(await work))
        except interfaces.ActionExecutionRejection as rejection:
            raise ActionExecutionRejection(rejection.action_name, rejection.message) from rejection
        except interfaces.ActionNotFoundException as missing:
            raise RasaException(f"No action '{self.name()}' in the package '{endpoint.kwargs[MODULE]}'.") from missing
        self._validate_action_result(answer)
        said = await self._utter_responses(answer.get("responses", []), output_channel, nlg, tracker)
        return [*said, *deserialise_events(answer.get("events", []))]

    @functools.wraps(make_agent)
    def make_agent_and_load_actions(self: Agent, *args: Any, **kwargs: Any) -> None:
        make_agent(self, *args, **kwargs)
        if runs_inside(self.action_endpoint):
            executor_of(self.action_endpoint.kwargs[MODULE])

    RemoteAction.run = run
    Agent.__init__ = make_agent_and_load_actions
