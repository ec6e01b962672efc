"""Each topic's button asks a question that gets that topic's answer and that reports no symptom."""

import pytest

from triage.article import TOPICS, answer, topic_entry


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_button_leads_to_its_own_answer(server, topic):
    talk = server.talk()
    messages = talk.say(topic_entry(topic).question)
    slots = talk.slots()
    assert slots["topic"] == topic
    assert not slots["findings"] or "present" not in slots["findings"].values()
    said = " ".join(message.get("text", "") for message in messages)
    nutrient = topic if topic in ("vitamin_d", "magnesium", "vitamin_b12", "calcium") else None
    assert answer(topic, nutrient).text in said
    assert answer(topic, nutrient).section in said
