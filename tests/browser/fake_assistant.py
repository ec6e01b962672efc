"""A small server with the real web channel and gate, and a scripted assistant in the place of Rasa.

`python -m tests.browser.fake_assistant PORT` serves it on loopback. Each state of the page can be had by one message: see
`SCRIPT`. Conversations are kept in memory, or with `--store FILE` in a SQLite file that outlives the process.
"""

import argparse
import asyncio
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Dict, List, Optional, Tuple

from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from sanic import Sanic, response

from channels.gate import Gate
from channels.web import WebSettings, web_blueprint

Message = Dict[str, Any]

EMERGENCY: Message = {
    "text": "A stiff neck with fever can be an emergency. Please call 112, 999 or 911 now.",
    "custom": {
        "data": {
            "kind": "care_level",
            "version": 1,
            "level": "emergency",
            "title": "Please call the emergency number now",
            "what_to_do": [
                "Call 112, 999 or 911, or go to an emergency department now.",
                "Do not drive yourself.",
                "Stay with somebody, if you can.",
            ],
            "reasons": [{"text": "A stiff neck together with fever can be a sign of meningitis.", "source": "NHS"}],
            "phone_numbers": [
                {"label": "Europe and many other countries", "number": "112"},
                {"label": "United Kingdom", "number": "999"},
                {"label": "United States and Canada", "number": "911"},
            ],
        }
    },
}
ROUTINE: Message = {
    "text": "Please book an appointment.",
    "custom": {
        "data": {
            "kind": "care_level",
            "version": 1,
            "level": "routine",
            "title": "Please book an appointment with your doctor",
            "what_to_do": ["Book an appointment in the next days.", "Ask whether a blood test makes sense."],
            "reasons": [{"text": "Your neck has been stiff for two weeks or more.", "source": "the article, persistent stiffness"}],
            "phone_numbers": [],
        }
    },
}


def care_level(level: str, title: str) -> Message:
    """A care level card of any level."""
    data = {**ROUTINE["custom"]["data"], "level": level, "title": title}
    return {"text": title, "custom": {"data": data}}


NUTRIENTS: Message = {
    "text": "What may fit: magnesium (fits well), vitamin D (fits in part), vitamin B12 (fits a little).",
    "custom": {
        "data": {
            "kind": "nutrients",
            "version": 1,
            "ranking": [
                {
                    "nutrient": "magnesium",
                    "name": "Magnesium",
                    "score": 0.8,
                    "reasons": ["You have cramps and twitches.", "You told me about stress."],
                    "source": "the article, Magnesium",
                },
                {
                    "nutrient": "vitamin_d",
                    "name": "Vitamin D",
                    "score": 0.5,
                    "reasons": ["You feel tired.", "You get little sun."],
                    "source": "the article, Vitamin D",
                },
                {
                    "nutrient": "vitamin_b12",
                    "name": "Vitamin B12",
                    "score": 0.15,
                    "reasons": ["You feel tired."],
                    "source": "the article, Vitamin B12",
                },
            ],
        }
    },
}
SOURCES: Message = {
    "text": "This comes from: Vitamin D; Magnesium.",
    "custom": {
        "data": {
            "kind": "sources",
            "version": 1,
            "items": [
                {"title": "Vitamin D", "section": "vitamin_d"},
                {"title": "Magnesium", "section": "magnesium"},
                {"title": "When to see a doctor", "section": "when_to_see_doctor"},
            ],
        }
    },
}
SUMMARY: Message = {
    "text": "Summary: stiff neck for two weeks, tired, no fever.",
    "custom": {
        "data": {
            "kind": "summary",
            "version": 1,
            "title": "Summary for your doctor",
            "lines": [
                {"label": "About", "text": "the person who wrote"},
                {"label": "Has", "text": "stiff neck, tiredness, muscle cramps"},
                {"label": "Has not", "text": "fever, swelling, severe weakness"},
                {"label": "For", "text": "two weeks"},
                {"label": "Advice", "text": "book an appointment"},
            ],
            "disclaimer": "Written by a computer program from what the person said. It is not a diagnosis.",
        }
    },
}
QUESTION: Message = {
    "text": "I am sorry that your neck is stiff. Do you have any of these?\n\n- a fever\n- a very bad headache\n- weakness in an arm or leg",
    "buttons": [
        {"title": "None of these", "payload": "none of these"},
        {"title": "Yes, a fever", "payload": "yes, a fever"},
        {"title": "I'm not sure", "payload": "not sure"},
    ],
}
SCRIPT: Dict[str, List[Message]] = {
    "my neck is stiff": [QUESTION],
    "none of these": [
        {
            "text": "That is good to know. How long has your neck been stiff?",
            "buttons": [{"title": "A few days", "payload": "a few days"}, {"title": "Two weeks or more", "payload": "two weeks or more"}],
        }
    ],
    "two weeks or more": [ROUTINE, NUTRIENTS, SOURCES, {"text": "Shall I write a summary for your doctor?", "buttons": [{"title": "Yes, please", "payload": "summary"}, {"title": "No, thanks", "payload": "no"}]}],
    "yes, a fever": [EMERGENCY],
    "my neck is stiff and i have a fever": [EMERGENCY],
    "home": [care_level("self_care", "You can look after this at home")],
    "today": [care_level("urgent", "Please be seen today")],
    "summary": [SUMMARY],
    "start over": [{"text": "All right, we start over. What is the matter?"}],
    "silent": [],
}


def scripted(text: str) -> List[Message]:
    """The assistant's messages for a text; what is not in the script is repeated."""
    key = text.strip().lower().rstrip(".!?")
    if key.startswith("custom:") or key.startswith("say:"):
        return TOLD.pop(0) if TOLD else [{"text": "nothing to say"}]
    return SCRIPT.get(key, [{"text": f"You wrote: {text}"}])


TOLD: List[List[Message]] = []
"""Messages that a test put in the assistant's mouth, said when somebody writes `say:`."""


class SafetyNet:
    """What is said when the script says nothing."""

    def messages_for(
        self, text: str, findings: Dict[str, str], country: Optional[str], subject: Optional[str]
    ) -> List[Message]:
        """A safe message, the emergency message for a fever."""
        if "fever" in text.lower() and "stiff" in text.lower():
            return [EMERGENCY]
        return [{"text": "I am sorry, something went wrong on my side. If you feel very unwell, call for help."}]


def assistant(port: int, store_file: Optional[Path], settings: WebSettings) -> Tuple[Sanic, TrackerStore]:
    """The server's app and its tracker store."""
    app = Sanic(f"fake_assistant_{port}", configure_logging=False)
    domain = Domain.empty()
    store: TrackerStore = (
        SQLTrackerStore(domain, dialect="sqlite", db=str(store_file)) if store_file else InMemoryTrackerStore(domain)
    )
    locks = InMemoryLockStore()
    app.ctx.agent = SimpleNamespace(tracker_store=store, lock_store=locks, domain=domain, processor=None)
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

    gate = Gate(on_new_message, "web", safety_net=SafetyNet())
    blueprint = web_blueprint(gate, settings)
    gate.bind(blueprint)
    app.blueprint(blueprint, url_prefix="/")
    return app, store


def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--state", type=Path, default=Path("var"))
    parser.add_argument("--embed", default="", help="origins that may show the widget, by commas")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    origins = tuple(origin for origin in chosen.embed.split(",") if origin)
    settings = WebSettings(state_folder=chosen.state, allowed_embed_origins=origins)
    app, _ = assistant(chosen.port, chosen.store, settings)
    app.run("127.0.0.1", chosen.port, access_log=False, motd=False)


if __name__ == "__main__":
    main()
