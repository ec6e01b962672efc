"""Every scripted conversation, with the real server and the real actions."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.conversations.script import Rehearsal, Script, scripts
from tests.live_server import LiveServer

SCRIPTS = scripts()
KINDS = {
    "straight",
    "several_at_once",
    "denial",
    "interruption",
    "correction",
    "caregiver",
    "emergency_at_each_step",
    "nonsense",
    "repair",
    "acceptance",
}


def test_there_are_conversations_of_every_kind():
    kinds = Counter(script.kind for script in SCRIPTS)
    assert set(kinds) == KINDS
    assert len(SCRIPTS) >= 40
    assert min(kinds.values()) >= 3
    names = Counter((script.kind, script.name) for script in SCRIPTS)
    assert max(names.values()) == 1


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: f"{script.kind}: {script.name}")
def test_a_conversation_goes_as_written(server: LiveServer, script: Script) -> None:
    Rehearsal(server.talk()).hold(script)
