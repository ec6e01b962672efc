"""What the readings of the development set are worth: figures with their targets, what went wrong, and who took what for what.

Pure: rows and readings in, figures out. A reading may be the assistant's own or one with the assertions of a peer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from evaluation.devset import contract_codes, level
from evaluation.reading import Mention, Reading
from triage.protocol import LEVELS, closed

Row = dict[str, Any]
Read = Callable[[str], Reading]

#: labels of the targeted files -> the contract's roles
ROLE_OF = {
    "Affirmed": "present",
    "Negated": "absent",
    "Historical": "past",
    "Hypothetical": "hypothetical",
    "Uncertain": "uncertain",
    "Other": "other",
}
#: fields of red_flags -> the contract's roles
FIELDS = {
    "present": "present",
    "absent": "absent",
    "not_current": "past",
    "unsure": "uncertain",
    "hypothetical": "hypothetical",
}
ROLES = ("present", "absent", "past", "uncertain", "hypothetical", "other")
NOT_FOUND = "not found"
NO_LEVEL = "none"
DECLINED = ("out_of_scope", "nlu_fallback")
NO_TOPIC = "no topic"
TOPICS = {"posture_lifestyle": "lifestyle"}


@dataclass(frozen=True)
class Aim:
    """What a figure should reach: a share at least or at most so high; `at_most=0` means never."""

    at_least: float | None = None
    at_most: float | None = None

    def met(self, value: float) -> bool:
        """Whether a value reaches it."""
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )

    def __str__(self) -> str:
        """As the table shows it."""
        if self.at_most == 0:
            return "none"
        return f">= {self.at_least:.2f}" if self.at_least is not None else f"<= {self.at_most:.2f}"


NEVER = Aim(at_most=0)


@dataclass(frozen=True)
class Figure:
    """A share `hits` of `of`. `assertion_only` figures depend on assertion alone, so that peers can be measured by them."""

    file: str
    name: str
    hits: float
    of: float
    aim: Aim | None = None
    assertion_only: bool = False
    unit: str = ""

    @property
    def value(self) -> float | None:
        """The share; None of nothing. Figures with a unit are no shares."""
        if self.unit:
            return self.hits
        return self.hits / self.of if self.of else None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without a target or where nothing was measured."""
        return None if self.aim is None or self.value is None else self.aim.met(self.value)


@dataclass(frozen=True)
class Wrong:
    """A row that counts against a figure, and how."""

    file: str
    id: str
    text: str
    how: str


@dataclass
class Score:
    """All of a run. `confusions` has, for each picture, how often what is labelled (first) was read as (second)."""

    figures: list[Figure] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    confusions: dict[str, Counter[tuple[str, str]]] = field(
        default_factory=lambda: {"roles": Counter(), "levels": Counter(), "topics": Counter()}
    )

    def share(
        self,
        file: str,
        name: str,
        cases: Sequence[tuple[Row, bool, str]],
        aim: Aim | None = None,
        assertion_only: bool = False,
        count_wrong: bool = False,
    ) -> None:
        """A figure from its cases, (row, whether it is right, what went wrong); with `count_wrong` the share of the wrong."""
        hits = sum(right is not count_wrong for _, right, _ in cases)
        self.figures.append(Figure(file, name, hits, len(cases), aim, assertion_only))
        self.wrong += [
            Wrong(file, row["id"], row["text"], f"{name}: {how}") for row, right, how in cases if not right
        ]


def score_red_flags(score: Score, rows: Sequence[Row], read: Read) -> None:
    """Symptoms with their role, the person, and the level of care after one message."""
    name = "red_flags"
    readings = [(row, read(row["text"])) for row in rows]
    found: list[tuple[Row, bool, str]] = []
    told: list[tuple[Row, bool, str]] = []
    as_absent: list[tuple[Row, bool, str]] = []
    by_role: dict[str, list[tuple[Row, bool, str]]] = {role: [] for role in FIELDS}
    for row, reading in readings:
        roles = _roles(reading)
        present = {code for code, those in roles.items() if "present" in those}
        wanted = contract_codes(row["present"])
        reached, allowed = closed(frozenset(present)), closed(frozenset(wanted))
        found += [(row, code in reached, code) for code in sorted(wanted)]
        told += [(row, bool(closed(frozenset([code])) & allowed), code) for code in sorted(present)]
        as_absent += [(row, roles.get(code) != {"absent"}, code) for code in sorted(wanted)]
        for column, role in FIELDS.items():
            for code in sorted(contract_codes(row[column])):
                is_role = code in reached if role == "present" else role in roles.get(code, ())
                seen = role if is_role else next(iter(sorted(roles.get(code, {NOT_FOUND}))))
                score.confusions["roles"][role, seen] += 1
                by_role[column].append((row, is_role, f"{code} read as {seen}"))
    score.share(name, "symptoms that are there: recall", found, Aim(at_least=0.90), True)
    score.share(name, "symptoms that are there: precision", told, Aim(at_least=0.90), True)
    score.share(name, "present symptom read as absent", as_absent, NEVER, True, count_wrong=True)
    for column, cases in by_role.items():
        if column != "present" and cases:
            score.share(name, f"{FIELDS[column]}: read as that", cases, assertion_only=True)
    others = [(row, reading) for row, reading in readings if row["experiencer"] == "other"]
    own = [(row, reading) for row, reading in readings if row["experiencer"] != "other"]
    score.share(
        name, "somebody else's: subject other", [(r, x.subject == "other", str(x.subject)) for r, x in others]
    )
    score.share(name, "one's own: subject not other", [(r, x.subject != "other", "other") for r, x in own])
    _levels(score, name, readings)


def _levels(score: Score, name: str, readings: Sequence[tuple[Row, Reading]]) -> None:
    """Each level: whether at least that was reached; and what should not be an emergency but is."""
    for confidence, label in (("sure", "sure"), ("uncertain", "uncertain label")):
        rows = [(row, reading) for row, reading in readings if row["label_confidence"] == confidence]
        sure = confidence == "sure"
        for wanted in reversed(LEVELS):
            of_level = [(row, reading) for row, reading in rows if level(row) == wanted]
            for _, reading in of_level:
                if sure:
                    score.confusions["levels"][wanted, reading.level or NO_LEVEL] += 1
            cases = [
                (row, _rank(reading.level) >= _rank(wanted), f"{reading.level}, not {wanted}")
                for row, reading in of_level
            ]
            aim = Aim(at_least=1.0) if sure and wanted == "emergency" else None
            score.share(name, f"{label} {wanted}: reached", cases, aim, assertion_only=True)
        low = [(row, reading) for row, reading in rows if _rank(level(row)) <= _rank("routine")]
        cases = [(row, reading.level != "emergency", "raised to emergency") for row, reading in low]
        score.share(
            name,
            f"{label} routine, self_care: raised to emergency",
            cases,
            Aim(at_most=0.08) if sure else None,
            True,
            count_wrong=True,
        )


def _rank(level_name: str | None) -> int:
    return LEVELS.index(level_name) if level_name else 0


def _roles(reading: Reading) -> dict[str, set[str]]:
    roles: dict[str, set[str]] = {}
    for each in reading.mentions:
        roles.setdefault(each.code, set()).add(each.role)
    return roles


def target_span(row: Row) -> tuple[int, int]:
    """Where the target words of a row stand in its text."""
    start = row["text"].lower().find(row["target"].lower())
    return start, start + len(row["target"])


def at_target(row: Row, reading: Reading) -> Mention | None:
    """The symptom that was found at the target words; the last of several."""
    start, end = target_span(row)
    return next((each for each in reversed(reading.mentions) if each.start < end and start < each.end), None)


def _targeted(score: Score, rows: Sequence[Row], read: Read) -> list[tuple[Row, str, str]]:
    """(row, role labelled, role read) of the rows whose target is a symptom of the contract that was found."""
    covered = []
    for row in rows:
        reading = read(row["text"])
        found = at_target(row, reading)
        wanted = ROLE_OF[row["label"]]
        if found is not None:
            # one sentence about somebody else is a conversation about them: told by the subject, not by the role
            role = "other" if wanted == reading.subject == "other" else found.role
            covered.append((row, wanted, role))
            score.confusions["roles"][wanted, role] += 1
    return covered


def _by_role(score: Score, name: str, covered: Sequence[tuple[Row, str, str]]) -> None:
    for role in ROLES:
        cases = [
            (row, got == role, f"{row['target']} is {role}, read as {got}")
            for row, wanted, got in covered
            if wanted == role
        ]
        if cases:
            score.share(name, f"{role}: read as that", cases, assertion_only=True)


def score_negation_chat(score: Score, rows: Sequence[Row], read: Read) -> None:
    """Assertion in chat, on the rows whose target is found at all."""
    name = "negation_chat"
    covered = _targeted(score, rows, read)
    score.figures.append(
        Figure(name, "targets found (others are no codes of the contract)", len(covered), len(rows))
    )
    kept = [
        (row, got == "present", f"{row['target']} read as {got}")
        for row, wanted, got in covered
        if wanted == "present"
    ]
    score.share(name, "affirmed kept as present", kept, Aim(at_least=0.98), True)
    others = [
        (row, got != "present", f"{row['target']} is {wanted}")
        for row, wanted, got in covered
        if wanted != "present"
    ]
    score.share(name, "not current read as present", others, Aim(at_most=0.08), True, count_wrong=True)
    unsure = [(row, got != "absent", row["target"]) for row, wanted, got in covered if wanted == "uncertain"]
    score.share(name, "uncertain read as absent", unsure, NEVER, True, count_wrong=True)
    _by_role(score, name, covered)


def score_negation(score: Score, rows: Sequence[Row], read: Read) -> None:
    """`absent` in clinical prose, on the rows whose target is found; sentences in lower case, as the set asks."""
    name = "negation"
    covered = _targeted(score, [{**row, "text": row["text"].lower()} for row in rows], read)
    score.figures.append(
        Figure(name, "targets found (others are no codes of the contract)", len(covered), len(rows))
    )
    precision = [
        (row, wanted == "absent", f"{row['target']} is {wanted}, read as absent")
        for row, wanted, got in covered
        if got == "absent"
    ]
    recall = [
        (row, got == "absent", f"{row['target']} read as {got}")
        for row, wanted, got in covered
        if wanted == "absent"
    ]
    score.share(name, "absent: precision", precision, Aim(at_least=0.95), True)
    score.share(name, "absent: recall", recall, Aim(at_least=0.95), True)
    _by_role(score, name, [each for each in covered if each[1] != "absent"])


def score_out_of_scope(score: Score, rows: Sequence[Row], read: Read) -> None:
    """What has nothing to do with health is declined, with no symptom found."""
    name = "out_of_scope"
    declined, symptoms = [], []
    for row in rows:
        reading = read(row["text"])
        present = [each.code for each in reading.mentions if each.role == "present"]
        said_no = reading.intent in DECLINED and reading.topic is None
        declined.append(
            (row, said_no and not present, f"{reading.intent} {reading.topic or ''} {present or ''}")
        )
        symptoms.append((row, not reading.mentions, ", ".join(each.code for each in reading.mentions)))
        score.confusions["topics"]["out of scope", "declined" if said_no else reading.topic or NO_TOPIC] += 1
    score.share(name, "declined, no symptom present", declined, Aim(at_least=0.97))
    score.share(name, "rows with any symptom found", symptoms, NEVER, count_wrong=True)


def score_faq(score: Score, rows: Sequence[Row], read: Read) -> None:
    """Questions: answered from the right section, or told that the article has no answer."""
    name = "faq"
    readings: list[tuple[Row, str, str | None, str]] = []
    for row in rows:
        reading = read(row["text"])
        wanted = str(TOPICS.get(row["topic"], row["topic"]))
        nothing = "declined" if reading.intent in DECLINED else NO_TOPIC
        score.confusions["topics"][wanted, reading.topic or nothing] += 1
        readings.append((row, wanted, reading.topic, f"{reading.intent}: {reading.topic}, not {wanted}"))
    for answered, aim in (("yes", Aim(at_least=0.90)), ("partly", None)):
        cases = [
            (row, got == wanted, how) for row, wanted, got, how in readings if row["answered"] == answered
        ]
        score.share(name, f"answered {answered}: right topic", cases, aim)
    partly = [each for each in readings if each[0]["answered"] == "partly"]
    careful = [(row, got in (wanted, "not_in_article", None), how) for row, wanted, got, how in partly]
    score.share(name, "answered partly: right topic or nothing invented", careful)
    no = [(row, got, how) for row, _, got, how in readings if row["answered"] == "no"]
    silent = [(row, got in ("not_in_article", None), how) for row, got, how in no]
    score.share(name, "answered no: nothing invented", silent, Aim(at_least=0.95))
    told = [(row, got == "not_in_article", how) for row, got, how in no]
    score.share(name, "answered no: says not_in_article", told, Aim(at_least=0.95))


#: file of the development set -> how it is scored
FILES: dict[str, Callable[[Score, Sequence[Row], Read], None]] = {
    "red_flags": score_red_flags,
    "negation_chat": score_negation_chat,
    "negation": score_negation,
    "out_of_scope": score_out_of_scope,
    "faq": score_faq,
}
#: the files that are about assertion, by which peers are measured too
ASSERTION_FILES = ("red_flags", "negation_chat", "negation")
