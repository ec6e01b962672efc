"""The programs that are measured, in processes of their own: Neckwise, stock Rasa, and the floor below
both.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import psutil

from settings import ROOT
from tests.benchmarks.stock import StockProject
from tests.benchmarks.stock import environment as stock_environment
from tests.live_server import LiveServer, free_ports

START_SECONDS = 300.0
NO_LIMIT = {"MESSAGES_PER_MINUTE": "6000"}


class System:
    """A running assistant: where it listens and which processes it is made of."""

    def __init__(self, name: str, base_url: str, token: str, rasa: int, actions: int | None) -> None:
        self.name = name
        self.base_url = base_url
        self.token = token
        self.rasa = psutil.Process(rasa)
        self.actions = psutil.Process(actions) if actions else None
        self.http = httpx.Client(base_url=base_url, timeout=60, trust_env=False)

    def say(self, sender: str, text: str) -> list[dict[str, Any]]:
        """One turn over the rest channel."""
        response = self.http.post("/webhooks/rest/webhook", json={"sender": sender, "message": text})
        response.raise_for_status()
        messages: list[dict[str, Any]] = response.json()
        return messages

    def parse(self, text: str) -> None:
        """One message through the pipeline alone."""
        answer = self.http.post("/model/parse", params={"token": self.token}, json={"text": text})
        answer.raise_for_status()

    def cpu_seconds(self) -> float:
        """CPU that all processes of the assistant have used so far."""
        parts = [self.rasa, *self.rasa.children(recursive=True), *([self.actions] if self.actions else [])]
        return sum(sum(part.cpu_times()[:2]) for part in parts)

    def memory_mb(self) -> float:
        """Resident memory of all its processes."""
        parts = [self.rasa, *self.rasa.children(recursive=True), *([self.actions] if self.actions else [])]
        return sum(part.memory_info().rss for part in parts) / 2**20


def a_sender() -> str:
    """An id that nobody has used."""
    return f"bench-{uuid.uuid4().hex}"


@contextlib.contextmanager
def neckwise(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[System]:
    """The product, as `make api` starts it."""
    folder.mkdir(parents=True, exist_ok=True)
    with LiveServer(folder, {**NO_LIMIT, **(settings or {})}) as live:
        rasa, actions = live.rasa_process(), live.actions_process()
        assert rasa is not None
        yield System("neckwise", live.base_url, live.token, rasa.pid, actions.pid if actions else None)


@contextlib.contextmanager
def stock(project: StockProject, folder: Path) -> Iterator[System]:
    """Stock Rasa with its own stores, over the same domain, actions and responses."""
    folder.mkdir(parents=True, exist_ok=True)
    port, actions_port = free_ports(2)
    endpoints, credentials = folder / "endpoints.yml", folder / "credentials.yml"
    endpoints.write_text(
        f"action_endpoint:\n  url: http://127.0.0.1:{actions_port}/webhook\n"
        "nlg:\n  type: dialogue.responses.CareResponses\n",
        encoding="utf-8",
    )
    credentials.write_text("rest:\n", encoding="utf-8")
    with (folder / "stock.log").open("wb") as log:
        options: dict[str, Any] = {"env": stock_environment(), "stdout": log, "stderr": log}
        actions = subprocess.Popen(
            [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "-p", str(actions_port)],
            cwd=ROOT,
            **options,
        )
        rasa = start_stock(project, port, endpoints, credentials, options)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_ready(url, "bench", rasa)
            yield System("stock", url, "bench", rasa.pid, actions.pid)
        finally:
            for process in (rasa, actions):
                process.terminate()
            for process in (rasa, actions):
                process.wait(30)


def start_stock(
    project: StockProject, port: int, endpoints: Path, credentials: Path, options: dict[str, Any]
) -> subprocess.Popen[bytes]:
    """Starts `rasa run` over the stock project."""
    command = [sys.executable, "-m", "rasa", "run", "--enable-api", "--auth-token", "bench"]
    command += ["-i", "127.0.0.1", "-p", str(port), "-m", str(project.model)]
    command += ["--endpoints", str(endpoints), "--credentials", str(credentials)]
    return subprocess.Popen(command, cwd=project.folder, **options)


def wait_ready(url: str, token: str, process: subprocess.Popen[bytes]) -> None:
    """Waits until `GET /status` names a model."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(httpx.HTTPError, ValueError):
            status = httpx.get(f"{url}/status", params={"token": token}, timeout=5, trust_env=False)
            if status.is_success and status.json().get("model_file"):
                return
        assert process.poll() is None, "stock Rasa ended; see its log"
        assert time.monotonic() < deadline, "not ready in time"
        time.sleep(0.05)


ECHO = """
from sanic import Sanic, response
app = Sanic("echo", configure_logging=False)
@app.post("/")
async def answer(request):
    return response.json(request.json)
app.run("127.0.0.1", {port}, access_log=False)
"""
EMPTY_ACTION = """
from rasa_sdk import Action
class Nothing(Action):
    def name(self):
        return "action_nothing"
    async def run(self, dispatcher, tracker, domain):
        return []
"""
CALL = {
    "next_action": "action_nothing",
    "version": version("rasa"),
    "sender_id": "bench",
    "tracker": {"sender_id": "bench", "slots": {}, "latest_message": {}, "events": [], "paused": False},
}


def echo_cpu_ms(calls: int = 1000) -> float:
    """The floor: the CPU of one request to a bare Sanic server that answers with what it got."""
    (port,) = free_ports(1)
    command = [sys.executable, "-c", ECHO.format(port=port)]
    return _cost_of_calls(command, f"http://127.0.0.1:{port}/", {"sender": "a", "message": "hello"}, calls)


def empty_action_cpu_ms(folder: Path, calls: int = 1000) -> float:
    """The floor of an action: the CPU that the action server takes to be asked for one that does nothing."""
    (port,) = free_ports(1)
    (folder / "nothing.py").write_text(EMPTY_ACTION, encoding="utf-8")
    command = [sys.executable, "-m", "launch.action_server", str(port), "nothing"]
    return _cost_of_calls(command, f"http://127.0.0.1:{port}/webhook", CALL, calls, [str(folder)])


def _cost_of_calls(
    command: list[str], url: str, body: Mapping[str, Any], calls: int, path: Sequence[str] = ()
) -> float:
    """Starts a server, and the CPU (ms) that each of `calls` requests took it."""
    own = {"PYTHONPATH": os.pathsep.join([str(ROOT), *path])}
    process = subprocess.Popen(command, env={**stock_environment(), **own}, cwd=ROOT)
    try:
        with httpx.Client(trust_env=False) as http:
            for _ in range(600):
                with contextlib.suppress(httpx.HTTPError):
                    http.post(url, json=body)
                    break
                time.sleep(0.05)
            server = psutil.Process(process.pid)
            before = sum(server.cpu_times()[:2])
            for _ in range(calls):
                http.post(url, json=body).raise_for_status()
            return (sum(server.cpu_times()[:2]) - before) / calls * 1000
    finally:
        process.terminate()
        process.wait(10)
