"""Fixed expressions found in running words, with alternatives, optional words, word classes and fillers in between.

A template is written as people speak: `can not (turn|move) [my] head`, `<cannot> ~lift arm`. `(a|b c)` is one of several,
`[a|b]` one of several or nothing, `<name>` a word of a class, `~ache` its regular forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Label = TypeVar("Label", bound=Hashable)

#: fillers allowed between two words of one expression: "can't turn my poor stiff head"
MOST_FILLERS = 4

NOTHING_ELSE: Mapping[int, Sequence[str]] = {}

_PIECE = re.compile(r"<(?P<cls>[\w ]+)>|\((?P<alt>[^()]*)\)|\[(?P<opt>[^\[\]]*)\]|(?P<word>[^\s<>()\[\]]+)")


class TemplateError(ValueError):
    """A template cannot be read; the message says which part and what is allowed."""


def pieces(template: str, classes: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The alternatives of each piece of a template, "" where a piece may be missing.

    Raises TemplateError on unknown classes and unbalanced brackets.
    """
    found: list[list[str]] = []
    position = 0
    for piece in _PIECE.finditer(template):
        if template[position : piece.start()].strip():
            raise TemplateError(f"cannot read `{template[position : piece.start()].strip()}` in `{template}`")
        position = piece.end()
        if piece["cls"] is not None:
            if piece["cls"] not in classes:
                raise TemplateError(f"no class `{piece['cls']}` in vocabulary.yml (used in `{template}`)")
            found.append([form for word in classes[piece["cls"]] for form in _forms(word)])
        elif piece["word"] is not None:
            found.append(_forms(piece["word"]))
        else:
            options = (piece["alt"] if piece["alt"] is not None else piece["opt"]).split("|")
            found.append([form for option in options for form in _forms(option.strip())])
            if piece["opt"] is not None:
                found[-1].append("")
    if template[position:].strip() or not found:
        raise TemplateError(f"cannot read `{template[position:].strip() or template}`: check the brackets")
    if all("" in piece for piece in found):
        raise TemplateError(f"every word of `{template}` may be missing: make one of them fixed")
    return found


def _forms(expression: str) -> list[str]:
    """`~ache` -> ache, aches, ached, aching; anything else stands for itself."""
    if not expression.startswith("~"):
        return [expression]
    base = expression[1:]
    if base.endswith("e"):
        return [base, base + "s", base + "d", base[:-1] + "ing"]
    if base.endswith(("ch", "sh", "s", "x")):
        return [base, base + "es", base + "ed", base + "ing"]
    return [base, base + "s", base + "ed", base + "ing"]


@dataclass(frozen=True)
class Found(Generic[Label]):
    """An expression in the words: `words[start:end]` is it, with its label; `slip` where a word had to be read as another."""

    start: int
    end: int
    label: Label
    slip: bool = False


class _Node(Generic[Label]):
    """A place in an expression: where each next word leads, and what has been found when one is here."""

    __slots__ = ("after", "labels")

    def __init__(self) -> None:
        self.after: dict[str, list[_Node[Label]]] = {}
        self.labels: list[Label] = []


class PhraseBook(Generic[Label]):
    """Many templates, found in one pass over the words; fillers between the words of an expression are skipped."""

    def __init__(
        self,
        templates: Iterable[tuple[str, Label]],
        fillers: Collection[str] = (),
        split: Callable[[str], Sequence[str]] = str.split,
        classes: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """`split` turns an expression of the data into words in the way the text is read."""
        self._first: dict[str, list[_Node[Label]]] = {}
        self._fillers = frozenset(fillers)
        self.words: set[str] = set()
        for template, label in templates:
            self._add(pieces(template, classes or {}), label, split)

    def _add(
        self, alternatives: list[list[str]], label: Label, split: Callable[[str], Sequence[str]]
    ) -> None:
        start: _Node[Label] = _Node()
        here = [start]
        for options in alternatives:
            end: _Node[Label] = _Node()
            for option in options:
                words = split(option)
                self.words.update(words)
                at = here
                for position, word in enumerate(words):
                    to = end if position == len(words) - 1 else _Node()
                    for node in at:
                        node.after.setdefault(word, []).append(to)
                    at = [to]
            here = [*here, end] if "" in options else [end]
        for node in here:
            node.labels.append(label)
        for word, nodes in start.after.items():
            self._first.setdefault(word, []).extend(nodes)

    def find(
        self, words: Sequence[str], also: Mapping[int, Sequence[str]] = NOTHING_ELSE
    ) -> list[Found[Label]]:
        """Every expression in `words`, also overlapping ones, in order of their start, the longest first.

        `also` has, for a place, other words that may be meant there.
        """
        found: dict[tuple[int, int, Label], bool] = {}
        for start, word in enumerate(words):
            nodes = self._first.get(word)
            states = [(node, start + 1, 0, False) for node in nodes] if nodes is not None else []
            if start in also:
                states += [
                    (node, start + 1, 0, True) for other in also[start] for node in self._first.get(other, ())
                ]
            while states:
                node, here, skipped, slip = states.pop()
                if not skipped:
                    for label in node.labels:
                        key = (start, here, label)
                        found[key] = slip and found.get(key, True)
                if here < len(words) and node.after:
                    following = node.after.get(words[here])
                    if following is not None:
                        states.extend((each, here + 1, 0, slip) for each in following)
                    if here in also:
                        states.extend(
                            (each, here + 1, 0, True) for other in also[here] for each in node.after.get(other, ())
                        )
                    if skipped < MOST_FILLERS and words[here] in self._fillers:
                        states.append((node, here + 1, skipped + 1, slip))
        return sorted(
            (Found(start, end, label, slip) for (start, end, label), slip in found.items()),
            key=lambda each: (each.start, -each.end),
        )


def longest(found: Iterable[Found[Label]]) -> list[Found[Label]]:
    """Only those that do not lie inside a longer one, in order of their start."""
    kept: list[Found[Label]] = []
    for each in sorted(found, key=lambda f: (f.start - f.end, f.start)):
        inside = any(
            k.start <= each.start and each.end <= k.end and k.end - k.start > each.end - each.start
            for k in kept
        )
        if not inside:
            kept.append(each)
    return sorted(kept, key=lambda f: f.start)
