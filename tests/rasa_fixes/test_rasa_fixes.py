"""Each fix: stock Rasa shows the fault, the mended one does not, and both answer the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import rasa_fixes
from settings import ROOT


def _observe(off: str) -> dict[str, Any]:
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "NECKWISE_RASA_FIXES_OFF": off}
    environment["ACTION_TIMEOUT_SECONDS"] = "1"
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.rasa_fixes.observations"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    return json.loads(finished.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def seen() -> tuple[dict[str, Any], dict[str, Any]]:
    with ThreadPoolExecutor(2) as pool:
        stock, mended = pool.map(_observe, ["all", ""])
    return stock, mended


def test_every_fix_is_in_force_unless_switched_off(seen: Any) -> None:
    stock, mended = seen
    assert stock["applied"] == []
    assert mended["applied"] == list(rasa_fixes.FIXES)


# fix under test, what is observed, what stock Rasa shows at least, what the mended one shows at most
FAULTS = [
    ("imports", "tensorflow", 1, 0),
    ("imports", "modules", 4000, 3000),
    ("imports", "clients", 2, 0),
    ("imports", "charts", 1, 0),
    ("imports", "command_line", 1, 0),
    ("imports", "channel_clients", 4, 0),
    ("collector", "often", 1, 0),
    ("spacy_models", "loads", 2, 1),
    ("event_types", "walks", 30, 5),
    ("action_answers", "checks", 12, 0),
    ("action_calls", "connections", 6, 1),
    ("action_calls", "limit", 300, 1),
    ("action_requests", "events", 100, 10),
    ("inside", "needs_another_process", 1, 0),
    ("inside", "told_in_errors", 1, 0),
    ("waiting", "seconds", 2.0, 0.6),
    ("debug_lines", "copied", 2, 0),
    ("tracker_copies", "replayed", 25, 0),
    ("rule_predictions", "described", 500, 50),
    ("graph_runs", "plans", 5, 0),
    ("module_search", "asked", 1, 0),
    ("dead_workers", "missing", 1, 0),
    ("api_input", "broken", 3, 0),
    ("dead_workers", "hangs_at_the_end", 1, 0),
]


@pytest.mark.parametrize(("observation", "name", "stock_at_least", "mended_at_most"), FAULTS)
def test_the_fault_is_there_in_stock_rasa_and_gone_in_the_mended_one(
    seen: Any, observation: str, name: str, stock_at_least: float, mended_at_most: float
) -> None:
    stock, mended = seen
    assert stock[observation][name] >= stock_at_least
    assert mended[observation][name] <= mended_at_most


ANSWERS = [
    ("imports", "channel_names"),
    *[("stand_ins", name) for name in ("instance", "subclass", "parent", "made", "builtin", "credentials")],
    *[("stand_ins", name) for name in ("mongo", "later_import", "evaluation")],
    ("spacy_models", "names"),
    ("event_types", "names"),
    ("event_types", "answers"),
    ("action_answers", "outcomes"),
    ("action_calls", "answers"),
    ("inside", "refusal"),
    ("action_requests", "last_two"),
    ("action_requests", "rest"),
    ("waiting", "order"),
    ("tracker_copies", "same"),
    ("tracker_copies", "slot"),
    ("tracker_copies", "events"),
    ("rule_predictions", "predicted"),
    ("graph_runs", "results"),
    ("module_search", "found"),
    ("dead_workers", "before"),
    ("api_input", "without_token"),
    ("dead_workers", "answers"),
    ("stock_component", "real"),
    ("stock_component", "same"),
    ("stock_component", "all_real"),
    ("stock_component", "defaults"),
    ("stock_component", "data"),
]


@pytest.mark.parametrize(("observation", "name"), ANSWERS)
def test_the_mended_rasa_answers_as_stock_rasa_does(seen: Any, observation: str, name: str) -> None:
    stock, mended = seen
    assert mended[observation][name] == stock[observation][name]


@pytest.mark.parametrize("name", ["action_answers", "action_waits", "action_refuses"])
def test_an_action_inside_the_server_answers_as_over_http(seen: Any, name: str) -> None:
    stock, mended = seen
    assert mended["inside"]["inside"][name] == stock["inside"]["over_http"][name]


def test_an_action_cannot_change_the_conversation_but_by_its_answer(seen: Any) -> None:
    _, mended = seen
    said, told, events = mended["inside"]["inside"]["action_answers"]
    assert said[-1]["value"] == ["a", "b"]
    assert told == {"told": ["as it was"]}
    assert events == 3


def test_whatever_is_wrong_with_an_action_inside_the_server_is_an_error_of_this_action(seen: Any) -> None:
    _, mended = seen
    for name in ("action_fails", "action_answers_wrongly", "action_missing"):
        assert mended["inside"]["inside"][name] == "RasaException"


def test_an_action_that_waits_too_long_is_given_up(seen: Any) -> None:
    _, mended = seen
    error, seconds = mended["inside"]["hung"]
    assert error == "RasaException"
    assert 0.9 < seconds < 5


def test_stock_components_that_need_tensorflow_are_the_real_ones(seen: Any) -> None:
    _, mended = seen
    assert mended["stock_component"]["real"] is True
    assert mended["stock_component"]["all_real"] is True


def test_another_rasa_is_refused_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasa_fixes.metadata, "version", lambda name: "3.7.0")
    with pytest.raises(rasa_fixes.WrongRasaVersion, match=r"mends Rasa 3\.6\.21 and this is 3\.7\.0"):
        rasa_fixes.apply("")
    assert rasa_fixes.apply("all") == rasa_fixes._applied


def test_a_misspelt_fix_is_named() -> None:
    with pytest.raises(rasa_fixes.UnknownFix, match="evnt_types"):
        rasa_fixes.switched_off("evnt_types")
    assert rasa_fixes.switched_off(" event_types , lock_wait") == {"event_types", "lock_wait"}
