"""Starting, watching and ending the assistant's processes."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from launch.assistant import Stopped, catch_signals
from tests.launch.project import Project
from tests.live_server import wait_until


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path)
    yield made
    made.close()


def test_trains_only_when_the_inputs_changed(project: Project) -> None:
    def trainings() -> int:
        log = project.folder / "trained.log"
        return len(log.read_text().splitlines()) if log.exists() else 0

    first = project.run("train")
    assert (first.returncode, trainings()) == (0, 1), first.stdout + first.stderr
    second = project.run("train")
    assert "Nothing to train" in second.stdout
    (project.folder / "README.md").write_text("not an input")
    project.run("train")
    assert trainings() == 1
    (project.folder / "language").mkdir()
    for change in ("data/nlu.yml", "domain.yml", "config.yml", "language/reading.py"):
        (project.folder / change).write_text("# changed\n")
        project.run("train")
    assert trainings() == 5
    assert len(list((project.folder / "models").iterdir())) == 2, "old models are removed"


def test_failed_training_is_said_and_leaves_no_model(project: Project) -> None:
    (project.folder / "fail-launch.rasa_server").touch()
    done = project.run("train")
    assert done.returncode == 1
    assert "CANNOT GO ON: Training failed (exit 1)" in done.stderr
    assert not list((project.folder / "models").iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run_serves_and_ends_all(project: Project, number: int) -> None:
    launcher = project.start("run")
    assert project.answer(project.rasa_port)
    assert project.answer(project.actions_port)
    assert len(project.processes()) == 2
    launcher.send_signal(number)
    assert launcher.wait(20) == 0
    assert not project.processes()


@pytest.mark.parametrize("command", ["run", "api"])
def test_unless_they_run_apart_actions_need_neither_a_process_nor_a_port(project: Project, command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", project.actions_port))
        taken.listen()
        project.start(command, RASA_TOKEN="t", ACTIONS_APART="")
    answer = project.answer(project.rasa_port)
    assert answer is not None
    assert isinstance(answer["environment"], dict)
    assert answer["environment"]["ACTIONS_URL"] == ""
    assert len(project.processes()) == 1


def test_without_the_fix_that_runs_them_inside_actions_run_apart(project: Project) -> None:
    project.start("run", ACTIONS_APART="", NECKWISE_RASA_FIXES_OFF="event_types,actions_inside")
    assert project.answer(project.actions_port)
    answer = project.answer(project.rasa_port)
    assert answer is not None
    assert isinstance(answer["environment"], dict)
    assert answer["environment"]["ACTIONS_URL"] == f"http://127.0.0.1:{project.actions_port}/webhook"


def test_ctrl_c_twice_still_ends_all(project: Project) -> None:
    launcher = project.start("run")
    os.killpg(launcher.pid, signal.SIGINT)
    os.killpg(launcher.pid, signal.SIGINT)
    assert launcher.wait(20) == 0
    assert not project.processes()


def test_a_second_signal_does_not_break_off_the_ending() -> None:
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        catch_signals()
        with pytest.raises(Stopped):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def test_ctrl_c_while_starting_ends_all(project: Project) -> None:
    project.run("train")
    launcher = project.start_only("run")
    wait_until(lambda: bool(project.processes()), 20, "a server was started")
    launcher.send_signal(signal.SIGINT)
    assert launcher.wait(20) == 0
    assert not project.processes()


def test_kill_9_of_the_launcher_ends_all(project: Project) -> None:
    project.start("run").kill()
    project.wait_until_gone()


def test_a_server_that_ignores_sigterm_is_ended_all_the_same(project: Project) -> None:
    launcher = project.start("run")
    project.child("launch.action_server").suspend()
    launcher.send_signal(signal.SIGTERM)
    assert launcher.wait(30) == 0
    assert not project.processes()


@pytest.mark.parametrize("module", ["launch.action_server", "launch.rasa_server"])
def test_a_server_that_dies_comes_back_and_the_other_stays(project: Project, module: str) -> None:
    project.start("run")
    other = "launch.rasa_server" if module == "launch.action_server" else "launch.action_server"
    killed, left_alone = project.child(module), project.child(other).pid
    port = project.actions_port if module == "launch.action_server" else project.rasa_port
    killed.kill()
    wait_until(lambda: project.answer(port) is None, 10, "it is gone")
    wait_until(lambda: project.answer(port) is not None, 20, "it is back")
    assert project.child(module).pid != killed.pid
    assert project.child(other).pid == left_alone


def test_a_server_that_keeps_dying_is_started_ever_less_often(project: Project) -> None:
    launcher = project.start("run")
    (project.folder / "fail-launch.action_server").touch()
    project.child("launch.action_server").kill()
    assert launcher.stdout is not None
    pauses: list[float] = []
    while len(pauses) < 3:
        match = re.search(r"action server ended by itself .* again in ([\d.]+) s", launcher.stdout.readline())
        if match:
            pauses.append(float(match.group(1)))
    assert pauses == [0.5, 1, 2]
    assert project.answer(project.rasa_port), "the assistant still answers"


@pytest.mark.parametrize("server", ["rasa_server", "action_server"])
def test_a_server_that_cannot_start_ends_the_launcher_with_a_message(project: Project, server: str) -> None:
    project.run("train")
    (project.folder / f"fail-launch.{server}").touch()
    done = project.run("run")
    assert done.returncode == 1
    assert "could not start (exit 1). The lines above say why" in done.stderr
    assert "cannot start today" in done.stderr
    assert not project.processes()


@pytest.mark.parametrize("name", ["RASA_PORT", "ACTIONS_PORT"])
@pytest.mark.parametrize("command", ["run", "api", "shell"])
def test_a_port_in_use_is_named_with_its_holder(project: Project, command: str, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = project.run(command, RASA_TOKEN="t", **{name: str(port)})
    assert done.returncode == 1
    assert f"Port {port} is already in use by process {os.getpid()}" in done.stderr
    assert f"{name}={port + 1}" in done.stderr
    assert "Training" not in done.stdout, "said before minutes of training"


def test_the_api_is_refused_without_a_token(project: Project) -> None:
    done = project.run("api")
    assert done.returncode == 1
    assert "RASA_TOKEN is not set" in done.stderr
    assert "make api" in done.stderr


def test_the_api_is_started_on_this_machine_only_with_the_rest_channel(project: Project) -> None:
    project.start("api", RASA_TOKEN="secret-word", BIND_ADDRESS="0.0.0.0")
    answer = project.answer(project.rasa_port)
    assert answer is not None
    arguments = answer["argv"]
    assert isinstance(arguments, list)
    assert "--enable-api" in arguments
    assert arguments[arguments.index("--interface") + 1] == "127.0.0.1"
    assert (
        "channels.rest.RestInput:"
        in Path(project.folder, arguments[arguments.index("--credentials") + 1]).read_text()
    )
    assert "secret-word" not in " ".join(arguments), "other users of the machine could read it"


def test_run_has_neither_the_api_nor_the_rest_channel(project: Project) -> None:
    project.start("run", BIND_ADDRESS="0.0.0.0")
    answer = project.answer(project.rasa_port)
    assert answer is not None
    arguments = answer["argv"]
    assert isinstance(arguments, list)
    assert "--enable-api" not in arguments
    assert arguments[arguments.index("--interface") + 1] == "0.0.0.0"
    assert "rest" not in Path(project.folder, arguments[arguments.index("--credentials") + 1]).read_text()


def test_servers_get_every_setting_and_write_byte_code(project: Project) -> None:
    (project.folder / ".env").write_text("# mine\nCOUNTRY=gb\nexport LOG_LEVEL='error'\n")
    project.start("run", PYTHONDONTWRITEBYTECODE="1", LOG_LEVEL="INFO")
    answer = project.answer(project.rasa_port)
    assert answer is not None
    seen = answer["environment"]
    assert isinstance(seen, dict)
    assert seen["DATABASE_URL"] == "sqlite:///var/neckwise.db"
    assert seen["ACTIONS_URL"] == f"http://127.0.0.1:{project.actions_port}/webhook"
    assert seen["RASA_TELEMETRY_ENABLED"] == "false"
    assert "PYTHONDONTWRITEBYTECODE" not in seen
    assert (seen["COUNTRY"], seen["LOG_LEVEL"]) == ("GB", "INFO"), ".env is read, the environment wins"


def test_a_setting_that_makes_no_sense_is_named(project: Project) -> None:
    done = project.run("run", RASA_PORT="many")
    assert done.returncode == 1
    assert "RASA_PORT is 'many', but must be a whole number from 1 to 65535" in done.stderr
    (project.folder / ".env").write_text("COUNTRY=US\nnonsense\n")
    assert ".env, line 2: expected NAME=value" in project.run("run").stderr


def test_tethered_to_make_it_ends_when_make_is_killed(project: Project) -> None:
    project.run("train")
    script = (
        "import subprocess, sys; subprocess.run([sys.executable, '-m', 'launch', 'run', '--with-parent'])"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=project.folder,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
    )
    wait_until(lambda: project.answer(project.rasa_port) is not None, 30, "it serves")
    parent.kill()
    parent.wait()
    project.wait_until_gone()


def test_the_shell_keeps_the_terminal_and_ends_the_actions(project: Project) -> None:
    shell = project.folder / "launch/rasa_server.py"
    project.run("train")
    shell.write_text(
        "import sys; print('asked:', sys.argv[1]); print('heard:', sys.stdin.readline().strip()); sys.exit(0)"
    )
    done = subprocess.run(
        project.command("shell"),
        cwd=project.folder,
        env=project.environment(),
        input="my neck hurts\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "asked: shell" in done.stdout
    assert "heard: my neck hurts" in done.stdout
    assert not project.processes()
