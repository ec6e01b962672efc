"""The launcher with the real Rasa and the real action server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest

from settings import ROOT, names
from tests.live_server import LiveServer, free_ports, wait_until


def test_the_api_names_its_model_to_those_who_have_the_token(server: LiveServer) -> None:
    status = server.http.get("/status", params={"token": server.token})
    assert status.json()["model_file"].startswith("neckwise-")
    assert server.http.get("/status").status_code == 401
    assert server.http.get("/status", params={"token": "guess"}).status_code == 401
    assert server.http.get("/conversations/someone/tracker").status_code == 401


def listening(server: LiveServer) -> tuple[set[int], set[str]]:
    """The ports that its processes listen on, and the addresses."""
    assert server.launcher is not None
    launcher = psutil.Process(server.launcher.pid)
    found = [
        connection.laddr
        for process in launcher.children(recursive=True)
        for connection in process.net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    return {address.port for address in found}, {address.ip for address in found}


def test_servers_listen_on_this_machine_alone(server: LiveServer, server_with_actions_apart: LiveServer) -> None:
    assert listening(server) == ({server.rasa_port}, {"127.0.0.1"})
    apart = server_with_actions_apart
    assert listening(apart) == ({apart.rasa_port, apart.actions_port}, {"127.0.0.1"})


def test_actions_apart_answer_as_those_in_the_server(server: LiveServer, server_with_actions_apart: LiveServer) -> None:
    talks = [one.talk() for one in (server, server_with_actions_apart)]
    for text in (
        "hello",
        "my neck has been stiff for two weeks and i am always tired",
        "none of these",
        "why do you ask?",
        "which foods have magnesium?",
        "none of these",
        "stop",
    ):
        said = [[message.get("buttons") for message in talk.say(text)] for talk in talks]  # texts vary by chance
        assert said[0] == said[1]
    assert talks[0].slots() == talks[1].slots()


def test_the_token_is_not_in_any_command_line(server: LiveServer) -> None:
    assert server.launcher is not None
    launcher = psutil.Process(server.launcher.pid)
    for process in [launcher, *launcher.children(recursive=True)]:
        assert server.token not in " ".join(process.cmdline())


def test_a_killed_action_server_comes_back(server_with_actions_apart: LiveServer) -> None:
    server = server_with_actions_apart
    killed = server.kill_actions()
    wait_until(
        lambda: (process := server.actions_process()) is not None and process.pid != killed, 20, "a new one"
    )
    server.wait_for_actions()
    assert server.talk().say("hello")


def test_run_serves_the_page_without_the_api_and_ctrl_c_ends_all(
    start_server: Callable[..., LiveServer],
) -> None:
    running = start_server(command="run")
    page = running.http.get("/")
    assert page.status_code == 200
    assert "text/html" in page.headers["content-type"]
    assert running.http.get("/status").status_code == 404
    assert running.http.post("/webhooks/rest/webhook", json={}).status_code == 404
    assert running.launcher is not None
    processes = psutil.Process(running.launcher.pid).children(recursive=True)
    running.launcher.send_signal(signal.SIGINT)
    assert running.launcher.wait(30) == 0
    assert not [process for process in processes if process.is_running()]
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{running.base_url}/", timeout=2, trust_env=False)


def test_the_shell_answers_and_ends_all(trained_model: Path, tmp_path: Path) -> None:
    (rasa_port,) = free_ports(1)
    clean = {name: value for name, value in os.environ.items() if name not in names()}
    clean["RASA_PORT"] = str(rasa_port)
    clean["DATABASE_URL"] = f"sqlite:///{tmp_path / 'shell.db'}"
    done = subprocess.run(
        [sys.executable, "-m", "launch", "shell"],
        cwd=ROOT,
        env=clean,
        input="hello\nmy neck is stiff\nwhat is magnesium good for?\n1\n/stop\n",
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = done.stdout
    assert "1. A fever" in said or "1. Fever" in said
    assert "Custom json" not in said
    # words typed where options stand are words, and not the first option; its number is
    assert said.index("1. Fever") < said.index("muscles relax") < said.index("This may be an emergency")
    assert not [c for c in psutil.net_connections("tcp") if c.laddr.port == rasa_port and c.status == "LISTEN"]
