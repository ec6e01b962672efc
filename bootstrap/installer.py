"""Getting uv, which makes `.venv` and installs into it, without touching the user's own Python."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Iterator, List, Optional

from bootstrap import interpreter, without_pip
from bootstrap.command import ask, clean_environment, run, say
from bootstrap.trouble import SetupError


def locked_version(lock: Path) -> str:
    """The version of uv named in `requirements/uv.txt`."""
    match = re.search(r"^uv==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        raise SetupError("%s names no version of uv." % lock, "Restore the file: git checkout -- %s" % lock)
    return match.group(1)


def pythons_with_pip() -> Iterator[str]:
    """Pythons that may bring a pip: this one first, then any other of the machine."""
    others: List[str] = [sys.executable]
    others += [path for path in (shutil.which("python3.%d" % minor) for minor in range(14, 7, -1)) if path]
    for root in interpreter.pyenv_roots():
        others += [str(path) for path in sorted(root.glob("versions/3.*/bin/python3"), reverse=True)]
    for python in others:
        if ask([python, "-c", "import sys, pip; assert sys.version_info >= (3, 8)"]) is not None:
            yield python


def find_pip(cache: Path) -> Optional[str]:
    """A Python that has pip; a small venv of our own when only `ensurepip` is there; None when neither is."""
    for python in pythons_with_pip():
        return python
    own = cache / "pip"
    if ask([sys.executable, "-m", "venv", str(own)], timeout=120) is not None:
        return str(own / "bin" / "python")
    shutil.rmtree(str(own), ignore_errors=True)
    return None


def get_uv(root: Path, cache: Path, pip: Optional[str]) -> str:
    """The path of uv: the locked one under `cache`, installed there with `pip` where missing.

    Falls back to a uv on PATH that answers. Raises SetupError when there is no way to get one.
    """
    lock = root / "requirements" / "uv.txt"
    version = locked_version(lock)
    folder = cache / ("uv-" + version)
    uv = folder / "bin" / "uv"
    if ask([str(uv), "--version"]):
        return str(uv)
    on_path = shutil.which("uv")
    usable_on_path = on_path if on_path and ask([on_path, "--version"]) else None
    if pip is None:
        if usable_on_path:
            return usable_on_path
        index = without_pip.configured_index()
        if index:
            say("Fetching uv %s, the installer, into %s" % (version, folder.relative_to(root)))
            hashes = re.findall(r"sha256:([0-9a-f]{64})", lock.read_text(encoding="utf-8"))
            without_pip.fetch(index, version, hashes, uv)
            return str(uv)
        raise SetupError(
            "This Python has neither pip nor venv, and no package index is set: %s" % sys.executable,
            "Install one of them (Debian or Ubuntu: sudo apt-get install python3-venv; Fedora: sudo dnf "
            "install python3-pip), or set PIP_INDEX_URL, and run the command again.",
        )
    say("Fetching uv %s, the installer, into %s" % (version, folder.relative_to(root)))
    part = cache / "uv-part"
    shutil.rmtree(str(part), ignore_errors=True)
    shutil.rmtree(str(folder), ignore_errors=True)
    arguments = [pip, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    arguments += ["--only-binary", ":all:", "--require-hashes", "--target", str(part), "-r", str(lock)]
    try:
        run("Fetching uv", arguments, clean_environment({"PIP_ROOT_USER_ACTION": "ignore"}))
    except SetupError:
        shutil.rmtree(str(part), ignore_errors=True)
        if usable_on_path:
            say("Using the uv found on PATH instead")
            return usable_on_path
        raise
    part.rename(folder)
    return str(uv)
