"""Domain, training data, knowledge, actions and contract agree with each other."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from typing import Any

import pytest
import yaml
from rasa_sdk import Action

import actions
from dialogue.state import State
from dialogue.turn import Heard, take_in
from language.understanding import understand
from settings import ROOT
from triage.article import TOPICS
from triage.protocol import LEVELS, protocol
from triage.questions import NONE_OF_THESE, NOT_SURE, Question, questions
from triage.symptoms import symptoms

#: what other programs rely on: codes, topics and intents with fixed names
CODES = set(
    """neck_stiffness neck_pain muscle_pain muscle_stiffness muscle_spasm muscle_cramps twitching weakness
    severe_weakness bone_pain back_pain fatigue anxiety tingling numbness memory_loss coordination_problem fever swelling
    headache severe_headache photophobia rash confusion vomiting nausea seizure fainting trauma chest_pain breathlessness
    arm_pain shoulder_pain jaw_pain facial_droop speech_difficulty vision_change swallowing_difficulty one_sided_weakness
    paralysis walking_difficulty bladder_bowel saddle_numbness electric_shock weight_loss night_sweats swollen_glands
    dizziness chills joint_pain sweating palpitations overdose suicidal_thoughts bleeding severe_pain""".split()  # noqa: SIM905  # as the contract has them
)
TOPIC_NAMES = set(
    """vitamin_d magnesium vitamin_b12 calcium hydration sun_exposure supplements food_sources lifestyle
    when_to_see_doctor timeline other_causes nutrient_link nutrient_synergy""".split()  # noqa: SIM905  # as the contract has them
)
FIXED_INTENTS = set(
    """greet goodbye affirm deny thank help restart bot_challenge out_of_scope nlu_fallback request_human delete_my_data
    ask_why correct_answer""".split()  # noqa: SIM905  # as the contract has them
)
ROLES = {"present", "absent", "past", "uncertain", "hypothetical", "other"}
PUBLIC_SLOTS = {"findings", "subject", "care_level", "topic", "assessment_complete"}
#: said by Rasa itself, so no example and no rule names them
FROM_RASA = {"nlu_fallback"}


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


DOMAIN = read("domain.yml")
RULES = [rule for path in sorted((ROOT / "data/rules").glob("*.yml")) for rule in read(str(path))["rules"]]
EXAMPLES = {
    entry["intent"]: entry["examples"]
    for path in sorted((ROOT / "data/nlu").rglob("*.yml"))
    for entry in read(str(path))["nlu"]
    if "intent" in entry
}
SOURCES = {
    path: path.read_text(encoding="utf-8")
    for folder in ("actions", "dialogue", "channels")
    for path in sorted((ROOT / folder).glob("*.py"))
}


def steps(rule: dict[str, Any], kind: str) -> set[str]:
    flat = [each for step in rule["steps"] for each in (step["or"] if "or" in step else [step])]
    return {each[kind] for each in flat if kind in each}


IN_RULES = set().union(*(steps(rule, "intent") for rule in RULES))
ACTIONS_IN_RULES = set().union(*(steps(rule, "action") for rule in RULES))


def defined_actions() -> dict[str, type[Action]]:
    found = {}
    for module in pkgutil.iter_modules(actions.__path__, "actions."):
        for _, each in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(each, Action) and each is not Action:
                found[each().name()] = each
    return found


# --- contract


def test_the_symptoms_are_those_of_the_contract():
    assert set(symptoms()) == CODES


def test_the_topics_are_those_of_the_contract():
    assert set(TOPICS) == TOPIC_NAMES


def test_the_levels_are_those_of_the_contract():
    assert LEVELS == ("self_care", "routine", "urgent", "emergency")


def test_intents_with_fixed_names_are_there():
    assert set(DOMAIN["intents"]) >= FIXED_INTENTS


def test_the_entity_has_the_roles_of_the_contract():
    (entity,) = DOMAIN["entities"]
    assert set(entity["symptom"]["roles"]) == ROLES


def test_the_slots_of_the_contract_are_there_and_no_slot_steers_the_policies():
    assert set(DOMAIN["slots"]) >= PUBLIC_SLOTS
    assert {name for name, slot in DOMAIN["slots"].items() if slot["influence_conversation"]} == set()


def test_the_state_and_the_slots_are_the_same():
    assert set(State().slots()) <= set(DOMAIN["slots"])


# --- intents, rules, actions, responses


def test_every_intent_has_examples_and_every_example_an_intent():
    assert set(DOMAIN["intents"]) - FROM_RASA == set(EXAMPLES)


@pytest.mark.parametrize("intent", sorted(EXAMPLES))
def test_an_intent_has_examples_enough(intent):
    lines = [line[2:].strip() for line in EXAMPLES[intent].splitlines() if line.startswith("- ")]
    assert len(lines) >= 10
    assert all(lines)


def test_every_intent_leads_somewhere():
    assert set(DOMAIN["intents"]) == IN_RULES


def test_actions_in_rules_domain_and_code_are_the_same():
    custom = {name for name in ACTIONS_IN_RULES if name.startswith("action_")} - {"action_restart"}
    assert custom <= set(DOMAIN["actions"])
    assert set(DOMAIN["actions"]) <= set(defined_actions())
    assert {name for name in ACTIONS_IN_RULES if name.startswith("utter_")} <= set(DOMAIN["responses"])


def named_in_code() -> set[str]:
    return {name for text in SOURCES.values() for name in re.findall(r"[\"']((?:say|utter)_\w+)[\"']", text)}


def test_every_response_named_in_code_exists():
    assert named_in_code() <= set(DOMAIN["responses"])


@pytest.mark.parametrize("response", sorted(DOMAIN["responses"]))
def test_every_response_is_said_somewhere(response):
    assert response in named_in_code() | ACTIONS_IN_RULES


@pytest.mark.parametrize("response", sorted(DOMAIN["responses"]))
def test_the_wordings_of_a_response_take_the_same_values(response):
    """Else a value that is given for one of them is missing in another."""
    wanted = [set(re.findall(r"{(\w+)}", each["text"])) for each in DOMAIN["responses"][response]]
    most = set().union(*wanted)
    assert all(each == most for each in wanted) or "noted" in most or "numbers" in most
    assert all(each["text"].strip() for each in DOMAIN["responses"][response])


@pytest.mark.parametrize("response", sorted(DOMAIN["responses"]))
def test_no_button_carries_an_intent(response):
    for each in DOMAIN["responses"][response]:
        for button in each.get("buttons", []):
            assert not button["payload"].startswith("/")


# --- the questions


def said_of(question: Question, text: str) -> State:
    """The state after `text` where nothing is known and this question stands open."""
    said = understand(text)
    heard = Heard(
        text,
        mentions=[(mention.code, mention.role) for mention in said.mentions],
        facts=said.facts,
        reply=said.reply,
    )
    return take_in(State(open_question=question.id), heard)


#: the button "One side weak or numb" may note the numbness beside the sign itself
MAY_BE_NOTED_TOO = {"one_sided_weakness": {"numbness"}}


def assert_only(code: str, found: dict[str, str]) -> None:
    assert found.get(code) == "present"
    assert set(found.values()) == {"present"}
    assert set(found) <= {code} | MAY_BE_NOTED_TOO.get(code, set())


SCREENED = [(question, code) for question in questions().questions for code in question.codes]
CHOICES = [(question, option) for question in questions().questions for option in question.options]
RISKS = [(question, risk) for question in questions().questions for risk in question.risks]


@pytest.mark.parametrize("changed", [str, str.lower, str.upper], ids=["typed", "pressed", "shouted"])
@pytest.mark.parametrize("code", sorted(CODES))
def test_the_words_on_a_button_mean_exactly_their_symptom(code, changed):
    said = understand(changed(symptoms()[code].tap))
    assert_only(code, {mention.code: mention.role for mention in said.mentions})


@pytest.mark.parametrize(("question", "code"), SCREENED, ids=[f"{q.id}: {c}" for q, c in SCREENED])
def test_a_tap_on_a_list_makes_that_symptom_present_and_no_other(question, code):
    assert_only(code, dict(said_of(question, symptoms()[code].tap.lower()).findings))


@pytest.mark.parametrize(("question", "option"), CHOICES, ids=[f"{q.id}: {o.tap}" for q, o in CHOICES])
def test_a_tap_on_a_choice_sets_its_fact(question, option):
    for text in (option.tap, option.tap.lower(), option.tap + "."):
        state = said_of(question, text)
        assert state.facts[question.fact] == option.value
        assert not state.findings


@pytest.mark.parametrize(("question", "risk"), RISKS, ids=[f"{q.id}: {r.fact}" for q, r in RISKS])
def test_a_tap_on_a_risk_sets_its_fact_and_no_other(question, risk):
    for text in (risk.tap, risk.tap.lower()):
        state = said_of(question, text)
        assert state.facts == {risk.fact: True}
        assert not state.findings


@pytest.mark.parametrize("question", questions().questions, ids=lambda each: each.id)
def test_none_of_these_denies_the_whole_list(question):
    for text in (NONE_OF_THESE, NONE_OF_THESE.lower(), NONE_OF_THESE.upper() + "!"):
        state = said_of(question, text)
        assert state.findings == dict.fromkeys(question.codes, "absent")
        assert state.facts == {risk.fact: False for risk in question.risks}


@pytest.mark.parametrize(("text", "reply"), [("Yes", "yes"), ("No", "no"), (NOT_SURE, "unsure")])
def test_the_buttons_of_a_doubt_are_replies(text, reply):
    assert understand(text).reply == reply
    assert understand(text.lower()).reply == reply


def test_intents_that_report_a_symptom_exist_and_name_a_symptom():
    assert set(questions().report_intents) <= set(DOMAIN["intents"])
    assert set(questions().report_intents.values()) <= CODES


def test_what_is_asked_is_read_by_a_rule():
    named = set().union(*(rule.codes() for rule in protocol().rules))
    for question in questions().questions:
        assert set(question.codes) <= named, question.id


def test_the_protocol_reads_symptoms_that_can_be_told():
    named = set().union(*(rule.codes() for rule in protocol().rules))
    assert named <= CODES


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("it is about somebody else", "give_background"),
        ("start over", "restart"),
        ("summary", "summary"),
        ("talk to a person", "request_human"),
        ("help", "help"),
    ],
)
def test_a_button_that_leads_elsewhere_is_a_command_and_no_matter_of_luck(text, intent):
    from language.dialogue_acts import commands

    payloads = {b["payload"] for each in DOMAIN["responses"].values() for r in each for b in r.get("buttons", [])}
    assert text in payloads
    assert commands().intent(text) == intent
