"""One started process: in a group of its own, ended as a whole, tethered to us."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import IO

from launch.tether import PARENT_VARIABLE

GRACE_SECONDS = 10.0


def child_environment(settings: Mapping[str, str], root: str) -> dict[str, str]:
    """The environment of everything we start: ours, all settings, the project on the path, byte code on."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment.update(settings)
    environment.update({"PYTHONPATH": root, "PYTHONUNBUFFERED": "1", "RASA_TELEMETRY_ENABLED": "false"})
    # A turn multiplies nothing that is worth a second thread, and threads that wait for work spin.
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Rasa's libraries import distutils, in whose place setuptools puts its own, and all of itself.
    environment.setdefault("SETUPTOOLS_USE_DISTUTILS", "stdlib")
    environment[PARENT_VARIABLE] = str(os.getpid())
    return environment


class Child:
    """A Python module run as a process."""

    def __init__(
        self,
        name: str,
        module: str,
        arguments: list[str],
        environment: dict[str, str],
        folder: str,
        output: IO[bytes] | None = None,
        terminal: bool = False,
    ) -> None:
        """Starts it. `terminal` leaves it in our group, so that it may read the keyboard."""
        self.name = name
        self.terminal = terminal
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=folder,
            env=environment,
            stdin=None if terminal else subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=not terminal,
        )

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    @property
    def exit_words(self) -> str:
        """How it ended: "exit 1" or "killed by SIGKILL"."""
        code = self.process.returncode
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit {code}"

    def signal(self, number: int) -> None:
        """Sends a signal to it and all it started; fine when it is gone."""
        try:
            if self.terminal:
                self.process.send_signal(number)
            else:
                os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            pass


def end(children: list[Child]) -> None:
    """Ends them all: asked first, then made to. When it returns none of them is left."""
    for child in children:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, deadline - time.monotonic()))
    for child in children:
        child.signal(signal.SIGKILL)  # also to what a process left behind in its group
        child.process.wait()
