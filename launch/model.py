"""The trained model, named by a hash over all that training reads: it is trained only when that changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from launch.processes import child_environment
from launch.trouble import LaunchError

DATA = ["config.yml", "domain.yml", "domain", "data"]
CODE = ["knowledge", "language", "dialogue", "triage", "requirements/runtime.txt"]
KEPT = 2


def inputs(root: Path, names: list[str]) -> Iterator[Path]:
    """The files under `names` that training reads, in a fixed order."""
    for name in names:
        path = root / name
        files = [path] if path.is_file() else path.rglob("*") if path.is_dir() else []
        for file in sorted(files):
            if file.is_file() and file.suffix in (".yml", ".yaml", ".py", ".txt", ".json", ".csv"):
                yield file


def fingerprint(root: Path, names: list[str]) -> str:
    """A hash over names and contents of those files."""
    digest = hashlib.sha256()
    for file in inputs(root, names):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(root)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def path_of(root: Path) -> Path:
    """Where the model for the present inputs is, or will be."""
    return root / "models" / f"neckwise-{fingerprint(root, DATA + CODE)}.tar.gz"


def ensure(root: Path, settings: dict[str, str], say: Callable[[str], None]) -> Path:
    """The model for the present inputs, trained first where it is missing.

    Raises LaunchError when training fails.
    """
    model = path_of(root)
    if model.exists():
        os.utime(model)
        return model
    if not (root / "config.yml").exists():
        raise LaunchError(f"There is no Rasa project in {root}: config.yml is missing.")
    say("Training the model, since what it is made from changed (about a minute)")
    started = time.monotonic()
    model.parent.mkdir(exist_ok=True)
    remove_unused(model.parent.glob("training-*"))  # left by one that was killed
    with tempfile.TemporaryDirectory(dir=model.parent, prefix="training-") as folder:
        arguments = ["train", "--fixed-model-name", "model", "--out", folder]
        if not (root / "domain.yml").exists():
            arguments += ["--domain", "domain"]
        environment = child_environment(settings, str(root))
        # Rasa knows when data and configuration changed, but not when a module that a component imports did.
        environment["RASA_CACHE_DIRECTORY"] = str(training_cache(root))
        command = [sys.executable, "-m", "launch.rasa_server", *arguments]
        code = subprocess.run(command, cwd=root, env=environment, stdin=subprocess.DEVNULL).returncode
        trained = Path(folder) / "model.tar.gz"
        if code != 0 or not trained.exists():
            raise LaunchError(
                f"Training failed (exit {code}). The lines above say why; `make validate` says more."
            )
        trained.replace(model)
    forget_old(model)
    say(f"Trained in {time.monotonic() - started:.0f} s")
    return model


def training_cache(root: Path) -> Path:
    """Rasa's cache of trained parts, one a state of the code. Those not used for an hour are removed."""
    folder = root / ".rasa" / "neckwise-cache"
    mine = folder / fingerprint(root, CODE)
    mine.mkdir(parents=True, exist_ok=True)
    os.utime(mine)
    remove_unused(folder.iterdir())
    return mine


def remove_unused(folders: Iterable[Path]) -> None:
    """Removes those that nobody touched for an hour; a younger one may be in use by another training."""
    for folder in folders:
        if time.time() - folder.stat().st_mtime > 3600:
            shutil.rmtree(folder, ignore_errors=True)


def forget_old(model: Path) -> None:
    """Keeps the newest models only."""
    models = sorted(
        model.parent.glob("neckwise-*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True
    )
    for old in models[KEPT:]:
        old.unlink(missing_ok=True)
