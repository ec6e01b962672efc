"""What each channel gets of the same messages: `python -m tests.channels.table` writes the page of the docs.

Every cell is measured, by a person on that channel who talks to the scripted assistant; the fakes refuse
what the platforms would refuse. A test fails where the page is not what is measured.
"""

from __future__ import annotations

import asyncio
import functools
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from unittest import mock

import aiohttp

from channels import rest, web, wording
from channels.gate import Gate
from channels.rest import RestInput
from channels.web import WebChannel
from settings import ROOT
from tests.channels.phones import PHONES, Line, Phone, SmsPhone
from tests.channels.platforms.fake import Shown
from tests.channels.programs import RestProgram, WebPage
from tests.channels.scripted import EMERGENCY, LONG_OPTION, ScriptedAgent, ScriptedSafetyNet, answers, rich
from tests.channels.stage import Stage, settings_for

PAGE = ROOT / "docs" / "channels" / "what-each-channel-gets.md"
TITLES = {
    "web": "Web page",
    "rest": "`rest`",
    "telegram": "Telegram",
    "slack": "Slack",
    "sms": "SMS",
    "whatsapp": "WhatsApp",
    "facebook": "Messenger",
}

HEAD = """# What each channel gets

This page is written by `python -m tests.channels.table`, from people on each channel who talk to a scripted
assistant through stand-ins of the platforms. A test fails where it is out of date.

"""


def how_options_are_shown(person: Any, shown: list[Shown], expected: int) -> str:
    """How a person can choose among options."""
    pressed = sum(len(message.options) for message in shown)
    if isinstance(person, SmsPhone):
        assert len(person.options(shown)) == expected
        return f"{expected} numbers in the text; reply with one"
    name = {"telegram": "keyboard buttons", "slack": "block buttons", "facebook": "quick replies"}
    word = name.get(person.name, "buttons")
    whole = "\n".join(message.text for message in shown)
    more = ", numbered in the text as well" if "1. " in whole else ""
    more = more or (", long titles in the text as well" if LONG_OPTION in whole else "")
    return f"{pressed} {word}{more}"


async def _options(person: Any, _agent: ScriptedAgent) -> str:
    return how_options_are_shown(person, await person.say("hello"), 2)


async def _many_options(person: Any, _agent: ScriptedAgent) -> str:
    return how_options_are_shown(person, await person.say("many options"), 9)


async def _three(person: Any, _agent: ScriptedAgent) -> str:
    count = len(await person.say("three messages"))
    return "one message" if count == 1 else f"{count} messages"


async def _long(person: Any, _agent: ScriptedAgent) -> str:
    parts = await person.say("long advice")
    if len(parts) == 1:
        return "one message"
    assert all(part.text.endswith("plain.") for part in parts)
    return f"{len(parts)} messages, cut between sentences"


async def _rich(person: Any, _agent: ScriptedAgent) -> str:
    if isinstance(person, WebPage):
        return "cards, with the same in words"
    whole = "\n".join(message.text for message in await person.say("rich"))
    assert all(word in whole for word in ("Your level", "Vitamin D", "From the article", "Summary"))
    return "in words"


async def _markup(person: Any, _agent: ScriptedAgent) -> str:
    whole = "\n".join(message.text for message in await person.say("markup"))
    return "taken out" if "**" not in whole else "left in"


async def _sticker(person: Any, _agent: ScriptedAgent) -> str:
    if not isinstance(person, Phone):
        return "–"
    (shown,) = await person.send("sticker")
    return f"“{shown.text.split('.')[0]}.”"


async def _press_old(person: Any, _agent: ScriptedAgent) -> str:
    if isinstance(person, RestProgram):
        return "taken as words"
    if isinstance(person, WebPage):
        await person.say("hello")
        await person.say("many options")
        shown = await person.press("I have a question")
    else:
        await person.say("hello")
        await person.say("many options")
        press = person.unknown_press("i have a question")
        if press is None:
            return "–"
        shown = await person.give(press)
    assert "earlier question" in shown[0].text
    return "asked again"


async def _silent(person: Any, agent: ScriptedAgent) -> str:
    agent.failure = "silent"
    calm = _whole(await person.say("my neck hurts"))
    agent.failure = None
    assert "I cannot answer just now" in calm
    return "safe message"


async def _silent_in_an_emergency(person: Any, agent: ScriptedAgent) -> str:
    agent.failure = "silent"
    alarm = _whole(await person.say("fever and a stiff neck"))
    agent.failure = None
    assert EMERGENCY["text"] in alarm
    return "emergency message"


async def _overlong(person: Any, _agent: ScriptedAgent) -> str:
    shown = await person.say("I sat at my desk all day. " * 120)
    assert wording.TOO_LONG.split(".")[0] in _whole(shown)
    alarm = await person.say("I sat at my desk all day. " * 120 + "I have a fever and a stiff neck.")
    assert EMERGENCY["text"] in _whole(alarm)
    return "emergency message"


async def _twice(person: Any, agent: ScriptedAgent) -> str:
    before = len(agent.heard)
    if isinstance(person, Phone):
        await person.say("good evening")
        assert person.last is not None
        await person.last()
        assert person.idle is not None
        await person.idle()
        assert [m.text for m in person.seen].count("You said: good evening") == 1
        said = "one answer"
    else:
        first = await person.say("good evening", message_id="repeated")
        assert await person.say("good evening", message_id="repeated") == first
        said = "same answer again"
    assert len(agent.heard) == before + 1
    return said


async def _forged(person: Any, agent: ScriptedAgent) -> str:
    if isinstance(person, RestProgram):
        return "–"
    before = len(agent.heard)
    status = await person.forged("good night")()
    if isinstance(person, Phone):
        assert person.idle is not None
        await person.idle()
    assert len(agent.heard) == before
    return f"refused ({status})"


async def _nobody(person: Any, agent: ScriptedAgent) -> str:
    agent.script = lambda _: [{"text": "One moment.", "custom": rich("handover", consent=False, summary=None)}]
    assert wording.NOBODY_CONFIGURED in _whole(await person.say("a person please"))
    agent.script = answers
    return "said plainly"


def _whole(shown: list[Shown]) -> str:
    return "\n".join(message.text for message in shown)


ROWS: dict[str, Callable[[Any, ScriptedAgent], Awaitable[str]]] = {
    "Two options": _options,
    "Nine options, one of them long": _many_options,
    "A turn of three messages": _three,
    "A text of some 10,000 characters": _long,
    "Level, nutrients, sources, summary": _rich,
    "Markdown in a text": _markup,
    "A sticker is answered": _sticker,
    "An option of an earlier question": _press_old,
    "A red flag at the end of a message that is too long": _overlong,
    "Rasa is silent, no red flag": _silent,
    "Rasa is silent, a red flag": _silent_in_an_emergency,
    "The same delivery twice": _twice,
    "A forged delivery": _forged,
    "A person is asked for, and none is set": _nobody,
}


async def cells(channel: str, folder: Path) -> list[str]:
    """The column of a channel."""
    if channel in ("web", "rest"):
        gate = functools.partial(Gate, safety_net=ScriptedSafetyNet())
        with mock.patch.object(rest, "Gate", gate), mock.patch.object(web, "Gate", gate):
            stage = Stage([RestInput() if channel == "rest" else WebChannel(settings_for(folder), folder)])
        await stage.start()
        async with aiohttp.ClientSession() as http:
            program = RestProgram if channel == "rest" else WebPage
            column = [await row(program(stage.base_url, http), stage.agent) for row in ROWS.values()]
        await stage.stop()
        return column
    line = Line(next(phone for phone in PHONES if phone.name == channel), folder)
    await line.start()
    column = [await row(line.phone(), line.stage.agent) for row in ROWS.values()]
    assert line.fake.refusals == []
    await line.stop()
    return column


async def page() -> str:
    """The whole page."""
    columns = {}
    for channel in TITLES:
        with tempfile.TemporaryDirectory() as folder:
            columns[channel] = await cells(channel, Path(folder))
    lines = ["| | " + " | ".join(TITLES.values()) + " |", "|---" * (len(TITLES) + 1) + "|"]
    for number, row in enumerate(ROWS):
        lines.append(f"| {row} | " + " | ".join(columns[channel][number] for channel in TITLES) + " |")
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(asyncio.run(page()), encoding="utf-8")
