"""The event broker of `endpoints.yml`: events go to RabbitMQ by way of the database, and no turn waits
for it.

A turn writes its events to the outbox in its own transaction; a thread sends them on through Rasa's
broker for RabbitMQ, waits for the confirmation, and takes them out. Each arrives at least once;
`RABBITMQ_URL` unset means there is no broker and no outbox.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any
from urllib.parse import unquote, urlsplit

from rasa.core.brokers.broker import EventBroker
from rasa.utils.endpoints import EndpointConfig

import settings
from stores.conversations import Conversations

log = logging.getLogger(__name__)

QUEUE = "neckwise_events"
SECONDS_TO_CONNECT = 5.0
SECONDS_BETWEEN_TRIES = 3.0


class Outbox(EventBroker):
    """Sends what the tracker store has put into the outbox."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._rabbit: Any = None
        self._away = False
        self._next_try = 0.0
        # Rasa's broker reports each attempt as an error; one line of ours says that events wait.
        logging.getLogger("rasa.core.brokers.pika").setLevel(logging.CRITICAL)

    @classmethod
    async def from_endpoint_config(
        cls, broker_config: EndpointConfig, event_loop: asyncio.AbstractEventLoop | None = None
    ) -> Outbox | None:
        """The broker, or None where no address is set."""
        url = settings.load().rabbitmq_url
        return cls(url) if url else None

    def publish(self, event: dict[str, Any]) -> None:
        """Nothing to do: the tracker store has written the event to the outbox with its turn."""

    async def send_waiting(self, conversations: Conversations) -> None:
        """Sends all that waits. Returns early where RabbitMQ does not answer; the rest waits on."""
        while time.monotonic() >= self._next_try and (waiting := conversations.waiting()):
            try:
                rabbit = await self._connected()
                for _, event in waiting:
                    await asyncio.wait_for(rabbit._exchange.publish(rabbit._message(event, None), ""), 5)
            except Exception as error:  # noqa: BLE001  # the client raises of many kinds, and all mean: later
                if not self._away:
                    log.warning("Events wait: RabbitMQ does not answer (%s).", type(error).__name__)
                self._away, self._next_try = True, time.monotonic() + SECONDS_BETWEEN_TRIES
                await self._forget_connection()
                return
            if self._away:
                self._away = False
                log.warning("RabbitMQ answers again.")
            conversations.sent([number for number, _ in waiting])

    async def _connected(self) -> Any:
        if self._rabbit is None:
            from rasa.core.brokers.pika import PikaEventBroker

            address = urlsplit(self.url)
            rabbit = PikaEventBroker(
                address.hostname or "localhost",
                unquote(address.username or "guest"),
                unquote(address.password or "guest"),
                port=address.port or 5672,
                queues=[QUEUE],
                should_keep_unpublished_messages=False,
                connection_attempts=1,
                retry_delay_in_seconds=0,
            )
            await asyncio.wait_for(rabbit.connect(), SECONDS_TO_CONNECT)
            self._rabbit = rabbit
        return self._rabbit

    async def _forget_connection(self) -> None:
        rabbit, self._rabbit = self._rabbit, None
        if rabbit is not None:
            try:
                await asyncio.wait_for(rabbit.close(), 1)
            except Exception as error:  # noqa: BLE001  # it is broken already
                log.debug("Closing a broken connection: %s", type(error).__name__)
