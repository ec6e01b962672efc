"""Stock: every action call carries all events of the conversation, each message with its whole intent
ranking.

`RemoteAction` turns the events into JSON, the action server reads them back, and the product's actions
look at the slots, the last message and the turn before it. Here a call carries the events since the
message before the last one. An action that reads older events has to switch this off.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import Event
    from rasa.shared.core.trackers import DialogueStateTracker

MESSAGES = 2


def last_turns(events: Sequence[Event]) -> Sequence[Event]:
    """The events since the message before the last one."""
    messages = 0
    for index in range(len(events) - 1, -1, -1):
        if events[index].type_name == "user":
            messages += 1
            if messages == MESSAGES:
                return events[index:]
    return events


def apply() -> None:
    import rasa
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.core.trackers import EventVerbosity

    def action_call_format(
        self: RemoteAction, tracker: DialogueStateTracker, domain: Domain
    ) -> dict[str, Any]:
        state = tracker.current_state(EventVerbosity.NONE)
        state["events"] = [event.as_dict() for event in last_turns(list(tracker.events))]
        call = {
            "next_action": self.name(),
            "sender_id": tracker.sender_id,
            "tracker": state,
            "version": rasa.__version__,
        }
        if not self._is_selective_domain_enabled() or domain.does_custom_action_explicitly_need_domain(
            self.name()
        ):
            call["domain"] = domain.as_dict()
        return call

    RemoteAction._action_call_format = action_call_format
