"""The questions of the knowledge, and what is wrong with questions that cannot be asked."""

from __future__ import annotations

import pytest

from triage.loading import KNOWLEDGE, KnowledgeError
from triage.questions import about, load_questions, question, questions
from triage.symptoms import symptoms

RIGHT = """version: "1.0"
ask_the_rest: And the others?
questions:
  - id: signs
    kind: screen
    ask: Any of these?
    ask_other: Any of these for {person}?
    codes: [fever]
    why: Because.
    source: article
    for: [self_care]
report_intents: {report_fever: fever}
"""


def loaded(tmp_path, text):
    path = tmp_path / "questions.yml"
    path.write_text(text, encoding="utf-8")
    return load_questions(path)


def test_a_right_file_is_read(tmp_path):
    assert loaded(tmp_path, RIGHT).questions[0].codes == ["fever"]


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("[fever]", "[feever]", r":8: unknown code `feever`"),
        ("[self_care]", "[self_car]", r":11: unknown level `self_car`"),
        ("source: article", "source: hearsay", r":10: no source `hearsay`"),
        ("codes: [fever]", "codes: []", r":4: a question of kind `screen` needs something"),
        ("report_fever: fever", "report_fever: feever", r":12: unknown code `feever`"),
        ("kind: screen", "kind: quiz", r":5: "),
        ("why: Because.", "because: why", r"because"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path, right, wrong, complaint):
    assert right in RIGHT
    with pytest.raises(KnowledgeError, match=complaint):
        loaded(tmp_path, RIGHT.replace(right, wrong))


@pytest.mark.parametrize("each", questions().questions, ids=lambda each: each.id)
def test_a_question_is_short_and_can_be_asked_of_anybody(each):
    assert len(each.ask.split()) <= 15
    assert each.ask.endswith("?")
    assert each.ask_other.format(person="your son").endswith("?")
    assert each.why.endswith(".")
    assert question(each.id) is each


@pytest.mark.parametrize("code", symptoms())
def test_every_symptom_can_be_asked_by_itself(code):
    asked = question(f"symptom:{code}")
    assert asked == about(code)
    assert asked.ask.endswith("?")
    assert asked.codes == [code]


def test_there_is_no_other_question():
    assert question("symptom:nonsense") is None
    assert question("nonsense") is None


def test_the_file_of_the_project_is_read():
    assert load_questions(KNOWLEDGE / "questions.yml") == questions()
