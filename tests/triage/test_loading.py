from pathlib import Path

import pytest

from triage.loading import KNOWLEDGE, KnowledgeError, KnowledgeFile, KnowledgeModel, load


class Rule(KnowledgeModel):
    id: str
    source: str
    words: list[str] = []  # pydantic copies defaults


class Rules(KnowledgeModel):
    version: str
    rules: list[Rule]
    names: dict[str, Rule] = {}  # pydantic copies defaults


@pytest.fixture
def write(tmp_path: Path):
    def _write(text: str) -> Path:
        path = tmp_path / "rules.yml"
        path.write_text(text, encoding="utf-8")
        return path

    return _write


def problems(path: Path) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        load(path, Rules)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return [each.replace(f"{path}:", "") for each in caught.value.problems]


GOOD = """\
version: "1"
rules:
  - id: fever
    source: NHS
    words: [fever, no, "061"]
names:
  NO: {id: norway, source: NHS}
"""


def test_a_good_file_becomes_the_model(write):
    rules = load(write(GOOD), Rules)
    assert rules.rules[0] == Rule(id="fever", source="NHS", words=["fever", "no", "061"])
    assert rules.names["NO"].id == "norway", "the key NO stays a word"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("061", "061"),
        ("no", "no"),
        ("on", "on"),
        ("2026-11-01", "2026-11-01"),
        ("12:30", "12:30"),
        ("112", 112),
    ],
)
def test_plain_values_are_read_as_people_mean_them(write, value, expected):
    assert KnowledgeFile(write(f"value: {value}\n")).content == {"value": expected}


def test_an_unknown_key_is_named_with_its_line_and_the_key_that_was_meant(write):
    assert problems(write(GOOD.replace("    words:", "    wrods:"))) == [
        "5: unknown key `wrods`, did you mean `words`?"
    ]


def test_an_unknown_key_without_a_near_one_lists_those_that_exist(write):
    assert problems(write(GOOD.replace("source: NHS}", "source: NHS, colour: red}"))) == [
        "7: unknown key `colour`, remove it or use one of: id, source, words"
    ]


def test_a_missing_source_is_named_at_the_entry(write):
    assert problems(write(GOOD.replace("    source: NHS\n", ""))) == ["3: `source` is missing, add it"]


def test_an_empty_source_is_no_source(write):
    (problem,) = problems(write(GOOD.replace("    source: NHS\n", '    source: " "\n')))
    assert problem.startswith("4: `source`: ")


def test_a_wrong_type_is_named_at_its_line(write):
    (problem,) = problems(write(GOOD.replace("fever, no", "fever, [no]")))
    assert problem.startswith("5: item 2: ")


def test_every_problem_of_a_file_is_named_at_once(write):
    text = GOOD.replace("    source: NHS\n", "").replace("norway,", "norway, colour: red,")
    assert [each.split(":")[0] for each in problems(write(text))] == ["3", "6"]


def test_a_key_given_twice_is_an_error(write):
    assert problems(write(GOOD + "  NO: {id: again, source: NHS}\n")) == [
        "8: key `NO` is already on line 7, keep one"
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [("version: [1\n", "2"), ("a: b: c\n", "1"), ("- just\n- a list\n", "1"), ("rules: &a\n\t- x", "2")],
)
def test_what_is_no_yaml_mapping_is_named_with_its_line(write, text, line):
    assert problems(write(text))[0].startswith(f"{line}: ")


def test_an_empty_file_lacks_its_keys(write):
    assert "1: `version` is missing, add it" in problems(write(""))


def test_a_file_that_is_missing_or_not_text_is_a_knowledge_error(tmp_path):
    assert "cannot be read" in problems(tmp_path / "none.yml")[0]
    (tmp_path / "bytes.yml").write_bytes(b"\xff\xfe\xff")
    assert "is not UTF-8" in problems(tmp_path / "bytes.yml")[0]


def test_a_caller_names_its_own_problems_with_file_and_line(write):
    path = write(GOOD)
    file = KnowledgeFile(path)
    assert file.problem(("rules", 0, "words", 1), "duplicate word") == f"{path}:5: duplicate word"
    assert file.line(("names", "NO", "source")) == 7
    assert file.line(("names", "NO", "never", "there")) == 7, "the nearest node around it"
    assert file.line(("rules",)) == 2, "the line of the key, not of the end of its value"
    assert file.line(()) == 1


def test_files_of_the_repository_are_named_from_its_root():
    assert KnowledgeFile(KNOWLEDGE / "article.yml").problem((), "x") == "knowledge/article.yml:1: x"
