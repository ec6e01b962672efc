"""The real assistant in processes of its own, for tests that talk to it over HTTP."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import psutil

from settings import ROOT, names

START_SECONDS = 240.0
TURN_SECONDS = 60.0


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on at this moment."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def wait_until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Waits until `true()`; AssertionError naming `what` when that takes longer than `seconds`."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain: {what}"
        time.sleep(0.1)


class LiveServer:
    """`python -m launch api` with free ports, a token, and all that it keeps in `folder`.

    Attributes: `base_url`, `token`, `rasa_port`, `actions_port`, `database_url`, `log` (file with all
    output), `http` (an httpx.Client on `base_url`).
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None, command: str = "api") -> None:
        self.rasa_port, self.actions_port = free_ports(2)
        self.token = "-" + secrets.token_urlsafe(16)  # what the proposed command makes may begin with one
        self.database_url = f"sqlite:///{folder / 'conversations.db'}"
        self.base_url = f"http://127.0.0.1:{self.rasa_port}"
        self.log = folder / "server.log"
        self.command = command
        own = {
            "RASA_PORT": str(self.rasa_port),
            "ACTIONS_PORT": str(self.actions_port),
            "RASA_TOKEN": self.token,
            "DATABASE_URL": self.database_url,
            "STATE_FOLDER": str(folder),
        }
        # Settings of the person who runs the tests must not change what is tested.
        clean = {name: value for name, value in os.environ.items() if name not in names()}
        self.environment = {**clean, **dict.fromkeys(names(), ""), **own, **(settings or {})}
        self.database_url = self.environment["DATABASE_URL"]
        self.launcher: subprocess.Popen[bytes] | None = None
        self.http = httpx.Client(base_url=self.base_url, timeout=TURN_SECONDS, trust_env=False)

    def __enter__(self) -> LiveServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the launcher and waits until it says that all is ready."""
        with self.log.open("ab") as output:
            self.launcher = subprocess.Popen(
                [sys.executable, "-m", "launch", self.command, "--with-parent"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while "Ready after" not in self.output():
            assert self.launcher.poll() is None, f"the launcher ended:\n{self.output()[-4000:]}"
            assert time.monotonic() < deadline, (
                f"not ready after {START_SECONDS:g} s:\n{self.output()[-4000:]}"
            )
            time.sleep(0.2)

    def stop(self) -> None:
        """Ends the launcher, and with it all that it started."""
        if self.launcher and self.launcher.poll() is None:
            self.launcher.send_signal(signal.SIGTERM)
            try:
                self.launcher.wait(30)
            except subprocess.TimeoutExpired:
                self.launcher.kill()
                self.launcher.wait()
        self.http.close()

    def output(self) -> str:
        """Everything the launcher and its children printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    # --- processes

    def process(self, module: str) -> psutil.Process | None:
        """The running child that was started as `python -m MODULE`, if there is one."""
        assert self.launcher is not None
        for child in psutil.Process(self.launcher.pid).children():
            with contextlib.suppress(psutil.Error):
                if module in child.cmdline() and child.status() != psutil.STATUS_ZOMBIE:
                    return child
        return None

    def actions_process(self) -> psutil.Process | None:
        """The action server, where actions run apart."""
        return self.process("launch.action_server")

    def rasa_process(self) -> psutil.Process | None:
        """The Rasa server."""
        return self.process("launch.rasa_server")

    def kill_actions(self, number: int = signal.SIGKILL) -> int:
        """Sends a signal (kill -9 by default) to the action server and returns its process id."""
        process = self.actions_process()
        assert process is not None, "no action server is running"
        process.send_signal(number)
        return process.pid

    def actions_answer(self) -> bool:
        """Whether the action server answers at this moment."""
        try:
            return httpx.get(
                f"http://127.0.0.1:{self.actions_port}/health", timeout=2, trust_env=False
            ).is_success
        except httpx.HTTPError:
            return False

    def wait_for_actions(self, seconds: float = 60.0) -> None:
        """Waits until the action server answers (again)."""
        wait_until(self.actions_answer, seconds, "the action server answers")

    # --- talking

    def new_sender(self) -> str:
        """A sender id that nobody has used."""
        return f"test-{uuid.uuid4().hex}"

    def post(self, sender: str, text: str, **more: Any) -> list[dict[str, Any]]:
        """Sends a message over the rest channel; returns the messages that came back."""
        body = {"sender": sender, "message": text, **more}
        response = self.http.post("/webhooks/rest/webhook", json=body)
        response.raise_for_status()
        messages: list[dict[str, Any]] = response.json()
        return messages

    def tracker(self, sender: str) -> dict[str, Any]:
        """The conversation as `GET /conversations/{id}/tracker` shows it."""
        response = self.http.get(f"/conversations/{sender}/tracker", params={"token": self.token})
        response.raise_for_status()
        tracker: dict[str, Any] = response.json()
        return tracker

    def parse(self, text: str) -> dict[str, Any]:
        """What `POST /model/parse` makes of a text."""
        response = self.http.post("/model/parse", params={"token": self.token}, json={"text": text})
        response.raise_for_status()
        parsed: dict[str, Any] = response.json()
        return parsed

    def talk(self) -> Talk:
        """A new conversation."""
        return Talk(self, self.new_sender())


class Talk:
    """One conversation with a `LiveServer`."""

    def __init__(self, server: LiveServer, sender: str) -> None:
        self.server = server
        self.sender = sender
        self.last: list[dict[str, Any]] = []

    def say(self, text: str) -> list[dict[str, Any]]:
        """Says something; returns the messages that came back (kept in `last` as well)."""
        self.last = self.server.post(self.sender, text)
        return self.last

    @property
    def text(self) -> str:
        """The texts of the last answer, one a line."""
        return "\n".join(message.get("text", "") for message in self.last)

    def slots(self) -> dict[str, Any]:
        """All slots of the conversation."""
        slots: dict[str, Any] = self.server.tracker(self.sender)["slots"]
        return slots
