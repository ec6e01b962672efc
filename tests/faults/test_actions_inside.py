"""Actions that run in the server and are broken: nobody goes without an answer, and nothing told is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import RED_FLAG, emergency
from tests.faults.rasa_alone import RasaAlone, running, started

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SAFE = "a plain safe message; the emergency message for a red flag"
ALL = "every acknowledged message, once"

ENDPOINTS = """
action_endpoint: {actions_module: tests.faults.broken_actions, enable_selective_domain: true}
nlg: {type: dialogue.responses.CareResponses}
tracker_store: {type: stores.tracker_store.ConversationStore}
lock_store: {type: stores.locks.ConversationLocks}
"""


def endpoints(folder: Path) -> Path:
    path = folder / "endpoints.yml"
    path.write_text(ENDPOINTS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def rasa(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RasaAlone]:
    folder = tmp_path_factory.mktemp("broken-actions")
    with running(folder, trained_model, endpoints(folder)) as up:
        yield up


def said(rasa: RasaAlone, sender: str) -> list[str]:
    return [event["text"] for event in rasa.tracker(sender)["events"] if event["event"] == "user"]


def test_an_action_that_raises_gets_a_safe_answer_and_costs_no_finding(rasa: RasaAlone, seen: Callable[..., None]) -> None:
    told = ["which foods have magnesium?", "my neck is stiff", "and now i have a fever"]
    begun = time.monotonic()
    answers = [rasa.say(text, "raises") for text in told]
    seconds = time.monotonic() - begun
    assert all(message["text"] for answer in answers for message in answer)
    assert not emergency(answers[0])
    assert not emergency(answers[1])
    assert "112" in answers[1][0]["text"], "the safe message says whom to call"
    assert emergency(answers[2])
    slots = rasa.tracker("raises")["slots"]
    assert slots["findings"] == {"neck_stiffness": "present", "fever": "present"}
    assert slots["care_level"] == "emergency"
    assert said(rasa, "raises") == told
    assert "my neck is stiff" not in rasa.log.read_text(), "what a person wrote is in the log"
    seen("an action in the server raises", SAFE, ALL, seconds)


def test_an_action_that_hangs_is_given_up_and_holds_up_nobody_else(rasa: RasaAlone, seen: Callable[..., None]) -> None:
    answer: list[str] = []
    waiting = threading.Thread(target=lambda: answer.extend(m["text"] for m in rasa.say("delete my data", "hangs")))
    begun = time.monotonic()
    waiting.start()
    time.sleep(0.3)  # until it hangs
    assert emergency(rasa.say(RED_FLAG, "somebody else"))
    assert rasa.say("thank you", "somebody else")
    assert time.monotonic() - begun < 2, "the others waited as well"
    waiting.join(30)
    seconds = time.monotonic() - begun
    assert answer
    assert seconds < 8
    assert said(rasa, "hangs") == ["delete my data"]
    seen("an action in the server hangs", f"{SAFE}, within the time limit", ALL, seconds)


def test_actions_that_cannot_be_imported_end_the_start_with_the_reason(
    trained_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROKEN_AT_IMPORT", "yes")
    with started(tmp_path, trained_model, endpoints(tmp_path)) as rasa:
        assert rasa.process.wait(60) != 0
    assert "this package cannot be imported" in rasa.log.read_text()
