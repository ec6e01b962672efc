"""The same message written otherwise must say the same: the findings of the project's own examples under harmless changes.

python -m evaluation.perturbations            the share of messages whose findings change, by kind of change
python -m evaluation.perturbations --list 20  ... and as many of each that do
python -m evaluation.perturbations --document ... and the table goes into docs/evaluation.md
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from evaluation.examples import examples
from evaluation.table import as_markdown, put
from language.understanding import understand
from triage.assess import assess
from triage.findings import gather
from triage.protocol import LEVELS
from triage.symptoms import symptoms

#: sentences in which each symptom stands, and the role that they give it
FRAMES = (
    ("I have {} and I don't know what to do.", "present"),
    ("For three days now I've had {}, what's going on?", "present"),
    ("No, I haven't got {}.", "absent"),
    ("I don't have {}, it's only that I worry.", "absent"),
    ("I'm not sure if I have {}.", "uncertain"),
    ("What should I do if I get {} later?", "hypothetical"),
    ("I had {} last year, but it's gone now.", "past"),
    ("My son has {} since this morning.", "present"),
)
#: names that these sentences do not fit
UNFIT = frozenset({"overdose", "suicidal_thoughts", "trauma"})

_KEYS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk", "k": "jl",
    "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb",
    "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
_LONG_WORD = re.compile(r"\b[A-Za-z]{5,}\b")
_OPENED = {
    "don't": "do not", "doesn't": "does not", "didn't": "did not", "haven't": "have not", "hasn't": "has not",
    "hadn't": "had not", "isn't": "is not", "aren't": "are not", "wasn't": "was not", "weren't": "were not",
    "won't": "will not", "wouldn't": "would not", "can't": "cannot", "couldn't": "could not", "shouldn't": "should not",
    "i'm": "I am", "i've": "I have", "i'd": "I would", "i'll": "I will", "he's": "he is", "she's": "she is",
    "it's": "it is", "they're": "they are", "we've": "we have", "there's": "there is", "what's": "what is",
}  # fmt: skip
_CLOSED = {
    opened.lower(): contraction
    for contraction, opened in _OPENED.items()
    if contraction not in ("i'd", "he's", "she's")
}


def typo(text: str, chance: random.Random) -> str:
    """One slip in one word of five letters or more: two letters swapped, one left out, one doubled, or the key beside it."""
    words = list(_LONG_WORD.finditer(text))
    if not words:
        return text
    word = chance.choice(words)
    letters = word.group()
    at = chance.randrange(1, len(letters) - 1)
    beside = chance.choice(_KEYS[letters[at].lower()])
    slip = chance.choice(
        (
            letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :],
            letters[:at] + letters[at + 1 :],
            letters[:at] + letters[at] + letters[at:],
            letters[:at] + beside + letters[at + 1 :],
        )
    )
    return text[: word.start()] + slip + text[word.end() :]


def without_punctuation(text: str, chance: random.Random) -> str:
    """No marks but those inside words and numbers."""
    return " ".join(re.sub(r"(?<!\d)[.,](?!\d)|[.,](?!\d)|[;:!?()\"…]", " ", text).split())


def without_apostrophes(text: str, chance: random.Random) -> str:
    """Contractions as people type them: dont, cant, im."""
    return re.sub(r"(?<=\w)['’](?=\w)", "", text)


def opened(text: str, chance: random.Random) -> str:
    """Contractions written out."""
    pattern = "|".join(map(re.escape, _OPENED))
    return re.sub(
        rf"\b(?:{pattern})\b", lambda found: _OPENED[found[0].lower()], text.replace("’", "'"), flags=re.I
    )


def closed(text: str, chance: random.Random) -> str:
    """Contractions where the text has none."""
    pattern = "|".join(map(re.escape, _CLOSED))
    return re.sub(rf"\b(?:{pattern})\b", lambda found: _CLOSED[found[0].lower()], text, flags=re.I)


def polite(text: str, chance: random.Random) -> str:
    """Politeness around it."""
    before = chance.choice(
        ("Hi there, ", "Hello, sorry to bother you. ", "Good morning! ", "hi, quick question, ")
    )
    after = chance.choice(
        (" Thank you so much in advance!", " thanks", " Please help, thank you.", " Any advice is welcome.")
    )
    return before + text + ("" if text[-1:] in ".!?" else ".") + after


def emoji(text: str, chance: random.Random) -> str:
    """Small pictures around it."""
    return f"{chance.choice('😟🙏😩👋')} {text} {chance.choice(('😭', '🤕🤕', '😬', '🙏🏽'))}"


def run_on(text: str, chance: random.Random) -> str:
    """Without a stop, in one breath with something else."""
    other = chance.choice(
        (
            "and i just wanted to write to somebody about it",
            "and my sister told me to ask here so here i am",
            "and anyway i thought i would ask",
        )
    )
    return f"{without_punctuation(text, chance).lower()} {other}"


PERTURBATIONS: dict[str, Callable[[str, random.Random], str]] = {
    "typo": typo,
    "lower case": lambda text, chance: text.lower(),
    "upper case": lambda text, chance: text.upper(),
    "no punctuation": without_punctuation,
    "no apostrophes": without_apostrophes,
    "contractions opened": opened,
    "contractions closed": closed,
    "polite filler": polite,
    "emoji": emoji,
    "run-on": run_on,
}


@dataclass(frozen=True)
class Change:
    """A message whose findings changed; levels are those that a conversation would start with."""

    text: str
    changed: str
    before: frozenset[tuple[str, str]]
    after: frozenset[tuple[str, str]]
    level_before: str
    level_after: str

    @property
    def lower(self) -> bool:
        """Whether less care is called for than before."""
        return LEVELS.index(self.level_after) < LEVELS.index(self.level_before)

    def __str__(self) -> str:
        """What was lost, and what came in."""
        lost = ", ".join(f"-{code}:{role}" for code, role in sorted(self.before - self.after))
        gained = ", ".join(f"+{code}:{role}" for code, role in sorted(self.after - self.before))
        levels = (
            "" if self.level_before == self.level_after else f" [{self.level_before} -> {self.level_after}]"
        )
        return f"{self.text!r} -> {self.changed!r}: {lost} {gained}{levels}"


def composed() -> Iterator[tuple[str, str, str]]:
    """(sentence, code, role) of each symptom in each frame."""
    for code, symptom in symptoms().items():
        if code in UNFIT:
            continue
        for frame, role in FRAMES:
            name = re.sub(r"^(?:a|an) ", "any ", symptom.name) if role == "absent" else symptom.name
            yield frame.format(name), code, role


def messages(every: int = 1) -> list[str]:
    """The project's own reports of symptoms and the composed sentences, in which something is found; each `every`th."""
    reports = [each.text for each in examples() if each.intent.startswith("report_")]
    texts = dict.fromkeys([*reports, *(text for text, _, _ in composed())])
    return [text for text in list(texts)[::every] if read(text)[0]]


def read(text: str) -> tuple[frozenset[tuple[str, str]], str]:
    """The (code, role) pairs of a message, and the level that they call for."""
    said = understand(text)
    findings = gather((each.code, each.role) for each in said.mentions)
    others = {(each.code, each.role) for each in said.mentions if each.code not in findings}
    return frozenset(findings.items()) | others, assess(findings, said.facts).level


def changes(kind: str, texts: Sequence[str]) -> tuple[int, list[Change]]:
    """How many of `texts` the change touches, and those of them whose findings it changes. The same on each run."""
    touched, found = 0, []
    for text in texts:
        changed = PERTURBATIONS[kind](text, random.Random(zlib.crc32(f"{kind} {text}".encode())))
        if changed == text:
            continue
        touched += 1
        (before, level_before), (after, level_after) = read(text), read(changed)
        if before != after:
            found.append(Change(text, changed, before, after, level_before, level_after))
    return touched, found


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.perturbations", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--list", type=int, default=0, metavar="N", help="show N of each, a lower level of care first"
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth message")
    parser.add_argument("--document", action="store_true", help="write the table into docs/evaluation.md")
    asked = parser.parse_args(arguments)
    made = list(composed())
    misread = [(text, code, role) for text, code, role in made if (code, role) not in read(text)[0]]
    meant = f"Composed sentences read as meant: {len(made) - len(misread)} of {len(made)}."
    print(meant)
    for text, code, role in misread[: asked.list]:
        print(f"    {text!r} ({code}, {role}): {sorted(read(text)[0])}")
    texts = messages(asked.every)
    rows = [["change", "messages", "findings changed", "share", "a lower level of care", "share"]]
    print(_columns(rows[0]))
    for kind in PERTURBATIONS:
        touched, found = changes(kind, texts)
        lower = sum(each.lower for each in found)
        of = max(1, touched)
        rows.append(
            [kind, str(touched), str(len(found)), f"{len(found) / of:.3f}", str(lower), f"{lower / of:.3f}"]
        )
        print(_columns(rows[-1]), flush=True)
        for each in sorted(found, key=lambda change: not change.lower)[: asked.list]:
            print(f"    {each}")
    if asked.document:
        put("perturbations", f"{meant}\n\n{as_markdown(rows)}")
    return 0


def _columns(cells: Sequence[str]) -> str:
    return f"{cells[0]:<22}" + "".join(f"{cell:>{len(title) + 3}}" for cell, title in zip(cells[1:], _WIDE))


_WIDE = ("messages", "findings changed", "share", "a lower level of care", "share")


if __name__ == "__main__":
    sys.exit(main())
