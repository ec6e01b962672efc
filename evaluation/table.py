"""The figures as one table, for the terminal and for documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from evaluation.score import NEVER, Figure
from triage.loading import REPOSITORY

DOCUMENT = REPOSITORY / "docs" / "evaluation.md"

Peers = Mapping[str, Mapping[tuple[str, str], Figure]]


def by_name(figures: Sequence[Figure]) -> dict[tuple[str, str], Figure]:
    """Figures by file and name."""
    return {(each.file, each.name): each for each in figures}


def shown(figure: Figure | None) -> str:
    """A value in few characters; a count where the target is that it never happens."""
    if figure is None:
        return "cannot"
    if figure.value is None:
        return "-"
    if figure.unit:
        return f"{figure.value:.2f} {figure.unit}"
    if figure.aim == NEVER:
        return f"{figure.hits:.0f}"
    return f"{figure.value:.3f}"


def verdict(figure: Figure) -> str:
    """`pass`, `FAIL`, or nothing without a target."""
    return "" if figure.met is None else "pass" if figure.met else "FAIL"


def lines(figures: Sequence[Figure], peers: Peers) -> Iterator[list[str]]:
    """Rows of the table, the heading first."""
    yield ["file", "figure", "value", "rows", "target", "", *peers]
    for each in figures:
        rows = "" if each.unit else f"{each.hits:.0f}/{each.of:.0f}"
        target = str(each.aim).replace("0.00", "0") if each.aim is not None else ""
        beside = [shown(theirs.get((each.file, each.name))) for theirs in peers.values()]
        yield [each.file, each.name, shown(each), rows, target, verdict(each), *beside]


def terminal(figures: Sequence[Figure], peers: Peers) -> str:
    """The table in columns, with a line before each file."""
    rows = list(lines(figures, peers))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    told = []
    file = ""
    for row in rows:
        if row[0] != file:
            told.append("-" * (sum(widths) + 2 * len(widths)))
            file = row[0]
        told.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    return "\n".join(told[1:])


def markdown(figures: Sequence[Figure], peers: Peers) -> str:
    """The table in Markdown."""
    return as_markdown(list(lines(figures, peers)))


def as_markdown(rows: Sequence[Sequence[str]]) -> str:
    """Rows, the heading first, as a Markdown table."""
    told = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in told)


def put(name: str, table: str, document: Path = DOCUMENT) -> None:
    """Writes a table into the document, between the marks of that name. Raises ValueError where they are missing."""
    begin, end = f"<!-- {name}: written by a command -->", f"<!-- end of {name} -->"
    before, rest = document.read_text(encoding="utf-8").split(begin)
    after = rest.split(end)[1]
    document.write_text(f"{before}{begin}\n{table}\n{end}{after}", encoding="utf-8")
