"""Yes, no and not sure, in many wordings, and what is none of them."""

import pytest

from language.replies import reply_in

YES = [
    "yes",
    "Yes.",
    "yep",
    "yeah i do",
    "y",
    "yes please",
    "I do",
    "sure",
    "of course",
    "yes, but only a little",
    "👍",
    "absolutely",
]
NO = [
    "no",
    "No!",
    "nope",
    "nah",
    "none of these",
    "none",
    "not really",
    "not that i know of",
    "no, just the neck",
    "n",
    "luckily no",
    "I don't",
    "neither",
    "nothing like that",
    "no none",
    "never",
    "i don't think so",
]
UNSURE = [
    "not sure",
    "i'm not sure",
    "maybe",
    "I don't know",
    "dunno",
    "no idea",
    "idk",
    "hard to say",
    "perhaps",
]
NEITHER = [
    "my neck is stiff",
    "no fever",
    "what is magnesium?",
    "",
    "   ",
    "nobody told me about sun",
    "yesterday",
    "nose bleed",
    "note that",
]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        (text, reply)
        for reply, texts in (("yes", YES), ("no", NO), ("unsure", UNSURE), (None, NEITHER))
        for text in texts
    ],
)
def test_a_reply(text, reply):
    assert reply_in(text) == reply
