"""Running one command of the set-up, with its output shown as it comes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import Dict, List, Optional

from bootstrap.trouble import SetupError, remedy_for

# These would send packages to another place, hide byte code, or mix in another Python's modules.
UNWANTED = (
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONOPTIMIZE",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_NO_COMPILE",
    "PIP_REQUIREMENT",
    "PIP_CONSTRAINT",
    "PIP_PYTHON",
    "UV_PYTHON",
    "UV_PROJECT_ENVIRONMENT",
    "UV_CONSTRAINT",
    "UV_OVERRIDE",
    "UV_SYSTEM_PYTHON",
)
SILENCE_SECONDS = 15.0


def say(text: str) -> None:
    """One line of progress, out at once even through a pipe."""
    print("[setup] " + text, flush=True)


def clean_environment(extra: Optional[Dict[str, str]] = None) -> Dict[str, str]:
    """The environment for commands of the set-up: the user's own, without what would misdirect them."""
    environment = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    environment.update({"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PYTHONUNBUFFERED": "1"})
    environment.update(extra or {})
    return environment


def run(what: str, arguments: List[str], environment: Dict[str, str]) -> None:
    """Runs a command, shows its lines, says every 15 s of silence that it still works.

    Raises SetupError, with the remedy its output suggests, when it cannot be started or fails.
    """
    started = time.monotonic()
    last = [started]
    done = threading.Event()

    def tick() -> None:
        while not done.wait(1.0):
            if time.monotonic() - last[0] > SILENCE_SECONDS:
                last[0] = time.monotonic()
                say("  still at it, %d s so far" % (last[0] - started))

    lines: List[str] = []
    try:
        process = subprocess.Popen(
            arguments,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise SetupError("%s: %s" % (what, error), remedy_for(str(error))) from error
    threading.Thread(target=tick, daemon=True).start()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            last[0] = time.monotonic()
            lines.append(line)
            if not line.startswith(" + "):  # uv's list of 200 installed packages
                sys.stdout.write("    " + line)
                sys.stdout.flush()
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    finally:
        done.set()
    if code != 0:
        raise SetupError("%s failed (exit %d)." % (what, code), remedy_for("".join(lines[-80:])))


def ask(arguments: List[str], timeout: float = 30.0) -> Optional[str]:
    """What a command prints, or None when it is not there, fails or takes too long."""
    try:
        answer = subprocess.run(
            arguments,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=timeout,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None
