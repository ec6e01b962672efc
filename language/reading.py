"""A text as words that can be compared: tokens of the original with their place, lower-cased, opened and mended."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA
from spacy.lang.en import English
from spacy.language import Language
from spacy.symbols import NORM, ORTH

from language.spelling import english_words

#: written forms that spaCy's own exceptions lack, opened to the words they stand for
SHORT_FORMS = {
    "w/": "with",
    "b/c": "because",
    "u": "you",
    "ur": "your",
    "r": "are",
    "pls": "please",
    "plz": "please",
    "ppl": "people",
    "n't": "not",
    "nt": "not",
    "m": "am",
    "ve": "have",
    "re": "are",
    "ca": "can",
    "wo": "will",
    "sha": "shall",
    "dnt": "not",
    "d'nt": "not",
    "cos": "because",
    "cuz": "because",
    "coz": "because",
    "b4": "before",
    "tho": "though",
    "thru": "through",
    "nope": "no",
    "nah": "no",
    "naw": "no",
    "nop": "no",
    "yr": "year",
    "yrs": "years",
    "wk": "week",
    "wks": "weeks",
    "hr": "hour",
    "hrs": "hours",
    "mth": "month",
    "mths": "months",
    "mo": "month",
    "mos": "months",
    "2day": "today",
    "mornin": "morning",
    "nite": "night",
    "lil": "little",
    "alot": "lot",
    "sumtimes": "sometimes",
    "cannot": "can not",
    "couldn": "could",
    "&": "and",
    "temp": "temperature",
    "temps": "temperature",
    "gotta": "have to",
    "havin": "having",
    "feelin": "feeling",
    "gettin": "getting",
    "hurtin": "hurting",
    "achin": "aching",
    "throbbin": "throbbing",
    "tinglin": "tingling",
    "n": "and",
    "b": "be",
    "da": "the",
    "dat": "that",
    "wat": "what",
    "wen": "when",
    "wiv": "with",
    "sumthing": "something",
    "me": "me",
    "bf": "boyfriend",
    "gf": "girlfriend",
    "hubby": "husband",
    "oap": "old",
    "rly": "really",
    "rlly": "really",
    "soooo": "so",
    "cant": "can not",
    "wont": "will not",
    "dont": "do not",
    "doesnt": "does not",
    "didnt": "did not",
    "isnt": "is not",
    "wasnt": "was not",
    "arent": "are not",
    "havent": "have not",
    "hasnt": "has not",
    "hadnt": "had not",
    "couldnt": "could not",
    "wouldnt": "would not",
    "shouldnt": "should not",
    "aint": "is not",
    "ain": "is",
    "outta": "out of",
    "cudnt": "could not",
    "cud": "could",
    "shud": "should",
    "wud": "would",
    "kno": "know",
    "dunno": "do not know",
    "thats": "that is",
    "whats": "what is",
    "shes": "she is",
    "hes": "he is",
    "theyre": "they are",
    "im": "i am",
    "ive": "i have",
    "id": "i would",
    "theres": "there is",
    "youre": "you are",
    "wanna": "want to",
    "kinda": "kind of",
    "sorta": "sort of",
    "gonna": "going to",
    "gimme": "give me",
    "lemme": "let me",
    "tmr": "tomorrow",
    "yday": "yesterday",
    "bp": "bp",
    "vit": "vitamin",
    "bday": "birthday",
    "imo": "",
    "tbh": "",
    "lol": "",
    "omg": "",
    "ugh": "",
}
_IS_AFTER = {
    "it",
    "he",
    "she",
    "that",
    "there",
    "what",
    "here",
    "who",
    "this",
    "where",
    "how",
    "when",
    "everything",
    "nothing",
    "something",
}
_SENTENCE_END = {".", "!", "?", "…", "\n", ";", "..", "...", "....", "•"}
_SOFT_BREAK = {",", "-", "–", "—", ":", "(", ")", "/", "&"}
_QUOTES = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "´": "'",
        "`": "'",
        "ʼ": "'",
        "“": '"',
        "”": '"',
        "\u00a0": " ",
        "\u200b": " ",
        "\u200c": " ",
        "\u200d": " ",
        "\ufeff": " ",
        "\u00ad": " ",
    }
)
_SHOUTED = re.compile(r"[A-Z]+'[A-Z]+|\bW/O(?:UT)?\b")
_SPLIT_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+(?:[.,]\d+)?|[^\w\s]")


@dataclass(frozen=True)
class Word:
    """A word of the reading. `start` and `end` are places in the original text; `raw` is what stands there."""

    text: str
    start: int
    end: int
    raw: str
    mended: bool = False


@dataclass
class Reading:
    """The words of a text, in order. `also` has what else may be meant by a word that is misspelt, or likely to be."""

    original: str
    words: list[Word]
    texts: list[str] = field(default_factory=list)
    sentence_of: list[int] = field(default_factory=list)
    also: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.texts = [word.text for word in self.words]
        sentence = 0
        for position, word in enumerate(self.words):
            self.sentence_of.append(sentence)
            if word.text in _SENTENCE_END or (word.text == "." and position):
                sentence += 1

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Start and end in the original text of the words `start` to `end` (end not included)."""
        return self.words[start].start, self.words[end - 1].end

    def mended(self) -> tuple[str, list[int]]:
        """The text with the misspelt words mended, and for each of its places (and its end) the place in the original."""
        parts: list[str] = []
        places: list[int] = []
        at = 0
        for word in self.words:
            if not word.mended or word.start < at:
                continue
            parts += [self.original[at : word.start], word.text]
            places += range(at, word.start)
            places += [min(word.start + step, word.end - 1) for step in range(len(word.text) - 1)] + [word.end - 1]
            at = word.end
        parts.append(self.original[at:])
        places += range(at, len(self.original) + 1)
        return "".join(parts), places

    def sentences(self) -> list[tuple[int, int]]:
        """(start, end) of the words of each sentence."""
        result: list[tuple[int, int]] = []
        for position, sentence in enumerate(self.sentence_of):
            if sentence == len(result):
                result.append((position, position + 1))
            else:
                result[-1] = (result[-1][0], position + 1)
        return result


#: forms that deny, as they are written without and with the apostrophe
_DENIALS = {
    form: words
    for short, words in SHORT_FORMS.items()
    if words.endswith(" not") and len(short) >= 4
    for form in (short, f"{short[:-1]}'t")
}


@lru_cache(maxsize=10_000)
def _misspelt_denial(word: str) -> str | None:
    """ "haevn't", "doesn;t", "canot" as the denial they were meant to be: a "not" that is lost turns absent into present."""
    if len(word) < 5 or word[-1] not in "to" or word in _DENIALS or word in english_words():
        return None
    found = process.extractOne(word, list(_DENIALS), scorer=OSA.distance, score_cutoff=1)
    return _DENIALS[found[0]] if found else None


MOST_STRINGS = 20_000
"""A tokenizer keeps every word it has ever seen, half a kilobyte each; with so many a new one takes its place."""


@lru_cache(maxsize=1)
def _tokenizer() -> Language:
    """spaCy's English tokenizer with a few written forms more; building one takes 0.07 s."""
    nlp: Language = English()
    for written, words in (
        ("pins&needles", ["pins", "&", "needles"]),
        ("w/out", ["w/out"]),
        ("w/o", ["w/o"]),
    ):
        nlp.tokenizer.add_special_case(
            written, [{ORTH: word, NORM: "without" if word.startswith("w/") else word} for word in words]
        )
    return nlp


@lru_cache(maxsize=1)
def plain_reader() -> Reader:
    """The reader for the words of the data files: nothing is mended."""
    return Reader()


class Reader:
    """Reads text into words with spaCy's English tokenizer. `mend` turns a misspelt word into the meant one.

    `also` gives others that may be meant.
    """

    def __init__(
        self, mend: Callable[[str], str] = lambda word: word, also: Callable[[str], tuple[str, ...]] = lambda word: ()
    ) -> None:
        self._nlp = _tokenizer()
        self.mend = mend
        self._also = also
        self._split_one = lru_cache(maxsize=None)(self._opened)

    def _opened(self, word: str) -> list[str]:
        return [each.text for each in Reader.read(self, word, mend=False).words]

    def read(self, text: str, mend: bool = True) -> Reading:
        """The reading of `text`; places refer to `text` as given. `mend=False` leaves misspelt words as they are."""
        words: list[Word] = []
        # spaCy opens "don't" and "Don't", but not "DON'T"
        flat = _SHOUTED.sub(lambda shouted: shouted[0].lower(), text.translate(_QUOTES))
        if len(flat) != len(text):  # translate keeps lengths one to one; anything else would shift the places
            raise AssertionError("normalising a text must not change its length")
        if len(self._nlp.vocab.strings) > MOST_STRINGS:
            _tokenizer.cache_clear()
            self._nlp = _tokenizer()
        for token in self._nlp.make_doc(flat):
            raw = token.text
            if token.is_space:
                if "\n" in raw and words and words[-1].text not in _SENTENCE_END:
                    words.append(Word("\n", token.idx, token.idx + len(raw), raw))
                continue
            if all(unicodedata.category(c) in ("So", "Sk", "Mn", "Cf") for c in raw):
                continue  # an emoji says nothing about a symptom
            lower = raw.lower()
            mended = False
            if lower in ("'s", "s") and words:
                opened = "is" if words[-1].text in _IS_AFTER else "'s"
            elif lower == "ve" and words and words[-1].text == "-":
                opened = "negative"  # "-ve for", as doctors write it
            elif lower in ("'d",):
                opened = "would"
            elif lower in SHORT_FORMS:
                opened = SHORT_FORMS[lower]
            elif mend and (denial := _misspelt_denial(lower)):
                opened = denial
            elif not lower.isascii() or not lower.isalpha():
                opened = token.norm_.lower() if "'" in lower or lower in ("w/o", "w/out") else lower
            elif token.norm_ != lower and token.norm_ in (
                "not",
                "have",
                "am",
                "are",
                "will",
                "would",
                "going",
                "can",
                "do",
            ):
                opened = token.norm_
            else:
                opened = self.mend(lower) if mend else lower
                mended = opened != lower
            pieces = opened.split()
            if len(pieces) == 1 and not pieces[0].isalpha() and any(c.isalpha() for c in pieces[0]):
                pieces = self._split(pieces[0], raw, token.idx, words)
            for piece in pieces:
                words.append(Word(piece, token.idx, token.idx + len(raw), raw, mended and len(pieces) == 1))
        also = {at: others for at, word in enumerate(words) if (others := self._also(word.raw.lower()))} if mend else {}
        return Reading(text, words, also=also)

    def _split(self, word: str, raw: str, start: int, words: list[Word]) -> list[str]:
        """Words that hang together ("headache/fever", "39.5c", "sore,stiff") in their parts, each with its own place."""
        if word in ("'s", "b12", "b-12", "d3", "b6") or len(word) != len(raw):
            return [word]
        for part in _SPLIT_WORD.finditer(word):
            piece = part.group()
            text = (
                self.mend(SHORT_FORMS.get(piece, piece))
                if piece.isascii() and piece.isalpha() and len(piece) > 1
                else piece
            )
            for each in text.split() or [piece]:
                words.append(
                    Word(each, start + part.start(), start + part.end(), raw[part.start() : part.end()])
                )
        return []

    def split(self, expression: str) -> list[str]:
        """The words of an expression from the data files, opened in the same way but not mended."""
        return [piece for word in expression.split() for piece in self._split_one(word)]


def is_sentence_end(word: str) -> bool:
    """Whether the word closes a sentence."""
    return word in _SENTENCE_END


def is_soft_break(word: str) -> bool:
    """Whether the word parts a sentence: comma, dash, colon, bracket."""
    return word in _SOFT_BREAK


def fold(text: str) -> str:
    """Compatibility forms folded (full-width letters, ligatures), for comparing only."""
    return unicodedata.normalize("NFKC", text)
