"""Templates of expressions, and finding them in words."""

import pytest

from language.phrases import Found, PhraseBook, TemplateError, longest, pieces


def book(*templates, fillers=()):
    return PhraseBook([(each, each) for each in templates], fillers)


def found(a_book, text):
    return [(each.start, each.end) for each in a_book.find(text.split())]


def test_alternatives_options_forms_and_classes():
    assert pieces("(a|b c) [d] ~ache <part>", {"part": ["arm", "leg"]}) == [
        ["a", "b c"],
        ["d", ""],
        ["ache", "aches", "ached", "aching"],
        ["arm", "leg"],
    ]


@pytest.mark.parametrize("template", ["(a|b", "a ]", "<nothing>", "[a]", "", "[a] [b]"])
def test_a_template_that_cannot_be_read_is_refused(template):
    with pytest.raises(TemplateError):
        pieces(template, {})


def test_finding_with_fillers_between():
    assert found(book("turn head", fillers=["my", "poor"]), "can not turn my poor head now") == [(2, 6)]
    assert found(book("turn head"), "can not turn my head") == []


def test_an_option_may_be_missing():
    both = book("turn [my] head")
    assert found(both, "turn head") == [(0, 2)]
    assert found(both, "turn my head") == [(0, 3)]


def test_overlaps_are_found_and_the_longest_kept():
    several = book("stiff neck", "very stiff neck")
    hits = several.find(["a", "very", "stiff", "neck"])
    assert [(hit.start, hit.end) for hit in hits] == [(1, 4), (2, 4)]
    assert [(hit.start, hit.end) for hit in longest(hits)] == [(1, 4)]
    assert longest([Found(0, 1, "a"), Found(0, 1, "b")]) == [Found(0, 1, "a"), Found(0, 1, "b")]


def test_a_word_that_may_mean_another_is_tried_as_that_and_marked():
    book = PhraseBook([("heart attack", "a"), ("attack", "b")])
    assert book.find(["hart", "attack"]) == [Found(1, 2, "b")]
    found = book.find(["hart", "attack"], {0: ("heart",)})
    assert found == [Found(0, 2, "a", slip=True), Found(1, 2, "b")]
