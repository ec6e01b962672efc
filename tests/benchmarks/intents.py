"""How often a way to tell intents is right on examples that it has not learned from."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from evaluation import candidates, examples, pipelines
from settings import ROOT
from tests.benchmarks.stock import CACHE


def cross_validated(name: str) -> float:
    """The accuracy (0..1) of a candidate of `evaluation.candidates` over all thirds of the examples.

    A slow one takes minutes for each third; what came out is kept in `build/cache` by a hash of the examples and the code.
    """
    digest = hashlib.sha256(name.encode())
    code = [Path(str(module.__file__)) for module in (candidates, examples, pipelines)]
    for path in (*sorted(examples.NLU.rglob("*.yml")), *code):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    kept = CACHE / f"accuracy-{digest.hexdigest()[:16]}.json"
    if candidates.CANDIDATES[name].slow and kept.exists():
        return float(json.loads(kept.read_text(encoding="utf-8")))
    (measured,) = pipelines.measure_all([name], every_fold=True)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(measured.accuracy), encoding="utf-8")
    return measured.accuracy


if __name__ == "__main__":
    for each in (candidates.IN_USE, candidates.STOCK_NAME):
        print(each, cross_validated(each))
