"""`make bench`: Neckwise beside stock Rasa, as ratios of figures taken in turn in one run.

Writes `build/bench.json` (ratios by name), `build/bench-figures.json` (all figures) and, with `--docs`,
the table and the plots under `docs/performance/`. `--only NAME ...` measures some rows; a part takes
minutes, the whole about half an hour, the first time longer: stock Rasa has to be trained, once for the
turns and once for each third of the examples that its intents are measured on.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evaluation.candidates import IN_USE, STOCK_NAME
from settings import ROOT
from tests.benchmarks import intents, measures, report, starting, stored, systems
from tests.benchmarks.measures import interleaved, ratio
from tests.benchmarks.stock import project

Figures = dict[str, Any]
TURNS_OF_MEMORY = 5000


def turns(folder: Path, figures: Figures, ratios: dict[str, float]) -> None:
    """A turn without and with an action, an assessment, parsing, throughput, memory: beside stock Rasa."""
    stock_project = project()
    with systems.neckwise(folder / "ours") as ours, systems.stock(stock_project, folder / "stock") as theirs:
        both = (ours, theirs)
        for system in both:
            for text in ("hello", measures.WITH_ACTION[0], measures.PLAIN[0], *measures.ASSESSMENT):
                system.say(systems.a_sender(), text)  # what is loaded at first use is loaded now
        rows: dict[str, Callable[[systems.System], float]] = {
            "parse": measures.parse_cpu_ms,
            "plain_turn": lambda system: measures.turn_cpu_ms(system, measures.PLAIN),
            "action_turn": lambda system: measures.turn_cpu_ms(system, measures.WITH_ACTION),
            "assessment_turn": measures.assessment_cpu_ms,
        }
        for name, measure in rows.items():
            seen = interleaved(3, lambda m=measure: m(ours), lambda m=measure: m(theirs))
            figures[f"{name}_cpu_ms"] = {"neckwise": seen[0], "stock": seen[1]}
            key = "parse_ratio" if name == "parse" else f"{name}_cpu_ratio"
            ratios[key] = ratio(*seen)
        cost = interleaved(
            5,
            lambda: measures.turn_cpu_ms(ours, measures.WITH_ACTION),
            lambda: measures.turn_cpu_ms(ours, measures.PLAIN),
        )
        figures["turn_cpu_ms_with_and_without_an_action"] = {"with": cost[0], "without": cost[1]}
        ratios["action_vs_plain_turn"] = ratio(*cost)
        for people in (1, 8, 32):
            seen = interleaved(
                2,
                lambda p=people: measures.throughput([ours], p)[0],
                lambda p=people: measures.throughput([theirs], p)[0],
            )
            figures[f"turns_a_second_{people}"] = {"neckwise": seen[0], "stock": seen[1]}
            ratios[f"throughput_{people}_ratio"] = ratio(*seen)
    figures["floor_cpu_ms"] = {
        "a bare Sanic echo": systems.echo_cpu_ms(),
        "an empty action, called": systems.empty_action_cpu_ms(folder),
    }


def memory(folder: Path, figures: Figures, ratios: dict[str, float]) -> None:
    """Resident memory of all processes, when ready and after 5,000 turns of 8 people."""
    seen: dict[str, list[float]] = {}
    for name, start in (
        ("neckwise", lambda: systems.neckwise(folder / "ours")),
        ("stock", lambda: systems.stock(project(), folder / "stock")),
    ):
        with start() as system:
            system.say(systems.a_sender(), "hello")
            idle = system.memory_mb()
            measures.throughput([system], 8, turns=TURNS_OF_MEMORY)
            seen[name] = [idle, system.memory_mb()]
    figures["memory_mb_idle"] = {name: values[0] for name, values in seen.items()}
    figures[f"memory_mb_after_{TURNS_OF_MEMORY}_turns"] = {name: values[1] for name, values in seen.items()}
    ratios["memory_idle_ratio"] = seen["neckwise"][0] / seen["stock"][0]
    ratios["memory_ratio"] = seen["neckwise"][1] / seen["stock"][1]
    ratios["memory_5000_turns_vs_idle"] = seen["neckwise"][1] / seen["neckwise"][0]


def lengths(folder: Path, figures: Figures, ratios: dict[str, float]) -> None:
    """Turns 10, 100 and 1,000 of one conversation."""
    marks = (10, 100, 1000)
    costs: dict[str, dict[int, float]] = {}
    with systems.neckwise(folder / "long") as ours:
        measures.along_one_conversation(ours, (5,))
        # a turn costs less than the clock of the processor ticks: many turns, three conversations
        seen = [measures.along_one_conversation(ours, marks, around=60) for _ in range(3)]
    costs["neckwise"] = {mark: statistics.median(each[mark] for each in seen) for mark in marks}
    ratios["turn_1000_vs_10"] = statistics.median(each[1000] / each[10] for each in seen)
    figures["turn_cpu_ms_along_a_conversation"] = costs
    with systems.stock(project(), folder / "stock-long") as theirs:
        measures.along_one_conversation(theirs, (5,))
        costs["stock"] = measures.along_one_conversation(theirs, marks, around=8)
    ratios["stock_turn_1000_vs_10"] = costs["stock"][1000] / costs["stock"][10]


def stored_conversations(folder: Path, figures: Figures, ratios: dict[str, float]) -> None:
    """A turn with 10, 10,000 and 100,000 conversations in the database."""
    counts = (10, 10_000, 100_000)
    urls = [f"sqlite:///{folder}/stored-{count}.db" for count in counts]
    for url, count in zip(urls, counts, strict=True):
        stored.fill(url, count)
    with (
        systems.neckwise(folder / "s0", {"DATABASE_URL": urls[0]}) as few,
        systems.neckwise(folder / "s1", {"DATABASE_URL": urls[1]}) as more,
        systems.neckwise(folder / "s2", {"DATABASE_URL": urls[2]}) as many,
    ):

        def cost(system: systems.System) -> Callable[[], float]:
            return lambda: measures.turn_cpu_ms(system, measures.WITH_ACTION)

        seen = interleaved(4, cost(few), cost(more), cost(many))
    figures["turn_cpu_ms_with_stored"] = dict(zip(map(str, counts), seen, strict=True))
    ratios["stored_10000_vs_10"] = ratio(seen[1], seen[0])
    ratios["stored_100000_vs_10"] = ratio(seen[2], seen[0])


def processes(folder: Path, figures: Figures, ratios: dict[str, float]) -> None:
    """Two server processes beside one, on PostgreSQL and Redis; the load and the database share the cores."""
    from tests.benchmarks.servers import shared

    with (
        shared() as settings, systems.neckwise(folder / "p0", settings) as first,
        systems.neckwise(folder / "p1", settings) as second,
    ):
        measures.throughput([first, second], 8, 2)
        seen = interleaved(
            3,
            lambda: measures.throughput([first, second], 8)[0],
            lambda: measures.throughput([first], 8)[0],
        )
    figures["turns_a_second_by_processes"] = {"two": seen[0], "one": seen[1]}
    ratios["two_processes_vs_one"] = ratio(*seen)


def start_and_train(folder: Path, figures: Figures, ratios: dict[str, float]) -> None:
    """Cold start, training and size."""
    stock_project = project()
    starting.cold_start(None, folder)
    seen = [(starting.cold_start(None, folder), starting.cold_start(stock_project, folder)) for _ in range(3)]
    figures["cold_start_seconds"] = {
        "neckwise": [ours[0] for ours, _ in seen],
        "stock": [theirs[0] for _, theirs in seen],
    }
    figures["cold_start_cpu_seconds"] = {
        "neckwise": [ours[1] for ours, _ in seen],
        "stock": [theirs[1] for _, theirs in seen],
    }
    ratios["cold_start_ratio"] = statistics.median(ours[0] / theirs[0] for ours, theirs in seen)
    training = starting.training_cpu_seconds()
    figures["training_cpu_seconds"] = {"neckwise": training, "stock": stock_project.training_cpu_seconds}
    ratios["train_ratio"] = training / stock_project.training_cpu_seconds
    figures["installed_mb"] = starting.installed_mb()


def accuracy(folder: Path, figures: Figures, ratios: dict[str, float]) -> None:
    """How often the intent is right, cross-validated: every example is measured on what learned from two thirds without it."""
    ours, theirs = (intents.cross_validated(name) for name in (IN_USE, STOCK_NAME))
    figures["intent_accuracy"] = {"neckwise": ours, "stock": theirs}
    ratios["intent_accuracy_minus_stock"] = ours - theirs


PARTS: dict[str, Callable[[Path, Figures, dict[str, float]], None]] = {
    "turns": turns,
    "memory": memory,
    "lengths": lengths,
    "stored": stored_conversations,
    "processes": processes,
    "start": start_and_train,
    "accuracy": accuracy,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--docs", action="store_true", help="write docs/performance as well")
    given = parser.parse_args()
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    ratios = report.read(build / "bench.json")
    figures = report.read(build / "bench-figures.json")
    for name in given.only:
        begun = time.monotonic()
        print(f"Measuring: {name} ...", flush=True)
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            PARTS[name](Path(folder), figures, ratios)
        print(f"  {time.monotonic() - begun:.0f} s", flush=True)
        (build / "bench.json").write_text(json.dumps(ratios, indent=2) + "\n", encoding="utf-8")
        (build / "bench-figures.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(report.table(ratios))
    if given.docs:
        report.write_docs(ratios, figures, ROOT / "docs" / "performance")


if __name__ == "__main__":
    main()
