"""Stock: a copy of a tracker replays all events of the conversation, before every action.

`DialogueStateTracker.copy` builds an empty tracker and applies each event again. Here the copy takes over
the state as it is: new slot objects, a new list of the same events, the same latest messages. (One state
that no event carries is right in this copy and stale in a replay: a follow-up action that has already
been taken.)
"""

from __future__ import annotations

import copy
import dataclasses


def apply() -> None:
    from rasa.shared.core.trackers import AnySlotDict, DialogueStateTracker

    replay = DialogueStateTracker.copy

    def copy_state(self: DialogueStateTracker) -> DialogueStateTracker:
        if type(self) is not DialogueStateTracker or isinstance(self.slots, AnySlotDict):
            return replay(self)
        twin: DialogueStateTracker = object.__new__(DialogueStateTracker)
        twin.__dict__.update(self.__dict__)
        twin.events = self.events.copy()
        twin.slots = {name: copy.copy(slot) for name, slot in self.slots.items()}
        twin.active_loop = dataclasses.replace(self.active_loop) if self.active_loop else None
        twin.sender_source = twin.model_id = twin.assistant_id = None  # as after a replay
        return twin

    DialogueStateTracker.copy = copy_state
