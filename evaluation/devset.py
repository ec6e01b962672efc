"""The development set (`../shared/devset`, or DEVSET): rows and the mapping of its finer codes to the contract's."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from triage.symptoms import symptoms

#: finer codes of the rows that are a code of the contract by another name
NEAR = {
    "sudden_headache": "severe_headache",
    "arm_weakness": "weakness",
    "neck_weakness": "weakness",
    "leg_weakness": "weakness",
    "drowsiness": "confusion",
    "faintness": "dizziness",
    "joint_swelling": "swelling",
    "neck_swelling": "swelling",
    "loss_of_consciousness": "fainting",
    "balance_problem": "coordination_problem",
    "limb_stiffness": "muscle_stiffness",
    "vomiting_blood": "bleeding",
    "arm_heaviness": "one_sided_weakness",
}
LEVELS = {"selfcare": "self_care"}


class NoDevset(Exception):
    """The development set is not beside the project."""


def folder() -> Path:
    """Where the rows are; raises NoDevset with what to do."""
    path = Path(os.environ.get("DEVSET") or Path(__file__).resolve().parents[1].parent / "shared" / "devset")
    if not path.is_dir():
        raise NoDevset(f"no development set at {path}: nothing is measured. Set DEVSET to its folder.")
    return path


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one file, as they stand."""
    return [
        json.loads(line)
        for line in (folder() / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def contract_codes(codes: list[str]) -> set[str]:
    """The codes as the contract has them; those outside its vocabulary are left out."""
    return {NEAR.get(code, code) for code in codes} & set(symptoms())


def level(row: dict[str, Any]) -> str:
    """The lowest level a safe reply may give."""
    return LEVELS.get(row["min_level"], row["min_level"])
