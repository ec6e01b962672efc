"""Server processes that die are replaced; those that cannot start end the start."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from multiprocessing import get_context
from pathlib import Path

import pytest

from rasa_fixes import dead_workers
from rasa_fixes.dead_workers import Workers
from tests.live_server import wait_until


def lives(folder: str) -> None:
    """A server process that runs until it is ended, known by a file."""
    Path(folder, str(os.getpid())).touch()
    time.sleep(60)  # longer than any test leaves it


def cannot_start(folder: str) -> None:
    """A server process that finds that something is missing."""
    Path(folder, str(os.getpid())).touch()
    sys.exit(1)


def watched(folder: str) -> None:
    """What the process does that starts the others."""
    workers = Workers(lives, {"folder": folder}, 2)
    signal.signal(signal.SIGTERM, workers.stop)
    workers.watch()


def test_one_that_is_killed_is_replaced_until_all_are_told_to_end(tmp_path: Path) -> None:
    def born() -> list[int]:
        return [int(path.name) for path in tmp_path.iterdir()]

    parent = get_context("fork").Process(target=watched, args=(str(tmp_path),))
    parent.start()
    wait_until(lambda: len(born()) == 2, 20, "both run")
    os.kill(born()[0], signal.SIGKILL)
    wait_until(lambda: len(born()) == 3, 20, "a third one runs")
    parent.terminate()
    parent.join(20)
    assert parent.exitcode == 0
    for pid in born():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_where_the_first_cannot_start_nothing_is_started_again(tmp_path: Path) -> None:
    workers = Workers(cannot_start, {"folder": str(tmp_path)}, 2)
    late = threading.Timer(20, workers.stop)
    late.start()
    with pytest.raises(SystemExit):
        workers.watch()
    assert late.is_alive(), "it went on until it was stopped"
    late.cancel()
    assert len(list(tmp_path.iterdir())) <= 2


def test_a_replacement_that_dies_young_waits_for_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    workers = Workers(cannot_start, {"folder": str(tmp_path)}, 1)
    workers._first = []  # as if they had been started long ago

    def enough(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            workers.stop()

    monkeypatch.setattr(dead_workers.time, "sleep", enough)
    workers.watch()
    assert pauses == [dead_workers.PAUSE_SECONDS] * 3
