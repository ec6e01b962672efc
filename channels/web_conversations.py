"""The conversations of the web channel: a reply once, news from a person who took over, and erasing."""

import asyncio
from collections import deque
from typing import Any

import structlog
from rasa.shared.core.events import BotUttered

from channels.erasure import erase_conversation
from channels.gate import Gate, Incoming
from channels.record import Message, Record, is_emergency
from channels.web_replies import Replies, recorded_reply

SECONDS_FOR_ANOTHER_PROCESS = 5
ERASED_REMEMBERED = 1000
SHOWN_BY_A_BANNER = ("kind", "version", "level", "title", "phone_numbers")

log = structlog.get_logger(__name__)


class ErasuresNoted(Record):
    """The record of conversations, which also notes whose was erased, so that the browser can be told."""

    def __init__(self) -> None:
        super().__init__()
        self._erased: deque[str] = deque(maxlen=ERASED_REMEMBERED)

    async def erase(self, sender: str) -> bool:
        """See `Record.erase`."""
        done = await super().erase(sender)
        if done:
            self.note_erased(sender)
        return done

    def note_erased(self, sender: str) -> None:
        """From now on the sender's conversation counts as erased."""
        self._erased.append(sender)

    def was_erased(self, sender: str) -> bool:
        """Whether the sender's conversation is one of the last that were erased."""
        return sender in self._erased


class Conversations:
    """What the routes of the web channel ask for.

    `gate` must have been made with `record`. With `persons`, a person can take over and write back.
    """

    def __init__(self, gate: Gate, record: ErasuresNoted, persons: bool) -> None:
        self._gate = gate
        self._record = record
        self._persons = persons
        self._replies = Replies()

    def is_over(self, sender: str, message_id: str) -> bool:
        """Whether the conversation was erased and the message is not one that was answered before that."""
        return self._record.was_erased(sender) and not self._replies.has(sender, message_id)

    async def reply(self, incoming: Incoming, asked_before: bool) -> dict[str, Any]:
        """The answer to a message: the same one, however often the browser asks for it."""
        sender, message_id = incoming.sender, str(incoming.message_id)

        async def made() -> list[Message]:
            return await self._made(incoming, asked_before)

        messages = await self._replies.reply_to(sender, message_id, made)
        if self._record.was_erased(sender):
            return {"messages": messages, "erased": True}
        if self._persons and (await self._record.read(sender)).handed_over:
            return {"messages": messages, "person": True}
        return {"messages": messages}

    async def news(self, sender: str, seen: int) -> dict[str, Any]:
        """What a person wrote beyond the first `seen` messages, and whether the person is still there."""
        tracker = await self._tracker(sender)
        if tracker is None:
            return {"messages": [], "person": False}
        said = [
            event
            for event in tracker.applied_events()
            if isinstance(event, BotUttered) and event.metadata.get("said_by") == "person"
        ]
        return {
            "messages": [{"text": event.text} for event in said[seen:]],
            "person": bool(tracker.get_slot("handed_over")),
        }

    async def last_emergency(self, sender: str) -> dict[str, Any] | None:
        """What a banner shows of the last emergency message of a conversation; None where there was none.

        Raises whatever the database raises: the emergency may be there all the same.
        """
        stores = self._record.stores()  # not the agent's own: while its model is gone, that one is empty
        tracker = await stores.tracker_store.retrieve(sender) if stores is not None else None
        if tracker is None or self._record.was_erased(sender):
            return None
        for event in reversed(tracker.events):
            if isinstance(event, BotUttered) and is_emergency(event.data):
                data = event.data["custom"]["data"]
                return {key: data[key] for key in SHOWN_BY_A_BANNER if key in data}
        return None

    async def erase(self, sender: str) -> None:
        """Erases everything kept of the conversation, once its turns under way have ended.

        Raises CannotErase for a tracker store of an unknown kind, and whatever the database raises.
        """
        # first, so that a message still on its way does not begin the conversation anew
        self._record.note_erased(sender)
        await self._replies.finish_turns_of(sender)
        stores = self._record.stores()
        assert stores is not None, "no conversation can have begun"
        await erase_conversation(stores.tracker_store, stores.lock_store, sender)

    async def _made(self, incoming: Incoming, asked_before: bool) -> list[Message]:
        if not asked_before:
            return await self._gate.handle(incoming)
        # asked of a process that is gone, or of another one: its reply may be in the tracker by now
        message_id = str(incoming.message_id)
        earlier = recorded_reply(await self._tracker(incoming.sender), message_id)
        if earlier is None and not await self._gate.admit(incoming):
            await asyncio.sleep(SECONDS_FOR_ANOTHER_PROCESS)
            earlier = recorded_reply(await self._tracker(incoming.sender), message_id)
        return await self._gate.answer(incoming) if earlier is None else earlier

    async def _tracker(self, sender: str) -> Any | None:
        stores = self._record.stores()
        try:
            return await stores.tracker_store.retrieve(sender) if stores is not None else None
        except Exception as problem:  # noqa: BLE001 - each database has its own errors; it then knows nothing
            log.warning("web.tracker.unreadable", problem=type(problem).__name__)
            return None
