"""Which section of the article a question belongs to, and the nutrient it names.

The classifier gives the kind of question; the words decide where it is certain that the article has no answer, because
an invented dose is worse than no answer.
"""

from __future__ import annotations

from language.nutrient_mentions import NUTRIENTS, nutrient_reader
from triage.article import TOPICS

NOT_IN_ARTICLE = "not_in_article"


def topic_for(intent: str, text: str) -> tuple[str, str | None] | None:
    """The topic of a message and the nutrient it is about (None for none in particular); None where it asks nothing.

    `intent` is what the classifier says. A question on doses, other nutrients, medicines, products and the like is
    `not_in_article` whatever it says. `nlu_fallback` that names a nutrient is a question on that nutrient, and a stiff
    neck that is said to last is a question of seeing a doctor.
    """
    reader = nutrient_reader()
    named = reader.nutrients_in(text)
    first = named[0] if named else None
    if intent == "report_neck":
        return ("when_to_see_doctor", None) if reader.says_it_lasts(text) else None
    if intent == "nlu_fallback":
        topic = first
    elif intent == f"ask_{NOT_IN_ARTICLE}":
        return NOT_IN_ARTICLE, first
    else:
        topic = intent.removeprefix("ask_") if intent.startswith("ask_") else None
    if topic not in TOPICS:
        return None
    if reader.beyond_the_article(text, topic):
        return NOT_IN_ARTICLE, first
    return _by_nutrients(topic, named), first


def _by_nutrients(topic: str, named: list[str]) -> str:
    """The topic, corrected by the nutrients that are named."""
    if topic in NUTRIENTS or topic == "nutrient_link":
        if len(named) == 1:
            return named[0]
        if len(named) == 2 and topic in NUTRIENTS:
            return "nutrient_synergy"
        if len(named) > 2:
            return "nutrient_link"
    return topic
