"""One reply to one message of the web channel, however often the browser has to ask for it."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from channels.record import Message

_Key = tuple[str, str]


class Replies:
    """Remembers the replies of the last minutes, the ones still in the making too.

    The gate keeps a repeated message away from Rasa; a browser whose connection broke must also get the
    reply it missed, and a request that is given up must not stop the turn. Platforms need neither, so this
    belongs to the web channel.
    """

    def __init__(self, keep_seconds: float = 900, keep_at_most: int = 5000) -> None:
        self._keep_seconds = keep_seconds
        self._keep_at_most = keep_at_most
        self._turns: OrderedDict[_Key, tuple[float, asyncio.Future[list[Message]]]] = OrderedDict()

    async def reply_to(
        self, sender: str, message_id: str, answer: Callable[[], Awaitable[list[Message]]]
    ) -> list[Message]:
        """The reply to this message: made by `answer` the first time, the same one after that.

        Raises what `answer` raises; a turn that failed is forgotten, so that asking again starts it again.
        """
        self._forget_old()
        key = (sender, message_id)
        if key not in self._turns:
            self._turns[key] = (time.monotonic(), asyncio.ensure_future(answer()))
        turn = self._turns[key][1]
        try:
            return await asyncio.shield(turn)
        except Exception:
            self._turns.pop(key, None)
            raise

    def has(self, sender: str, message_id: str) -> bool:
        """Whether the message was asked about before."""
        return (sender, message_id) in self._turns

    async def finish_turns_of(self, sender: str) -> None:
        """Waits for the turns of a sender that are under way, then forgets all its replies."""
        turns = [turn for (owner, _), (_, turn) in self._turns.items() if owner == sender]
        await asyncio.gather(*turns, return_exceptions=True)
        for key in [key for key in self._turns if key[0] == sender]:
            del self._turns[key]

    def _forget_old(self) -> None:
        oldest_kept = time.monotonic() - self._keep_seconds
        while self._turns:
            key, (since, turn) = next(iter(self._turns.items()))
            if not turn.done() or (since > oldest_kept and len(self._turns) < self._keep_at_most):
                return
            del self._turns[key]


def recorded_reply(tracker: Any | None, message_id: str) -> list[Message] | None:
    """The reply that a tracker holds for a message id; None where it holds none.

    For a browser that asks again after the server was restarted, when the replies above are gone. While a
    person has taken over, no reply is an answer too: the empty list.
    """
    if tracker is None:
        return None
    found: list[Message] | None = None
    for event in tracker.events:
        if event.type_name == "user" and event.text is not None:
            if found is not None:
                break
            if event.message_id == message_id:
                found = []
        elif event.type_name == "bot" and found is not None:
            found.append(_as_message(event))
    return found if found or tracker.get_slot("handed_over") else None


def _as_message(event: Any) -> Message:
    data = event.data or {}
    message: Message = {"text": event.text} if event.text else {}
    if data.get("buttons"):
        message["buttons"] = data["buttons"]
    if data.get("custom"):
        message["custom"] = data["custom"]
    return message
