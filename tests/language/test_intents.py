"""The intent classifier on messages that are not among its examples."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from evaluation.examples import examples, folds
from language.health_words import HealthWords
from language.intent_component import LinearIntentClassifier
from language.intents import OUT_OF_SCOPE, IntentClassifier, about_health, normalise

SMALL = [
    ("hello there", "greet"),
    ("good morning to you", "greet"),
    ("hi doctor", "greet"),
    ("my neck hurts", "report_neck"),
    ("a very stiff neck", "report_neck"),
    ("my neck is sore", "report_neck"),
    ("book a flight", OUT_OF_SCOPE),
    ("play some music", OUT_OF_SCOPE),
    ("rent a car", OUT_OF_SCOPE),
]

UNSEEN = {
    "greet": ["Good afternoon to you all", "hey hey", "hello good morning"],
    "goodbye": ["bye then, take care", "ok I must go now, goodbye"],
    "thank": ["thank you ever so much for this", "thanks, very kind of you"],
    "help": ["how does this thing work", "what can you help with"],
    "restart": ["I'd like to start over", "let us start again from the beginning"],
    "request_human": ["please let me speak to a real nurse", "can I talk to a human being"],
    "delete_my_data": ["please delete all the data you have on me", "erase my chat history"],
    "bot_challenge": ["am I talking to a real person here?", "are you some robot"],
    "ask_why": ["why do you want to know about my bladder?", "why are you asking me this question"],
    "summary": ["could you make a summary for my GP", "give me a summary of what I said"],
    "give_background": ["about four weeks now", "I'm 71 years old", "I sit at a computer all day"],
    "ask_vitamin_d": ["can too little vitamin D make the neck stiff?", "what does vitamin d do for muscles"],
    "ask_magnesium": ["why is magnesium good for muscles?", "symptoms of low magnesium please"],
    "ask_vitamin_b12": ["does low b12 damage nerves?", "what happens when B12 is too low?"],
    "ask_calcium": ["what happens if my calcium is low?", "why do muscles need calcium"],
    "ask_hydration": ["can not drinking enough water give me cramps?", "symptoms of dehydration"],
    "ask_sun_exposure": ["how much sun do I need to get vitamin D?", "is sunlight a good thing for me?"],
    "ask_supplements": ["should I take a magnesium supplement?", "how is low vitamin D treated?"],
    "ask_food_sources": ["which foods have a lot of magnesium?", "what can I eat to get vitamin d"],
    "ask_lifestyle": ["what can I do at home for my stiff neck?", "does bad posture matter"],
    "ask_when_to_see_doctor": ["when should I see a doctor about my neck?", "do I need a blood test?"],
    "ask_timeline": ["how long until supplements work?", "how long before my neck gets better?"],
    "ask_other_causes": ["what else could cause a stiff neck?", "why is my neck so stiff in the morning?"],
    "ask_nutrient_link": [
        "what vitamin deficiency causes a stiff neck?",
        "which vitamin could I be short of",
    ],
    "ask_nutrient_synergy": [
        "how do calcium and vitamin D work together?",
        "do these vitamins and minerals help each other",
    ],
    "ask_not_in_article": ["how many mg of magnesium should I take?", "which brand of vitamin D is best?"],
    "report_neck": ["my neck is so stiff I can't turn my head", "neck hurts a lot"],
    "report_fever": ["I have a fever of 39", "temperature 38.4 this evening"],
    "report_numbness": ["my fingers are numb and tingling", "pins and needles in my hands"],
    "report_chest": ["my chest hurts and I can't breathe", "pain in my chest"],
}

ELSEWHERE = [
    "who painted the ceiling of that chapel",
    "my printer is out of ink",
    "how long does it take to fly to Auckland",
    "what should I do about the noise from upstairs",
    "do I need a ticket for the museum",
    "tell me about the history of chess",
    "how many people fit in the stadium",
    "reserve a table at the new bistro",
    "which laptop should I buy",
    "how do I get rid of moss on the roof",
    "what are the benefits of a heat pump",
    "where can I buy skis",
]

ABOUT_HEALTH = [
    "My husband collapsed in the garden and his speech is slurred",
    "is it lupus?",
    "since the chemotherapy my feet have been numb",
    "5 yr old with a 39 degree fever and a rash",
    "tonsillitis again, and my neck is swollen",
    "does asthma have anything to do with it",
]


@pytest.fixture(scope="session")
def trained() -> IntentClassifier:
    """The classifier as `make train` trains it."""
    everything = examples()
    return IntentClassifier().fit([each.text for each in everything], [each.intent for each in everything])


@pytest.fixture(scope="session")
def small() -> IntentClassifier:
    """A classifier of three intents, with no word vectors."""
    return IntentClassifier().fit(
        [text for text, _ in SMALL], [intent for _, intent in SMALL], lambda word: None
    )


def test_messages_it_has_not_seen(trained: IntentClassifier) -> None:
    wrong = [
        f"{text!r} is {intent}, found {trained.rank(text)[0][0]}"
        for intent, texts in UNSEEN.items()
        for text in texts
        if trained.rank(text)[0][0] != intent
    ]
    assert len(wrong) <= 0.08 * sum(map(len, UNSEEN.values())), "\n".join(wrong)


def test_the_unseen_messages_are_unseen() -> None:
    known = {normalise(each.text) for each in examples()}
    measured = {normalise(text) for texts in (*UNSEEN.values(), ELSEWHERE, ABOUT_HEALTH) for text in texts}
    assert not known & measured


def test_most_of_other_subjects_is_out_of_scope(trained: IntentClassifier) -> None:
    # Of fields held out, about 0.87 are declined: a floor, not a promise for each message.
    answered = [
        f"{text!r}: {trained.rank(text)[0][0]}"
        for text in ELSEWHERE
        if trained.rank(text)[0][0] != OUT_OF_SCOPE
    ]
    assert len(answered) <= 0.15 * len(ELSEWHERE), "\n".join(answered)


@pytest.mark.parametrize("text", ABOUT_HEALTH)
def test_illness_is_never_turned_away(trained: IntentClassifier, text: str) -> None:
    assert trained.rank(text)[0][0] != OUT_OF_SCOPE


def test_words_lean_by_their_meaning_though_no_example_names_them(trained: IntentClassifier) -> None:
    leans = trained._health_words.leans
    seen = {word for each in examples() for word in normalise(each.text).split()}
    for word in ("tonsillitis", "migraines", "cartilage"):
        assert word not in seen
        assert leans[word] > 1
    for word in ("souvenir", "motorcycles", "broadband"):
        assert word not in seen
        assert leans[word] < 0


def test_confidences_are_sorted_and_sum_to_one(trained: IntentClassifier) -> None:
    for text in ("my neck is stiff", "play me a song", "🙂", "a" * 4000):
        confidences = [confidence for _, confidence in trained.rank(text)]
        assert confidences == sorted(confidences, reverse=True)
        assert sum(confidences) == pytest.approx(1)


def test_empty_text_prefers_nothing(trained: IntentClassifier) -> None:
    assert len({confidence for _, confidence in trained.rank("   ")}) == 1


def test_the_same_examples_give_the_same_classifier(small: IntentClassifier) -> None:
    again = IntentClassifier().fit(
        [text for text, _ in SMALL], [intent for _, intent in SMALL], lambda word: None
    )
    assert again.rank("is my neck stiff") == small.rank("is my neck stiff")


def test_one_intent_is_not_enough() -> None:
    with pytest.raises(ValueError, match="two intents"):
        IntentClassifier().fit(["hi", "hello"], ["greet", "greet"], lambda word: None)


def test_two_intents_are_enough() -> None:
    pairs = SMALL[:6]
    two = IntentClassifier().fit(
        [text for text, _ in pairs], [intent for _, intent in pairs], lambda word: None
    )
    assert two.rank("hello doctor")[0][0] == "greet"
    assert two.rank("stiff neck")[0][0] == "report_neck"


def test_what_is_stored_is_what_was_learned(trained: IntentClassifier, tmp_path: Path) -> None:
    trained.save(tmp_path)
    loaded = IntentClassifier.load(tmp_path)
    for text in ("my neck is stiff", "how long does b12 take", "rent a car"):
        assert loaded.rank(text) == trained.rank(text)


def test_nothing_stored_is_run(small: IntentClassifier, tmp_path: Path) -> None:
    small.save(tmp_path)
    np.savez(tmp_path / "intents.npz", weights=np.array([object()]), bias=np.zeros(1))
    with pytest.raises(ValueError, match="allow_pickle"):
        IntentClassifier.load(tmp_path)
    json.loads((tmp_path / "intents.json").read_text(encoding="utf-8"))


def test_a_message_takes_milliseconds(trained: IntentClassifier) -> None:
    times = []
    for _ in range(30):
        start = time.perf_counter()
        trained.rank("my neck has been stiff for two weeks and I'm always tired, no fever")
        times.append(time.perf_counter() - start)
    assert min(times) < 0.005


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("I CAN’T  turn", "i cant turn"),
        ("39.5 or 1,000", "0 or 0"),
        ("ｆｕｌｌ", "full"),
        ("B-12", normalise("b12")),
    ],
)
def test_spelling_is_unified(text: str, clean: str) -> None:
    assert normalise(text) == clean


def test_a_vitamin_keeps_its_number() -> None:
    assert normalise("b12") != normalise("b6")


def test_symptoms_and_questions_are_about_health() -> None:
    assert about_health("report_neck")
    assert about_health("ask_not_in_article")
    assert not about_health("ask_why")
    assert not about_health(OUT_OF_SCOPE)


def test_a_word_of_its_own_example_is_foreign_unless_another_one_holds_it() -> None:
    words = HealthWords.learn(
        ["the neck hurts", "a sore neck"], [True, True], [True, True], lambda word: None
    )
    assert words.leaning("the neck hurts", of_own_example=True).foreign == 1
    assert words.leaning("the neck hurts").foreign == 0


def test_every_example_is_measured_once_and_fields_are_held_out_whole() -> None:
    everything = examples()
    measured: list[int] = []
    for learn, held in folds(everything):
        assert not set(learn) & set(held)
        measured += held.tolist()
        outside = [
            {everything[i].field for i in part if everything[i].intent == OUT_OF_SCOPE}
            for part in (learn, held)
        ]
        assert not outside[0] & outside[1]
    assert sorted(measured) == list(range(len(everything)))


def _component(tmp_path: Path, **config: float) -> tuple[LinearIntentClassifier, LocalModelStorage, Resource]:
    storage, resource = LocalModelStorage(tmp_path), Resource("intents")
    return LinearIntentClassifier.create(config, storage, resource, _context()), storage, resource


def _context() -> ExecutionContext:
    return ExecutionContext(GraphSchema({}))


def _training_data() -> TrainingData:
    return TrainingData([Message.build(text, intent) for text, intent in SMALL])


def test_the_component_trains_stores_and_loads(tmp_path: Path) -> None:
    component, storage, resource = _component(tmp_path, ranking_length=2)
    component.train(_training_data())
    loaded = LinearIntentClassifier.load({"ranking_length": 2}, storage, resource, _context())
    message = loaded.process([Message.build("my sore neck hurts")])[0]
    assert message.get("intent")["name"] == "report_neck"
    assert [each["name"] for each in message.get("intent_ranking")] == ["report_neck", "greet"]


def test_below_the_threshold_it_falls_back(tmp_path: Path) -> None:
    component, _, _ = _component(tmp_path, threshold=0.99)
    component.train(_training_data())
    message = component.process([Message.build("my neck hurts")])[0]
    assert message.get("intent")["name"] == "nlu_fallback"
    assert message.get("intent_ranking")[1]["name"] == "report_neck"


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_message_falls_back(tmp_path: Path, text: str) -> None:
    component, _, _ = _component(tmp_path)
    component.train(_training_data())
    assert component.process([Message.build(text)])[0].get("intent")["name"] == "nlu_fallback"


def test_an_untrained_component_falls_back(tmp_path: Path) -> None:
    _, storage, resource = _component(tmp_path)
    loaded = LinearIntentClassifier.load({}, storage, resource, _context())
    assert loaded.process([Message.build("my neck hurts")])[0].get("intent")["name"] == "nlu_fallback"
