"""Measures the assistant on the development set (../shared/devset, or the folder in DEVSET): `make eval`.

One table on the terminal, the same in build/eval.json, and build/eval.png with what was taken for what. `PEERS=1` measures
negspacy and medspaCy on the same rows, in an environment of their own. No row is written anywhere.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from bootstrap.trouble import SetupError
from evaluation import cost, devset, table
from evaluation.assistant import Assistant
from evaluation.peers.reading import peer_readings
from evaluation.picture import draw
from evaluation.reading import Reading
from evaluation.score import ASSERTION_FILES, FILES, Figure, Read, Row, Score
from launch.quiet import hush
from triage.loading import REPOSITORY

BUILD = REPOSITORY / "build"


def scored(rows: dict[str, list[Row]], read: Read, files: Sequence[str] = tuple(FILES)) -> Score:
    """Every figure of these files."""
    score = Score()
    for name in files:
        FILES[name](score, rows[name], read)
    return score


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; 0 unless something could not be run."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__.splitlines()[0])
    parser.add_argument("--verbose", action="store_true", help="list the wrong rows, on the terminal only")
    parser.add_argument("--document", action="store_true", help="write the figures into docs/evaluation.md")
    parser.add_argument(
        "--peers", action="store_true", default=os.environ.get("PEERS") == "1", help="as PEERS=1"
    )
    asked = parser.parse_args(arguments)
    try:
        rows: dict[str, list[Row]] = {name: list(devset.rows(name)) for name in FILES}
    except devset.NoDevset as missing:
        print(missing)
        return 0
    hush()
    assistant = Assistant()
    warnings.simplefilter("ignore")  # those of other packages; Rasa sets its own when it is imported
    read = lru_cache(maxsize=None)(assistant.read)
    score = scored(rows, read)
    figures = [*score.figures, *cost.figures([row["text"] for row in rows["red_flags"]])]
    try:
        peers = _peers(rows, read) if asked.peers else {}
    except SetupError as error:
        print(f"{error.what}\n{error.remedy}", file=sys.stderr)
        return 1
    if asked.verbose:
        for wrong in score.wrong:
            print(f"{wrong.id}  {wrong.how}\n    {wrong.text}")
    print(table.terminal(figures, peers))
    failed = [each for each in figures if each.met is False]
    print(f"\n{len(failed)} of {sum(each.met is not None for each in figures)} targets missed.")
    _write(figures, peers, score)
    if asked.document:
        table.put("figures", table.markdown(figures, peers))
    return 0


def _peers(rows: dict[str, list[Row]], read: Read) -> dict[str, dict[tuple[str, str], Figure]]:
    """Peer -> the figures that depend on assertion alone."""
    texts = {
        row["text"].lower() if name == "negation" else row["text"]
        for name in ASSERTION_FILES
        for row in rows[name]
    }
    readings: list[Reading] = [read(text) for text in sorted(texts)]
    found = {}
    for peer, theirs in peer_readings(readings).items():
        score = scored(rows, theirs.__getitem__, ASSERTION_FILES)
        found[peer] = table.by_name([each for each in score.figures if each.assertion_only])
    return found


def _write(figures: Sequence[Figure], peers: table.Peers, score: Score) -> None:
    """The figures and the picture, without any row."""
    BUILD.mkdir(exist_ok=True)
    content = {
        "figures": [{**asdict(each), "value": each.value, "met": each.met} for each in figures],
        "peers": {
            peer: [{**asdict(each), "value": each.value} for each in theirs.values()]
            for peer, theirs in peers.items()
        },
        "confusions": {
            name: [{"labelled": one, "read": other, "count": count} for (one, other), count in pairs.items()]
            for name, pairs in score.confusions.items()
        },
    }
    (BUILD / "eval.json").write_text(json.dumps(content, indent=1), encoding="utf-8")
    draw(score, BUILD / "eval.png")
    print(f"Written: {_short(BUILD / 'eval.json')}, {_short(BUILD / 'eval.png')}")


def _short(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


if __name__ == "__main__":
    sys.exit(main())
