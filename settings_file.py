"""The file `.env`: settings that are kept, one `NAME=value` a line. The environment wins over it."""

from __future__ import annotations

import os
from pathlib import Path


class NoSetting(ValueError):
    """A line of the file is none. The message names file and line."""


def read(path: Path) -> dict[str, str]:
    """The variables in the file; none when there is no file.

    Raises NoSetting naming a line that is not one.
    """
    if not path.is_file():
        return {}
    values: dict[str, str] = {}
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip().removeprefix("export ").strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not name.isidentifier():
            raise NoSetting(f"{path.name}, line {number}: expected NAME=value.")
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        values[name] = value
    return values


def apply(path: Path) -> None:
    """Puts into the environment what the file says and the environment does not."""
    for name, value in read(path).items():
        os.environ.setdefault(name, value)
