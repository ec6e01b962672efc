"""Numbers that people state: temperature, how long, how old."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: a fever by the contract: 38.0 °C, 100.4 °F
FEVER_CELSIUS = 38.0

CARDINALS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
}
"""Number words of everyday."""

_WORDS: dict[str, float] = {
    "a": 1,
    "an": 1,
    **CARDINALS,
    "couple": 2,
    "few": 3,
    "several": 4,
    "many": 8,
    "half": 0.5,
    "thirty": 30,
    "twenty": 20,
    "fifteen": 15,
    "dozen": 12,
}
#: words by which numbers are understood; a slip in one of them loses the number
MEASURE_WORDS = frozenset({
    "temperature", "degrees", "degree", "celsius", "centigrade", "fahrenheit", "fever", "thermometer", "tablets", "tablet", "pills",
    "capsules", "capsule", "gummies", "painkillers", "vitamins", "swallowed", "taken", "kilos", "pounds", "stone", "weeks", "months",
    "years", "hours", "minutes", "yesterday", "morning", "evening", "tonight",
})  # fmt: skip
#: short forms of units; no dictionary has them, and no other word is meant
SHORT_UNITS = frozenset(["mins", "secs", "kgs", "lbs", "mths", "hrs", "wks", "yrs", "degs", "temps", "approx"])
_UNITS = {
    "minute": 1 / 1440,
    "min": 1 / 1440,
    "hour": 1 / 24,
    "hr": 1 / 24,
    "day": 1.0,
    "night": 1.0,
    "week": 7.0,
    "wk": 7.0,
    "fortnight": 14.0,
    "month": 30.0,
    "mth": 30.0,
    "year": 365.0,
    "yr": 365.0,
    "decade": 3650.0,
    "weekend": 2.0,
}
_NUMBER = r"(?P<n>\d+(?:[.,]\d+)?|" + "|".join(_WORDS) + r")"
_UNIT = r"(?P<u>minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|wks?|fortnights?|months?|mths?|years?|yrs?|decades?)"
_DURATION = re.compile(
    rf"\b{_NUMBER}(?:\s*(?:-|–|to|or)\s*(?P<n2>\d+|{'|'.join(_WORDS)}))?(?:\s*(?:of|and a half|or so|good|whole"
    rf"|full|long|\+|more))*\s*{_UNIT}\b",
    re.I,
)
_SINCE = re.compile(
    r"\bsince\s+(?P<what>yesterday|this morning|last night|today|(?:last|the)?\s*(?:monday|tuesday|wednesday"
    r"|thursday|friday|saturday|sunday|mon|tues?|wed|thurs?|fri|sat|sun)\b|last week(?:end)?|last month"
    r"|last year|last summer|last winter|christmas|the weekend|childhood|i was|january|february|march|april|may"
    r"|june|july|august|september|october|november|december|\d{4})",
    re.I,
)
_SINCE_DAYS = {
    "yesterday": 1,
    "this morning": 0.5,
    "last night": 0.5,
    "today": 0.5,
    "last week": 7,
    "last weekend": 5,
    "the weekend": 3,
    "last month": 30,
    "last year": 365,
    "last summer": 120,
    "last winter": 200,
    "christmas": 60,
    "childhood": 3650,
    "i was": 3650,
}
_LOOSE = (
    (
        re.compile(
            r"\b(?:for|in|over)\s+(?:many\s+|several\s+|a few\s+)?years\b|\bfor ages\b"
            r"|\bfor (?:a )?(?:very )?long time\b|\bmy whole life\b|\ball my life\b"
            r"|\bas long as i (?:can )?remember\b",
            re.I,
        ),
        730.0,
    ),
    (re.compile(r"\b(?:for|over|in|during)\s+(?:the\s+)?(?:past|last)\s+year\b", re.I), 365.0),
    (re.compile(r"\b(?:for|over|in)\s+(?:many\s+|several\s+|a few\s+)?months\b", re.I), 90.0),
    (re.compile(r"\b(?:for|over|in|during)\s+(?:the\s+)?(?:past|last)\s+month\b", re.I), 30.0),
    (
        re.compile(
            r"\b(?:for|over|in)\s+(?:many\s+|several\s+|a few\s+)?weeks\b|\bweeks now\b|\bfor a while\b", re.I
        ),
        21.0,
    ),
    (
        re.compile(r"\b(?:for|over)\s+(?:several\s+|a few\s+)?days\b|\bdays now\b|\bthe other day\b", re.I),
        4.0,
    ),
    (re.compile(r"\bsince (?:a )?(?:few|couple of) days\b", re.I), 3.0),
    (
        re.compile(
            r"\b(?:today|this (?:morning|afternoon|evening)|tonight|just now|an hour ago|just started"
            r"|woke up with|since (?:i|we|he|she|they)(?: have|'ve)? (?:woke|woken|got|gotten) up)\b",
            re.I,
        ),
        0.5,
    ),
    (re.compile(r"\b(?:yesterday|last night)\b", re.I), 1.0),
    (re.compile(r"\b(?:for|over|in|during)\s+(?:the\s+)?(?:past|last)\s+week\b|\ball week\b|\ba week\b|\bfor weeks?\b", re.I), 7.0),
)
_LENGTH = re.compile(
    r"(?:for|over|past|last|about|around|almost|nearly|since|now|been|ago|straight|already|going on|started"
    r"|began|on and off|lasting|lasts?|least|than)\b",
    re.I,
)
_AGE = re.compile(
    r"\b(?P<n>\d{1,3})[\s-]*(?P<u>years?|yrs?|yr|months?|mths?|mo|weeks?|wks?|days?)?[\s-]*(?:old|o\b|of age"
    r"|/o\b)|\b(?:i am|i'm|im|aged?|he is|she is|he's|she's|turned|turning)\s+(?P<n2>\d{1,3})\b(?!\s*(?:weeks?"
    r"|months?|days?|hours?|%|°|kg|lbs?|st\b|pounds|and a\b|and half))|\b(?P<n3>\d{1,2})\s*(?:y/?o|yo)\b"
    r"|\b(?P<n4>\d{1,3})\s*year\s*(?:old|female|male|healthy)|\b(?P<n5>\d{2})[mf]\b"
    r"|\b(?:mum|mom|mother|dad|father|nan|nana|gran\w*|wife|husband|partner|son|daughter|baby|child|kid|toddler|brother|sister"
    r"|aunt|uncle|friend|neighbou?r)(?:'s|’s|s|\s+is|\s*,)\s*(?P<n6>\d{1,3})\b(?!\s*(?:weeks?|months?|days?|hours?|%|°|kg))",
    re.I,
)
_WORD_AGE = re.compile(
    r"\b(?P<w>one|two|three|four|five|six|seven|eight|nine|ten)[\s-]+(?P<u>year|month|week|day)s?[\s-]+old",
    re.I,
)

_TEMPERATURE = re.compile(
    r"(?<![\d.,/-])(?P<n>\d{2,3}(?:[.,]\d{1,2})?)\s*(?P<sign>°|º|degrees?|deg|degs)?\s*(?P<unit>celsius"
    r"|centigrade|fahrenheit|[cf](?![a-z]))?",
    re.I,
)
_TEMPERATURE_CUE = re.compile(
    r"\b(?:temp(?:erature)?s?|fevers?|feverish|thermometer|running|burning|degrees?|spiked|spiking|reading|peaked"
    r"|measured|shiver(?:s|ing|y)?)\b",
    re.I,
)
#: "what is 40 degrees celsius in fahrenheit" speaks of no body; "my temp is 39.5 in celsius" does
_ASKS_TO_CONVERT = re.compile(r"\b(?:what(?:'s|s)?|how much|how many|convert)\b[^.!?\n]*$", re.I)
_INTO_A_UNIT = re.compile(r"^[^.!?\n]{0,24}\b(?:in|to|into)\s+(?:celsius|centigrade|fahrenheit|kelvin)\b", re.I)
_OF_A_BODY = re.compile(r"\b(?:my|his|her|their|i|he|she|we|temp|temps|temperature|fever|thermometer)\b", re.I)
#: "the oven at 40", "40 in the oven", "35 degrees outside"
_OVEN_BEFORE = re.compile(r"\boven\b[^.,;!?\n]{0,16}$", re.I)
_NO_BODY_AFTER = re.compile(r"^\s*(?:degrees?\s*|°\s*)?(?:[cf]\b\s*)?(?:outside\b|in the (?:oven|shade|sun)\b)", re.I)
_NOT_TEMPERATURE = re.compile(
    r"^\s*(?:%|years?|yrs?|yo\b|y/o|weeks?|wks?|days?|hours?|hrs?|months?|minutes?|mins?|times|kg|kgs|lbs?"
    r"|pounds?|mg|mcg|iu|ml|pills?|tablets?|bpm|cm|miles|km|am\b|pm\b|st\b|nd\b|rd\b|th\b|-?year|/|people"
    r"|percent|o'?clock|units?|grams?|g\b)",
    re.I,
)


@dataclass(frozen=True)
class Temperature:
    """A stated temperature with its place in the text."""

    celsius: float
    start: int
    end: int

    @property
    def fever(self) -> bool:
        """Whether it is a fever by the contract (38.0 °C or more)."""
        return self.celsius >= FEVER_CELSIUS - 1e-9


def temperatures(text: str) -> list[Temperature]:
    """Body temperatures stated in a text, in °C: "38.5", "a temp of 101", "39 degrees", "102F".

    A bare number counts where it can be a body temperature (34.0 to 43.0, or 94 to 109 for Fahrenheit) and either has a unit,
    stands near a word like "temperature" or "fever", or has a decimal ("38.5").
    """
    found = []
    cue = bool(_TEMPERATURE_CUE.search(text))
    for each in _TEMPERATURE.finditer(text):
        value = float(each["n"].replace(",", "."))
        after = text[each.end() :]
        if _of_no_body(text[: each.start()], text[each.end("n") :]):
            continue
        unit = (each["unit"] or "").lower()[:1]
        if (
            each["unit"]
            and len(each["unit"]) == 1
            and not each["sign"]
            and text[each.end("n") : each.start("unit")].strip()
        ):
            unit = ""
        if _NOT_TEMPERATURE.match(after) or (
            not unit and not each["sign"] and _NOT_TEMPERATURE.match(text[each.end("n") :])
        ):
            continue
        if re.search(
            r"(?:i am|i'm|im|age|aged|he is|she is|under|minus|\$|£|€|bp|level|levels|mine is)\s*$",
            text[: each.start()],
            re.I,
        ) and not (unit or each["sign"] or "." in each["n"]):
            continue
        celsius = None
        if unit != "f" and 34.0 <= value <= 43.0:
            celsius = value
        elif unit != "c" and 94.0 <= value <= 109.0:
            celsius = (value - 32.0) * 5.0 / 9.0
        if celsius is None:
            continue
        if (
            unit
            or each["sign"]
            or (cue and _near_cue(text, each.start(), each.end()))
            or (re.search("[.,]", each["n"]) and value >= 35.0 and not cue)
        ):
            found.append(
                Temperature(round(celsius, 2), each.start(), each.end("unit") if unit else each.end("n"))
            )
    return [*found, *_temperatures_in_words(text)]


_DIGIT = "|".join(word for word, value in CARDINALS.items() if value < 10)
_TEMPERATURE_IN_WORDS = re.compile(
    rf"\b(?:(?P<hundred>(?:a|one)\s+hundred)(?:\s+(?:and\s+)?(?P<over>{_DIGIT}))?"
    rf"|(?P<tens>thirty|forty|ninety)(?:[\s-]+(?P<ones>{_DIGIT}))?)(?:\s+point\s+(?P<tenth>{_DIGIT}))?\b",
    re.I,
)
_TENS = {"thirty": 30.0, "forty": 40.0, "ninety": 90.0}


def _temperatures_in_words(text: str) -> list[Temperature]:
    """ "a temperature of one hundred and two", "thirty eight point five degrees": only beside a word that speaks of one."""
    found = []
    for each in _TEMPERATURE_IN_WORDS.finditer(text):
        ones = (each["over"] or each["ones"] or "").lower()
        value = (100.0 if each["hundred"] else _TENS[each["tens"].lower()]) + CARDINALS.get(ones, 0)
        value += CARDINALS.get((each["tenth"] or "").lower(), 0) / 10
        if _NOT_TEMPERATURE.match(text[each.end() :]) or not _near_cue(text, each.start(), each.end()):
            continue
        if 34.0 <= value <= 43.0:
            found.append(Temperature(round(value, 2), each.start(), each.end()))
        elif 94.0 <= value <= 109.0:
            found.append(Temperature(round((value - 32.0) * 5.0 / 9.0, 2), each.start(), each.end()))
    return found


def _of_no_body(before: str, after: str) -> bool:
    """Whether a number between these words is the warmth of something else, or is only to be converted."""
    asked = _ASKS_TO_CONVERT.search(before)
    if asked and _INTO_A_UNIT.match(after) and not _OF_A_BODY.search(asked.group()):
        return True
    return bool(_OVEN_BEFORE.search(before) or _NO_BODY_AFTER.match(after))


def _near_cue(text: str, start: int, end: int) -> bool:
    return bool(_TEMPERATURE_CUE.search(text[max(0, start - 40) : end + 40]))


def duration_days(text: str) -> float | None:
    """For how many days the trouble has lasted, as stated ("for like 3 wks", "since Tuesday", "for years"); None where nothing is.

    Of several durations the longest counts. Ages ("35 years old") and courses of pregnancy ("10 weeks pregnant") are none.
    """
    lengths: list[float] = []
    for each in _DURATION.finditer(text):
        after, before = (
            text[each.end() : each.end() + 14].lower(),
            text[max(0, each.start() - 28) : each.start()].lower(),
        )
        if re.match(r"[\s-]*(?:old|of age|pregnant|o\b|times|female|male|healthy)", after) or re.search(
            r"(?:every|each|twice|once|times|per|pump|test)\s*$", before
        ):
            continue
        if re.search(
            r"(?:last|at|for)\s+only\s*$|only last(?:s|ed)?\s*$|lasts?\s*(?:for|about|only)?\s*$", before
        ) and not re.search(r"has lasted|lasted|\b(?:the|these|past)\s+last\s*$", before):
            continue
        number = _value(each["n2"] or each["n"])
        unit = each["u"].lower().rstrip("s")
        days = number * _UNITS[unit]
        bare = each["n"].lower() in ("a", "an", "one")
        if bare and not (_LENGTH.search(before[-16:]) or _LENGTH.match(after.strip())):
            continue
        if re.match(r"\s*(?:later|apart|before i|in a row a|shift|shifts)", after):
            continue
        lengths.append(days)
    for each in _SINCE.finditer(text):
        what = " ".join(each["what"].lower().split())
        lengths.append(float(_SINCE_DAYS.get(what, 365 if what.isdigit() else 90 if what in _MONTHS else 4)))
    if lengths:
        return max(lengths)
    for pattern, days in _LOOSE:
        if pattern.search(text):
            return days
    return None


_MONTHS = {
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
}


def _value(number: str) -> float:
    return _WORDS[number.lower()] if number.lower() in _WORDS else float(number.replace(",", "."))


def age_years(text: str) -> float | None:
    """The age stated in a text, in years ("35 years old", "18 month old", "I'm 67"); None where none is."""
    written = _WORD_AGE.search(text)
    if written:
        return _WORDS[written["w"].lower()] * _UNITS[written["u"].lower()] / 365.0
    for each in _AGE.finditer(text):
        number = next(
            value
            for value in (each["n"], each["n2"], each["n3"], each["n4"], each["n5"], each["n6"])
            if value
        )
        unit = (each["u"] or "year").lower()
        scale = (
            1.0
            if unit.startswith("y")
            else 30 / 365
            if unit.startswith("m")
            else 7 / 365
            if unit.startswith("w")
            else 1 / 365
        )
        age = float(number) * scale
        if 0 <= age <= 115 and not (
            each["n2"] and 34 <= age <= 43 and "." in text[each.end("n2") : each.end("n2") + 1]
        ):
            return age
    return None


_TAKEN = re.compile(
    r"\b(?:took|taken|take|had|swallowed|swallowing|ate|eaten|popped|downed|gave (?:him|her|them))\s+(?:about"
    r"|around|like|maybe|all|over|almost|nearly|more than|at least)?\s*"
    r"(?P<n>\d{1,3}|"
    + "|".join(_WORDS)
    + r")\s+(?:of\s+)?(?:\w+\s+){0,4}?(?P<what>pills?|tablets?|tabs|capsules?|gummies|gummy|caps|painkillers"
    r"|sleeping pills|paracetamols?|tylenols?|ibuprofens?|aspirins?|vitamins)\b",
    re.I,
)
#: as many pills at once are never a usual dose
MANY_PILLS = 8


def many_pills(text: str) -> tuple[int, int] | None:
    """Place in the text where more pills are said to be taken at once than any usual dose ("took 25 iron pills"); None where none is."""
    for each in _TAKEN.finditer(text):
        after = text[each.end() : each.end() + 20].lower()
        if _value(each["n"]) >= MANY_PILLS and not re.match(
            r"\s*(?:a|per|every|each|this|in the last|over the (?:last|past))\s+(?:week|month|year)", after
        ):
            return each.start(), each.end()
    return None


_WEIGHT_LOST = re.compile(
    r"\b(?:lost|dropped|losing|shed)\s+(?:about|around|over|almost|nearly|like|some)?\s*(?:\d{1,3}(?:[.,]\d)?|"
    + "|".join(_WORDS)
    + r")\s*(?:a\s+)?"
    r"(?:kg|kgs|kilos?|pounds?|lbs?|stones?)\b",
    re.I,
)


def weight_lost(text: str) -> tuple[int, int] | None:
    """Place in the text where a weight is said to be lost ("lost 10 kilos"); None where none is."""
    found = _WEIGHT_LOST.search(text)
    return (found.start(), found.end()) if found else None
