"""The window of a conversation: its last turns, with events ahead of them that rebuild the state before.

Rasa knows a conversation's state from its events alone, and replays them all at every message. Here the
state at one point is written down as events (the slots that are set, a pause, an active loop), and what
comes after that point is the window. It grows by a turn a message, and when it has twice the turns that
are kept, it is moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    ConversationPaused,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

if TYPE_CHECKING:
    from rasa.shared.core.slots import Slot

TURNS_KEPT = 5
RANKING_KEPT = 3
MADE_HERE = {"window": True}


def as_data(event: Event) -> dict[str, Any]:
    """`event` as it is stored: of an intent ranking, the first few."""
    data = event.as_dict()
    parse_data = data.get("parse_data")
    if parse_data and len(parse_data.get("intent_ranking") or ()) > RANKING_KEPT:
        data["parse_data"] = {**parse_data, "intent_ranking": parse_data["intent_ranking"][:RANKING_KEPT]}
    return data


def next_start(events: Sequence[Event], first_new: int) -> int | None:
    """Where among `events` a window should begin now; None where the present one may stay.

    A new session begins with empty slots, so the window moves to it at once. Otherwise it begins with the
    `action_listen` before a person's message, so that every turn in it is whole.
    """
    for index in range(len(events) - 1, max(first_new, 1) - 1, -1):
        if isinstance(events[index], SessionStarted):
            before = events[index - 1]
            starts = isinstance(before, ActionExecuted) and before.action_name == ACTION_SESSION_START_NAME
            return index - 1 if starts else index
    turns = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(turns) <= 2 * TURNS_KEPT:
        return None
    first = turns[-TURNS_KEPT]
    for index in range(first - 1, turns[-TURNS_KEPT - 1], -1):
        event = events[index]
        if isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME:
            return index
    return first


def begins_session(events: Sequence[Event], start: int) -> bool:
    """Whether a window that begins at `start` begins with a session, which empties all slots first."""
    return any(isinstance(event, SessionStarted) for event in events[start : start + 2])


def head_of(events: Iterable[Event], slots: Sequence[Slot], sender_id: str) -> list[Event]:
    """Events that rebuild the state in which `events` leave a conversation."""
    tracker = DialogueStateTracker.from_events(sender_id, list(events), slots)
    timestamp = tracker.events[-1].timestamp if tracker.events else None
    head: list[Event] = [
        SlotSet(name, slot.value, timestamp, MADE_HERE)
        for name, slot in tracker.slots.items()
        if slot.value != slot.initial_value
    ]
    if tracker.is_paused():
        head.append(ConversationPaused(timestamp, MADE_HERE))
    if tracker.active_loop_name:
        head.append(ActiveLoop(tracker.active_loop_name, timestamp, MADE_HERE))
    return head
