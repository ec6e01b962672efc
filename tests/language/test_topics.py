"""Which topic a question belongs to, and what the article cannot answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.examples import examples
from language.nutrient_mentions import NUTRIENT_WORDS, load_nutrient_words, nutrients_in
from language.topics import TOPICS, topic_for
from triage.loading import KnowledgeError


@pytest.mark.parametrize(
    ("text", "nutrients"),
    [
        ("what about Vitamin D?", ["vitamin_d"]),
        ("vit d and b-12", ["vitamin_d", "vitamin_b12"]),
        ("is D3 better", ["vitamin_d"]),
        ("magnesum for cramps", ["magnesium"]),
        ("calcium then magnesium", ["calcium", "magnesium"]),
        ("B 12, b12 and vitamin b twelve", ["vitamin_b12"]),
        ("cobalamin", ["vitamin_b12"]),
        ("hypocalcaemia", ["calcium"]),
        ("vitamins in general", []),
        ("vitamin c and b6", []),
        ("I'd like a drink", []),
        ("", []),
    ],
)
def test_nutrients_are_found_in_their_spellings(text: str, nutrients: list[str]) -> None:
    assert nutrients_in(text) == nutrients


@pytest.mark.parametrize(
    ("intent", "text", "topic", "nutrient"),
    [
        ("ask_food_sources", "where do I get vitamin D", "food_sources", "vitamin_d"),
        ("ask_food_sources", "what should I eat", "food_sources", None),
        ("ask_sun_exposure", "what does the sun do", "sun_exposure", None),
        ("ask_sun_exposure", "how much time in the sun for vitamin d", "sun_exposure", "vitamin_d"),
        (
            "ask_when_to_see_doctor",
            "I took ibuprofen and nothing helps, is it time for the doctor",
            "when_to_see_doctor",
            None,
        ),
        ("ask_timeline", "how long does 1000 IU of vitamin D take to work", "timeline", "vitamin_d"),
        ("ask_nutrient_link", "which vitamin causes a stiff neck", "nutrient_link", None),
        ("ask_nutrient_link", "can a lack of magnesium cause a stiff neck", "magnesium", "magnesium"),
        ("ask_nutrient_link", "is it d3, b12 or magnesium", "nutrient_link", "vitamin_d"),
        ("ask_vitamin_d", "tell me about magnesium", "magnesium", "magnesium"),
        ("ask_calcium", "calcium and vitamin D", "nutrient_synergy", "calcium"),
        ("ask_lifestyle", "how often should I take breaks", "lifestyle", None),
        ("report_neck", "my stiff neck won't go away", "when_to_see_doctor", None),
        ("report_neck", "neck stiff for 3 years", "when_to_see_doctor", None),
        ("nlu_fallback", "magnesium hmm", "magnesium", "magnesium"),
    ],
)
def test_a_question_reaches_its_topic(intent: str, text: str, topic: str, nutrient: str | None) -> None:
    assert topic_for(intent, text) == (topic, nutrient)


@pytest.mark.parametrize(
    "text",
    [
        "how much vitamin D should I take",
        "is 5000 IU ok",
        "400mg of magnesium at night?",
        "how many b12 tablets a day",
        "recommended dose of magnesium",
        "is 10 µg of b12 enough",
        "can I take too much magnesium",
        "does iron cause it",
        "what about potasium",
        "vitamin C or zinc?",
        "does magnesium interact with warfarin",
        "vitamin d and blood thinners",
        "side effects of b12",
        "which brand of magnesium",
        "can low vitamin d make my hair fall out",
        "what is the normal range of b12",
    ],
)
@pytest.mark.parametrize(
    "intent", ["ask_supplements", "ask_vitamin_d", "ask_nutrient_link", "ask_not_in_article"]
)
def test_what_the_article_does_not_say_is_not_answered(text: str, intent: str) -> None:
    topic = topic_for(intent, text)
    assert topic is not None
    assert topic[0] == "not_in_article"


@pytest.mark.parametrize(
    "text",
    [
        "how is arthritis diagnosed",
        "how do doctors diagnose glandular fever",
        "does my HMO pay for a blood test",
        "is the copay for a b12 test high",
        "when should I get the measles vaccine",
    ],
)
def test_other_diseases_and_who_pays_are_not_the_articles(text: str) -> None:
    assert topic_for("ask_when_to_see_doctor", text) == ("not_in_article", "vitamin_b12" if "b12" in text else None)


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("report_neck", "my neck is stiff"),
        ("greet", "hello"),
        ("ask_why", "why do you ask about vitamin d"),
        ("give_background", "I take vitamin D"),
        ("out_of_scope", "calcium on my kettle"),
        ("nlu_fallback", "hmm"),
        ("ask_something_new", "what is new"),
    ],
)
def test_what_asks_nothing_has_no_topic(intent: str, text: str) -> None:
    assert topic_for(intent, text) is None


def test_every_topic_has_examples() -> None:
    assert {f"ask_{topic}" for topic in (*TOPICS, "not_in_article")} <= {each.intent for each in examples()}


def test_the_words_decline_no_question_of_the_articles_topics() -> None:
    questions = [each for each in examples() if each.intent.removeprefix("ask_") in TOPICS]
    declined = [each.text for each in questions if topic_for(each.intent, each.text)[0] == "not_in_article"]  # type: ignore[index]  # each is a question
    assert not declined


def test_a_fault_in_the_words_is_named_with_its_line(tmp_path: Path) -> None:
    text = NUTRIENT_WORDS.read_text(encoding="utf-8")
    path = tmp_path / "nutrient_words.yml"
    path.write_text(
        text.replace("how much <nutrient>", "how much <nutrent>").replace("  magnesium:\n", "  magnesum:\n")
    )
    with pytest.raises(KnowledgeError) as problem:
        load_nutrient_words(path)
    assert len(problem.value.problems) == 2
    assert "`magnesum` is no nutrient" in problem.value.problems[0]
    assert "<nutrent> is no class" in problem.value.problems[1]
