"""Writes the pages of `docs/` that a clinician can review without reading code.

python -m evaluation.documents            writes them
python -m evaluation.documents --check    names those that are not as the knowledge says, and fails
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dialogue.care_message import WHAT_TO_DO
from triage import article, emergency_numbers, nutrients, questions, symptoms
from triage import protocol as protocols
from triage.loading import REPOSITORY, KnowledgeFile
from triage.summary import LEVEL_TITLES

GENERATED = "<!-- Written by `python -m evaluation.documents` from {sources}: change those, then run it. -->"


def messages() -> str:
    """`docs/messages.md`: every text that people can be shown."""
    return page(
        "Every message",
        ["domain.yml", "knowledge/"],
        "All that the assistant can say, for review. A word in braces is filled in as the conversation goes. "
        "Not reviewed by a clinician so far.",
        "## Responses",
        "Of several wordings one is taken at random.",
        *_responses(),
        "## What each level of care tells people to do",
        *_care(),
        "## Questions, in the order in which they are asked",
        "A question is not asked where the answer is known. `{person}` stands for the one it is about.",
        *_questions(),
        "## Answers from the article",
        f"The source is the article “{article.article().title}”. Each answer names its section in the "
        "article and what would change the advice.",
        *_answers(),
        "## Nutrients that may fit",
        "Said only of findings that are there, and never as a diagnosis. The weight orders the nutrients.",
        *_nutrients(),
        "## The article, statement by statement",
        *_statements(),
        "## Comparison of the nutrients",
        *_comparison(),
        "## Whom to call",
        *_numbers(),
    )


def protocol() -> str:
    """`docs/protocol.md`: every rule of the protocol, the highest level first."""
    known = protocols.protocol()
    blocks = [
        f"Version {known.version}, {len(known.rules)} rules. Not reviewed by a clinician so far.",
        "A rule applies where all that it asks for is there; of findings with a bar between, one is enough.",
        "The highest level of the rules that apply is the level of care, and `self_care` where none does. No "
        "rule asks for something to be absent, so a further finding never lowers the level.",
    ]
    for level in reversed(protocols.LEVELS):
        rules = [rule for rule in known.rules if rule.level == level]
        if not rules:
            continue
        blocks += [
            f"## {_level_name(level)}",
            markdown_table(
                ["Rule", "Findings", "Level", "Reason that is told", "Source", "Version"],
                (
                    [
                        f"`{rule.id}`",
                        condition(rule),
                        level,
                        rule.reason,
                        "\n".join(known.sources[each] for each in rule.source),
                        known.version,
                    ]
                    for rule in rules
                ),
            ),
        ]
    implied = [each for each in symptoms.symptoms().values() if each.implies]
    if implied:
        blocks += [
            "## What counts as what",
            "\n".join(
                f"- {each.name} is also {' and '.join(symptoms.name(code) for code in each.implies)}"
                for each in implied
            ),
        ]
    return page("Triage protocol", ["knowledge/protocol.yml", "knowledge/symptoms.yml"], *blocks)


def protocol_flow() -> str:
    """`docs/protocol-flow.md`: the protocol as flow charts, one over all and one for each level."""
    known = protocols.protocol()
    steps = [
        level for level in reversed(protocols.LEVELS) if any(rule.level == level for rule in known.rules)
    ]
    overview = ["flowchart TD", '  told["What the person told: findings and facts"] --> ' + steps[0]]
    for level, below in zip(steps, [*steps[1:], protocols.LEVELS[0]], strict=True):
        overview.append(f'  {level}{{"Does a rule of level {level} apply?"}}')
        overview.append(f'  {level} -- yes --> {level}_told["{_level_name(level)}"]')
        overview.append(f"  {level} -- no --> {below if below in steps else below + '_told'}")
    overview.append(f'  {protocols.LEVELS[0]}_told["{_level_name(protocols.LEVELS[0])}"]')
    blocks = [
        f"Version {known.version}. Each message is looked at in this order, as soon as it arrives:",
        _chart(overview),
    ]
    for level in steps:
        chart = ["flowchart LR", f'  level["{_level_name(level)}"]']
        for number, rule in enumerate(rule for rule in known.rules if rule.level == level):
            chart.append(f'  rule{number}["{condition(rule)}"] --> level')
        blocks += [f"## {_level_name(level)}", _chart(chart)]
    return page(
        "Triage protocol, as a flow chart", ["knowledge/protocol.yml", "knowledge/symptoms.yml"], *blocks
    )


def condition(rule: protocols.Rule) -> str:
    """What a rule asks for, in words: "a fever AND (a stiff neck | neck pain)"."""
    parts = [symptoms.name(code) for code in rule.all]
    for group in rule.any:
        names = " | ".join(symptoms.name(code) for code in group)
        parts.append(f"({names})" if len(group) > 1 else names)
    parts += [_fact(name, asked) for name, asked in rule.facts.items()]
    return " AND ".join(parts) + (", now or in the past" if rule.past else "")


def _fact(name: str, asked: protocols.Condition) -> str:
    words = name.replace("_", " ")
    if asked.at_least is not None:
        return f"{words} at least {asked.at_least:g}"
    if asked.at_most is not None:
        return f"{words} at most {asked.at_most:g}"
    if asked.one_of:
        return f"{words}: {' | '.join(each.replace('_', ' ') for each in asked.one_of)}"
    return words if asked.is_ is True else f"{words}: {str(asked.is_).replace('_', ' ')}"


def _level_name(level: str) -> str:
    return level.replace("_", "-").capitalize()


def _chart(lines: Iterable[str]) -> str:
    return "\n".join(["```mermaid", *lines, "```"])


def page(title: str, sources: Iterable[str], *blocks: str) -> str:
    """A Markdown page: its title, where it comes from, and its blocks with an empty line between."""
    return (
        "\n\n".join(
            [GENERATED.format(sources=" and ".join(f"`{each}`" for each in sources)), f"# {title}", *blocks]
        )
        + "\n"
    )


def markdown_table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; line breaks and bars in the cells are escaped."""

    def line(cells: Iterable[object]) -> str:
        escaped = (str(cell).replace("|", "\\|").replace("\n", "<br>").strip() for cell in cells)
        return f"| {' | '.join(escaped)} |"

    head = list(head)
    return "\n".join([line(head), line("---" for _ in head), *map(line, rows)])


def _responses() -> Iterator[str]:
    responses: dict[str, list[dict[str, Any]]] = KnowledgeFile(REPOSITORY / "domain.yml").content.get(
        "responses", {}
    )
    for name in sorted(responses):
        yield f"### {name}"
        for variant in responses[name]:
            yield _quoted(str(variant.get("text", "")).strip() or "(filled in by the assistant)")
            if buttons := variant.get("buttons"):
                yield "Buttons: " + ", ".join(f"“{each['title']}”" for each in buttons)


def _care() -> Iterator[str]:
    for level in reversed(protocols.LEVELS):
        yield f"### {_level_name(level)}: {LEVEL_TITLES[level]}"
        yield "\n".join(f"- {line}" for line in WHAT_TO_DO[level])


def _questions() -> Iterator[str]:
    yield f"A list of which some were answered is asked again with: *{questions.questions().ask_the_rest}*"
    for each in questions.questions().questions:
        yield f"### {each.id.replace('_', ' ').capitalize()}"
        yield _quoted(f"{each.ask}\n{each.ask_other}")
        asked = [
            *(f"{symptoms.symptoms()[code].tap} ({symptoms.symptoms()[code].ask})" for code in each.codes),
            *(option.tap for option in each.options),
            *(risk.tap for risk in each.risks),
        ]
        yield "\n".join(f"- {option}" for option in asked)
        yield (
            f"Why it is asked: {each.why}  \nSource: {protocols.protocol().sources[each.source]}  \n"
            f"Asked at: {', '.join(_level_name(level).lower() for level in each.levels)}"
        )


def _answers() -> Iterator[str]:
    for topic in article.TOPICS:
        yield f"### {article.topic_entry(topic).title}"
        for each in article.article().answers:
            if each.topic != topic:
                continue
            if each.nutrient:
                yield f"About {article.topic_entry(each.nutrient).title.lower()}:"
            yield _quoted(each.text)
            yield f"What would change it: {each.changes_it}  \nSection: {each.section}"


def _nutrients() -> Iterator[str]:
    for entry in nutrients.knowledge().nutrients:
        yield f"### {entry.name}"
        yield markdown_table(
            ["Findings or risk factors", "Reason", "Weight", "Section of the article"],
            (
                [", ".join([*each.findings, *each.risk_factors]), each.reason, each.weight, each.source]
                for each in entry.evidence
            ),
        )


def _statements() -> Iterator[str]:
    for section in article.article().sections:
        said = [each for each in article.statements() if each.section == section]
        if said:
            yield f"### {section}"
            yield "\n".join(
                f"- {each.question} {each.text}" if each.question else f"- {each.text}" for each in said
            )


def _comparison() -> Iterator[str]:
    compared = article.table()
    yield markdown_table(
        ["", "Vitamin D", "Magnesium", "Vitamin B12"],
        (
            [row.feature, row.cells.vitamin_d, row.cells.magnesium, row.cells.vitamin_b12]
            for row in compared.rows
        ),
    )
    yield f"Section: {compared.section}"


def _numbers() -> Iterator[str]:
    def told(numbers: Iterable[emergency_numbers.PhoneNumber]) -> str:
        return "\n".join(f"{each.number} ({each.label})" for each in numbers)

    def named(numbers: Iterable[emergency_numbers.PhoneNumber]) -> str:
        return "\n".join(dict.fromkeys(each.source for each in numbers))

    countries = emergency_numbers.emergency_numbers().countries
    rows: list[list[str]] = [["(not known)", told(emergency_numbers.numbers_for(None)), "", ""]]
    for code in sorted(countries, key=lambda each: countries[each].names[0]):
        numbers, lines = emergency_numbers.numbers_for(code), emergency_numbers.crisis_lines_for(code)
        rows.append([countries[code].names[0], told(numbers), told(lines), named([*numbers, *lines])])
    yield markdown_table(["Country", "Ambulance", "Crisis line", "Source"], rows)


def _quoted(text: str) -> str:
    """A Markdown quote that keeps the line breaks of the text."""
    return "  \n".join(f"> {line.strip()}".rstrip() for line in text.splitlines())


PAGES: dict[str, Callable[[], str]] = {
    "docs/protocol.md": protocol,
    "docs/protocol-flow.md": protocol_flow,
    "docs/messages.md": messages,
}


def stale() -> list[str]:
    """The pages that are missing or not as the knowledge says."""
    return [
        name
        for name, written in PAGES.items()
        if not (REPOSITORY / name).is_file() or (REPOSITORY / name).read_text(encoding="utf-8") != written()
    ]


def main(arguments: list[str] | None = None) -> int:
    """Writes the pages, or with `--check` names the stale ones; the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing, fail where a page is stale")
    out_of_date = stale()
    if parser.parse_args(arguments).check:
        for name in out_of_date:
            print(f"{name} is stale: run `python -m evaluation.documents`", file=sys.stderr)
        return 1 if out_of_date else 0
    for name in out_of_date:
        (REPOSITORY / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"{name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
