"""A small server with the real web channel and gate, and a scripted assistant in the place of Rasa.

`python -m tests.browser.fake_assistant PORT` serves it on loopback. Each state of the page can be
had by one message, see `script.json`. Conversations are kept in memory, or with `--store FILE` in a SQLite
file that outlives the process.
"""

import argparse
import asyncio
import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from sanic import Sanic, response

from channels.gate import Gate
from channels.web import web_blueprint
from channels.web_conversations import Conversations, ErasuresNoted
from settings import Settings, load

Message = dict[str, Any]

SCRIPT: dict[str, list[Message]] = json.loads((Path(__file__).parent / "script.json").read_text())
"""What is said to a text, in lower case."""

EMERGENCY = SCRIPT["yes, a fever"][0]


def scripted(text: str) -> list[Message]:
    """The assistant's messages for a text; what is not in the script is repeated."""
    key = text.strip().lower().rstrip(".!?")
    if key.startswith("say:"):
        return TOLD.pop(0) if TOLD else [{"text": "nothing to say"}]
    return SCRIPT.get(key, [{"text": f"You wrote: {text}"}])


TOLD: list[list[Message]] = []
"""Messages that a test put in the assistant's mouth, said when somebody writes `say:`."""


class SafetyNet:
    """What is said when the script says nothing."""

    def messages_for(
        self, text: str, findings: dict[str, str], country: str | None, subject: str | None
    ) -> list[Message]:
        """A safe message, the emergency message for a fever."""
        if "fever" in text.lower() and "stiff" in text.lower():
            return [EMERGENCY]
        return [
            {"text": "I am sorry, something went wrong on my side. If you feel very unwell, call for help."}
        ]

    def slots_after(self, text: str, slots: dict[str, Any], country: str | None) -> dict[str, Any]:
        """Nothing is kept."""
        return {}


def assistant(port: int, store_file: Path | None, state: Path, settings: Settings) -> Sanic:
    """The server's app."""
    app = Sanic(f"fake_assistant_{port}", configure_logging=False)
    domain = Domain.empty()
    store: TrackerStore = InMemoryTrackerStore(domain)
    if store_file:
        store = SQLTrackerStore(domain, dialect="sqlite", db=str(store_file))
    locks = InMemoryLockStore()
    app.ctx.agent = SimpleNamespace(tracker_store=store, lock_store=locks, domain=domain, processor=SimpleNamespace())
    app.ctx.received = []

    async def on_new_message(message: UserMessage) -> None:
        async with locks.lock(message.sender_id):
            app.ctx.received.append(message.text)
            if message.text.startswith("slow"):
                await asyncio.sleep(float(message.text.split()[1]))
            tracker = await store.get_or_create_tracker(message.sender_id)
            tracker.update(UserUttered(message.text, message_id=message.message_id))
            for reply in scripted(message.text):
                await message.output_channel.send_response(message.sender_id, reply)
                data = {key: reply[key] for key in ("buttons", "custom") if key in reply}
                tracker.update(BotUttered(reply.get("text"), data))
            await store.save(tracker)

    @app.get("/")
    async def as_rasa_has_it(request: Any) -> Any:
        return response.text("Hello from Rasa")

    @app.get("/test/received")
    async def received(request: Any) -> Any:
        return response.json({"texts": app.ctx.received, "conversations": list(await store.keys())})

    @app.post("/test/say")
    async def say(request: Any) -> Any:
        TOLD.append(request.json)
        return response.json({})

    record = ErasuresNoted()
    gate = Gate(on_new_message, "web", safety_net=SafetyNet(), settings=settings, record=record)
    blueprint = web_blueprint(Conversations(gate, record, persons=True), settings, state)
    gate.bind(blueprint)
    app.blueprint(blueprint, url_prefix="/")
    return app


def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--state", type=Path, default=Path("var"))
    parser.add_argument("--embed", default="", help="origins that may show the widget, by commas")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    settings = load({"ALLOWED_EMBED_ORIGINS": chosen.embed, "MESSAGES_PER_MINUTE": "600"})
    app = assistant(chosen.port, chosen.store, chosen.state, settings)
    app.run("127.0.0.1", chosen.port, access_log=False, motd=False)


if __name__ == "__main__":
    main()
