"""The action server is killed in mid-conversation: no red flag goes unanswered, no turn is silent, and all goes on after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conversations.script import EMERGENCY_HEADS
from tests.live_server import LiveServer, wait_until


@pytest.fixture
def without_actions(server: LiveServer) -> Iterator[LiveServer]:
    """The shared assistant; its action server is there again when the test ends."""
    yield server
    server.wait_for_actions()


def kill(server: LiveServer) -> None:
    server.kill_actions()
    wait_until(lambda: not server.actions_answer(), 10, "the action server is gone")


def test_a_red_flag_is_answered_and_kept_without_the_action_server(without_actions):
    talk = without_actions.talk()
    talk.say("my neck is stiff since yesterday")
    kill(without_actions)
    messages = talk.say("now i have a fever too, 39.4")
    assert [message["text"].startswith(EMERGENCY_HEADS) for message in messages] == [True]
    slots = talk.slots()
    assert slots["care_level"] == "emergency"
    assert slots["findings"]["fever"] == "present"
    without_actions.wait_for_actions()
    messages = talk.say("ok and what about magnesium?")
    assert messages
    assert not any(message["text"].startswith(EMERGENCY_HEADS) for message in messages)


def test_a_red_flag_in_the_first_message_without_the_action_server(without_actions):
    talk = without_actions.talk()
    kill(without_actions)
    messages = talk.say("my mum can't move her left arm and her face droops")
    assert [message["text"].startswith(EMERGENCY_HEADS) for message in messages] == [True]
    assert talk.slots()["care_level"] == "emergency"
    assert talk.slots()["subject"] == "other"


def test_harmless_news_get_a_safe_message_and_the_assessment_goes_on_where_it_was(without_actions):
    talk = without_actions.talk()
    talk.say("my neck is stiff")
    assert talk.slots()["open_question"] == "infection_signs"
    kill(without_actions)
    messages = talk.say("no fever, and no rash")
    assert "".join(message["text"] for message in messages).strip(), "silence"
    assert not any(message["text"].startswith(EMERGENCY_HEADS) for message in messages)
    assert "112" in messages[0]["text"], "says whom to call if it is worse than it seems"
    slots = talk.slots()
    assert slots["findings"] == {"neck_stiffness": "present", "fever": "absent", "rash": "absent"}
    without_actions.wait_for_actions()
    talk.say("none of the others either")
    slots = talk.slots()
    assert slots["open_question"] == "nerve_signs"
    assert slots["findings"]["photophobia"] == "absent"


def test_an_urgent_finding_is_told_with_its_level_without_the_action_server(without_actions):
    talk = without_actions.talk()
    talk.say("my neck is stiff")
    kill(without_actions)
    talk.say("and it is swollen")
    assert "24 hours" in talk.text
    assert "Swelling" in talk.text
    assert talk.slots()["care_level"] == "urgent"
