"""Finding a Python 3.10 that really answers."""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path
from typing import Iterator, List, Optional

from bootstrap.command import ask

WANTED = "3.10"
USUAL_FOLDERS = ["/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"]
# Rasa needs each of these; a Python built by hand may lack some.
QUESTION = (
    "import sys, ssl, sqlite3, ctypes, bz2, lzma, zlib, venv;"
    "print('%d.%d' % sys.version_info[:2], sys.implementation.name, sys.maxsize > 2**32)"
)


def answers(python: str) -> bool:
    """Whether `python` starts, is a 64-bit CPython 3.10 and has the modules that Rasa needs.

    A pyenv shim exists for versions that are installed but not chosen; it fails here, as it should.
    """
    return ask([python, "-c", QUESTION]) == WANTED + " cpython True"


def pyenv_roots() -> List[Path]:
    """Where pyenv may keep its Pythons: where it says, in the home, beside its shims or this Python."""
    roots = [Path(os.environ["PYENV_ROOT"])] if os.environ.get("PYENV_ROOT") else []
    roots.append(Path.home() / ".pyenv")
    roots.append(Path(pwd.getpwuid(os.getuid()).pw_dir) / ".pyenv")
    roots += [
        Path(folder).parent
        for folder in os.environ.get("PATH", "").split(os.pathsep)
        if folder.endswith("/shims")
    ]
    base = Path(sys.base_prefix)
    roots += [base.parent.parent] if base.parent.name == "versions" else []
    return list(dict.fromkeys(roots))


def candidates() -> Iterator[str]:
    """Places to look, in order: PATH, this Python itself, usual folders, pyenv's versions (newest first)."""
    name = "python" + WANTED
    for folder in os.environ.get("PATH", "").split(os.pathsep) + USUAL_FOLDERS:
        path = Path(folder) / name
        if folder and os.access(str(path), os.X_OK):
            yield str(path)
    if sys.version_info[:2] == (3, 10):
        yield sys.executable
    for root in pyenv_roots():
        found = [
            path
            for path in root.glob("versions/" + WANTED + ".*/bin/" + name)
            if os.access(str(path), os.X_OK)
        ]
        for path in sorted(found, key=lambda path: _patch(path.parent.parent.name), reverse=True):
            yield str(path)


def _patch(version: str) -> int:
    digits = version.split(".")[-1]
    return int(digits) if digits.isdigit() else -1


def find() -> Optional[str]:
    """The first Python 3.10 that answers, or None: then uv is asked to fetch one."""
    seen = set()
    for candidate in candidates():
        if candidate not in seen and answers(candidate):
            return candidate
        seen.add(candidate)
    return None
