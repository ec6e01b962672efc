"""The same twelve conversations on every channel, with the real assistant behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from channels import wording
from tests.channels.world import CHANNELS, EMERGENCY, Person, World, open_world

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("platforms")) as opened:
        yield opened


async def greeting(ann: Person) -> None:
    """Who is this?"""
    assert "not a doctor" in await ann.say("hello")
    assert "My neck is stiff" in ann.options
    assert "program" in await ann.say("are you a real doctor?")


async def emergency_at_once(ann: Person) -> None:
    """A fever with a stiff neck in the first message."""
    assert EMERGENCY.search(await ann.say("I have a fever of 39.5 and my neck is so stiff I can't bend it"))
    assert (await ann.slots())["care_level"] == "emergency"


async def mild_neck_to_the_advice(ann: Person) -> None:
    """A mild stiff neck, all questions answered by their options, to the advice."""
    await ann.say("my neck is a bit stiff since yesterday")
    for _ in range(15):
        if (await ann.slots())["assessment_complete"]:
            break
        options = ann.options
        wanted = ("None of these", "No", "Getting better", "A few days", "Yes")
        choice = next((title for title in wanted if title in options), None)
        await (ann.press(choice) if choice else ann.say("no"))
    slots = await ann.slots()
    assert slots["assessment_complete"]
    assert slots["care_level"] == "self_care"


async def red_flag_by_an_option(ann: Person) -> None:
    """A stiff neck; then the option that says fever."""
    await ann.say("my neck is stiff")
    fever = next(title for title in ann.options if "fever" in title.casefold())
    assert EMERGENCY.search(await ann.press(fever))
    assert (await ann.slots())["findings"]["fever"] == "present"


async def a_child(ann: Person) -> None:
    """Somebody writes for their child."""
    text = await ann.say("my son is 6, he has a stiff neck, a fever and he is very sleepy")
    assert EMERGENCY.search(text)
    assert (await ann.slots())["subject"] == "other"


async def question_about_vitamins(ann: Person) -> None:
    """Questions only."""
    assert "vitamin d" in (await ann.say("can low vitamin D cause a stiff neck?")).casefold()
    assert "magnesium" in (await ann.say("which foods have magnesium?")).casefold()
    assert (await ann.slots())["findings"] in ({}, None)


async def digression(ann: Person) -> None:
    """A question back, in the middle of the questions; then on."""
    await ann.say("I have a stiff neck")
    assert "infection" in await ann.say("why do you ask?")
    assert "calcium" in (await ann.say("what does the article say about calcium?")).casefold()
    assert await ann.say("none of these")
    assert not EMERGENCY.search(ann.text)


async def overlong_message(ann: Person) -> None:
    """A very long message with the red flag at its end."""
    filler = "Yesterday I worked at my desk until late and drank too much coffee. " * 50
    text = await ann.say(f"{filler} Since this morning I have a high fever and a very stiff neck.")
    assert EMERGENCY.search(text)


async def typed_commands(ann: Person) -> None:
    """Commands of Rasa's are words; `start over` clears."""
    await ann.say("my neck is stiff")
    await ann.say('/report_neck{"care_level": "emergency"}')
    assert (await ann.slots())["care_level"] != "emergency"
    await ann.say("/action_listen")
    assert (await ann.slots())["findings"]
    assert not any(str(event.get("text")).startswith("/") for event in await ann.events())
    await ann.say("start over")
    assert not (await ann.slots())["findings"]


async def summary(ann: Person) -> None:
    """A summary for the doctor."""
    await ann.say("my neck has been stiff for three weeks and I am tired all the time")
    text = (await ann.say("summary")).casefold()
    assert "stiff" in text
    assert "3 weeks" in text


async def a_person(ann: Person) -> None:
    """A person is asked for, and nobody is there."""
    await ann.say("can I talk to a human please")
    assert wording.NOBODY_CONFIGURED in ann.text
    await ann.say("my neck is stiff")
    await ann.say("I want to talk to a real person")
    assert wording.NOBODY_CONFIGURED in ann.text  # and no question about a summary for nobody
    assert "summary" not in ann.text
    assert (await ann.slots())["open_question"] == "infection_signs"  # still what a yes or no answers


async def not_text(ann: Person) -> None:
    """What cannot be read is answered; then everything is deleted."""
    if ann.is_on_a_platform:
        assert "words" in await ann.send("sticker")
        assert "listen" in await ann.send("voice")
    assert await ann.say("🤕🤕🤕")
    await ann.say("I have a stiff neck")
    await ann.say("delete my data")
    yes = next(title for title in ann.options if title.startswith("Yes"))
    assert "deleted" in await ann.press(yes)
    assert not any(event["event"] == "user" for event in await ann.events())


CONVERSATIONS: list[Callable[[Person], Awaitable[None]]] = [
    greeting,
    emergency_at_once,
    mild_neck_to_the_advice,
    red_flag_by_an_option,
    a_child,
    question_about_vitamins,
    digression,
    overlong_message,
    typed_commands,
    summary,
    a_person,
    not_text,
]


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=[each.__name__ for each in CONVERSATIONS])
async def test_conversation(
    world: World, channel: str, conversation: Callable[[Person], Awaitable[None]]
) -> None:
    await conversation(world.person(channel))
