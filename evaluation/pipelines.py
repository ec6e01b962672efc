"""Compares ways to tell intents, and writes docs/pipeline-choice.md.

python -m evaluation.pipelines            cross-validates the classifier in use and prints one table
python -m evaluation.pipelines --compare  measures every candidate and writes the document and its picture (a minute)
    --diet                                ... DIET among them (Rasa's neural classifier: five minutes more)

Each candidate is measured in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import accuracy_score, f1_score

from evaluation.candidates import CANDIDATES, IN_USE
from evaluation.devset import NoDevset, rows
from evaluation.examples import Example, examples, folds
from evaluation.pipeline_document import write
from language.intents import OUT_OF_SCOPE, about_health
from language.topics import topic_for
from triage.loading import REPOSITORY

RESULTS = REPOSITORY / "build" / "pipelines.json"
FALLBACK = "nlu_fallback"


@dataclass
class Measures:
    """What one candidate reached. Shares are 0..1; None where there is nothing to measure it on."""

    name: str
    what: str
    examples: int
    accuracy: float
    macro_f1: float
    new_fields_declined: float
    health_lost: float
    devset_declined: float | None
    devset_health_lost: float | None
    topics_yes: float | None
    topics_partly: float | None
    topics_no: float | None
    train_seconds: float
    milliseconds: float
    memory_mb: float
    size_mb: float
    curve: list[dict[str, float]]


def measure(name: str, every_fold: bool) -> Measures:
    """Measure one candidate on the examples held out from it (of every fold, or the first), then on the development set.

    For the development set it learns from all examples; a slow one is trained once and keeps what it learned for the fold.
    """
    candidate = CANDIDATES[name]
    everything = examples()
    rankings: dict[int, list[tuple[str, float]]] = {}
    splits = list(folds(everything))[: None if every_fold else 1]
    for learn, held in splits:
        trained, seconds = _timed(candidate.train, [everything[index] for index in learn])
        rankings |= {int(index): trained.rank(everything[index].text) for index in held}
    if not candidate.slow:
        trained, seconds = _timed(candidate.train, everything)
    with tempfile.TemporaryDirectory() as folder:
        trained.save(Path(folder))
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
    measured = [(everything[index], ranking) for index, ranking in sorted(rankings.items())]
    told = [example.intent for example, _ in measured]
    # what it holds likeliest, also where it is not sure enough to say so
    found = [next(name for name, _ in ranking if name != FALLBACK) for _, ranking in measured]
    return Measures(
        name=name,
        what=candidate.what,
        examples=len(everything),
        accuracy=float(accuracy_score(told, found)),
        macro_f1=float(f1_score(told, found, average="macro")),
        new_fields_declined=_share(measured, lambda example: example.intent == OUT_OF_SCOPE),
        health_lost=_share(measured, lambda example: about_health(example.intent)),
        **_on_devset(trained),
        train_seconds=seconds,
        milliseconds=_milliseconds(trained, [example.text for example, _ in measured][::10]),
        memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        size_mb=size / 1e6,
        curve=_curve(measured),
    )


def _timed(train: Callable[[Sequence[Example]], Any], learn: Sequence[Example]) -> tuple[Any, float]:
    """What was trained, and the seconds of processor time it took."""
    start = time.process_time()
    trained = train(learn)
    return trained, time.process_time() - start


def _declined(ranking: Sequence[tuple[str, float]], threshold: float = 0.0) -> bool:
    return ranking[0][0] in (OUT_OF_SCOPE, FALLBACK) or ranking[0][1] < threshold


def _share(
    measured: list[tuple[Example, Any]], which: Callable[[Example], bool], threshold: float = 0.0
) -> float:
    return float(np.mean([_declined(ranking, threshold) for example, ranking in measured if which(example)]))


def _curve(measured: list[tuple[Example, Any]]) -> list[dict[str, float]]:
    """For each fallback threshold: what it declines rightly, what it loses, and how often it is right where it answers."""
    points = []
    for threshold in np.arange(0.0, 0.85, 0.05):
        inside = [(example, ranking) for example, ranking in measured if example.intent != OUT_OF_SCOPE]
        answered = [pair for pair in inside if not _declined(pair[1], threshold)]
        points.append(
            {
                "threshold": float(threshold),
                "declined": _share(measured, lambda example: example.intent == OUT_OF_SCOPE, threshold),
                "health_lost": _share(measured, lambda example: about_health(example.intent), threshold),
                "lost": _share(measured, lambda example: example.intent != OUT_OF_SCOPE, threshold),
                "right": float(np.mean([example.intent == ranking[0][0] for example, ranking in answered])),
            }
        )
    return points


def _on_devset(trained: Any) -> dict[str, float | None]:
    """Shares on the development set; all None where it is missing."""
    keys = ("devset_declined", "devset_health_lost", "topics_yes", "topics_partly", "topics_no")
    try:
        outside = [_declined(trained.rank(row["text"])) for row in rows("out_of_scope")]
        health = [
            _declined(trained.rank(row["text"]))
            for name in ("red_flags", "negation_chat", "faq")
            for row in rows(name)
        ]
        questions = rows("faq")
    except NoDevset:
        return dict.fromkeys(keys)
    right: dict[str, list[bool]] = {"yes": [], "partly": [], "no": []}
    for row in questions:
        topic = topic_for(trained.rank(row["text"])[0][0], row["text"])
        wanted = "lifestyle" if row["topic"] == "posture_lifestyle" else row["topic"]
        right[row["answered"]].append(topic is not None and topic[0] == wanted)
    shares = [outside, health, right["yes"], right["partly"], right["no"]]
    return dict(zip(keys, (float(np.mean(share)) for share in shares), strict=True))


def _milliseconds(trained: Any, texts: list[str]) -> float:
    """The processor time of one message."""
    trained.rank(texts[0])
    start = time.process_time()
    for text in texts:
        trained.rank(text)
    return (time.process_time() - start) / len(texts) * 1000


def measure_all(names: Sequence[str], every_fold: bool) -> Iterator[Measures]:
    """Each candidate in a fresh process, one after the other."""
    for name in names:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            yield pool.submit(measure, name, every_fold).result()


HEADER = (
    f"{'candidate':<34} {'accuracy':>8} {'F1':>6} {'new fields':>10} {'health lost':>11} {'devset oos':>10} "
    f"{'topics yes':>10} {'no':>5} {'train s':>8} {'ms':>6} {'MB':>6}"
)


def _line(one: Measures) -> str:
    def shown(value: float | None) -> str:
        return "-" if value is None else f"{value:.3f}"

    return (
        f"{one.name:<34} {one.accuracy:>8.3f} {one.macro_f1:>6.3f} {one.new_fields_declined:>10.3f} {one.health_lost:>11.3f} "
        f"{shown(one.devset_declined):>10} {shown(one.topics_yes):>10} {shown(one.topics_no):>5} {one.train_seconds:>8.1f} "
        f"{one.milliseconds:>6.1f} {one.memory_mb:>6.0f}"
    )


def _known() -> dict[str, dict[str, Any]]:
    """What earlier runs measured."""
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and with `--compare` write the document."""
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.pipelines", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--compare", action="store_true", help="measure every candidate and write docs/pipeline-choice.md"
    )
    parser.add_argument("--diet", action="store_true", help="with --compare: measure DIET anew as well")
    parser.add_argument("--only", nargs="+", choices=list(CANDIDATES), help="measure these candidates")
    asked = parser.parse_args(arguments)
    names = asked.only or [
        name for name in CANDIDATES if asked.compare and (asked.diet or not CANDIDATES[name].slow)
    ]
    comparing = asked.compare or asked.only
    print(HEADER, flush=True)
    for one in measure_all(names or [IN_USE], every_fold=not comparing):
        print(_line(one), flush=True)
        if comparing:
            RESULTS.parent.mkdir(exist_ok=True)
            RESULTS.write_text(json.dumps(_known() | {one.name: asdict(one)}, indent=1), encoding="utf-8")
    if asked.compare:
        known = _known()
        write([known[name] for name in CANDIDATES if name in known])
    return 0


if __name__ == "__main__":
    sys.exit(main())
