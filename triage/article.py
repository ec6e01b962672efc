"""What the article says: its statements, its table, its advice on prevention, and an answer to each topic.

Everything is read from `knowledge/article.yml` at first use. Nothing is said that the article does not say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field

from triage.loading import KNOWLEDGE, KnowledgeError, KnowledgeFile, KnowledgeModel, NodePath

Nutrient = Literal["vitamin_d", "magnesium", "vitamin_b12", "calcium", "hydration"]
NUTRIENTS: tuple[str, ...] = get_args(Nutrient)

Topic = Literal[
    "vitamin_d",
    "magnesium",
    "vitamin_b12",
    "calcium",
    "hydration",
    "sun_exposure",
    "supplements",
    "food_sources",
    "lifestyle",
    "when_to_see_doctor",
    "timeline",
    "other_causes",
    "nutrient_link",
    "nutrient_synergy",
]
TOPICS: tuple[str, ...] = get_args(Topic)


class Statement(KnowledgeModel):
    """One thing the article says, in plain words; `section` is the heading it stands under."""

    id: str
    section: str
    topics: list[Topic] = Field(min_items=1)
    text: str
    question: str | None
    quote: str | None


class TableCells(KnowledgeModel):
    """What one row of the article's table says of each nutrient."""

    vitamin_d: str
    magnesium: str
    vitamin_b12: str


class TableRow(KnowledgeModel):
    """One feature by which the article compares the nutrients."""

    id: str
    feature: str
    cells: TableCells


class Table(KnowledgeModel):
    """The article's comparison of three nutrients by five features."""

    section: str
    rows: list[TableRow] = Field(min_items=1)


class PreventionEntry(KnowledgeModel):
    """A point on prevention as the file holds it: a title and the statements that tell it."""

    id: str
    title: str
    statements: list[str] = Field(min_items=1)


class PreventionPoint(KnowledgeModel):
    """A point on prevention as people see it."""

    id: str
    title: str
    text: str
    section: str


class TopicEntry(KnowledgeModel):
    """A topic people can ask about: its name on a button, and the question the button stands for."""

    id: Topic
    title: str
    question: str


class Answer(KnowledgeModel):
    """What the assistant says to a question on a topic.

    `section` is the article's heading, `changes_it` says what would change the advice, `related` are the
    topics to offer next, `rests_on` the statements (or `table.<row>`) that the text is made of.
    """

    topic: Topic
    nutrient: Nutrient | None
    section: str
    text: str
    changes_it: str
    related: list[Topic]
    rests_on: list[str] = Field(min_items=1)


class Article(KnowledgeModel):
    """The whole of `knowledge/article.yml`."""

    version: str
    title: str
    sections: list[str]
    statements: list[Statement]
    table: Table
    prevention: list[PreventionEntry]
    topics: list[TopicEntry]
    answers: list[Answer]


def read_article(path: Path) -> Article:
    """The article in the file at `path`; raises KnowledgeError where it is wrong or contradicts itself."""
    file = KnowledgeFile(path)
    article = file.load(Article)
    problems = list(_problems(file, article))
    if problems:
        raise KnowledgeError(problems)
    return article


@lru_cache(maxsize=1)
def article() -> Article:
    """The article of this repository, read once."""
    return read_article(KNOWLEDGE / "article.yml")


def answer(topic: str, nutrient: str | None = None) -> Answer:
    """The answer to a question on `topic`, about `nutrient` where the article tells nutrients apart.

    Without an answer of its own for the nutrient, the topic's general answer. Raises KeyError for an unknown
    topic.
    """
    answers = _answers()
    return answers.get((topic, nutrient)) or answers[topic, None]


def topic_entry(topic: str) -> TopicEntry:
    """The button name and the question of a topic. Raises KeyError for an unknown topic."""
    return {entry.id: entry for entry in article().topics}[topic]  # type: ignore[index]  # any string may be asked for


def statements(topic: str | None = None) -> list[Statement]:
    """Every statement of the article in its order, or those on one topic."""
    return [each for each in article().statements if topic is None or topic in each.topics]


def disclaimer() -> str:
    """The article's medical disclaimer, in plain words."""
    return _statement_by_id()["disclaimer"].text


def prevention_points() -> list[PreventionPoint]:
    """The article's five points on preventing a low level, in its order."""
    by_id = _statement_by_id()
    return [
        PreventionPoint(
            id=point.id,
            title=point.title,
            text=" ".join(by_id[each].text for each in point.statements),
            section=by_id[point.statements[0]].section,
        )
        for point in article().prevention
    ]


def table() -> Table:
    """The article's comparison table, in full."""
    return article().table


@lru_cache(maxsize=1)
def _answers() -> dict[tuple[str, str | None], Answer]:
    return {(each.topic, each.nutrient): each for each in article().answers}


@lru_cache(maxsize=1)
def _statement_by_id() -> dict[str, Statement]:
    return {each.id: each for each in article().statements}


def _problems(file: KnowledgeFile, article: Article) -> Iterator[str]:
    """What the models alone cannot see: double ids, names that point to nothing, topics without an answer."""
    yield from _duplicates(file, "statements", [each.id for each in article.statements])
    yield from _duplicates(file, "topics", [each.id for each in article.topics])
    yield from _duplicates(
        file, "answers", [f"{each.topic}/{each.nutrient or 'any'}" for each in article.answers]
    )

    statement_ids = {each.id for each in article.statements}
    known = statement_ids | {f"table.{row.id}" for row in article.table.rows}
    if "disclaimer" not in statement_ids:
        yield file.problem(("statements",), "statement `disclaimer` is missing, add it")
    for position, point in enumerate(article.prevention):
        for place, each in enumerate(point.statements):
            if each not in statement_ids:
                yield file.problem(
                    ("prevention", position, "statements", place),
                    f"`{each}` is no statement, use the id of one",
                )
    for position, entry in enumerate(article.answers):
        for place, each in enumerate(entry.rests_on):
            if each not in known:
                yield file.problem(
                    ("answers", position, "rests_on", place),
                    f"`{each}` is no statement and no `table.<row>`, use the id of one",
                )

    sections: list[tuple[NodePath, str]] = [(("table", "section"), article.table.section)]
    sections += [
        (("statements", place, "section"), each.section) for place, each in enumerate(article.statements)
    ]
    sections += [(("answers", place, "section"), each.section) for place, each in enumerate(article.answers)]
    for path, section in sections:
        if section not in article.sections:
            yield file.problem(path, f"`{section}` is no heading under `sections`, use one")
    used = {each.section for each in article.statements} | {article.table.section}
    for position, section in enumerate(article.sections):
        if section not in used:
            yield file.problem(
                ("sections", position), f"nothing is said under `{section}`, add a statement or remove it"
            )

    for topic in TOPICS:
        if not any(each.topic == topic and each.nutrient is None for each in article.answers):
            yield file.problem(("answers",), f"topic `{topic}` has no answer without a nutrient, add one")
        if not any(each.id == topic for each in article.topics):
            yield file.problem(("topics",), f"topic `{topic}` has no title and question, add them")


def _duplicates(file: KnowledgeFile, name: str, ids: list[str]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for position, each in enumerate(ids):
        seen[each] += 1
        if seen[each] > 1:
            yield file.problem((name, position), f"`{each}` is there twice, keep one")
