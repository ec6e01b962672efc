"""Plain text from bot messages, and what people mean by a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.options import chosen
from channels.rendering import length_in_utf16, plain, split_at_sentences, with_numbered_options
from channels.slack_words import as_typed, escaped
from tests.channels.scripted import options


@given(st.text(max_size=3000), st.integers(min_value=20, max_value=400))
def test_parts_fit_and_nothing_is_lost(text: str, longest: int) -> None:
    parts = split_at_sentences(text, longest)
    assert all(0 < len(part) <= longest for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(st.text(alphabet="a😀. \n", max_size=2000), st.integers(min_value=20, max_value=200))
def test_parts_fit_as_telegram_counts(text: str, longest: int) -> None:
    assert all(
        length_in_utf16(part) <= longest for part in split_at_sentences(text, longest, length_in_utf16)
    )


def test_split_prefers_paragraphs_then_sentences() -> None:
    assert split_at_sentences("One. Two.\n\nThree.", 12) == ["One. Two.", "Three."]
    assert split_at_sentences("One is one. Two is two. Three.", 14) == [
        "One is one.",
        "Two is two.",
        "Three.",
    ]
    assert split_at_sentences('He said "stop." Then more.', 16) == ['He said "stop."', "Then more."]


@pytest.mark.parametrize(
    ("marked", "bare"),
    [
        ("**bold** and *thin* and _low_ and `code`", "bold and thin and low and code"),
        ("[words](https://a.test)", "words (https://a.test)"),
        ("[https://a.test](https://a.test)", "https://a.test"),
        ("# Title\ntext", "Title\ntext"),
        ("* one\n+ two\n- three", "- one\n- two\n- three"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("5 * 3 = 15 * 1", "5 * 3 = 15 * 1"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("38.5 °C (101.3 °F)", "38.5 °C (101.3 °F)"),
    ],
)
def test_markup_is_taken_out(marked: str, bare: str) -> None:
    assert plain(marked) == bare


def test_numbers_take_the_place_of_points_that_say_the_same() -> None:
    three = options("Fever", "Rash", "None of these")
    assert with_numbered_options("Any of these?\n• a fever\n• a rash", three).startswith(
        "Any of these?\n\n1. Fever"
    )
    kept = "Noted:\n• a\n• b\n• c\n• d"
    assert with_numbered_options(kept, three).startswith(kept)


def test_reply_names_options() -> None:
    three = options("Fever", "Headache", "None of these")
    assert chosen("2", three) == [three[1]]
    assert chosen("1️⃣", three) == [three[0]]
    assert chosen("1 2", three) == three[:2]
    assert chosen("1, 1", three) == three[:1]
    assert chosen("FEVER!", three) == [three[0]]
    for words in ("4", "two days", "I have 2 kids", "", "the", "1 or so", "-1", "fever 1"):
        assert chosen(words, three) == []


@given(st.text())
def test_slack_text_is_unescaped_as_it_was_escaped(text: str) -> None:
    assert as_typed(escaped(text)) == text.strip()
