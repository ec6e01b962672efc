"""The Rasa server without the launcher, for what no launcher would start: a damaged model, broken actions."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from launch.processes import child_environment
from settings import ROOT, as_environment, load
from tests.faults.conftest import QUICK
from tests.live_server import free_ports, wait_until


@dataclass
class RasaAlone:
    """A running server with the `rest` channel and the HTTP API; `log` holds all it printed."""

    http: httpx.Client
    process: subprocess.Popen[bytes]
    log: Path

    def say(self, text: str, sender: str = "somebody") -> list[dict[str, Any]]:
        """One turn."""
        answer = self.http.post("/webhooks/rest/webhook", json={"sender": sender, "message": text})
        answer.raise_for_status()
        messages: list[dict[str, Any]] = answer.json()
        return messages

    def tracker(self, sender: str = "somebody") -> dict[str, Any]:
        """The conversation."""
        answer = self.http.get(f"/conversations/{sender}/tracker", params={"token": "t"})
        answer.raise_for_status()
        tracker: dict[str, Any] = answer.json()
        return tracker

    def is_up(self) -> bool:
        """Whether it answers. Fails where it has ended."""
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        with contextlib.suppress(httpx.HTTPError):
            return bool(self.http.get("/webhooks/rest/").status_code)
        return False


@contextlib.contextmanager
def started(folder: Path, model: Path, endpoints: Path | None = None) -> Iterator[RasaAlone]:
    """The process, not waited for, with all it keeps in `folder`; ended afterwards."""
    (port,) = free_ports(1)
    settings = load({**QUICK, "RASA_PORT": str(port), "RASA_TOKEN": "t"})
    environment = child_environment(as_environment(settings), str(ROOT))
    environment["DATABASE_URL"] = f"sqlite:///{folder}/conversations.db"
    credentials, log = folder / "credentials.yml", folder / "log"
    credentials.write_text("channels.rest.RestInput:\n", encoding="utf-8")
    command = [sys.executable, "-m", "launch.rasa_server", "run", "--enable-api", "--model", str(model)]
    command += ["--interface", "127.0.0.1", "--port", str(port), "--credentials", str(credentials)]
    command += ["--endpoints", str(endpoints or ROOT / "endpoints.yml")]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)
    try:
        yield RasaAlone(http, process, log)
    finally:
        http.close()
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def running(folder: Path, model: Path, endpoints: Path | None = None) -> Iterator[RasaAlone]:
    """The same, once it answers."""
    with started(folder, model, endpoints) as rasa:
        wait_until(rasa.is_up, 240, "the server answers")
        yield rasa
