"""How the speaker stands to each symptom: present, absent, past, uncertain, hypothetical.

The structure is ConText's (Harkema et al. 2009, doi:10.1016/j.jbi.2009.05.002): triggers with a direction and a scope,
ended by terminators; longer triggers mask those inside them. Triggers, terminators and scopes are data: knowledge/assertion.yml.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from language.lexicon import Lexicon, Trigger
from language.mentions import Mention
from language.phrases import Found, longest
from language.reading import Reading, is_sentence_end, is_soft_break

PRESENT, ABSENT, PAST, UNCERTAIN, HYPOTHETICAL = "present", "absent", "past", "uncertain", "hypothetical"

#: words before the first word that counts
_LEAD_INS = {
    "so",
    "and",
    "but",
    "well",
    "hi",
    "hello",
    "hey",
    ",",
    "please",
    "also",
    "or",
    "then",
    "ok",
    "doctor",
    "dr",
    "-",
    "question",
    ":",
}
_ANSWERS = {"no", "nope", "none", "negative", "nil", "never", "not"}
_YES = {"yes", "yeah", "yep", "yup", "y", "positive"}
#: after a symptom, one of these begins a new thought even without a comma: "no fever my neck is stiff"
_STRONG_SUBJECTS = {"i", "my", "he", "she", "his", "her", "it", "they", "we", "there"}
#: "I can not say that I have a fever": the denial goes on into the clause
_INTRODUCES = {"that", "think", "say", "believe", "if", "whether", "mean"}
#: a verb inside a symptom's words makes a clause of its own of them: "my neck is stiff"
_SAYS = {"is", "are", "am", "was", "were", "feel", "feels", "felt", "hurt", "hurts", "ache", "aches"}
_DETERMINERS = {"a", "an", "the", "my", "this", "his", "her"}
#: "can hardly swallow" asks nothing
_NO_QUESTION = {"not", "hardly", "barely", "scarcely", "only", "no"}
#: so short a time ago is now
_SHORT_TIMES = {"hour", "hours", "minute", "minutes", "min", "mins", "moment", "seconds"}
_LIST_JOINS = {",", "or", "and", "/", "nor", "&", "any", "even", "-"}


class Asserter:
    """Decides the assertion of the mentions of one reading."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._data = lexicon.assertion
        self._clause_starts = frozenset(self._data.clause_starts)
        self._openers = frozenset(self._data.question_openers)
        self._past_verbs = frozenset(self._data.past_verbs)
        self._new_pains = self._clause_starts & {
            "sharp",
            "dull",
            "burning",
            "stabbing",
            "throbbing",
            "shooting",
            "severe",
            "sudden",
            "constant",
        }
        self._doubt_ends = frozenset(self._data.doubt_ends)
        self._inabilities = frozenset(self._data.inabilities)
        self._adjectives = frozenset(self._data.adjectives)
        self._past_ends = frozenset(self._data.past_ends)
        self._onset = frozenset(self._data.onset)
        self._pairs = {frozenset(pair) for pair in self._data.pairs}

    def assertions(self, reading: Reading, mentions: Sequence[Mention]) -> list[str]:
        """One assertion for each mention."""
        words = reading.texts
        taken = frozenset(at for mention in mentions for at in range(mention.start, mention.end))
        triggers = [
            each
            for each in self._unmasked(words)
            if not self._part_of_a_mention(each, mentions) and not self._looks_ahead(each, words, taken)
        ]
        terminators = {each.start for each in self._lexicon.terminator_book.find(words)}
        masked = {at for each in triggers if each.end - each.start > 1 for at in range(each.start, each.end)}
        stops = (terminators - masked) - taken
        past_times = self._lexicon.past_time_book.find(words)
        claims = self._lexicon.claim_book.find(words)
        sentences = reading.sentences()
        by_sentence: dict[int, list[Found[Trigger]]] = {}
        for each in triggers:
            by_sentence.setdefault(reading.sentence_of[each.start], []).append(each)

        def near(sentence: int) -> list[Found[Trigger]]:
            return by_sentence.get(sentence, []) + by_sentence.get(sentence + 1, [])

        results = []
        for mention in mentions:
            start, end = sentences[reading.sentence_of[mention.start]]
            reached = self._reached(
                mention, taken, near(reading.sentence_of[mention.start]), reading, stops, start, end, claims
            )
            results.append(
                self._decide(mention, mentions, reached, reading, stops, start, end, past_times, claims)
            )
        results = self._past_lists(results, mentions, words)
        symptoms = self._lexicon.symptoms
        return [
            # whoever is in doubt about a thought has it: "sometimes I think you would be better off without me"
            PRESENT if role == UNCERTAIN and mention.code in symptoms and symptoms[mention.code].thought else role
            for mention, role in zip(mentions, results)
        ]

    def _past_lists(self, results: list[str], mentions: Sequence[Mention], words: Sequence[str]) -> list[str]:
        """A list that begins with something past is past: "had a fever last week, with chills and aches"."""
        times = {
            at for each in self._lexicon.past_time_book.find(words) for at in range(each.start, each.end)
        }
        ordered = sorted(range(len(mentions)), key=lambda i: mentions[i].start)
        for before, this in pairwise(ordered):
            gap = range(mentions[before].end, mentions[this].start)
            listed = all(
                at in times
                or words[at] in _LIST_JOINS
                or words[at] in ("with", "along", "evening", "morning", "night", "a", "some", "also")
                for at in gap
            )
            if results[before] == PAST and results[this] == PRESENT and gap and listed:
                results[this] = PAST
        # ... and so is one that ends with it: "had a fever and chills two weeks ago"
        for this, before in reversed(list(pairwise(ordered))):
            start = mentions[this].start
            gap_words = words[mentions[this].end : mentions[before].start]
            if (
                results[before] == PAST
                and results[this] == PRESENT
                and gap_words
                and all(word in _LIST_JOINS or word in ("a", "some", "with") for word in gap_words)
                and self._past_verbs & set(words[max(0, start - 5) : start])
            ):
                results[this] = PAST
        return results

    def _unmasked(self, words: Sequence[str]) -> list[Found[Trigger]]:
        """Triggers that no longer one hides: "not sure" hides "not", in the direction in which it works itself."""
        found = self._lexicon.trigger_book.find(words)
        kept: dict[Found[Trigger], None] = {}
        for hidden in ("backward", "forward"):
            for each in longest([one for one in found if one.label.reaches != hidden]):
                if each.label.reaches != "both" or self._longest_both(each, found):
                    kept[each] = None
        return list(kept)

    @staticmethod
    def _longest_both(trigger: Found[Trigger], found: Sequence[Found[Trigger]]) -> bool:
        """Whether no longer trigger of any direction holds this one."""
        return not any(
            one.start <= trigger.start
            and trigger.end <= one.end
            and one.end - one.start > trigger.end - trigger.start
            for one in found
        )

    @staticmethod
    def _looks_ahead(trigger: Found[Trigger], words: Sequence[str], taken: frozenset[int]) -> bool:
        """Whether a backward trigger belongs to what follows: "(my fingers) have gone numb", "negative for"."""
        if trigger.label.reaches != "backward":
            return False
        after = words[trigger.end] if trigger.end < len(words) else ""
        return after in ("for", "of") or (
            words[trigger.end - 1] in ("gone", "went") and trigger.end in taken
        )

    def _part_of_a_mention(self, trigger: Found[Trigger], mentions: Sequence[Mention]) -> bool:
        return any(set(range(trigger.start, trigger.end)) & m.spans for m in mentions)

    def _reached(
        self,
        mention: Mention,
        taken: frozenset[int],
        triggers: Sequence[Found[Trigger]],
        reading: Reading,
        stops: set[int],
        start: int,
        end: int,
        claims: Sequence[Found[str]],
    ) -> set[str]:
        """Assertions of all triggers whose scope reaches the mention; `joined` where it came only over a bare "and"."""
        words = reading.texts
        reached: set[str] = set()
        if any(
            each.label.assertion == ABSENT and self._in_its_spans(each, mention, words, stops) for each in triggers
        ):
            return {ABSENT}
        asks = self._asks(words, start, end, claims)
        for each in triggers:
            trigger = each.label
            if trigger.question_only and not asks:
                continue
            if mention.start <= each.start and each.end <= mention.end:
                # "my neck is not stiff": between the part of the body and what is said of it
                if trigger.reaches != "backward":
                    reached.add(trigger.assertion)
                continue
            before_mention = each.end <= mention.start
            if not before_mention and each.start < mention.end:
                continue
            if before_mention and trigger.reaches in ("forward", "both") and start <= each.start:
                if trigger.assertion == ABSENT and self._is_answer(words, each, start):
                    continue
                if trigger.assertion == PRESENT and self._denied_between(each, mention, triggers, words):
                    continue
                if trigger.assertion == HYPOTHETICAL and self._claimed(
                    each.end - 1,
                    mention,
                    words,
                    claims,
                    reading,
                    conditional=bool({"if", "unless", "whether"} & set(words[each.start : each.end])),
                ):
                    continue
                span = range(each.end, mention.start)
                how = self._way(span, trigger, words, taken, stops)
                if how:
                    twice = trigger.assertion == ABSENT and self._twice_denied(each, words, start)
                    reached.add(
                        twice
                        or ("joined" if how == "joined" and trigger.assertion == ABSENT else trigger.assertion)
                    )
            elif not before_mention and trigger.reaches in ("backward", "both") and each.start < end:
                span = range(mention.end, each.start)
                if self._way_back(mention, span, trigger, words, taken, stops, each):
                    # "the numbness never went away", "the fever has not come down"
                    goes_on = trigger.assertion == PAST and {"not", "never"} & set(words[max(mention.end, each.start - 2) : each.start])
                    reached.add(PRESENT if goes_on else trigger.assertion)
            elif (
                not before_mention
                and trigger.over
                and reading.sentence_of[each.start] == reading.sentence_of[mention.start] + 1
            ):
                if each.start - reading.sentences()[reading.sentence_of[each.start]][0] <= 1:
                    reached.add(trigger.assertion)
        return reached

    @staticmethod
    def _in_its_spans(trigger: Found[Trigger], mention: Mention, words: Sequence[str], stops: set[int]) -> bool:
        """Whether a denial stands between a quality and the part after it: "the pain does not go into my arm"."""
        after = [at for at in mention.spans if at >= trigger.end]
        return (
            bool(after)
            and min(mention.spans) < trigger.start
            and mention.end <= trigger.start
            and not any(at in stops or words[at] == "," for at in range(trigger.end, min(after)))
        )

    @staticmethod
    def _denied_between(
        trigger: Found[Trigger], mention: Mention, triggers: Sequence[Found[Trigger]], words: Sequence[str]
    ) -> bool:
        """Whether a denial of its own stands between the trigger and the mention: "no appetite, no fever"."""
        return any(
            other.label.assertion == ABSENT
            and other.label.reaches == "forward"
            and trigger.end <= other.start
            and other.end <= mention.start
            and any(is_soft_break(word) or word in ("and", "but") for word in words[trigger.end : other.start])
            for other in triggers
        )

    def _twice_denied(self, trigger: Found[Trigger], words: Sequence[str], sentence: int) -> str:
        """What a "without" makes of a symptom behind an inability: "I can't get up without feeling dizzy" says that it is there."""
        if words[trigger.start] != "without":
            return ""
        after = words[trigger.end] if trigger.end < len(words) else ""
        for at in range(trigger.start - 1, max(sentence, trigger.start - 12) - 1, -1):
            word = words[at]
            if word in (",", "but", "with") or (word == "and" and not after.endswith("ing")):
                return ""
            if word in self._inabilities:
                plain = word in ("not", "never", "nothing", "nobody", "hardly", "rarely", "nowhere")
                return PRESENT if plain or after.endswith("ing") or after in ("my", "it", "the") else UNCERTAIN
        return ""

    def _way(
        self,
        span: range,
        trigger: Trigger,
        words: Sequence[str],
        taken: frozenset[int],
        stops: set[int],
    ) -> str:
        """How a forward trigger comes to the mention: "free", "joined" over a bare "and", or "" where something stops it."""
        distance = 0
        joined = False
        seen_mention = False
        said = words[span.start - 1]
        without_doing = (
            said == "without" and span and words[span.start].endswith("ing") and span.start not in taken
        )
        for at in span:
            word = words[at]
            if at in taken:
                seen_mention = True
                continue
            if at in stops or is_sentence_end(word):
                return ""
            if trigger.assertion == PAST and word in self._past_ends:
                return ""
            if word == "," and words[at + 1] in self._adjectives and "or" not in words[at + 1 : at + 6]:
                # "no appetite, tired", "not eating, dizzy": how one feels is said anew
                if said == "no" or (said == "not" and at > span.start and not seen_mention):
                    return ""
            if (
                trigger.assertion != HYPOTHETICAL
                and word in _STRONG_SUBJECTS
                and (seen_mention or (distance and trigger.assertion == ABSENT))
                and words[at - 1] not in _INTRODUCES
            ):
                return ""
            if said == "no" and distance and word in _DETERMINERS and words[at - 1] not in _LIST_JOINS:
                return ""
            if trigger.assertion == UNCERTAIN and word in self._doubt_ends:
                return ""
            if without_doing and word == "and":
                return ""
            if word in ("and", ",", "-", ":", "–", "—", "(") and at + 1 < len(words) and at + 1 in span:
                starts = _STRONG_SUBJECTS if trigger.assertion == HYPOTHETICAL else self._clause_starts
                if words[at + 1] in starts and (
                    word != "," or words[at + 1] not in ("a", "an", "the", "any")
                ):
                    return ""
            if (
                word in ("and", ",", "-", ":", "–", "—", "(")
                and at + 1 == span.stop
                and seen_mention
                and word == "and"
            ):
                joined = True
            if word in ("and",) and seen_mention and at + 1 == span.stop:
                joined = True
            if (
                word == ","
                and at + 1 == span.stop
                and distance
                and not seen_mention
                and words[at + 1] in self._new_pains
            ):
                return ""
            if word not in self._lexicon.fillers and word not in _LIST_JOINS:
                distance += 1
                if distance > trigger.within:
                    return ""
        return "joined" if joined else "free"

    def _way_back(
        self,
        mention: Mention,
        span: range,
        trigger: Trigger,
        words: Sequence[str],
        taken: frozenset[int],
        stops: set[int],
        found: Found[Trigger],
    ) -> bool:
        if (trigger.assertion == UNCERTAIN or trigger.within == 0) and not self._trails(words, found.end):
            return False
        distance = 0
        for at in span:
            word = words[at]
            if at in taken:
                if trigger.assertion == PAST and not self._of_both(
                    mention, range(span.start, at), words, taken, words[at : found.end]
                ):
                    return False
                continue
            if is_sentence_end(word) or (
                at in stops and words[at] not in ("since", "now", "then", "just", "still")
            ):
                # "I had a fever but it is gone": a backward trigger that speaks of "it" goes on over the "but"
                if not (
                    trigger.over
                    or words[found.start] in ("it", "they", "that")
                    or (trigger.assertion == PAST and self._of_it(words[at + 1 : found.start]))
                ):
                    return False
            if (
                trigger.assertion != PAST
                and word in ("and", ",", "-", "but", "after", "when", "once", "before", "until")
                and at + 1 < found.start
                and words[at + 1] in _STRONG_SUBJECTS
            ):
                return False
            if word not in self._lexicon.fillers and not is_soft_break(word) and word not in _LIST_JOINS:
                distance += 1
                if distance > trigger.within:
                    return False
        return True

    def _trails(self, words: Sequence[str], at: int) -> bool:
        """Whether nothing but fillers follows before the thought ends: "fever, I think" but not "and I think I am ..."."""
        while at < len(words) and words[at] in self._lexicon.fillers:
            at += 1
        return (
            at >= len(words)
            or is_sentence_end(words[at])
            or is_soft_break(words[at])
            or words[at] in ("but", "or", "though", "because")
        )

    def _of_it(self, between: Sequence[str]) -> bool:
        """Whether the words before a trigger only speak on of the same thing: "(but) it is all (back to normal)"."""
        spoken = [word for word in between if word not in self._lexicon.fillers]
        return all(
            word in ("it", "they", "that", "everything", "i", "he", "she", "feel", "feels", "seems", "has", "got") for word in spoken
        )

    def _of_both(
        self, mention: Mention, between: range, words: Sequence[str], taken: frozenset[int], rest: Sequence[str]
    ) -> bool:
        """Whether what is said of the symptom after `between` is said of `mention` as well.

        "headache and fever have gone" speaks of both. "my neck is stiff, the fever has gone", "neck stiff and fever gone"
        and "headache, fever has gone" speak of the last: the first says something of its own, or is joined by a comma to a
        verb of one thing.
        """
        inside = words[mention.start : mention.end]
        clause = len(inside) > 1 and (inside[-1] in self._adjectives or bool(_SAYS & set(inside[1:])))
        joined = bool({"and", "or", "nor", "plus", "&"} & {words[at] for at in between})
        several = bool({"have", "are", "were", "all", "both", "they"} & set(rest))
        listed = all(at in taken or words[at] in _LIST_JOINS or words[at] in ("my", "the", "a") for at in between)
        return not clause and (joined or several) and listed

    def _is_answer(self, words: Sequence[str], trigger: Found[Trigger], sentence: int) -> bool:
        """A leading "No," (or "no it's just ...") answers a question; it denies nothing of what follows."""
        if words[trigger.start] != "no" or trigger.end - trigger.start != 1 or trigger.start > sentence + 1:
            return False
        after = words[trigger.end] if trigger.end < len(words) else ""
        if after == ":":
            return False  # "No: fever, rash" heads a list of what is not there
        if after in (",", "-", "–", "—"):
            following = words[trigger.end + 1 : trigger.end + 3]
            # "No, fever" reads as an answer and a symptom; "no , no fever" is decided by its second "no"
            return bool(following)
        return after in (
            "i",
            "my",
            "it",
            "just",
            "mainly",
            "but",
            "only",
            "he",
            "she",
            "his",
            "her",
            "the",
            "there",
            "they",
            "we",
            "mostly",
            "that",
            "this",
            "not",
            "no",
            "thanks",
            "thank",
            "you",
        )

    def _asks(self, words: Sequence[str], start: int, end: int, claims: Sequence[Found[str]]) -> bool:
        """Whether the sentence asks."""
        inside = words[start:end]
        if any(
            each.start >= start and each.end <= end and self._says_self(words[each.start : each.end])
            for each in claims
        ):
            return (
                words[start] in self._openers
                and "?" in inside[-2:]
                and words[start] not in ("is", "are", "am", "may", "when", "where", "who", "how")
            )
        spoken = [word for word in inside if word not in _LEAD_INS]
        if spoken[:1] and spoken[0] in self._openers and not _NO_QUESTION & set(spoken[1:2]):
            return True
        return "?" in inside[-2:]

    @staticmethod
    def _says_self(claim: Sequence[str]) -> bool:
        return claim[0] in ("i", "my", "he", "she", "his", "her", "we", "they") and list(claim) != ["me"]

    def _opens_as_question(self, words: Sequence[str], start: int, mention: Mention) -> int | None:
        """Where the question that the mention stands in begins, None where it is no question."""
        at = mention.start - 1
        while at >= start:
            if words[at] in ("but", "because", "and", "since", "as", ",", "-") and words[at + 1] in (
                "i",
                "my",
                "he",
                "she",
                "his",
                "her",
            ):
                return None
            at -= 1
        skip = start
        while skip < mention.start and words[skip] in _LEAD_INS:
            skip += 1
        if skip < mention.start and words[skip] in self._openers and words[skip + 1] not in _NO_QUESTION:
            return skip
        return None

    def _claimed(
        self,
        after: int,
        mention: Mention,
        words: Sequence[str],
        claims: Sequence[Found[str]],
        reading: Reading,
        conditional: bool = False,
    ) -> bool:
        """Whether the speaker claims the symptom between the trigger and it: "what causes my stiff neck"."""
        if conditional:
            # "if my headache does not get better" speaks of a headache that is there; "if I get a fever" does not
            own = mention.start > after + 1 - 1 and words[after + 1 : mention.start] in (
                ["the"],
                ["my"],
                ["this"],
                ["these"],
                ["his"],
                ["her"],
            )
            rest = words[mention.end : mention.end + 5]
            return own and any(
                w
                in (
                    "not",
                    "get",
                    "gets",
                    "worse",
                    "continues",
                    "persists",
                    "keeps",
                    "stays",
                    "is",
                    "does",
                    "continue",
                    "persist",
                    "lasts",
                    "has",
                    "will",
                )
                for w in rest
            )
        if words[mention.start] in ("my", "his", "her", "this"):
            return True
        return any(
            after < each.start <= mention.start or each.start <= mention.start < each.end and each.end > after
            for each in claims
            if each.start > after and each.end <= mention.end
        ) or any(words[at] in ("my", "his", "her") for at in range(mention.start, mention.end))

    def _decide(
        self,
        mention: Mention,
        mentions: Sequence[Mention],
        reached: set[str],
        reading: Reading,
        stops: set[int],
        start: int,
        end: int,
        past_times: Sequence[Found[str]],
        claims: Sequence[Found[str]],
    ) -> str:
        words = reading.texts
        if mention.denied:
            # "I am not walking normally": what says that all is well is itself denied
            if words[mention.start - 1 : mention.start] in (["not"], ["never"], ["hardly"], ["barely"]):
                return PRESENT
            return HYPOTHETICAL if HYPOTHETICAL in reached else UNCERTAIN if UNCERTAIN in reached else ABSENT
        answered = self._answered(mention, mentions, words, end)
        if answered:
            return answered
        if PRESENT in reached:
            return UNCERTAIN if UNCERTAIN in reached and ABSENT not in reached else PRESENT
        asked = self._asked_about(mention, words, start, claims, reading)
        if PAST in reached and ABSENT not in reached:
            return PAST
        if HYPOTHETICAL in reached or (asked and UNCERTAIN not in reached):
            return HYPOTHETICAL
        if UNCERTAIN in reached:
            return UNCERTAIN
        if "joined" in reached and ABSENT not in reached:
            return ABSENT if self._paired(mention, mentions) else UNCERTAIN
        if ABSENT in reached:
            # "my neck is not stiff anymore" says that it was
            over = words[mention.end : mention.end + 2]
            return PAST if over[:1] == ["anymore"] or over in (["any", "more"], ["any", "longer"]) else ABSENT
        if self._long_ago(mention, words, start, end, past_times):
            return PAST
        return PRESENT

    def _asked_about(
        self,
        mention: Mention,
        words: Sequence[str],
        start: int,
        claims: Sequence[Found[str]],
        reading: Reading,
    ) -> bool:
        opener = self._opens_as_question(words, start, mention)
        if opener is None:
            return False
        return not self._claimed(opener, mention, words, claims, reading)

    def _answered(self, mention: Mention, mentions: Sequence[Mention], words: Sequence[str], end: int) -> str:
        """ "fever: no", "fever - nope", "any fever? no", "rash yes": the answer after the symptom decides."""
        at = mention.end
        parted = False
        while (
            at < len(words)
            and at < mention.end + 2
            and words[at] in ("?", ":", "-", "–", "—", "=", "..", "...", ",")
        ):
            parted = parted or words[at] != ","
            at += 1
        if at >= len(words):
            return ""
        closes = (
            at + 1 >= len(words)
            or words[at + 1] in (",", ".", "\n", ";", "!", "?", "and", "-", "/")
            or any(m.start == at + 1 for m in mentions)
        )
        if (
            words[at] in ("no", "none", "negative", "nil", "nope", "never", "not")
            and closes
            and (parted or at == mention.end)
        ):
            # "fever, no rash": the no belongs to what follows it
            if not parted:
                following = next((m for m in mentions if m.start == at + 1), None)
                if (
                    following is not None
                    and (words[following.end : following.end + 1] or [""])[0] not in _ANSWERS | _YES
                ):
                    return ""
            if words[at] == "not" and not parted:
                return ""
            return ABSENT
        if words[at] in _YES and closes and (parted or at == mention.end):
            return PRESENT
        return ""

    def _paired(self, mention: Mention, mentions: Sequence[Mention]) -> bool:
        return any(
            frozenset((mention.code, other.code)) in self._pairs
            for other in mentions
            if other.end <= mention.start and mention.start - other.end <= 2
        )

    def _long_ago(
        self, mention: Mention, words: Sequence[str], start: int, end: int, past_times: Sequence[Found[str]]
    ) -> bool:
        """Whether a time that is over and a verb in the past frame the symptom, and nothing says that it began or goes on."""
        event = mention.code in self._lexicon.symptoms and self._lexicon.symptoms[mention.code].event
        for time in past_times:
            if not start <= time.start < end:
                continue
            phrase = " ".join(words[time.start : time.end])
            if words[max(0, time.start - 1)] in _SHORT_TIMES:
                continue
            if event and not phrase.startswith(("years", "year", "last year", "in my", "when")):
                continue
            if (
                phrase in ("yesterday", "days ago", "day ago", "last night", "the other day", "ago")
                and not event
            ):
                if not any(words[at] == "ago" for at in range(time.start, time.end)) or phrase in (
                    "days ago",
                    "day ago",
                ):
                    continue
            low, high = (mention.end, time.start) if time.start >= mention.end else (time.end, mention.start)
            between = words[low:high]
            if len(between) > 8 or any(
                w in self._onset or is_sentence_end(w) or w in ("but", "and")
                for w in between
                if w not in ("after",)
            ):
                continue
            if words[max(0, time.start - 4) : time.start].count("since") or any(
                w in self._onset for w in words[time.end : time.end + 2]
            ):
                continue
            head = words[start : max(mention.end, time.start)]
            if any(w in ("started", "began", "since", "noticed", "still", "now") for w in head):
                continue
            if (
                any(w in self._past_verbs for w in words[max(start, mention.start - 6) : mention.end])
                or event
            ):
                return True
        return False
