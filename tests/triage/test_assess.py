"""From findings to the level of care: what holds for any findings, rule by rule, and every emergency by name."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.triage.whatever_is_known import CODES, codes, facts, findings
from triage.assess import assess, higher
from triage.findings import ABSENT, PAST, PRESENT, UNCERTAIN
from triage.protocol import LEVELS, RISKS_OF_DEFICIENCY, Condition, Rule, closed, protocol

RULES = {rule.id: rule for rule in protocol().rules}


def rank(level: str) -> int:
    return LEVELS.index(level)


def present(*some: str) -> dict[str, str]:
    return dict.fromkeys(some, PRESENT)


# --- for any findings


@given(findings, facts)
def test_every_set_of_findings_has_an_answer(known, told):
    result = assess(known, told)
    assert result.level in LEVELS
    assert all(rank(rule.level) <= rank(result.level) for rule in result.fired)
    if result.level != "self_care":
        assert result.reasons(), "a level above self-care says why"
    assert all(reason and source for reason, source in result.reasons())


@given(findings, facts, codes)
def test_a_present_finding_never_lowers_the_level(known, told, code):
    assert rank(assess({**known, code: PRESENT}, told).level) >= rank(assess(known, told).level)


@given(findings, facts, codes, st.sampled_from([ABSENT, UNCERTAIN]))
def test_an_absent_or_uncertain_finding_never_raises_the_level(known, told, code, role):
    unknown = {other: each for other, each in known.items() if other != code}
    assert assess({**unknown, code: role}, told) == assess(unknown, told)


@given(findings, facts, codes)
def test_something_past_calls_for_no_more_than_the_same_now(known, told, code):
    assert rank(assess({**known, code: PAST}, told).level) <= rank(
        assess({**known, code: PRESENT}, told).level
    )


@given(findings, facts, st.randoms(use_true_random=False))
def test_order_does_not_matter(known, told, random):
    pairs, more = list(known.items()), list(told.items())
    random.shuffle(pairs)
    random.shuffle(more)
    assert assess(dict(pairs), dict(more)) == assess(known, told)


@given(findings)
def test_no_facts_are_the_same_as_none_known(known):
    assert assess(known) == assess(known, {}) == assess(known, {"duration_days": None, "course": None})


@pytest.mark.parametrize("code", CODES)
def test_no_symptom_by_itself_is_without_a_level(code):
    for role in (PRESENT, ABSENT, PAST, UNCERTAIN):
        assert assess({code: role}).level in LEVELS


def test_nothing_and_denials_alone_are_self_care():
    assert assess({}).level == "self_care"
    assert assess(dict.fromkeys(CODES, ABSENT)).level == "self_care"
    assert assess(dict.fromkeys(CODES, UNCERTAIN)).level == "self_care"


# --- rule by rule


def value_for(condition: Condition) -> Any:
    if condition.at_least is not None:
        return condition.at_least
    if condition.at_most is not None:
        return condition.at_most
    return condition.one_of[0] if condition.one_of else condition.is_


def least_facts(rule: Rule) -> dict[str, Any]:
    told = {fact: value_for(condition) for fact, condition in rule.facts.items()}
    if told.pop("deficiency_risk", None):
        told[RISKS_OF_DEFICIENCY[0]] = True
    return told


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_fires_with_each_of_its_choices_and_with_nothing_missing(rule):
    told = least_facts(rule)
    for chosen in product(*rule.any):
        needed = {*rule.all, *chosen}
        assert rule in assess(present(*needed), told).fired
        for code in set(rule.all) - closed(frozenset(needed - {*rule.all})):
            assert rule not in assess(present(*(needed - {code})), told).fired
        for fact in told:
            assert rule not in assess(present(*needed), {k: v for k, v in told.items() if k != fact}).fired
        past = assess(dict.fromkeys(needed, PAST), told).fired
        assert (rule in past) == rule.past


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_decides_the_level_of_some_findings(rule):
    """A rule that a higher one always covers would never be the reason that people are shown."""
    told = least_facts(rule)
    levels = [assess(present(*rule.all, *chosen), told).level for chosen in product(*rule.any)]
    assert rule.level in levels, f"{rule.id} ({rule.level}) only ever gives {set(levels)}"


@settings(max_examples=300)
@given(
    rule=st.sampled_from([rule for rule in RULES.values() if rule.level == "emergency"]),
    known=findings,
    told=facts,
    chosen=st.randoms(use_true_random=False),
)
def test_a_rule_for_an_emergency_makes_one_whatever_else_is_known(rule, known, told, chosen):
    needed = [*rule.all, *(chosen.choice(group) for group in rule.any)]
    assert assess({**known, **present(*needed)}, {**told, **least_facts(rule)}).level == "emergency"


# --- every emergency of the triage protocol, written out one by one

NECK = ("neck_stiffness", "neck_pain")
EMERGENCIES: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
    # fever with a stiff or painful neck, the more so with a further sign
    *((f"fever with {neck}", ("fever", neck), {}) for neck in NECK),
    *(
        (f"fever, {neck} and {sign}", ("fever", neck, sign), {})
        for neck in NECK
        for sign in ("headache", "photophobia", "rash", "vomiting", "confusion", "seizure")
    ),
    ("light hurts, stiff neck and headache, no fever", ("photophobia", "neck_stiffness", "headache"), {}),
    # headaches
    ("sudden headache", ("severe_headache",), {"sudden_onset": True}),
    ("worst headache ever", ("severe_headache",), {"worst_ever": True}),
    ("severe headache with a stiff neck", ("severe_headache", "neck_stiffness"), {}),
    ("severe headache with a change in sight", ("severe_headache", "vision_change"), {}),
    # signs of a stroke
    ("facial droop", ("facial_droop",), {}),
    ("speech difficulty", ("speech_difficulty",), {}),
    ("one-sided weakness", ("one_sided_weakness",), {}),
    ("one-sided numbness", ("numbness",), {"one_sided": True}),
    # weakness
    *((f"severe weakness with {neck}", ("severe_weakness", neck), {}) for neck in NECK),
    ("new paralysis", ("paralysis",), {}),
    ("too weak to stand or walk", ("severe_weakness", "walking_difficulty"), {}),
    # injuries
    ("major injury", ("trauma",), {"major_injury": True}),
    *(
        (f"injury with {sign}", ("trauma", sign), {})
        for sign in ("weakness", "numbness", "confusion", "fainting", "severe_pain")
    ),
    # heart and breath
    ("chest pain", ("chest_pain",), {}),
    ("breathlessness", ("breathlessness",), {}),
    *(
        (f"{where} with {sign}", (where, sign), {})
        for where in ("neck_pain", "jaw_pain", "arm_pain")
        for sign in ("chest_pain", "sweating")
    ),
    # pressed nerves
    ("loss of bladder or bowel control", ("bladder_bowel",), {}),
    ("numbness in the saddle area", ("saddle_numbness",), {}),
    # consciousness
    ("new confusion, hard to wake", ("confusion",), {}),
    ("seizure", ("seizure",), {}),
    *(
        (f"fainting with {sign}", ("fainting", sign), {})
        for sign in (
            "fever",
            "neck_stiffness",
            "neck_pain",
            "photophobia",
            "severe_headache",
            "severe_weakness",
            "weakness",
            "numbness",
            "trauma",
            "severe_pain",
            "chest_pain",
            "breathlessness",
            "vision_change",
        )
    ),
    # torn vessels, pressed cord
    *(
        (f"{sign} with neck pain", (sign, "neck_pain"), {})
        for sign in ("swallowing_difficulty", "vision_change", "coordination_problem", "electric_shock")
    ),
    # the rest
    ("overdose", ("overdose",), {}),
    ("suicidal thoughts", ("suicidal_thoughts",), {}),
    ("heavy bleeding", ("bleeding",), {}),
    ("lip or tongue swelling with trouble breathing", ("swelling", "breathlessness"), {}),
]
IDS = [each[0] for each in EMERGENCIES]


#: all that could be told to play it down
REASSURING: dict[str, Any] = {
    "duration_days": 730.0,
    "course": "better",
    "severity": "mild",
    "temperature_c": 36.6,
    "sudden_onset": False,
    "worst_ever": False,
    "major_injury": False,
    "one_sided": False,
    "leg_pain": False,
    "unresponsive": False,
    "vegan_diet": True,
    "stress": True,
    "poor_posture": True,
}


@pytest.mark.parametrize(("needed", "told"), [each[1:] for each in EMERGENCIES], ids=IDS)
def test_an_emergency_of_the_protocol_is_one(needed, told):
    result = assess(present(*needed), told)
    assert result.level == "emergency"
    assert result.reasons()
    for role in (ABSENT, UNCERTAIN, PAST, PRESENT):
        everything_else = dict.fromkeys(CODES, role)
        assert assess({**everything_else, **present(*needed)}, {**REASSURING, **told}).level == "emergency"


@settings(max_examples=400)
@given(emergency=st.sampled_from(EMERGENCIES), known=findings, more=facts)
def test_an_emergency_of_the_protocol_is_one_whatever_else_is_said(emergency, known, more):
    _, needed, told = emergency
    assert assess({**known, **present(*needed)}, {**more, **told}).level == "emergency"


@given(
    sign=st.sampled_from(["facial_droop", "speech_difficulty", "one_sided_weakness"]),
    known=findings,
    more=facts,
)
def test_a_sign_of_a_stroke_is_an_emergency_also_when_it_has_passed(sign, known, more):
    assert assess({**known, sign: PAST}, more).level == "emergency"


def test_one_sided_numbness_is_an_emergency_also_when_it_has_passed():
    assert assess({"numbness": PAST}, {"one_sided": True}).level == "emergency"


URGENT: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
    ("high fever", ("fever",), {"temperature_c": 39.4}),
    ("long fever", ("fever",), {"duration_days": 4}),
    ("fever in a small child", ("fever",), {"age_group": "small_child"}),
    ("fever in an older person", ("fever",), {"age_group": "older"}),
    ("fever in pregnancy", ("fever",), {"pregnant": True}),
    ("fever with weak immunity", ("fever",), {"weak_immunity": True}),
    ("swelling with a stiff neck", ("swelling", "neck_stiffness"), {}),
    ("swollen glands with fever", ("swollen_glands", "fever"), {}),
    ("severe weakness", ("severe_weakness",), {}),
    ("weakness with neck pain", ("weakness", "neck_pain"), {}),
    ("numbness with neck pain", ("numbness", "neck_pain"), {}),
    ("severe headache", ("severe_headache",), {}),
    ("light hurts", ("photophobia",), {}),
    ("first faint", ("fainting",), {}),
    ("a swollen painful leg", ("swelling",), {"leg_pain": True}),
    ("weight loss", ("weight_loss",), {}),
    ("night sweats", ("night_sweats",), {}),
    ("had cancer, neck pain", ("neck_pain",), {"cancer_history": True}),
    ("neck pain after an accident", ("neck_pain", "trauma"), {}),
    ("walking difficulty", ("walking_difficulty",), {}),
    ("vision change", ("vision_change",), {}),
    ("severe neck pain", ("neck_pain",), {"severity": "severe"}),
    ("worsening neck pain", ("neck_pain",), {"course": "worse"}),
]
ROUTINE: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
    ("two weeks", ("neck_stiffness",), {"duration_days": 14}),
    ("keeps coming back", ("neck_stiffness",), {"course": "comes_and_goes"}),
    ("home care failed", ("neck_stiffness",), {"home_care_failed": True}),
    ("tingling", ("tingling",), {}),
    ("numbness that is not new", ("numbness",), {"duration_days": 60}),
    ("memory", ("memory_loss",), {}),
    ("bone aches", ("bone_pain",), {}),
    ("lasting fatigue", ("fatigue",), {"duration_days": 21}),
    ("lasting cramps", ("muscle_cramps",), {"duration_days": 21}),
    ("pain spreads to the arm", ("neck_pain", "arm_pain"), {}),
    *((f"{risk} with symptoms", ("neck_stiffness",), {risk: True}) for risk in RISKS_OF_DEFICIENCY),
]
SELF_CARE: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
    ("recent stiff neck", ("neck_stiffness",), {"duration_days": 2}),
    ("improving", ("neck_stiffness", "neck_pain"), {"course": "better", "duration_days": 6}),
    ("mild", ("neck_pain",), {"severity": "mild"}),
    ("tired since yesterday", ("fatigue",), {"duration_days": 1}),
]


@pytest.mark.parametrize(
    ("level", "needed", "told"),
    [
        (level, *each[1:])
        for level, table in (("urgent", URGENT), ("routine", ROUTINE), ("self_care", SELF_CARE))
        for each in table
    ],
    ids=[each[0] for table in (URGENT, ROUTINE, SELF_CARE) for each in table],
)
def test_a_level_below_an_emergency_is_as_in_the_protocol(level, needed, told):
    assert assess(present(*needed), told).level == level


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        (None, "routine", "routine"),
        ("urgent", None, "urgent"),
        ("self_care", "routine", "routine"),
        ("emergency", "urgent", "emergency"),
        (None, None, None),
    ],
)
def test_the_higher_of_two_levels(one, other, result):
    assert higher(one, other) == higher(other, one) == result
