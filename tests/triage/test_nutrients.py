"""The nutrient ranking: examples from the article's table, and what holds for any findings."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.loading import KNOWLEDGE, KnowledgeError, KnowledgeFile
from triage.nutrients import knowledge, rank, read_nutrients, risk_factors, unknown_findings

FINDINGS = sorted({f for entry in knowledge().nutrients for each in entry.evidence for f in each.findings})
RISKS = sorted(risk_factors())
ASSERTIONS = ["present", "absent", "past", "uncertain", "hypothetical", "other"]

some_findings = st.dictionaries(
    st.sampled_from([*FINDINGS, "neck_stiffness", "fever"]), st.sampled_from(ASSERTIONS), max_size=10
)
some_risks = st.sets(st.sampled_from(RISKS), max_size=5)


def scores(findings: dict[str, str], risks: set[str]) -> dict[str, float]:
    return {fit.nutrient: fit.score for fit in rank(findings, risks)}


def present(*codes: str) -> dict[str, str]:
    return dict.fromkeys(codes, "present")


@pytest.mark.parametrize(
    ("codes", "risks", "first"),
    [
        (["bone_pain", "fatigue"], [], "vitamin_d"),
        (["weakness"], ["little_sun"], "vitamin_d"),
        (["back_pain", "muscle_pain"], [], "vitamin_d"),
        (["muscle_cramps"], [], "magnesium"),
        (["muscle_spasm"], ["stress"], "magnesium"),
        (["twitching", "anxiety"], [], "magnesium"),
        (["fatigue"], ["processed_food"], "magnesium"),
        (["fatigue"], ["strenuous_exercise"], "magnesium"),
        (["tingling"], [], "vitamin_b12"),
        (["numbness", "memory_loss"], [], "vitamin_b12"),
        (["fatigue", "neck_stiffness"], ["vegan_diet"], "vitamin_b12"),
        (["weakness"], ["digestive_condition"], "vitamin_b12"),
        (["muscle_stiffness"], ["low_water"], "hydration"),
    ],
)
def test_the_nutrient_that_the_table_names_comes_first(codes, risks, first):
    assert rank(present(*codes), risks)[0].nutrient == first


@pytest.mark.parametrize("code", ["muscle_cramps", "muscle_spasm"])
def test_low_calcium_may_fit_cramps_and_spasms(code):
    assert "calcium" in scores(present(code), set())


@pytest.mark.parametrize(
    ("code", "nutrients"),
    [
        ("bone_pain", {"vitamin_d"}),
        ("fatigue", {"vitamin_d", "magnesium", "vitamin_b12"}),
        ("weakness", {"vitamin_d", "magnesium", "vitamin_b12"}),
        ("muscle_cramps", {"magnesium", "calcium", "hydration"}),
        ("anxiety", {"magnesium"}),
        ("tingling", {"vitamin_b12"}),
        ("memory_loss", {"vitamin_b12"}),
    ],
)
def test_a_finding_points_to_every_nutrient_that_the_article_names_it_for(code, nutrients):
    assert set(scores(present(code), set())) == nutrients


def test_a_fit_says_why_and_where_the_article_says_so():
    fit = rank(present("fatigue", "tingling"), ["vegan_diet"])[0]
    assert fit.reasons == [
        "tingling is listed for low vitamin B12",
        "vegans are at higher risk of low vitamin B12",
        "tiredness is listed for low vitamin B12",
    ]
    assert fit.source == "Comparing Key Nutrients for Muscle Health; Vitamin B12 Deficiency"
    assert fit.sentence() == (
        "Low vitamin B12 may fit: tingling is listed for low vitamin B12, vegans are at higher risk of low "
        "vitamin B12 and tiredness is listed for low vitamin B12."
    )


@pytest.mark.parametrize("assertion", ["absent", "past", "uncertain", "hypothetical", "other"])
def test_only_what_is_present_counts(assertion):
    assert rank(dict.fromkeys(FINDINGS, assertion), []) == []


@pytest.mark.parametrize("findings", [{}, present("neck_stiffness"), present("fever", "headache")])
def test_nothing_is_ranked_when_nothing_points_anywhere(findings):
    assert rank(findings, ["poor_posture", "inactivity"]) == []


def test_risk_factors_of_the_article_are_all_known():
    assert set(RISKS) == {
        "vegan_diet",
        "digestive_condition",
        "little_sun",
        "stress",
        "strenuous_exercise",
        "processed_food",
        "low_water",
        "poor_posture",
        "inactivity",
    }


def test_severe_weakness_does_not_count_beside_weakness():
    assert scores(present("weakness", "severe_weakness"), set()) == scores(present("weakness"), set())
    assert scores(present("severe_weakness"), set()) == scores(present("weakness"), set())


def test_ties_keep_the_order_of_the_file():
    assert [fit.nutrient for fit in rank(present("fatigue"), [])] == ["vitamin_d", "magnesium", "vitamin_b12"]


@given(some_findings, some_risks)
def test_scores_lie_between_0_and_1_and_fall_from_first_to_last(findings, risks):
    ranked = rank(findings, risks)
    assert all(0 < fit.score < 1 and fit.reasons and fit.source for fit in ranked)
    assert [fit.score for fit in ranked] == sorted((fit.score for fit in ranked), reverse=True)
    assert len({fit.nutrient for fit in ranked}) == len(ranked)


@given(some_findings, some_risks, st.randoms())
def test_the_order_of_what_was_said_does_not_matter(findings, risks, random):
    shuffled = list(findings.items())
    random.shuffle(shuffled)
    shuffled_risks = sorted(risks)
    random.shuffle(shuffled_risks)
    assert rank(dict(shuffled), shuffled_risks) == rank(findings, risks)


@given(some_findings, some_risks, st.sampled_from([*FINDINGS, "neck_stiffness"]))
def test_one_more_finding_never_lowers_a_score(findings, risks, code):
    before = scores({**findings, code: "absent"}, risks)
    after = scores({**findings, code: "present"}, risks)
    assert all(after[nutrient] >= score for nutrient, score in before.items())


@given(some_findings, some_risks, st.sampled_from(RISKS))
def test_one_more_risk_factor_never_lowers_a_score(findings, risks, risk):
    before, after = scores(findings, risks - {risk}), scores(findings, risks | {risk})
    assert all(after[nutrient] >= score for nutrient, score in before.items())


@given(some_findings, some_risks, st.data())
def test_new_evidence_raises_the_nutrient_it_points_to_and_no_other(findings, risks, data):
    entry = data.draw(st.sampled_from(list(knowledge().nutrients)))
    evidence = data.draw(st.sampled_from([each for each in entry.evidence if each.findings]))
    without = {code: said for code, said in findings.items() if code not in evidence.findings}
    code = data.draw(st.sampled_from(evidence.findings))
    pointing = {
        each.id for each in knowledge().nutrients if any(code in one.findings for one in each.evidence)
    }
    before, after = scores(without, risks), scores({**without, code: "present"}, risks)
    for nutrient in after:
        if nutrient in pointing:
            assert after[nutrient] > before.get(nutrient, 0)
        else:
            assert after[nutrient] == before[nutrient]


@given(some_findings, some_risks)
def test_a_fit_is_never_worded_as_a_diagnosis_or_a_dose(findings, risks):
    for fit in rank(findings, risks):
        said = fit.sentence().lower()
        assert " may fit: " in said
        assert not any(word in said for word in ("you have", "diagnos", "confirm", " mg", "mcg", " iu"))


def edited(tmp_path: Path, old: str, new: str) -> Path:
    text = (KNOWLEDGE / "nutrients.yml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "nutrients.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "source: Vitamin D Deficiency}",
            "source: Nowhere}",
            "`Nowhere` is no heading of the article, use one",
        ),
        ("findings: [bone_pain]", "findings: []", "must name at least one"),
        (
            "findings: [back_pain]",
            "findings: [bone_pain]",
            "`bone_pain` already points to `vitamin_d`, keep one",
        ),
        ("  - id: calcium", "  - id: magnesium", "`magnesium` is there twice, keep one"),
        ("weight: 3", "weight: 4", "`weight`: "),
    ],
)
def test_a_wrong_entry_is_named_with_its_line(tmp_path, old, new, message):
    with pytest.raises(KnowledgeError, match=r"nutrients\.yml:\d+: ") as caught:
        read_nutrients(edited(tmp_path, old, new))
    assert message in str(caught.value)


def test_every_finding_is_a_symptom_code():
    symptoms = KnowledgeFile(KNOWLEDGE / "symptoms.yml").content["symptoms"]
    assert unknown_findings({each["code"] for each in symptoms}) == []
    assert unknown_findings(set())[0].startswith("knowledge/nutrients.yml:")


def test_every_risk_factor_is_a_fact_that_is_heard():
    heard = {each["fact"]["name"] for each in KnowledgeFile(KNOWLEDGE / "facts.yml").content["facts"]}
    assert risk_factors() <= heard
