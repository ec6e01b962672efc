"""Who was taken for what, as one picture: roles, levels of care, topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from evaluation.score import NO_LEVEL, NO_TOPIC, NOT_FOUND, ROLES, Score
from triage.protocol import LEVELS

Pairs = Counter[tuple[str, str]]


def draw(score: Score, file: Path) -> None:
    """Writes the three confusion matrices to a PNG file."""
    figure = Figure(figsize=(21, 7.5))
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, 3, gridspec_kw={"width_ratios": [1, 0.8, 1.5]})
    _matrix(axes[0], "Roles", score.confusions["roles"], ROLES, NOT_FOUND)
    _matrix(axes[1], "Levels of care (sure rows)", score.confusions["levels"], LEVELS, NO_LEVEL)
    topics = sorted(
        {name for pair in score.confusions["topics"] for name in pair}
        - {NO_TOPIC, "declined", "out of scope"}
    )
    _matrix(
        axes[2],
        "Topics and scope",
        score.confusions["topics"],
        [*topics, "out of scope"],
        NO_TOPIC,
        "declined",
    )
    figure.tight_layout()
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110)


def _matrix(axes: Axes, title: str, pairs: Pairs, names: Sequence[str], *only_read: str) -> None:
    labelled = [name for name in names if any(pair[0] == name for pair in pairs)]
    read = [
        name for name in [*names, *only_read] if name in labelled or any(pair[1] == name for pair in pairs)
    ]
    if not labelled:
        axes.set_axis_off()
        return
    counts = [[pairs[one, other] for other in read] for one in labelled]
    shares = [[each / max(1, sum(row)) for each in row] for row in counts]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(read)), read, rotation=45, ha="right")
    axes.set_yticks(range(len(labelled)), labelled)
    axes.set(title=title, xlabel="read as", ylabel="labelled as")
    for y, row in enumerate(counts):
        for x, count in enumerate(row):
            if count:
                axes.text(
                    x,
                    y,
                    str(count),
                    ha="center",
                    va="center",
                    color="white" if shares[y][x] > 0.5 else "black",
                )
