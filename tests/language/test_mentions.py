"""What people write, the symptoms in it, and what it calls for. A new word for a symptom gets a line here."""

import pytest

from language.understanding import understand
from triage.assess import assess
from triage.findings import gather

SYMPTOMS = [
    ("my neck is rock solid", {"neck_stiffness"}),
    ("my head aches and my neck is sore", {"headache", "neck_pain"}),
    ("my throat is tight", {"breathlessness"}),
    ("excruciating stiffness in my neck", {"neck_stiffness", "severe_pain"}),
    ("vision's gone blurry", {"vision_change"}),
    ("drank wine and vomited", {"vomiting"}),
    ("lost two stone", {"weight_loss"}),
    ("my neck feels so stiff", {"neck_stiffness"}),
    ("stiffness in the back of my neck", {"neck_stiffness"}),
    ("can't turn my head", {"neck_stiffness"}),
    (
        "pain and stiffness in my right neck and shoulder",
        {"neck_pain", "shoulder_pain", "neck_stiffness", "muscle_stiffness"},
    ),
    ("my neck is stiff and my arm hurts", {"neck_stiffness", "arm_pain"}),
    ("stiffness in my neck and pain in the arm", {"neck_stiffness", "arm_pain"}),
    ("sore neck and back", {"neck_pain", "back_pain"}),
    ("one side of my face is drooping", {"facial_droop"}),
    ("cant lift my arm since this mornin", {"severe_weakness"}),
    ("numbness and tingling in both hands", {"numbness", "tingling"}),
    ("I have neck, shoulder and wrist pain", {"neck_pain", "shoulder_pain", "joint_pain"}),
    ("my neck hurts and it is so stiff", {"neck_pain", "neck_stiffness"}),
    ("sudden headache", {"severe_headache"}),
    ("stiff nekc and feverr", {"neck_stiffness", "fever"}),
    ("a temp of 101", {"fever"}),
    ("lost 10 kilos without trying", {"weight_loss"}),
    ("took 25 iron pills", {"overdose"}),
]
NOT_SYMPTOMS = [
    "the economy is weak",
    "my laptop has a fever",
    "a swollen river",
    "the team collapsed after half time",
    "my zip is stiff",
    "what is 39 degrees celsius in fahrenheit",
    "my boss is a pain in the neck",
    "cabin fever",
    "weak coffee",
    "numb with boredom",
    "the weak signal of my wifi",
    "I fell asleep",
    "never clever forever",
    "my account is locked",
    "stuck in traffic",
    "a stiff drink",
    "bank balance",
    "tired of waiting",
    "flat tire",
    "is the water weak tea",
]
EMERGENCIES = [
    "my whole right side feels dead",
    "the lamp is killing my eyes, my neck is like wood and my head pounds",
    "grandad keeps drifting off and is talking rubbish",
    "her mouth is pulling to one side",
    "I lost the use of my left hand",
    "a band tightening round my chest",
    "not getting any air in",
    "swallowed a load of iron tablets",
    "my bladder just let go",
    "no feeling in my back passage",
    "came off my motorbike at 60, neck pain",
    "I wish I was never born, want it all to be over",
    "hart attack?",
    "tempratuer of 40 and a stif nekc",
    "sudden seveer headahce",
    "my face is droopping",
    "took 25 iron pills last night",
    "i swallowed a whole bottle of vitamin d gummies",
    "my daughter ate about twenty of my magnesium tablets",
    "my neck is so stiff i cant put my chin on my chest and im burning up",
    "stiff neck, temp 39.2",
    "neck killing me + fever 102",
    "my head is splitting, neck wont bend and the light is killing me",
    "got the worst headache ever, came out of nowhere",
    "sudden thunderclap headache",
    "one side of my face feels numb",
    "my mouth is drooping on the left",
    "dad's words are coming out all jumbled",
    "mom can't talk properly since this morning",
    "I can't feel my legs",
    "my legs just gave out and I can't get up",
    "cant move my arms",
    "I can't pee and my bum is numb",
    "wet myself and have bad back pain",
    "lost control of my bladder",
    "tight chest and can't breathe",
    "pressure in my chest spreading to my jaw",
    "hard to breathe even sitting down",
    "I feel like I can't get enough air",
    "elephant sitting on my chest",
    "crushing chest pain",
    "neck pain and sweating and my jaw hurts",
    "my left arm hurts and I'm sweating buckets",
    "car crash yesterday, neck hurts and fingers tingle",
    "fell off a ladder and hit my head, now throwing up",
    "hit my head playing football and blacked out",
    "my son fell from his bike, his neck hurts and he is drowsy",
    "he's really confused and doesn't know where he is",
    "she won't wake up",
    "grandma is not making any sense today",
    "having a seizure",
    "he had a fit this morning",
    "I passed out twice today and my heart is racing",
    "i want to kill myself",
    "dont want to be here anymore",
    "coughing up blood",
    "bleeding that won't stop",
    "vomited blood twice",
    "can't swallow and my neck is swollen",
    "my throat is closing up and my lips are swelling",
    "my tongue is swollen and I can't breathe",
    "electric shocks down my spine when I bend my neck",
    "I keep dropping things, my neck hurts and I am unsteady walking",
    "double vision and I keep losing my balance",
    "my vision went blurry and my neck hurts with a headache",
    "weakness on my right side",
    "my right arm and leg feel weak",
    "left side of my body went numb an hour ago, fine now",
    "couldn't speak for ten minutes yesterday but ok now",
    "high fever and a purple rash with headache",
    "baby has a fever and a stiff neck",
    "my toddler is floppy and has a fever with rash and is vomiting",
    "fever of 40 and my neck hurts",
    "my neck is stiff and i think im running a temperature of 38.4",
    "neck stiffness severe weakness in both arms",
    "too weak to stand and my neck is stiff",
    "cant raise my arms above my head, neck pain",
    "I am so weak I can't hold a cup, my neck is stiff",
    "can't turn my neck and I feel hot and shivery",
    "neck sore, shivering, fever",
    "stif neck hi fever",
    "my nek is stif and i hav a feverr",
    "neck pain after diving into a pool, hands are numb",
    "whiplash last week now arms weak",
    "wife collapsed",
    "my husband is unconscious",
    "he is having trouble breathing",
    "not able to breathe properly",
    "SOB and chest tightness",
    "chest hurts when I breathe in",
    "I'm having a stroke",
    "she has a droopy eyelid and slurred speech",
    "hallucinating and feverish with stiff neck",
    "he's delirious with fever",
    "rigid neck and bright lights hurt, headache",
    "took an overdose",
    "I overdosed on vitamin D",
    "i cut myself on purpose",
    "severe neck pain with loss of bladder control",
    "numb between my legs",
    "can't control my bowels",
    "pain in chest going down left arm",
    "can't walk anymore",
    "unable to stand or walk",
    "fever + stiff neck + vomiting",
    "Fever. Stiff neck.",
    "I've got a fever. My neck won't move.",
    "my neck feels locked and I've a temp",
]
NO_EMERGENCIES = [
    "my neck is a bit stiff from sitting at my desk",
    "woke up with a stiff neck, no other symptoms",
    "stiff neck for 3 days, no fever no headache",
    "I'm tired and my legs cramp at night",
    "my hands tingle sometimes",
    "do i need vitamin d",
    "can low magnesium cause chest pain",
    "what are signs of a heart attack",
    "my boss gives me a headache",
    "no chest pain, no trouble breathing, just sore shoulders",
    "I had chest pain last year, all clear now. neck stiff now",
    "my grandmother had a stroke years ago. I have a stiff neck",
    "is it normal to have a stiff neck after the gym",
    "I sleep badly and my neck aches",
    "neck hurts a little when I look down at my phone",
    "I'm vegan and exhausted",
    "I broke my arm as a kid; neck is stiff today",
    "how can I prevent a fever",
    "I'm so tired of this neck pain",
    "not sure which vitamins help",
    "I fell asleep on the sofa and my neck is stiff",
    "pain in my neck and shoulder for 2 days",
    "muscle spasms in my neck",
    "my neck cracks when i turn it",
    "i get cramps after running",
    "is neck stiffness a sign of meningitis",
    "can't sleep because of my neck",
    "can't stand the pain in my neck anymore",
    "i feel anxious and my shoulders are tight",
    "mild headache and stiff neck",
    "my back is sore after lifting boxes",
]


def level(text: str) -> str:
    said = understand(text)
    return assess(gather((mention.code, mention.role) for mention in said.mentions), said.facts).level


@pytest.mark.parametrize(("text", "codes"), SYMPTOMS, ids=[text for text, _ in SYMPTOMS])
def test_symptoms(text: str, codes: set[str]) -> None:
    assert {mention.code for mention in understand(text).mentions} == codes


@pytest.mark.parametrize("text", NOT_SYMPTOMS)
def test_idioms_are_no_symptoms(text: str) -> None:
    assert understand(text).mentions == ()


@pytest.mark.parametrize("text", EMERGENCIES)
def test_emergencies(text: str) -> None:
    assert level(text) == "emergency"


@pytest.mark.parametrize("text", NO_EMERGENCIES)
def test_no_emergencies(text: str) -> None:
    assert level(text) != "emergency"


def test_places_are_those_of_the_original_text() -> None:
    text = "Well…  I CAN'T turn my head, and no FEVER!"
    assert [text[m.start : m.end] for m in understand(text).mentions] == ["CAN'T turn my head", "FEVER"]
