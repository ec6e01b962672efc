"""Stock: the class of every event that is read back is searched among all subclasses of `Event`, each
time.

`Event.resolve_by_type` walks the class tree for each of the events of a conversation, at each message.
Here a class once found is remembered by its type name.
"""

from __future__ import annotations


def apply() -> None:
    from rasa.shared.core.events import Event

    search = Event.resolve_by_type
    known: dict[str, type[Event]] = {}

    def resolve_by_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
        found = known.get(type_name)
        if found is None:
            found = search(type_name, default)
            if found is not None and found.type_name == type_name:  # a default answers this call only
                known[type_name] = found
        return found

    Event.resolve_by_type = staticmethod(resolve_by_type)
