"""Stock Rasa to measure against: `rasa init`'s pipeline and policies over this project's domain, data and
actions.

Its model takes minutes to train and is kept in `build/cache`, by a hash of what it is made from, with the
CPU time that its training took.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from settings import ROOT

CACHE = ROOT / "build" / "cache"

# What `rasa init` of Rasa 3.6.21 writes as its suggestion, and uses when nothing is configured.
CONFIG = """
recipe: default.v1
assistant_id: stock
language: en
pipeline:
- name: WhitespaceTokenizer
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 1
  max_ngram: 4
- name: DIETClassifier
  epochs: 100
  constrain_similarities: true
- name: EntitySynonymMapper
- name: ResponseSelector
  epochs: 100
  constrain_similarities: true
- name: FallbackClassifier
  threshold: 0.3
  ambiguity_threshold: 0.1
policies:
- name: MemoizationPolicy
- name: RulePolicy
- name: UnexpecTEDIntentPolicy
  max_history: 5
  epochs: 100
- name: TEDPolicy
  max_history: 5
  epochs: 100
  constrain_similarities: true
"""


@dataclass(frozen=True)
class StockProject:
    """A folder with the stock project, its model, and the CPU seconds its training took."""

    folder: Path
    model: Path
    training_cpu_seconds: float


def environment() -> dict[str, str]:
    """The environment of stock Rasa: nothing mended, byte code on as for us."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "NECKWISE_RASA_FIXES_OFF": "all",
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


def project() -> StockProject:
    """The stock project, trained first where it is not in the cache.

    Raises CalledProcessError if that fails.
    """
    digest = hashlib.sha256(CONFIG.encode())
    inputs = [ROOT / "domain.yml", *sorted((ROOT / "data").rglob("*.yml"))]
    for path in inputs:
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    folder = CACHE / f"stock-{digest.hexdigest()[:16]}"
    model, record = folder / "models" / "stock.tar.gz", folder / "training.json"
    if not record.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
        shutil.copy(ROOT / "domain.yml", folder)
        shutil.copytree(ROOT / "data", folder / "data")
        print("Training stock Rasa (minutes; its model is kept in build/cache) ...", flush=True)
        record.write_text(json.dumps(train(folder)), encoding="utf-8")
    return StockProject(folder, model, json.loads(record.read_text(encoding="utf-8"))["cpu_seconds"])


def train(folder: Path) -> dict[str, float]:
    """Trains stock Rasa in `folder`; the CPU seconds it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", "stock", "--quiet"]
    with (folder / "training.log").open("wb") as log:
        subprocess.run(command, cwd=folder, env=environment(), stdout=log, stderr=log, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"cpu_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


if __name__ == "__main__":
    print(project())
