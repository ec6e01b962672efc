"""What understanding a message costs in time, over what a plain spaCy tokenizer costs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

import spacy

from evaluation.examples import examples
from evaluation.score import Aim, Figure
from language.lexicon import lexicon
from language.understanding import Interpreter

LONG = 4000


def figures(texts: Sequence[str]) -> list[Figure]:
    """The median of these messages, and one of 4,000 characters put together from the project's examples, in milliseconds."""
    nlp = spacy.blank("en")
    long = " ".join(each.text + "." for each in examples() if each.intent.startswith("report_"))[:LONG]
    understand = Interpreter(lexicon()).understand  # without the memory for what was just understood
    understand(texts[0])
    over = statistics.median(_times(understand, texts)) - statistics.median(_times(nlp, texts))
    whole = statistics.median(_times(understand, [long] * 3))
    return [
        Figure(
            "cost",
            "understanding a message, ms over spaCy's tokenizer (p50)",
            over,
            len(texts),
            Aim(at_most=3),
            unit="ms",
        ),
        Figure("cost", f"a message of {LONG:,} characters, ms (p50)", whole, 1, Aim(at_most=150), unit="ms"),
    ]


def _times(function: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Milliseconds of the processor for each text, the best of three, so that other work on the machine counts little."""
    return [min(_once(function, text) for _ in range(3)) for text in texts]


def _once(function: Callable[[str], object], text: str) -> float:
    start = time.process_time_ns()
    function(text)
    return (time.process_time_ns() - start) / 1e6
