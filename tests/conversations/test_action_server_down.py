"""The action server is killed in mid-conversation: no red flag goes unanswered, no turn is silent, and all goes on after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conversations.script import EMERGENCY_HEADS
from tests.live_server import LiveServer, Talk, wait_until


@dataclass
class Held:
    """A conversation: what was said before, during and after the outage, and what came of it."""

    before: str
    during: str
    after: str
    replies: list[dict[str, Any]] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    later_replies: list[dict[str, Any]] = field(default_factory=list)
    later_slots: dict[str, Any] = field(default_factory=dict)


CONVERSATIONS = {
    "red flag": (
        "my neck is stiff since yesterday",
        "now i have a fever too, 39.4",
        "ok and what about magnesium?",
    ),
    "red flag first": ("", "my mum can't move her left arm and her face droops", "her speech is slurred too"),
    "urgent": ("my neck is stiff", "and it is swollen", "none of these"),
    "harmless": ("my neck is stiff", "no fever, and no rash", "none of the others either"),
    "question": ("hello", "which foods have magnesium?", "which foods have magnesium?"),
    "start over": ("my neck is stiff", "start over", "my arm hurts"),
}


@pytest.fixture(scope="module")
def outage(server_with_actions_apart: LiveServer) -> dict[str, Held]:
    """All conversations, held at the same time around one outage."""
    server = server_with_actions_apart
    talks: dict[str, Talk] = {name: server.talk() for name in CONVERSATIONS}
    held = {name: Held(*words) for name, words in CONVERSATIONS.items()}
    for name, each in held.items():
        if each.before:
            talks[name].say(each.before)
    server.kill_actions()
    wait_until(lambda: not server.actions_answer(), 10, "the action server is gone")
    for name, each in held.items():
        each.replies = talks[name].say(each.during)
    for name, each in held.items():
        each.slots = talks[name].slots()
    server.wait_for_actions()
    for name, each in held.items():
        each.later_replies = talks[name].say(each.after)
        each.later_slots = talks[name].slots()
    return held


def alarms(replies: list[dict[str, Any]]) -> int:
    return sum(message["text"].startswith(EMERGENCY_HEADS) for message in replies)


def said(replies: list[dict[str, Any]]) -> str:
    return "\n".join(message["text"] for message in replies)


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_nothing_is_silent(outage, name):
    assert said(outage[name].replies).strip()
    assert said(outage[name].later_replies).strip()


@pytest.mark.parametrize("name", ["red flag", "red flag first"])
def test_a_red_flag_is_answered_and_kept_and_told_once(outage, name):
    assert len(outage[name].replies) == alarms(outage[name].replies) == 1
    assert outage[name].slots["care_level"] == "emergency"
    assert alarms(outage[name].later_replies) == 0
    assert outage[name].later_slots["care_level"] == "emergency"


def test_the_findings_and_the_person_are_kept(outage):
    assert outage["red flag"].slots["findings"]["fever"] == "present"
    assert outage["red flag first"].slots["subject"] == "other"
    assert outage["harmless"].slots["findings"] == {
        "neck_stiffness": "present",
        "fever": "absent",
        "rash": "absent",
    }


def test_an_urgent_finding_is_told_with_its_level(outage):
    assert outage["urgent"].slots["care_level"] == "urgent"
    assert "24 hours" in said(outage["urgent"].replies)
    assert "Swelling" in said(outage["urgent"].replies)


@pytest.mark.parametrize("name", ["harmless", "question"])
def test_the_safe_message_says_whom_to_call_and_is_no_alarm(outage, name):
    assert alarms(outage[name].replies) == 0
    assert "112" in said(outage[name].replies)


def test_the_assessment_goes_on_where_it_was(outage):
    later = outage["harmless"].later_slots
    assert later["open_question"] == "nerve_signs"
    assert later["findings"]["photophobia"] == "absent"
    assert outage["question"].later_slots["topic"] == "food_sources"


def test_start_over_needs_no_action_server(outage):
    assert not outage["start over"].slots["findings"]
    assert outage["start over"].slots["care_level"] is None
    assert outage["start over"].later_slots["findings"] == {"arm_pain": "present"}
