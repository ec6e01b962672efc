"""What all tests share: one trained model and one running server per session.

`trained_model`: the path of the model for the present state of the project, trained first when it is missing.

`server`: the real assistant as `make api` starts it (launcher, Rasa) on free ports with a token and an
SQLite file of its own. It is shared, so a test talks under a sender of its own (`server.new_sender()`) and
leaves the processes as it found them.

`server_with_actions_apart`: the same with an action server beside it (ACTIONS_APART). The launcher undoes
`kill_actions()` within some seconds; wait for it with `wait_for_actions()`.

    def test_greeting(server):
        talk = server.talk()                       # a new conversation
        messages = talk.say("hello")               # what came back: [{"text": ..., "buttons": ...}]
        assert talk.slots()["care_level"] is None

`start_server(**settings)`: a function for tests that need a server of their own, ended with the test:
`start_server(DATABASE_URL="postgresql://...")`, or `start_server(command="run")` for `make run`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from sanic import Sanic

from launch import model
from settings import ROOT, as_environment, load
from tests.live_server import LiveServer

# The same examples each time, and no time limit for one: a busy machine is no fault of the code.
hypothesis.settings.register_profile("neckwise", derandomize=True, deadline=None)
hypothesis.settings.load_profile("neckwise")


# Sanic rewrites its own methods for the first app of a process; in test mode it keeps the originals for the next app.
Sanic.test_mode = True


@pytest.fixture(scope="session")
def trained_model() -> Path:
    """The model for the present inputs of training."""
    return model.ensure(ROOT, as_environment(load({})), print)


@pytest.fixture(scope="session")
def server(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One assistant for all tests of the session."""
    with LiveServer(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def server_with_actions_apart(
    trained_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """One assistant whose actions run in a process of their own, for all tests of the session."""
    with LiveServer(tmp_path_factory.mktemp("server-apart"), {"ACTIONS_APART": "true"}) as running:
        yield running


@pytest.fixture
def start_server(trained_model: Path, tmp_path: Path) -> Iterator[Callable[..., LiveServer]]:
    """Starts assistants for one test, each with the settings given; all are ended with the test."""
    started: list[LiveServer] = []

    def start(command: str = "api", **settings: str) -> LiveServer:
        folder = tmp_path / f"server-{len(started)}"
        folder.mkdir()
        running = LiveServer(folder, settings, command)
        started.append(running)
        running.start()
        return running

    yield start
    for running in started:
        running.stop()
