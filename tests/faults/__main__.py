"""Writes docs/faults.md from what the tests have seen: `python -m tests.faults` after the tests."""

from __future__ import annotations

import json

from settings import ROOT
from tests.faults.conftest import SEEN

HEAD = """# Faults

Written by `.venv/bin/python -m tests.faults` from what `pytest tests/faults` saw: each fault is brought
about with the real thing, and every message sent meanwhile is counted. "Until normal" is measured from the
moment the part is started again (or is killed, where the launcher starts it); the seconds are those of a machine
with two cores.

| fault | the person is told | what is kept | until normal |
|---|---|---|---|
"""


def main() -> None:
    """Writes the table."""
    rows = json.loads(SEEN.read_text(encoding="utf-8"))
    lines = [
        f"| {fault} | {row['told']} | {row['kept']} | {row['seconds']:g} s |"
        for fault, row in sorted(rows.items())
    ]
    (ROOT / "docs" / "faults.md").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
