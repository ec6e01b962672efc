"""Which nutrients may fit what a person reports, after the article's comparison table. Never a diagnosis."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import Field, root_validator

from triage.article import NUTRIENTS, Nutrient, article
from triage.loading import KNOWLEDGE, KnowledgeError, KnowledgeFile, KnowledgeModel

# The points at which a score reaches one half. It only shapes the bar that people see; the order comes from
# the points themselves.
HALF_SCORE_POINTS = 6


class Evidence(KnowledgeModel):
    """Findings or risk factors that point to a nutrient; any one of them is enough, and it counts once."""

    findings: tuple[str, ...] = ()
    risk_factors: tuple[str, ...] = ()
    weight: int = Field(ge=1, le=3)
    reason: str
    source: str

    @root_validator
    def _points_from_something(cls, values: dict[str, object]) -> dict[str, object]:
        if not values.get("findings") and not values.get("risk_factors"):
            raise ValueError("`findings` or `risk_factors` must name at least one")
        return values


class NutrientEntry(KnowledgeModel):
    """A nutrient and all that points to it."""

    id: Nutrient
    name: str
    low_name: str
    evidence: list[Evidence] = Field(min_items=1)


class NutrientKnowledge(KnowledgeModel):
    """The whole of `knowledge/nutrients.yml`."""

    version: str
    nutrients: list[NutrientEntry]
    other_risk_factors: list[str]


@dataclass(frozen=True)
class NutrientFit:
    """A nutrient that may fit: `score` (above 0, below 1) is for comparing, it is no probability.

    `reasons` are short plain clauses, strongest first; `source` names the article's sections they stand in.
    """

    nutrient: str
    name: str
    score: float
    reasons: list[str]
    source: str
    low_name: str

    def sentence(self) -> str:
        """One plain sentence that says what may fit, and why."""
        *first, last = self.reasons
        why = f"{', '.join(first)} and {last}" if first else last
        return f"{self.low_name[0].upper()}{self.low_name[1:]} may fit: {why}."


def read_nutrients(path: Path) -> NutrientKnowledge:
    """The nutrients in the file at `path`; raises KnowledgeError where it is wrong."""
    file = KnowledgeFile(path)
    knowledge = file.load(NutrientKnowledge)
    problems = list(_problems(file, knowledge))
    if problems:
        raise KnowledgeError(problems)
    return knowledge


@lru_cache(maxsize=1)
def knowledge() -> NutrientKnowledge:
    """The nutrients of this repository, read once."""
    return read_nutrients(KNOWLEDGE / "nutrients.yml")


def unknown_findings(codes: Collection[str]) -> list[str]:
    """A line for each finding of `knowledge/nutrients.yml` that is not among the symptom codes `codes`."""
    file = KnowledgeFile(KNOWLEDGE / "nutrients.yml")
    return [
        file.problem(
            ("nutrients", place, "evidence", position, "findings"),
            f"`{code}` is no symptom code, use one of knowledge/symptoms.yml",
        )
        for place, entry in enumerate(knowledge().nutrients)
        for position, evidence in enumerate(entry.evidence)
        for code in evidence.findings
        if code not in codes
    ]


def risk_factors() -> frozenset[str]:
    """Every risk factor that the article names."""
    known = knowledge()
    pointing = {
        each for entry in known.nutrients for evidence in entry.evidence for each in evidence.risk_factors
    }
    return frozenset(pointing | set(known.other_risk_factors))


def rank(findings: Mapping[str, str], risk_factors: Collection[str]) -> list[NutrientFit]:
    """The nutrients that may fit, best first; empty where nothing points to any.

    `findings` maps symptom codes to assertions, of which only `present` counts. Codes and risk factors that
    point to no nutrient are passed over. Ties keep the order of `knowledge/nutrients.yml`.
    """
    present = {code for code, assertion in findings.items() if assertion == "present"}
    risks = set(risk_factors)
    fits: list[tuple[int, NutrientFit]] = []
    for entry in knowledge().nutrients:
        matched = [
            each
            for each in entry.evidence
            if present.intersection(each.findings) or risks.intersection(each.risk_factors)
        ]
        if not matched:
            continue
        matched.sort(key=lambda each: -each.weight)
        points = sum(each.weight for each in matched)
        fit = NutrientFit(
            nutrient=entry.id,
            name=entry.name,
            score=round(points / (points + HALF_SCORE_POINTS), 3),
            reasons=[each.reason for each in matched],
            source="; ".join(dict.fromkeys(each.source for each in matched)),
            low_name=entry.low_name,
        )
        fits.append((points, fit))
    fits.sort(key=lambda each: -each[0])
    return [fit for _, fit in fits]


def _problems(file: KnowledgeFile, knowledge: NutrientKnowledge) -> Iterator[str]:
    ids: list[str] = [entry.id for entry in knowledge.nutrients]
    for place, each in enumerate(ids):
        if each in ids[:place]:
            yield file.problem(("nutrients", place), f"`{each}` is there twice, keep one")
    for nutrient in NUTRIENTS:
        if nutrient not in ids:
            yield file.problem(("nutrients",), f"nutrient `{nutrient}` is missing, add it")
    headings = article().sections
    for place, entry in enumerate(knowledge.nutrients):
        seen: set[str] = set()
        for position, evidence in enumerate(entry.evidence):
            path = ("nutrients", place, "evidence", position)
            if evidence.source not in headings:
                yield file.problem(path, f"`{evidence.source}` is no heading of the article, use one")
            for name in (*evidence.findings, *evidence.risk_factors):
                if name in seen:
                    yield file.problem(path, f"`{name}` already points to `{entry.id}`, keep one")
                seen.add(name)
