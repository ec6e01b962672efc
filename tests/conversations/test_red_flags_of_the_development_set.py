"""Sure emergencies of the development set, those with neck, fever, weakness or swelling first: emergency after one message."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from settings import ROOT
from tests.conversations.script import EMERGENCY_HEADS

RED_FLAGS = ROOT.parent / "shared" / "devset" / "red_flags.jsonl"
ABOUT = re.compile("neck|fever|weak|swell", re.IGNORECASE)


def first_sure_emergencies(path: Path, count: int) -> list[str]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    sure = [row for row in rows if row["label_confidence"] == "sure" and row["min_level"] == "emergency"]
    sure.sort(key=lambda row: not ABOUT.search(row["text"]))  # those that name one of these first
    return [row["text"] for row in sure][:count]


def test_the_first_twenty_are_emergencies_after_one_message(server):
    if not RED_FLAGS.exists():
        pytest.skip(f"no development set beside the project ({RED_FLAGS.name} is not there)")
    texts = first_sure_emergencies(RED_FLAGS, 20)
    assert texts, "the development set names no such emergency: is it the right file?"
    missed = []
    for text in texts:
        talk = server.talk()
        messages = talk.say(text)
        if talk.slots()["care_level"] != "emergency" or not messages[0]["text"].startswith(EMERGENCY_HEADS):
            missed.append((text, talk.slots()["care_level"], talk.slots()["findings"]))
    assert not missed
