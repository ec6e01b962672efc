"""A yes, a no or a "not sure" as the answer to the question that stands open, in many wordings, also with news behind it."""

from __future__ import annotations

import re

_YES = re.compile(
    r"^(?:(?:oh|well|um+|uh+|er+|ok|okay|hmm+)[\s,.]*)*(?:y|ya|ye|yes+|yea+h*|yep+|yup+|yess+ir|yeh|yah|aye|si|sure|sure am|affirmative|correct|right|that'?s right|true|exactly|definitely|"
    r"absolutely|of course|indeed|i do|i am|i have|i did|it is|it does|they do|he does|she does|he has|she has|he is|she is|he did|she did|there is|there are|"
    r"yes please|i think so|i guess so|i believe so|a bit|a little|a lot|sometimes|often|both|all of them|all of those|most of them|kind of|kinda|sort of|sorta|👍|✅|✔️?|ja|oui)"
    r"(?=$|[\s,.!;:?)…-])", re.I)
_NO = re.compile(
    r"^(?:(?:oh|well|um+|uh+|er+|ok|okay|hmm+|luckily|thankfully|thank god|thank goodness|fortunately)[\s,.]*)*(?:n|no+|nope+|nop|nah+|naw|nay|negative|none|never|nothing|neither|not really|not at all|not that i (?:know|am aware)(?: of)?|"
    r"not (?:now|yet|today|at the moment|any|one)|i (?:do not|don'?t|dont|haven'?t|havent|have not|am not|didn'?t|did not|do n'?t)(?: think so| have (?:any|that|those|it|them|any of (?:these|those|them)))?|i'm not|im not|"
    r"(?:he|she|they) (?:does|do|has|have|is|did)(?: not|n'?t|nt)|it (?:does|is)(?: not|n'?t|nt)|isn'?t|don'?t think so|i don'?t think so|dont think so|no none|no to all|definitely not|"
    r"absolutely not|certainly not|of course not|nein|non|👎|❌|all good|all clear|all fine|i'?m (?:fine|ok|okay|good))(?=$|[\s,.!;:?)…-])", re.I)
_UNSURE = re.compile(
    r"^(?:(?:oh|well|um+|uh+|er+|hmm+|i'?m|i am|really|honestly)[\s,.]*)*(?:not (?:really )?(?:sure|certain)|no idea|no clue|unsure|maybe|perhaps|possibly|might be|could be|i (?:do not|don'?t|dont) (?:really )?know|don'?t (?:really )?know|"
    r"dunno|idk|hard to (?:say|tell)|can'?t (?:say|tell|remember)|not 100 ?% sure|who knows|i'?m not sure|im not sure|i wouldn'?t know|yes and no|so so|i guess|probably|🤷\S*|\?+)(?=$|[\s,.!;:?)…-])", re.I)
_UNSURE_INSIDE = re.compile(r"\b(?:not (?:really )?sure|no idea|don'?t know|dont know|dunno|idk|can'?t tell)\b", re.I)


def reply_in(text: str) -> str | None:
    """`yes`, `no` or `unsure` where the message begins with such an answer, else None."""
    flat = text.strip().replace("’", "'").lower()
    if not flat:
        return None
    if _UNSURE.match(flat):
        return "unsure"
    if _NO.match(flat):
        # "no idea", "not sure" are caught above; "no fever" is news, not an answer to what was asked
        if re.match(r"^(?:no|not|never|without)\s+(?!(?:thanks?|thank you|sorry|i\b|it\b|my\b|none\b|not\b|just\b|but\b|only\b|he\b|she\b|they\b|there\b|that\b|nothing\b|no\b|to\b|of\b|really|at all|one\b|any\b|never|mate|sir|maam|doctor|dear|way\b|problem|again|other|more|and\b|because|though|yet|now))\w", flat):
            return None
        return "no"
    if _YES.match(flat):
        if re.match(r"^(?:i (?:have|am|do|did)|it (?:is|does)|he (?:is|has|does)|she (?:is|has|does)|there (?:is|are)|right|a (?:bit|little|lot)|sure|both|sometimes|often)\s+\w", flat) and not re.match(
            r"^(?:i (?:have|am|do|did)|it (?:is|does)|right|sure|sometimes|both)\s+(?:yes|too|thanks|indeed|actually|that|all)\b", flat):
            return None
        return "yes"
    if len(flat.split()) <= 6 and _UNSURE_INSIDE.search(flat):
        return "unsure"
    return None


def news_after_reply(text: str) -> str:
    """What follows a yes or no: "no, but my arm is numb" -> "but my arm is numb"; empty where nothing does."""
    flat = text.strip()
    for pattern in (_UNSURE, _NO, _YES):
        match = pattern.match(flat.replace("’", "'"))
        if match:
            return flat[match.end() :].lstrip(" ,.!;:-…")
    return flat
