"""Where words decide the intent, and where the classifier does."""

import pytest

from language.dialogue_acts import commands, settle

RANKING = [("out_of_scope", 0.5), ("report_neck", 0.3), ("ask_magnesium", 0.1)]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("start over", "restart"),
        ("Start over, please!", "restart"),
        ("can you start over", "restart"),
        ("go back", "go_back"),
        ("why?", "ask_why"),
        ("delete my data", "delete_my_data"),
        ("talk to a person", "request_human"),
        ("help", "help"),
        ("summary", "summary"),
        ("stop", "stop"),
        ("my neck is stiff", None),
        ("i will start over the weekend", None),
        ("", None),
        ("help my neck is stiff", None),
    ],
)
def test_a_command(text, intent):
    assert commands().intent(text) == intent


def test_a_command_is_certain():
    assert settle("start over", RANKING, [], None, {}) == ("restart", 1.0)


def test_a_command_never_hides_a_symptom():
    assert settle("start over", RANKING, ["present"], None, {})[0] == "report_neck"


@pytest.mark.parametrize(("reply", "intent"), [("yes", "affirm"), ("no", "deny"), ("unsure", "unsure")])
def test_a_short_reply_is_one(reply, intent):
    assert settle("well " + reply, RANKING, [], reply, {}) == (intent, 1.0)


@pytest.mark.parametrize("role", ["present", "absent", "past", "uncertain", "other"])
def test_what_is_told_of_a_symptom_is_a_report_whatever_the_classifier_thinks(role):
    assert settle("some words on it", RANKING, [role], None, {})[0].startswith("report_")


def test_a_symptom_that_is_only_asked_about_is_a_question():
    assert settle("what if", RANKING, ["hypothetical"], None, {})[0] == "ask_magnesium"


def test_else_the_classifier_decides():
    assert settle("tell me a joke", RANKING, [], None, {}) is None


def test_a_figure_of_speech_reports_nothing():
    ranking = [("report_fever", 0.8), ("out_of_scope", 0.1)]
    assert settle("we all have cabin fever", ranking, [], None, {}, figurative=True) == ("out_of_scope", 0.1)
    assert settle("we all have a fever", ranking, [], None, {}, figurative=False) is None
