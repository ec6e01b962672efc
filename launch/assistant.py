"""The assistant as processes: Rasa, and the action server where there is one; started, watched and ended together."""

from __future__ import annotations

import json
import signal
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import IO

from launch import ports
from launch.processes import Child, child_environment, end
from launch.trouble import LaunchError
from settings import Settings, as_environment

READY_SECONDS = 180.0
STEADY_SECONDS = 60.0
LONGEST_PAUSE = 30.0
REST_CHANNEL = "channels.rest.RestInput"  # behind the gate, as all channels

# No proxy: these calls never leave the machine.
local = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def say(text: str) -> None:
    """One line for the person who started us."""
    print(f"[neckwise] {text}", flush=True)


def answer(url: str) -> bytes | None:
    """What a GET of `url` answers with status 200, else None."""
    try:
        with local.open(url, timeout=5) as response:
            return bytes(response.read(1_000_000)) if response.status == 200 else None
    except (OSError, ValueError):
        return None


def names_a_model(url: str) -> bool:
    """Whether Rasa's `/status` at `url` names a loaded model."""
    body = answer(url)
    try:
        return bool(body and json.loads(body).get("model_file"))
    except (ValueError, AttributeError):
        return False


class Stopped(Exception):
    """Ctrl-C or SIGTERM came."""


class Watched:
    """A process that is started again, after a growing pause, whenever it ends by itself."""

    def __init__(self, start: Callable[[], Child]) -> None:
        self._start = start
        self._pause = 0.5
        self._due = 0.0
        self.child = start()

    def look(self) -> None:
        """Starts the process again when it has ended and its pause is over."""
        if self.child.running:
            if time.monotonic() - self.child.started > STEADY_SECONDS:
                self._pause = 0.5
            return
        now = time.monotonic()
        if not self._due:
            say(
                f"The {self.child.name} ended by itself ({self.child.exit_words}); again in {self._pause:g} s"
            )
            self._due = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        elif now >= self._due:
            self.child.signal(signal.SIGKILL)  # what it left behind would hold the port
            self.child = self._start()
            self._due = 0.0


class Assistant:
    """Rasa, and where actions run apart their server, for one set of settings and one model."""

    def __init__(self, root: Path, settings: Settings, model: Path, api: bool = False) -> None:
        self.root = root
        self.settings = settings
        self.model = model
        self.api = api
        self.environment = child_environment(as_environment(settings), str(root))
        self.children: list[Child] = []

    def check_ports(self, shell: bool = False) -> None:
        """Raises LaunchError for a port that is taken."""
        address = "127.0.0.1" if shell or self.api else self.settings.bind_address
        ports.require_free(address, self.settings.rasa_port, "RASA_PORT")
        if self.settings.actions_apart:
            ports.require_free("127.0.0.1", self.settings.actions_port, "ACTIONS_PORT")

    def start_actions(self, output: IO[bytes] | None = None) -> Child:
        """Starts the action server."""
        arguments = [str(self.settings.actions_port)]
        child = Child(
            "action server", "launch.action_server", arguments, self.environment, str(self.root), output
        )
        self.children.append(child)
        return child

    def start_rasa(self) -> Child:
        """Starts Rasa: with its HTTP API and the rest channel on this machine only, or without both."""
        address = "127.0.0.1" if self.api else self.settings.bind_address
        arguments = ["run", "--model", str(self.model), "--interface", address]
        arguments += ["--port", str(self.settings.rasa_port), "--endpoints", "endpoints.yml"]
        arguments += ["--credentials", str(self.credentials())]
        if self.api:
            arguments.append("--enable-api")
        child = Child("Rasa server", "launch.rasa_server", arguments, self.environment, str(self.root))
        self.children.append(child)
        return child

    def credentials(self) -> Path:
        """The channels: those of `credentials.yml`, and under the API `rest` as well."""
        path = self.root / "credentials.yml"
        if not self.api:
            return path
        made = self.root / "var" / f"credentials-{self.settings.rasa_port}.yml"
        made.parent.mkdir(exist_ok=True)
        made.write_text(path.read_text(encoding="utf-8") + f"\n{REST_CHANNEL}:\n", encoding="utf-8")
        return made

    def actions_ready(self) -> bool:
        """Whether the action server answers."""
        return answer(f"http://127.0.0.1:{self.settings.actions_port}/health") is not None

    def rasa_ready(self) -> bool:
        """Whether Rasa answers; under the API, also that it has loaded a model."""
        host = self.settings.bind_address.replace("0.0.0.0", "127.0.0.1")
        if self.api:
            token = urllib.parse.quote(self.settings.rasa_token)
            return names_a_model(f"http://127.0.0.1:{self.settings.rasa_port}/status?token={token}")
        return answer(f"http://{host}:{self.settings.rasa_port}/") is not None

    def wait_for(self, child: Child, ready: Callable[[], bool]) -> None:
        """Waits until `ready()`. Raises LaunchError when the process ends first or takes too long."""
        deadline = time.monotonic() + READY_SECONDS
        while not ready():
            if not child.running:
                raise LaunchError(
                    f"The {child.name} could not start ({child.exit_words}). The lines above say why."
                )
            if time.monotonic() > deadline:
                raise LaunchError(
                    f"The {child.name} was not ready after {READY_SECONDS:.0f} s. Is the machine busy?"
                )
            time.sleep(0.1)

    def serve(self) -> None:
        """Starts all, says the address when it is ready, keeps it running until Ctrl-C or SIGTERM."""
        self.check_ports()
        started = time.monotonic()
        try:
            catch_signals()
            say("Starting (some seconds) ...")
            servers = [(Watched(self.start_rasa), self.rasa_ready)]
            if self.settings.actions_apart:
                servers.append((Watched(self.start_actions), self.actions_ready))
            for server, ready in reversed(servers):
                self.wait_for(server.child, ready)
            shown = (
                "localhost"
                if self.settings.bind_address in ("127.0.0.1", "0.0.0.0")
                else self.settings.bind_address
            )
            what = "HTTP API and rest channel" if self.api else "Open this in a browser"
            say(
                f"Ready after {time.monotonic() - started:.0f} s. {what}: http://{shown}:{self.settings.rasa_port}/"
                "  (Ctrl-C ends it)"
            )
            while True:
                for server, _ in servers:
                    server.look()
                self.children = [server.child for server, _ in servers]
                time.sleep(0.2)
        except (Stopped, KeyboardInterrupt):
            say("Ending ...")
        finally:
            ignore_signals()
            end(self.children)
        say("Ended.")

    def shell(self) -> int:
        """`rasa shell` in this terminal. Returns Rasa's exit status."""
        self.check_ports(shell=True)
        logs = self.root / "var" / "log"
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / "actions.log").open("ab") as log:
            try:
                catch_signals()
                say("Starting (some seconds); write /stop to end ...")
                if self.settings.actions_apart:
                    self.wait_for(self.start_actions(log), self.actions_ready)
                arguments = ["shell", "--model", str(self.model), "--port", str(self.settings.rasa_port)]
                arguments += ["--interface", "127.0.0.1", "--endpoints", "endpoints.yml"]
                rasa = Child(
                    "shell", "launch.rasa_server", arguments, self.environment, str(self.root), terminal=True
                )
                self.children.append(rasa)
                while rasa.running:
                    time.sleep(0.1)
                return rasa.process.returncode
            except (Stopped, KeyboardInterrupt):
                return 0
            finally:
                ignore_signals()
                end(self.children)


def catch_signals() -> None:
    """Makes Ctrl-C, SIGTERM and a closed terminal raise Stopped, once."""

    def stop(number: int, frame: FrameType | None) -> None:
        ignore_signals()  # a second one would break off the ending, wherever that is
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def ignore_signals() -> None:
    """Lets the ending run to its end, however often Ctrl-C is pressed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
