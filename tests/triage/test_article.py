"""The article as data: every sentence of it is told by a statement, and every topic has an answer."""

from collections import Counter
from pathlib import Path

import pytest

from triage.article import (
    NUTRIENTS,
    TOPICS,
    answer,
    article,
    disclaimer,
    prevention_points,
    read_article,
    statements,
    table,
    topic_entry,
)
from triage.loading import KNOWLEDGE, KnowledgeError

TITLE = "What Vitamin Deficiency Causes Neck Stiffness? The Surprising Truth"
CULPRITS = "The Leading Culprits: Vitamin Deficiencies Linked to Neck Stiffness"
VITAMIN_D = "Vitamin D Deficiency"
MAGNESIUM = "Magnesium Deficiency"
VITAMIN_B12 = "Vitamin B12 Deficiency"
OTHER = "Other Nutritional Factors to Consider"
PREVENTING = "Addressing and Preventing Deficiency"
PERSISTENT = "What You Should Do If You Have Persistent Neck Stiffness"
QUESTIONS = "Frequently Asked Questions"

# One row for each sentence of the article's body, in its order: the heading, the statement that tells the
# sentence, and words of the fact that must be in it.
SENTENCES = [
    (TITLE, "opening_link", ["millions", "neck pain", "research", "link", "nutrients"]),
    (TITLE, "opening_question", ["long time", "which low vitamin", "treat"]),
    ("Quick Summary", "summary_link", ["spasms", "vitamin d", "magnesium", "b12"]),
    ("Quick Summary", "summary_relief", ["food", "supplements", "better"]),
    (
        "Key Points",
        "key_vitamin_d",
        ["strongly", "weak muscles", "pain", "spasms", "stiffness", "bone health"],
    ),
    ("Key Points", "key_magnesium", ["stiff neck", "cramps", "twitches", "relax", "tighten"]),
    ("Key Points", "key_vitamin_b12", ["nerves", "very low", "weak muscles", "nerve damage", "neck"]),
    ("Key Points", "key_synergy", ["calcium", "work together", "take in"]),
    (
        "Key Points",
        "key_holistic",
        ["diet", "water", "stress", "supplements if needed", "health professional"],
    ),
    (CULPRITS, "culprits_role", ["vitamins and minerals", "muscles and nerves"]),
    (CULPRITS, "culprits_cascade", ["too low", "muscle pain", "cramps", "neck stiffness"]),
    (CULPRITS, "culprits_three", ["vitamin d", "magnesium", "b12", "own way"]),
    (VITAMIN_D, "vitamin_d_role", ["bones", "calcium"]),
    (VITAMIN_D, "vitamin_d_beyond_bones", ["more", "bones"]),
    (VITAMIN_D, "vitamin_d_symptoms", ["weak muscles", "pain in muscles and bones", "spasms"]),
    (VITAMIN_D, "vitamin_d_case_series", ["neck and back", "much better", "put right"]),
    (VITAMIN_D, "vitamin_d_mechanism", ["not fully known", "nerves that sense pain", "may", "sensitive"]),
    (VITAMIN_D, "vitamin_d_protein", ["protein", "grow and heal"]),
    (VITAMIN_D, "vitamin_d_risk", ["skin", "sun", "few foods", "winter", "outdoors"]),
    (MAGNESIUM, "magnesium_role", ["300", "muscles tighten", "nerves"]),
    (MAGNESIUM, "magnesium_relaxant", ["natural", "relax", "calcium", "bind", "tighten"]),
    (MAGNESIUM, "magnesium_symptoms", ["tight", "cramps", "twitches", "stiffness", "neck"]),
    (MAGNESIUM, "magnesium_depleted", ["stress", "hard exercise", "processed foods"]),
    (MAGNESIUM, "magnesium_intake", ["enough", "tight"]),
    (VITAMIN_B12, "vitamin_b12_neurological", ["vitamin d and magnesium", "stiff neck", "nerves"]),
    (VITAMIN_B12, "vitamin_b12_nerve_damage", ["nerve damage", "tingling", "numbness", "weak muscles"]),
    (VITAMIN_B12, "vitamin_b12_neck", ["hands and feet", "how you move", "whole body", "neck"]),
    (VITAMIN_B12, "vitamin_b12_early", ["early", "weakness", "tiredness", "tense"]),
    (VITAMIN_B12, "vitamin_b12_role", ["nerves", "red blood cells", "oxygen"]),
    (VITAMIN_B12, "vitamin_b12_risk", ["vegans", "gut", "higher risk"]),
    (OTHER, "other_nutrition", ["vitamin d", "magnesium", "b12", "muscles"]),
    (OTHER, "calcium_role", ["vitamin d", "tighten", "bones"]),
    (OTHER, "calcium_symptoms", ["low calcium", "cramps", "spasms", "low vitamin d"]),
    (OTHER, "hydration_symptoms", ["too little water", "cramps", "stiffness", "do not expect"]),
    (OTHER, "hydration_role", ["water", "work well", "sore"]),
    (PREVENTING, "preventing_active", ["stiff neck", "steps"]),
    (PREVENTING, "preventing_professional", ["health professional", "last", "serious"]),
    (PREVENTING, "prevention_food", ["foods", "rich in vitamins"]),
    (PREVENTING, "prevention_food_vitamin_d", ["fatty fish", "added vitamin d"]),
    (PREVENTING, "prevention_food_magnesium", ["leafy greens", "nuts", "seeds"]),
    (PREVENTING, "prevention_food_vitamin_b12", ["animals", "cereals"]),
    (PREVENTING, "prevention_supplements", ["doctor", "found a low level", "bring it back up"]),
    (PREVENTING, "prevention_supplements_guidance", ["vitamin d", "doctor", "how much"]),
    (PREVENTING, "prevention_sun_source", ["vitamin d", "sunlight"]),
    (PREVENTING, "prevention_sun", ["short", "skin", "warmer months", "skin cancer"]),
    (PREVENTING, "prevention_water", ["plenty of water", "all through the day", "cramps", "tight"]),
    (PREVENTING, "prevention_lifestyle", ["posture", "breaks", "stress", "worse"]),
    (PERSISTENT, "persistent_not_advice", ["nutrients", "medical advice"]),
    (
        PERSISTENT,
        "persistent_see_professional",
        ["lasts", "severe", "worse", "fever", "swelling", "weak muscles"],
    ),
    (PERSISTENT, "persistent_blood_tests", ["blood tests", "serious", "treatment"]),
    (PERSISTENT, "persistent_relief", ["many cases", "simple", "relief"]),
    (
        "Conclusion",
        "conclusion_contenders",
        ["many things", "vitamin d", "magnesium", "b12", "muscles and nerves"],
    ),
    ("Conclusion", "conclusion_roles", ["strong", "relax", "nerves", "muscles and bones"]),
    ("Conclusion", "conclusion_approach", ["often works best", "varied diet", "sun", "doctor", "supplement"]),
    ("Conclusion", "conclusion_professional", ["professional", "root"]),
    ("Conclusion", "conclusion_fact_sheets", ["national institutes of health", "fact sheets", "magnesium"]),
    (QUESTIONS, "faq_vitamin_d", ["yes", "neck and back", "spasms", "weak", "stiff"]),
    (
        QUESTIONS,
        "faq_magnesium_foods",
        ["spinach", "kale", "almonds", "cashews", "pumpkin", "chia", "whole grains"],
    ),
    (QUESTIONS, "faq_only_cause", ["may", "other things"]),
    (QUESTIONS, "faq_see_provider", ["health professional", "fever", "very weak muscles"]),
    (QUESTIONS, "faq_vitamin_b12", ["very low", "nerve damage", "tingling", "weakness"]),
    (QUESTIONS, "faq_vitamin_b12_where", ["arms and legs", "weak all over", "move"]),
    (QUESTIONS, "faq_timeline", ["vary", "how low"]),
    (QUESTIONS, "faq_timeline_weeks", ["some studies", "several weeks", "without a break", "much better"]),
    (
        QUESTIONS,
        "faq_other_causes",
        ["posture", "strained", "exercise", "stress", "water", "sitting", "arthritis"],
    ),
    (QUESTIONS, "faq_when_doctor", ["lasts", "at home", "doctor"]),
    (QUESTIONS, "faq_blood_test", ["blood test", "low vitamin", "another problem"]),
    ("Medical Disclaimer", "disclaimer", ["information", "take the place", "doctor"]),
]

TABLE_CELLS = {
    ("muscle_function", "vitamin_d"): ["bones", "calcium", "strength"],
    ("muscle_function", "magnesium"): ["relax", "tighten", "nerves"],
    ("muscle_function", "vitamin_b12"): ["red blood cells", "nerves"],
    ("neck_link", "vitamin_d"): ["pain in muscles and bones", "spasms", "weak"],
    ("neck_link", "magnesium"): ["cramps", "spasms", "tension"],
    ("neck_link", "vitamin_b12"): ["nerve symptoms", "nerve damage", "weak"],
    ("symptoms", "vitamin_d"): ["bones", "tired", "weak muscles close to the trunk"],
    ("symptoms", "magnesium"): ["cramps", "tired", "weak", "anxious"],
    ("symptoms", "vitamin_b12"): ["tired", "tingling", "numb", "weak", "memory"],
    ("foods", "vitamin_d"): ["fatty fish", "added", "egg yolks"],
    ("foods", "magnesium"): ["leafy greens", "nuts", "seeds", "whole grains"],
    ("foods", "vitamin_b12"): ["meat", "dairy", "eggs", "cereals", "added"],
    ("other", "vitamin_d"): ["sun is the main source", "d3", "often"],
    ("other", "magnesium"): ["stress", "often", "supplement"],
    ("other", "vitamin_b12"): ["vegans", "high risk", "shots", "may"],
}


@pytest.mark.parametrize(("section", "statement_id", "words"), SENTENCES, ids=[row[1] for row in SENTENCES])
def test_each_sentence_of_the_article_is_told_by_a_statement(section, statement_id, words):
    statement = next(each for each in statements() if each.id == statement_id)
    assert statement.section == section
    missing = [word for word in words if word not in statement.text.lower()]
    assert not missing


def test_no_statement_stands_apart_from_the_article():
    assert [each.id for each in statements()] == [row[1] for row in SENTENCES]


@pytest.mark.parametrize(("row_id", "nutrient"), TABLE_CELLS)
def test_each_cell_of_the_table_is_there(row_id, nutrient):
    row = next(each for each in table().rows if each.id == row_id)
    cell = getattr(row.cells, nutrient).lower()
    assert [word for word in TABLE_CELLS[row_id, nutrient] if word not in cell] == []


def test_the_table_has_five_rows():
    assert [row.id for row in table().rows] == ["muscle_function", "neck_link", "symptoms", "foods", "other"]


def test_the_five_points_on_prevention():
    points = prevention_points()
    assert [point.id for point in points] == ["food", "supplements", "sun", "water", "lifestyle"]
    assert all(point.section == PREVENTING for point in points)
    assert "fatty fish" in points[0].text
    assert "skin cancer" in points[2].text


def test_the_disclaimer():
    assert (
        disclaimer()
        == "This is only for your information. It does not take the place of advice from a doctor."
    )


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_an_answer_a_title_and_statements(topic):
    said = answer(topic)
    assert said.topic == topic
    assert said.section in article().sections
    assert said.changes_it
    assert topic not in said.related
    assert statements(topic)
    assert topic_entry(topic).question.endswith("?")


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("nutrient", NUTRIENTS)
def test_every_topic_can_be_asked_for_every_nutrient(topic, nutrient):
    assert answer(topic, nutrient).nutrient in (nutrient, None)


@pytest.mark.parametrize(
    ("topic", "nutrient", "words"),
    [
        ("food_sources", "vitamin_d", ["fatty fish", "egg yolks"]),
        ("food_sources", "magnesium", ["leafy greens", "spinach"]),
        ("food_sources", "vitamin_b12", ["meat", "dairy", "eggs", "cereals"]),
        ("supplements", "vitamin_d", ["d3", "doctor must say how much"]),
        ("supplements", "vitamin_b12", ["shots"]),
        ("nutrient_link", "magnesium", ["cramps", "twitches"]),
        ("timeline", None, ["varies", "several weeks"]),
        ("other_causes", None, ["posture", "stress", "arthritis"]),
        ("when_to_see_doctor", None, ["fever", "swelling", "blood tests"]),
    ],
)
def test_an_answer_says_what_the_article_says(topic, nutrient, words):
    text = answer(topic, nutrient).text.lower()
    assert [word for word in words if word not in text] == []


def test_an_unknown_nutrient_gets_the_general_answer():
    assert answer("food_sources", "zinc") == answer("food_sources")


def test_an_unknown_topic_is_an_error():
    with pytest.raises(KeyError):
        answer("weather")


def test_an_answer_is_two_to_four_sentences():
    for each in article().answers:
        assert 2 <= sum(each.text.count(mark) for mark in ".?!") <= 5, each.text


def shown_texts() -> list[str]:
    texts = [each.text for each in article().statements]
    for each in article().answers:
        texts += [each.text, each.changes_it]
    return texts


@pytest.mark.parametrize(
    "word", [" mg", "mcg", " iu", "milligram", "microgram", "tablet", "you have low", "diagnos"]
)
def test_no_text_gives_a_dose_or_a_diagnosis(word):
    assert [text for text in shown_texts() if word in text.lower()] == []


def test_quotes_are_short():
    assert all(len(each.quote.split()) <= 12 for each in article().statements if each.quote)


def test_each_button_is_short_and_no_two_are_alike():
    titles = [topic_entry(topic).title for topic in TOPICS]
    assert max(map(len, titles)) <= 28
    assert [title for title, count in Counter(titles).items() if count > 1] == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("section: Magnesium Deficiency", "section: Iron Deficiency", "`Iron Deficiency` is no heading"),
        ("topics: [magnesium]", "topics: [iron]", "item 1: "),
        ("topics: [magnesium]", "topics: []", "`topics`: "),
        ("  - id: magnesium_role", "  - id: vitamin_d_role", "`vitamin_d_role` is there twice, keep one"),
        ("    section: Magnesium Deficiency\n", "", "`section` is missing, add it"),
        ("rests_on: [calcium_symptoms]", "rests_on: [zinc]", "`zinc` is no statement and no `table.<row>`"),
        ("statements: [prevention_water]", "statements: [water]", "`water` is no statement"),
        (
            "  - topic: lifestyle\n",
            "  - topic: hydration\n",
            "topic `lifestyle` has no answer without a nutrient",
        ),
        ("  - topic: lifestyle\n", "  - topic: hydration\n", "`hydration/any` is there twice, keep one"),
        ("  - Quick Summary\n", "  - Quick Summary\n  - Iron\n", "nothing is said under `Iron`"),
        ("  - id: disclaimer", "  - id: last_words", "statement `disclaimer` is missing, add it"),
        ("{id: timeline, ", "{id: lifestyle, ", "topic `timeline` has no title and question"),
        ("        magnesium: Muscle cramps, spasms and tension\n", "", "`magnesium` is missing, add it"),
    ],
)
def test_a_wrong_entry_is_named_with_its_line(tmp_path: Path, old, new, message):
    text = (KNOWLEDGE / "article.yml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "article.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"article\.yml:\d+: ") as caught:
        read_article(path)
    assert message in str(caught.value)
