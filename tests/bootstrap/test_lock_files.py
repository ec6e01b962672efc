"""The lock files: exact, hashed, and free of addresses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from settings import ROOT

REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(REQUIREMENTS.glob("*.txt"))


def pins(lock: Path) -> dict[str, str]:
    """Package -> version of a lock file."""
    return dict(re.findall(r"^([A-Za-z0-9_.\-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


def plain(name: str) -> str:
    """A package name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_is_exact_and_hashed(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"^[A-Za-z0-9_.\-]+==\S+( ;.*?)? +--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.parametrize("lock", [*LOCKS, *sorted(REQUIREMENTS.glob("*.in"))], ids=lambda lock: lock.name)
def test_no_address_and_no_index(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.search(
        r"://|@ |--index|--extra-index|--find-links|--trusted-host|^-[ief]\b", text, re.MULTILINE
    )


@pytest.mark.parametrize("kind", ["runtime", "dev"])
def test_lock_holds_all_that_is_asked_for(kind: str) -> None:
    asked = re.findall(r"^([A-Za-z0-9_.\-]+)", (REQUIREMENTS / f"{kind}.in").read_text(), re.MULTILINE)
    locked = {plain(name) for name in pins(REQUIREMENTS / f"{kind}.txt")}
    assert {plain(name) for name in asked} <= locked


def test_tools_do_not_change_what_runs() -> None:
    runtime, dev = pins(REQUIREMENTS / "runtime.txt"), pins(REQUIREMENTS / "dev.txt")
    shared = runtime.keys() & dev.keys()
    assert {name: dev[name] for name in shared} == {name: runtime[name] for name in shared}
