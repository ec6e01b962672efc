"""Symptoms named in a reading: fixed expressions, and a part of the body composed with what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from language.lexicon import Lexicon
from language.phrases import Found, longest
from language.reading import Reading, is_sentence_end, is_soft_break

#: how far a quality reaches for its part of the body, in words
REACH = 7
#: how many words may stand between a word of degree and the symptom
DEGREE_REACH = 4

#: no symptom of its own: numbness that is said of one side of the face or body; becomes the fact `one_sided`
ONE_SIDED = "one_sided"

_TOWARDS_PART = {
    "in",
    "of",
    "on",
    "around",
    "at",
    "behind",
    "down",
    "through",
    "along",
    "across",
    "to",
    "from",
    "near",
    "inside",
    "throughout",
    "under",
    "into",
    "with",
    "between",
    "round",
    "underneath",
    "beneath",
    "below",
    "above",
    "against",
    "all",
    "up",
    "over",
}
_JOINS = {"and", "or", ",", "/", "&", "nor", "plus", "then", "also", "as", "well", "-", "\\", "+"}
#: what opens a new thought before one of the words below
_OPENS_THOUGHT = {"and", "but", ",", "while", "when", "because", "then", "so", "plus"}
_NEW_CLAUSE = {"even", "says", "said", "say", "cannot", "the"}
_NEW_SUBJECT = {"i", "my", "his", "her", "he", "she", "it", "they", "their"}
SEVERE = {
    "severe",
    "severely",
    "extreme",
    "extremely",
    "excruciating",
    "unbearable",
    "intense",
    "intensely",
    "agonising",
    "agonizing",
    "terrible",
    "terribly",
    "horrible",
    "horrendous",
    "horrific",
    "awful",
    "worst",
    "crippling",
    "debilitating",
    "disabling",
    "splitting",
    "blinding",
    "thunderclap",
    "violent",
    "massive",
    "profound",
    "insane",
    "unreal",
    "brutal",
    "strong",
}
SUDDEN = {"sudden", "suddenly", "abrupt", "abruptly", "thunderclap", "instantly", "explosive"}
_MUCH = {"really", "very", "so", "extremely", "super", "incredibly", "too"}
_SIDE = {"left", "right", "one"}
_TWO_SIDES = {"both", "either", "bilateral"}
_ARMS_LEGS = {"arm", "hand", "leg", "foot"}


#: qualities of muscles, and parts of the body that have none
_OF_MUSCLES = {"stiff", "cramp", "weak"}
_NO_MUSCLES = {"throat", "ear", "organ", "breath", "belly", "skin", "eye"}


#: "my neck" after a thing begins something else; a thing may look, seem or stay so
_POSSESSIVES = {"my", "his", "her", "their", "your", "our", "i"}
_OF_THINGS = {"looks", "seems", "feels", "gets", "got", "stays", "keeps", "will", "would", "can", "not"}
_BEFORE_SUBJECTS = {
    "and", "but", "because", "so", "that", "when", "if", "while", "think", "says", "why", "how", "does", "do", "did", "what",
    "hi", "hello",
}  # fmt: skip
_BEFORE_THINGS = {"little", "old", "new", "big"}


@dataclass(frozen=True)
class Mention:
    """A symptom at `words[start:end]` of a reading. `code` is one of the contract's, `spans` all words it rests on."""

    code: str
    start: int
    end: int
    spans: frozenset[int] = frozenset()
    fixed: bool = False  # a fixed expression: what else is found inside it is part of it
    denied: bool = False  # the expression itself says that it is not there


def find_mentions(reading: Reading, lexicon: Lexicon) -> list[Mention]:
    """Every symptom named in the reading, in order, one for each place; idioms are none."""
    return read_mentions(reading, lexicon)[0]


def read_mentions(reading: Reading, lexicon: Lexicon) -> tuple[list[Mention], bool]:
    """Every symptom named, and whether the reading speaks of a thing or in an idiom with the words of one: "cabin fever"."""
    words = reading.texts
    idioms = lexicon.idiom_book.find(words)
    mentions = [
        Mention(
            each.label,
            each.start,
            each.end,
            frozenset(range(each.start, each.end)),
            fixed=each.end - each.start > 1,
        )
        for each in longest_of_each_code(
            [each for each in lexicon.phrase_book.find(words, reading.also) if not each.slip or _sure(each, reading, lexicon)]
        )
    ]
    mentions += _composed(reading, lexicon)
    mentions += [
        Mention(each.label, each.start, each.end, frozenset(range(each.start, each.end)), fixed=True, denied=True)
        for each in longest(lexicon.denial_book.find(words))
    ]
    meant = [each for each in mentions if not _in_idiom(each, idioms) and not _of_a_thing(each, words, lexicon)]
    figurative = len(meant) < len(mentions) or any(each.end - each.start > 1 for each in idioms)
    mentions = meant
    mentions = [_in_degree(each, reading, lexicon) for each in mentions]
    return _settled(mentions, lexicon), figurative


def _sure(found: Found[str], reading: Reading, lexicon: Lexicon) -> bool:
    """Whether the words beside a likely slip say what was meant: "hart attack" does, "hart" does not."""
    inside = range(found.start, found.end)
    return any(at not in reading.also and reading.texts[at] not in lexicon.fillers for at in inside)


def longest_of_each_code(found: Sequence[Found[str]]) -> list[Found[str]]:
    """Of expressions of the same symptom that overlap, the longest."""
    by_code: dict[str, list[Found[str]]] = {}
    for each in found:
        by_code.setdefault(each.label, []).append(each)
    return sorted(
        (each for group in by_code.values() for each in longest(group)), key=lambda f: (f.start, f.end)
    )


def _in_idiom(mention: Mention, idioms: Sequence[Found[str]]) -> bool:
    """Whether the words of a mention lie inside an idiom of the same symptom."""
    return any(
        each.start < mention.end
        and mention.start < each.end
        and each.label == mention.code
        and (each.end - each.start) >= min(mention.end - mention.start, 2)
        and not (mention.start <= each.start and each.end < mention.end)
        for each in idioms
    )


def _of_a_thing(mention: Mention, words: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether what is said is said of a thing, and names no part of a body: "the economy is weak", "a swollen river"."""
    if any(words[at] in lexicon.parts for at in mention.spans) or any(
        words[at] in lexicon.things for at in range(mention.start, mention.end)
    ):
        return False
    at = mention.start - 1
    while at >= 0 and (words[at] in lexicon.fillers and words[at] not in _POSSESSIVES or words[at] in _OF_THINGS):
        at -= 1
    if at >= 0 and words[at] in lexicon.things:
        lead = at - 1
        while lead >= 0 and words[lead] in lexicon.fillers:
            lead -= 1
        # only what the sentence speaks of: "drank wine and vomited" is no wine that vomits
        return lead < 0 or is_sentence_end(words[lead]) or is_soft_break(words[lead]) or words[lead] in _BEFORE_SUBJECTS
    at = mention.end
    while at < len(words) and words[at] in _BEFORE_THINGS:
        at += 1
    return (
        at < len(words)
        and words[at] in lexicon.things
        and mention.end - mention.start == 1
        and words[mention.start] in lexicon.qualities
    )


@dataclass(frozen=True)
class _Item:
    """A part of the body or a quality in the words."""

    kind: str
    name: str
    start: int
    end: int
    guess: bool = False  # a real word that is likely a slip: it means nothing by itself


def _items(reading: Reading, lexicon: Lexicon) -> list[_Item]:
    words = reading.texts
    found = []
    for each in longest(lexicon.class_book.find(words, reading.also)):
        entry = lexicon.classes[each.label]
        if entry.kind not in ("part", "quality") or (each.slip and entry.kind == "part" and not reading.words[each.start].mended):
            continue
        if entry.only_after:
            before = words[each.start - 1] if each.start else "<start>"
            if each.start and is_sentence_end(before):
                before = "<start>"
            quality_near = False
            if each.end < len(words):
                quality_near = any(
                    f.end - f.start == 1 and lexicon.classes[f.label].kind == "quality"
                    for f in lexicon.class_book.find(words[each.end : each.end + 1])
                )
            if before not in entry.only_after and not quality_near:
                continue
        if each.end < len(words) and words[each.end] in entry.not_before and each.end - each.start == 1:
            if not (
                each.start
                and words[each.start - 1]
                in ("my", "his", "her", "their", "the", "your", "lower", "low", "upper")
            ):
                continue
        guess = each.slip and not reading.words[each.start].mended
        found.append(_Item(entry.kind, each.label, each.start, each.end, guess))
    return sorted(found, key=lambda i: (i.start, i.kind))


def _composed(reading: Reading, lexicon: Lexicon) -> list[Mention]:
    """Qualities with the parts they belong to: "stiff neck", "my neck and shoulders are stiff", "stiffness in the neck"."""
    words = reading.texts
    mentions: list[Mention] = []
    items = _items(reading, lexicon)
    for start, end in reading.sentences():
        inside = [item for item in items if start <= item.start < end]
        qualities = [item for item in inside if item.kind == "quality"]
        parts = [item for item in inside if item.kind == "part"]
        for quality in qualities:
            if _only_degree(quality, qualities, words):
                continue
            chosen = _parts_of(quality, parts, qualities, words) or _spoken_of(quality, items, words)
            codes: list[tuple[str, int, int, frozenset[int]]] = []
            for part in chosen:
                for code in lexicon.composition.get((part.name, quality.name), ()):
                    if abs(part.start - quality.start) <= 3:
                        begin, finish = min(part.start, quality.start), max(part.end, quality.end)
                    else:
                        begin, finish = quality.start, quality.end
                    spans = frozenset(range(part.start, part.end)) | frozenset(
                        range(quality.start, quality.end)
                    )
                    codes.append((code, begin, finish, spans))
                codes += _sided(part, quality, chosen, words)
            if quality.guess:
                codes = [each for each in codes if each[2] - each[1] > quality.end - quality.start]
            elif not codes and not _elsewhere(quality, chosen, words):
                codes = [
                    (code, quality.start, quality.end, frozenset(range(quality.start, quality.end)))
                    for code in lexicon.alone.get(quality.name, ())
                ]
            mentions += [Mention(*each) for each in codes]
    return mentions


def _only_degree(quality: _Item, qualities: Sequence[_Item], words: Sequence[str]) -> bool:
    """Whether a word of pain only says how bad another quality is: "excruciating stiffness"."""
    return (
        quality.end - quality.start == 1
        and words[quality.start] in SEVERE
        and any(other.start == quality.end and other is not quality for other in qualities)
    )


def _elsewhere(quality: _Item, chosen: Sequence[_Item], words: Sequence[str]) -> bool:
    """Whether a quality is said of a part with which it makes none of the symptoms: "my throat is tight" is no stiff muscle."""
    for part in chosen:
        gap = words[min(part.end, quality.end) : max(part.start, quality.start)]
        if part.name in _NO_MUSCLES and len(gap) <= 2 and not _JOINS & set(gap):
            return quality.name in _OF_MUSCLES
    return False


def _sided(
    part: _Item, quality: _Item, chosen: Sequence[_Item], words: Sequence[str]
) -> list[tuple[str, int, int, frozenset[int]]]:
    """A weak limb, or a numb half of the face or of arm and leg, on one side: a sign of its own."""
    first = min(quality.start, *(each.start for each in chosen))
    last = max(quality.end, *(each.end for each in chosen))
    near = words[max(0, first - 4) : last + 4]
    if not _SIDE & set(near) or _TWO_SIDES & set(near):
        return []
    limbs = {each.name for each in chosen} & _ARMS_LEGS
    arm_and_leg = bool(limbs & {"arm", "hand"}) and bool(limbs & {"leg", "foot"})
    one_limb = (
        quality.name in ("weak", "heavy", "immobile", "powerless") and part.name in _ARMS_LEGS and _beside(part, words)
    )
    half = quality.name in ("numb", "weak") and (
        part.name == "face" or arm_and_leg or part.name == "body" or "side" in near and "body" in near
    )
    if not one_limb and not half:
        return []
    spans = frozenset(range(part.start, part.end)) | frozenset(range(quality.start, quality.end))
    code = "one_sided_weakness" if quality.name in ("weak", "heavy", "immobile", "powerless") else ONE_SIDED
    return [(code, min(part.start, quality.start), max(part.end, quality.end), spans)]


def _beside(part: _Item, words: Sequence[str]) -> bool:
    """Whether the side is said of this very part: "left arm", "one of my legs"."""
    return bool(_SIDE & set(words[max(0, part.start - 3) : part.start]))


def _parts_of(
    quality: _Item, parts: Sequence[_Item], qualities: Sequence[_Item], words: Sequence[str]
) -> list[_Item]:
    """The parts of the body that a quality is said of, all of a list ("neck and shoulders")."""
    after = [part for part in parts if part.start >= quality.end]
    before = [part for part in parts if part.end <= quality.start]
    following = after[0] if after else None
    preceding = before[-1] if before else None
    if following is not None:
        gap = words[quality.end : following.start]
        bridged = [w for w in gap if w in _TOWARDS_PART]
        if (
            len(gap) > REACH
            or any(w in _NEW_SUBJECT and not bridged for w in gap)
            or _new_thought(gap)
            or (not bridged and len(gap) > 3)
        ):
            following = None
        elif bridged and _verb_between(gap):
            following = None
        elif (
            not bridged
            and preceding is not None
            and (_JOINS & set(gap) or quality.start - preceding.end <= 1)
            and _other_quality(following, qualities, quality, words)
        ):
            following = None
        elif (
            not bridged
            and gap
            and _JOINS & set(gap)
            and not _all_qualities(quality, following, qualities, words)
        ):
            following = None
    if preceding is not None:
        gap = words[preceding.end : quality.start]
        if len(gap) > REACH or any(is_sentence_end(w) for w in gap):
            preceding = None
        elif _new_thought(gap) or (_JOINS & set(gap) and any(w in _NEW_SUBJECT for w in gap[_first_join(gap) :])):
            preceding = None
        elif (
            following is not None
            and words[quality.end : following.start] == []
            and gap
            and quality.name not in ("pain",)
        ):
            preceding = None
        elif (
            following is not None
            and any(w in _TOWARDS_PART for w in words[quality.end : following.start])
            and _JOINS & set(gap)
        ):
            preceding = None
    if preceding is not None and following is not None:
        gap_after = following.start - quality.end
        gap_before = quality.start - preceding.end
        bridged_after = any(w in _TOWARDS_PART for w in words[quality.end : following.start])
        if bridged_after and gap_before > 0:
            preceding = None if not _predicate(words[preceding.end : quality.start]) else preceding
            if preceding is not None:
                following = following if gap_after <= 4 else None
        elif gap_before <= gap_after or _predicate(words[preceding.end : quality.start]):
            following = None
        else:
            preceding = None
    chosen: list[_Item] = []
    if preceding is not None:
        chosen += _list_of(preceding, parts, words, -1)
    if following is not None:
        chosen += _list_of(following, parts, words, 1)
    return chosen


def _spoken_of(quality: _Item, items: Sequence[_Item], words: Sequence[str]) -> list[_Item]:
    """The part that a pronoun stands for ("my neck hurts and it is so stiff"), or the neck where stiffness has no part at all."""
    before = [item for item in items if item.kind == "part" and item.end <= quality.start]
    pronoun = any(
        word in ("it", "they", "this", "that") for word in words[max(0, quality.start - 4) : quality.start]
    )
    if pronoun and before:
        return [before[-1]]
    necks = [item for item in items if item.name == "neck"]
    return necks[:1] if quality.name in ("stiff", "tense") and necks else []


def _new_thought(gap: Sequence[str]) -> bool:
    """Whether another thing begins between a quality and a part: "(my head) aches and my (neck) ..."."""
    return any(
        word in _NEW_SUBJECT and before in _OPENS_THOUGHT or before == "," and word in _NEW_CLAUSE
        for before, word in pairwise(gap)
    )


def _first_join(gap: Sequence[str]) -> int:
    return next((at for at, word in enumerate(gap) if word in _JOINS), len(gap))


def _verb_between(gap: Sequence[str]) -> bool:
    return any(word in ("is", "are", "feels", "hurts", "but", "because") for word in gap)


def _predicate(gap: Sequence[str]) -> bool:
    """Whether the words between a part and a quality say that the part is so: "neck feels really (stiff)"."""
    return (
        any(
            w
            in (
                "is",
                "are",
                "am",
                "was",
                "were",
                "feel",
                "feels",
                "felt",
                "been",
                "be",
                "get",
                "gets",
                "got",
                "go",
                "goes",
                "went",
                "have",
                "has",
                "had",
                "keeps",
                "becomes",
                "look",
                "looks",
                "gone",
                "feeling",
                "getting",
                "going",
            )
            for w in gap
        )
        or not gap
    )


def _other_quality(part: _Item, qualities: Sequence[_Item], this: _Item, words: Sequence[str]) -> bool:
    """Whether the part is followed closely by a quality of its own: "(arm pain,) neck stiffness"."""
    return any(
        other is not this
        and part.end <= other.start <= part.end + 4
        and not _JOINS & set(words[part.end : other.start])
        for other in qualities
    )


def _all_qualities(quality: _Item, part: _Item, qualities: Sequence[_Item], words: Sequence[str]) -> bool:
    """Whether only qualities and joining words stand between: "sore and stiff neck"."""
    covered = {at for other in qualities for at in range(other.start, other.end)}
    return all(
        at in covered or words[at] in _JOINS or words[at] in ("a", "my", "the", "very", "really", "so")
        for at in range(quality.end, part.start)
    ) and bool(covered & set(range(quality.end, part.start)))


def _list_of(part: _Item, parts: Sequence[_Item], words: Sequence[str], direction: int) -> list[_Item]:
    """The part and those that stand with it in a list, in one direction."""
    chosen = [part]
    ordered = sorted(parts, key=lambda p: p.start, reverse=direction < 0)
    for other in ordered[ordered.index(part) + 1 :]:
        last = chosen[-1]
        low, high = (last.end, other.start) if direction > 0 else (other.end, last.start)
        gap = words[low:high]
        if len(gap) <= 4 and (
            not gap
            or all(
                w in _JOINS
                or w
                in (
                    "my",
                    "his",
                    "her",
                    "their",
                    "the",
                    "left",
                    "right",
                    "both",
                    "upper",
                    "lower",
                    "down",
                    "into",
                    "to",
                    "of",
                    "a",
                    "side",
                    "even",
                    "in",
                    "back",
                )
                for w in gap
            )
            and (_JOINS | {"to", "into", "down"}) & set(gap)
        ):
            chosen.append(other)
        else:
            break
    return chosen


def _in_degree(mention: Mention, reading: Reading, lexicon: Lexicon) -> Mention:
    """The severe code where the speaker calls the symptom severe, or says that it came suddenly."""
    severe = lexicon.symptoms[mention.code].severe if mention.code in lexicon.symptoms else None
    if severe is None:
        return mention
    words = reading.texts
    sentence = reading.sentence_of[mention.start]
    around = [
        at
        for at in range(max(0, mention.start - DEGREE_REACH), min(len(words), mention.end + DEGREE_REACH + 1))
        if reading.sentence_of[at] == sentence and not mention.start <= at < mention.end
    ]
    around = [
        at
        for at in around
        if not any(
            is_soft_break(words[x]) or words[x] in ("and", "but", "or")
            for x in range(min(at, mention.start), max(at, mention.end))
            if not mention.start <= x < mention.end
        )
    ]
    near = {words[at] for at in around} | {words[at] for at in range(mention.start, mention.end)}
    strong = bool(near & SEVERE) or any(
        words[at] in _MUCH
        and at + 1 < len(words)
        and words[at + 1] in ("bad", "badly", "strong", "painful", "severe")
        for at in around
    )
    if strong or (severe.sudden and near & SUDDEN):
        if (
            not any(
                words[at] in ("no", "not", "never")
                for at in around
                if at < mention.start and at >= mention.start - 2
            )
            or mention.code != severe.code
        ):
            return replace(mention, code=severe.code)
    return mention


def _settled(mentions: Sequence[Mention], lexicon: Lexicon) -> list[Mention]:
    """One mention for each symptom and place; a symptom inside a longer one of another code is part of it."""
    unique: dict[tuple[str, int, int], Mention] = {}
    for each in mentions:
        unique.setdefault((each.code, each.start, each.end), each)
    kept: list[Mention] = []
    for each in sorted(unique.values(), key=lambda m: (m.start, -(m.end - m.start))):
        clash = [
            other
            for other in unique.values()
            if other is not each and other.start <= each.start and each.end <= other.end
        ]
        if any(
            other.code == each.code and (other.end - other.start) > (each.end - each.start) for other in clash
        ):
            continue
        if any(
            other.code in lexicon.symptoms and each.code in lexicon.symptoms[other.code].implies
            for other in clash
        ):
            continue
        if any(
            other.fixed and each.spans < other.spans and not _compatible(each.code, other.code)
            for other in clash
        ):
            continue
        kept.append(each)
    return kept


def _compatible(inner: str, outer: str) -> bool:
    """Whether a shorter mention says something of its own inside a longer one ("fell and hit my head")."""
    return (inner, outer) in {
        ("seizure", "trauma"),
        ("fainting", "trauma"),
        ("vomiting", "bleeding"),
        ("fainting", "confusion"),
        ("confusion", "fainting"),
        ("chills", "fever"),
        ("fever", "chills"),
        ("walking_difficulty", "severe_weakness"),
        ("severe_weakness", "walking_difficulty"),
        ("arm_pain", "chest_pain"),
        ("severe_pain", "neck_pain"),
        ("numbness", "one_sided_weakness"),
        ("tingling", "one_sided_weakness"),
        ("neck_pain", "arm_pain"),
        ("paralysis", "numbness"),
        ("numbness", "paralysis"),
        ("nausea", "vomiting"),
        ("neck_pain", "trauma"),
        ("joint_pain", "muscle_pain"),
        ("severe_pain", "back_pain"),
        ("facial_droop", "one_sided_weakness"),
        ("neck_pain", "neck_stiffness"),
        ("muscle_stiffness", "swelling"),
        ("confusion", "fatigue"),
        ("fatigue", "confusion"),
        ("sweating", "chills"),
        ("dizziness", "fainting"),
        ("chest_pain", "arm_pain"),
        ("jaw_pain", "arm_pain"),
        ("vision_change", "dizziness"),
        ("breathlessness", "chest_pain"),
    }
