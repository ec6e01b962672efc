"""The table and the plots of a run."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# ratio: what it compares, and the bound it is held to (None: for information)
BOUNDS: dict[str, tuple[str, str, float | None]] = {
    "plain_turn_cpu_ratio": ("CPU of a turn without an action, Neckwise / stock", "at most", 0.40),
    "action_turn_cpu_ratio": ("CPU of a turn with an action, Neckwise / stock", "at most", 0.25),
    "assessment_turn_cpu_ratio": ("CPU of a turn in an assessment, Neckwise / stock", "", None),
    "action_vs_plain_turn": ("CPU of a turn with an action / without one", "at most", 1.2),
    "parse_ratio": ("CPU of parsing a message, Neckwise / stock", "at most", 0.40),
    "throughput_1_ratio": ("turns a second, 1 person, Neckwise / stock", "", None),
    "throughput_8_ratio": ("turns a second, 8 people, Neckwise / stock", "at least", 4.0),
    "throughput_32_ratio": ("turns a second, 32 people, Neckwise / stock", "", None),
    "turn_1000_vs_10": ("CPU of turn 1,000 of a conversation / turn 10", "at most", 1.2),
    "stock_turn_1000_vs_10": ("the same of stock Rasa", "", None),
    "stored_10000_vs_10": ("CPU of a turn with 10,000 stored conversations / 10", "", None),
    "stored_100000_vs_10": ("CPU of a turn with 100,000 stored conversations / 10", "at most", 1.2),
    "two_processes_vs_one": ("turns a second, two server processes / one", "at least", 1.6),
    "cold_start_ratio": ("time from start to ready, Neckwise / stock", "at most", 0.15),
    "train_ratio": ("CPU of training, Neckwise / stock", "at most", 0.15),
    "memory_ratio": ("memory after 5,000 turns, Neckwise / stock", "at most", 0.70),
    "memory_idle_ratio": ("memory when ready, Neckwise / stock", "", None),
    "memory_5000_turns_vs_idle": ("memory of Neckwise after 5,000 turns / when ready", "", None),
    "intent_accuracy_minus_stock": ("accuracy of intents, cross-validated: Neckwise - stock", "at least", -0.02),
}


def read(path: Path) -> dict[str, Any]:
    """What an earlier run wrote, or nothing."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def met(name: str, value: float) -> bool | None:
    """Whether a ratio keeps its bound; None where it has none."""
    _, word, bound = BOUNDS[name]
    if bound is None:
        return None
    return value <= bound if word == "at most" else value >= bound


def table(ratios: Mapping[str, float]) -> str:
    """The ratios as a table in Markdown."""
    lines = ["| ratio | value | bound | kept |", "|---|---|---|---|"]
    for name, (what, word, bound) in BOUNDS.items():
        if name in ratios:
            kept = {True: "yes", False: "**no**", None: ""}[met(name, ratios[name])]
            wanted = f"{word} {bound:g}" if bound is not None else ""
            lines.append(f"| {what} | {ratios[name]:.2f} | {wanted} | {kept} |")
    return "\n".join(lines)


def figure_rows(figures: Mapping[str, Any]) -> str:
    """The figures behind the ratios, medians of their rounds."""
    lines = ["| measured | Neckwise | stock Rasa |", "|---|---|---|"]
    for name, values in sorted(figures.items()):
        if isinstance(values, dict) and set(values) == {"neckwise", "stock"}:
            cells = []
            for value in (values["neckwise"], values["stock"]):
                if isinstance(value, dict):
                    cells.append(", ".join(f"{key}: {cost:.3g}" for key, cost in value.items()))
                else:
                    cells.append(f"{statistics.median(value) if isinstance(value, list) else value:.4g}")
            lines.append(f"| {name.replace('_', ' ')} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def not_kept(ratios: Mapping[str, float]) -> str:
    """A section on the bounds that are not kept; empty where all are."""
    missed = [name for name in BOUNDS if name in ratios and met(name, ratios[name]) is False]
    if not missed:
        return ""
    lines = [f"- **{BOUNDS[name][0]}** ({ratios[name]:.2f})." for name in missed]
    return "## What is not kept\n\n" + "\n".join(lines) + "\n\n"


def floor_words(figures: Mapping[str, Any]) -> str:
    """What a server must take at least, in a sentence for each."""
    floors = figures.get("floor_cpu_ms", {})
    return "".join(f"The floor, {name}: {cost:.2f} ms of CPU in the server. " for name, cost in floors.items())


def write_docs(ratios: Mapping[str, float], figures: Mapping[str, Any], folder: Path) -> None:
    """Writes the tables and the plots into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    text = (
        "# Speed and size\n\n"
        "Written by `make bench` (`.venv/bin/python -m tests.benchmarks --docs`): Neckwise beside stock "
        "Rasa 3.6.21 with the pipeline and the policies of `rasa init`, on a machine with two shared cores; both "
        "sides of a ratio in one run but for the two named below, the parts (`--only`) one after another. "
        "Stock Rasa keeps its conversations in memory and calls an action server, as it does unless told otherwise; "
        "Neckwise keeps them in SQLite, and runs its actions in the server. Stock Rasa's training and "
        "the accuracy of its intents take most of an hour: they are measured "
        "once for the examples as they stand, at another time, and kept. The ratios mean something elsewhere "
        "too; the figures behind them are of that machine alone.\n\n"
        f"{table(ratios)}\n\n## Figures\n\n{figure_rows(figures)}\n\n"
        f"{floor_words(figures)}"
        f"The installed environment is {figures.get('installed_mb', float('nan')):.0f} MB, the same for both.\n\n"
        f"{not_kept(ratios)}"
        "![Turns](turns.png)\n\n![Ratios](ratios.png)\n"
    )
    (folder / "results.md").write_text(text, encoding="utf-8")
    plot(ratios, figures, folder)


def plot(ratios: Mapping[str, float], figures: Mapping[str, Any], folder: Path) -> None:
    """Bars of the turns, and the ratios with their bounds."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    rows = [
        name
        for name in ("parse", "plain_turn", "action_turn", "assessment_turn")
        if f"{name}_cpu_ms" in figures
    ]
    if rows:
        chart, axes = plt.subplots(figsize=(7, 3))
        for offset, who in ((-0.2, "neckwise"), (0.2, "stock")):
            heights = [statistics.median(figures[f"{name}_cpu_ms"][who]) for name in rows]
            axes.bar([place + offset for place in range(len(rows))], heights, 0.38, label=who)
        axes.set_xticks(range(len(rows)), [name.replace("_", " ") for name in rows])
        axes.set_ylabel("ms of CPU")
        axes.legend()
        chart.tight_layout()
        chart.savefig(folder / "turns.png", dpi=110)
    bounded = [name for name in BOUNDS if name in ratios and (BOUNDS[name][2] or 0) > 0]
    if bounded:
        chart, axes = plt.subplots(figsize=(7, 4))
        places = range(len(bounded))
        axes.barh(places, [ratios[name] for name in bounded], color="tab:blue")
        for place, name in zip(places, bounded, strict=True):
            axes.plot([BOUNDS[name][2]] * 2, [place - 0.45, place + 0.45], color="tab:red")
        axes.set_yticks(places, [name.replace("_", " ") for name in bounded])
        axes.set_xscale("log")
        axes.set_xlabel("ratio (red: its bound)")
        chart.tight_layout()
        chart.savefig(folder / "ratios.png", dpi=110)
