"""A project whose servers are small stand-ins, so that the launcher itself is tested in seconds.

The stand-ins take the arguments of the real ones and answer the same routes; `launch/` is the real one.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil

from settings import ROOT, names
from tests.live_server import free_ports, wait_until

STAND_IN = """
import http.server, json, os, sys
from launch.tether import tether_to_launcher

tether_to_launcher()
argv = sys.argv[1:]
name = __spec__.name
if os.path.exists("fail-" + name):
    sys.exit("cannot start today")
if argv[0] == "train":
    out = argv[argv.index("--out") + 1]
    with open(out + "/model.tar.gz", "w") as model:
        model.write("a model")
    with open("trained.log", "a") as log:
        log.write("trained\\n")
    sys.exit(0)
port = int(argv[argv.index("--port") + 1]) if "--port" in argv else int(argv[0])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        answer = {"model_file": "models/x", "argv": argv, "environment": dict(os.environ)}
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *rest):
        pass


http.server.HTTPServer.allow_reuse_address = True
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


class Project:
    """The launcher in a folder of its own, with stand-ins for Rasa and the action server, which runs apart here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        skip = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "launch", folder / "launch", ignore=skip)
        shutil.copy(ROOT / "settings.py", folder / "settings.py")
        shutil.copy(ROOT / "settings_file.py", folder / "settings_file.py")
        (folder / "rasa_fixes").mkdir()
        shutil.copy(ROOT / "rasa_fixes/__init__.py", folder / "rasa_fixes/__init__.py")
        for server in ("rasa_server", "action_server"):
            (folder / f"launch/{server}.py").write_text(STAND_IN)
        for name in ("config.yml", "domain.yml", "credentials.yml", "endpoints.yml"):
            (folder / name).write_text("{}\n")
        (folder / "data").mkdir()
        (folder / "data/nlu.yml").write_text("nlu: []\n")
        self.rasa_port, self.actions_port = free_ports(2)
        self.launchers: list[subprocess.Popen[str]] = []

    def environment(self, **variables: str) -> dict[str, str]:
        """An environment with free ports and nothing of the person who runs the tests."""
        clean = {name: value for name, value in os.environ.items() if name not in names()}
        ports = {"RASA_PORT": str(self.rasa_port), "ACTIONS_PORT": str(self.actions_port)}
        return {**clean, **ports, "ACTIONS_APART": "true", **variables}

    def command(self, command: str) -> list[str]:
        return [sys.executable, "-m", "launch", command]

    def run(self, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        return subprocess.run(
            self.command(command),
            cwd=self.folder,
            env=self.environment(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def start(self, command: str, **variables: str) -> subprocess.Popen[str]:
        """Starts a command and returns when it says that it is ready."""
        launcher = self.start_only(command, **variables)
        assert launcher.stdout is not None
        for line in launcher.stdout:
            if "Ready after" in line:
                return launcher
        raise AssertionError(f"the launcher ended with {launcher.wait()}")

    def start_only(self, command: str, **variables: str) -> subprocess.Popen[str]:
        """Starts a command in a group of its own, as a terminal does."""
        launcher = subprocess.Popen(
            self.command(command),
            cwd=self.folder,
            env=self.environment(**variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.launchers.append(launcher)
        return launcher

    def processes(self) -> list[psutil.Process]:
        """What runs in the folder, launchers left out."""
        found = []
        ours = {launcher.pid for launcher in self.launchers}
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.cwd() == str(self.folder) and process.pid not in ours:
                    found.append(process)
        return found

    def child(self, module: str) -> psutil.Process:
        """The process that runs `module`."""
        return next(process for process in self.processes() if module in process.cmdline())

    def answer(self, port: int) -> dict[str, object] | None:
        """What a stand-in answers, or None when it does not."""
        try:
            answer: dict[str, object] = httpx.get(
                f"http://127.0.0.1:{port}/", timeout=2, trust_env=False
            ).json()
        except httpx.HTTPError:
            return None
        return answer

    def wait_until_gone(self) -> None:
        """Waits until nothing of this project runs."""
        wait_until(lambda: not self.processes(), 15, "all processes have ended")

    def close(self) -> None:
        """Ends what a failed test may have left."""
        for launcher in self.launchers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(launcher.pid, signal.SIGKILL)
            launcher.wait()
            if launcher.stdout:
                launcher.stdout.close()
        time.sleep(0.2)
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                process.kill()
