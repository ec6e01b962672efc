"""The project's own examples of intents, and how they are split to measure a classifier on what it has not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import yaml
from sklearn.model_selection import StratifiedKFold

from language.intents import OUT_OF_SCOPE
from triage.loading import REPOSITORY

NLU = REPOSITORY / "data" / "nlu"
SEED = 7


@dataclass(frozen=True)
class Example:
    """A message with its intent; `field` is the file it stands in (for `out_of_scope`, a field of life)."""

    text: str
    intent: str
    field: str


def examples() -> list[Example]:
    """Every example of `data/nlu`, in the order of the files."""
    return [
        Example(line.removeprefix("- ").strip(), block["intent"], path.stem)
        for path in sorted(NLU.rglob("*.yml"))
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for line in block["examples"].splitlines()
        if line.strip()
    ]


def folds(everything: Sequence[Example], count: int = 3) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of indices, (to learn from, to be measured on), in which every example is measured once.

    Messages out of scope are held out by whole fields: what counts is how fields are declined that no example covers.
    """
    outside = [index for index, example in enumerate(everything) if example.intent == OUT_OF_SCOPE]
    inside = np.array([index for index, example in enumerate(everything) if example.intent != OUT_OF_SCOPE])
    fields = sorted({everything[index].field for index in outside})
    splits = StratifiedKFold(count, shuffle=True, random_state=SEED).split(
        inside, [everything[index].intent for index in inside]
    )
    for number, (_, held) in enumerate(splits):
        held_fields = set(fields[number::count])
        held_outside = [index for index in outside if everything[index].field in held_fields]
        measured = np.concatenate([inside[held], np.array(held_outside, dtype=int)])
        yield np.setdiff1d(np.arange(len(everything)), measured), measured
