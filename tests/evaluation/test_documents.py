"""The pages for review: nothing is left out of them, and none is stale."""

import re

import pytest

from evaluation import documents
from triage.article import article
from triage.emergency_numbers import emergency_numbers
from triage.loading import REPOSITORY, KnowledgeFile
from triage.protocol import Condition, Rule, protocol
from triage.questions import questions


@pytest.mark.parametrize("name", documents.PAGES)
def test_a_page_is_as_the_knowledge_says(name):
    written = (REPOSITORY / name).read_text(encoding="utf-8")
    assert written == documents.PAGES[name](), f"{name} is stale: run `python -m evaluation.documents`"


def test_every_rule_of_the_protocol_is_in_its_table_with_level_reason_and_source():
    page = documents.protocol()
    for rule in protocol().rules:
        (line,) = [each for each in page.splitlines() if each.startswith(f"| `{rule.id}` |")]
        assert f"| {rule.level} | {rule.reason} |" in line
        assert all(protocol().sources[source] in line for source in rule.source)
        assert line.endswith(f"| {protocol().version} |")


def test_every_rule_is_in_the_flow_chart():
    chart = documents.protocol_flow()
    assert chart.count(" --> level") == len(protocol().rules)
    assert all(f'["{documents.condition(rule)}"]' in chart for rule in protocol().rules)
    assert all('"' not in documents.condition(rule) for rule in protocol().rules), (
        "a quote would end the label"
    )


def test_every_message_and_answer_is_among_the_messages():
    page = documents.messages()
    lines = {line.lstrip("> ").rstrip() for line in page.splitlines()}
    for name, variants in KnowledgeFile(REPOSITORY / "domain.yml").content["responses"].items():
        assert f"### {name}" in page
        for variant in variants:
            said = str(variant.get("text") or "").splitlines()
            assert {each.strip() for each in said} <= lines, name
    for question in questions().questions:
        assert {question.ask, question.ask_other} <= lines
        assert f"Why it is asked: {question.why}" in lines
    for answer in article().answers:
        assert f"> {answer.text}" in page
        assert answer.changes_it in page
    for statement in article().statements:
        assert statement.text in page


def test_every_emergency_number_is_among_the_messages():
    page = documents.messages()
    for country in emergency_numbers().countries.values():
        (line,) = re.findall(rf"^\| {re.escape(country.names[0])} \|.*$", page, re.MULTILINE)
        assert all(each.number in line for each in (*country.ambulance, *country.crisis))


def test_what_a_rule_asks_for_is_told_in_words():
    rule = Rule(
        id="x",
        level="urgent",
        reason="r",
        source=["s"],
        all=["fever"],
        any=[["neck_stiffness", "neck_pain"], ["rash"]],
        facts={
            "temperature_c": Condition.parse_obj({"at_least": 39.4}),
            "age_group": Condition.parse_obj({"one_of": ["small_child", "older"]}),
        },
    )
    assert documents.condition(rule) == (
        "a fever AND (a stiff neck | neck pain) AND a rash AND temperature c at least 39.4 AND "
        "age group: small child | older"
    )


def test_what_also_counts_when_it_has_passed_is_said():
    rule = Rule(id="x", level="emergency", reason="r", source=["s"], all=["facial_droop"], past=True)
    assert documents.condition(rule).endswith(", now or in the past")


def test_bars_and_line_breaks_do_not_break_a_table():
    assert documents.markdown_table(["a"], [["x | y\nz"]]) == "| a |\n| --- |\n| x \\| y<br>z |"


def test_a_stale_page_is_named_and_written_anew(tmp_path, monkeypatch, capsys):
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(documents, "PAGES", {"docs/one.md": lambda: "new\n", "docs/two.md": lambda: "same\n"})
    monkeypatch.setattr(documents, "REPOSITORY", tmp_path)
    (tmp_path / "docs/one.md").write_text("old\n", encoding="utf-8")
    (tmp_path / "docs/two.md").write_text("same\n", encoding="utf-8")
    assert documents.main(["--check"]) == 1
    assert "docs/one.md is stale" in capsys.readouterr().err
    assert (tmp_path / "docs/one.md").read_text(encoding="utf-8") == "old\n"
    assert documents.main([]) == 0
    assert (tmp_path / "docs/one.md").read_text(encoding="utf-8") == "new\n"
    assert documents.main(["--check"]) == 0
