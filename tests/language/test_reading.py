"""Text as words: contractions opened, short forms read, places kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language import reading
from language.reading import Reader

READER = Reader()


def words(text):
    return READER.read(text).texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I don't", ["i", "do", "not"]),
        ("I DON'T", ["i", "do", "not"]),
        ("dont", ["do", "not"]),
        ("I don’t", ["i", "do", "not"]),
        ("CAN'T MOVE", ["can", "not", "move"]),
        ("cant", ["can", "not"]),
        ("W/O fever", ["without", "fever"]),
        ("3 wks", ["3", "weeks"]),
        ("it's gone", ["it", "is", "gone"]),
        ("", []),
        ("   ", []),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


@given(st.text(max_size=120))
def test_every_word_has_its_place_in_the_original(text):
    reading = READER.read(text)
    for word in reading.words:
        assert 0 <= word.start <= word.end <= len(text)
    starts = [word.start for word in reading.words]
    assert starts == sorted(starts)


def test_sentences():
    reading = READER.read("No fever. My neck is stiff! Why?")
    assert [" ".join(reading.texts[start:end]) for start, end in reading.sentences()] == [
        "no fever .",
        "my neck is stiff !",
        "why ?",
    ]


def test_words_that_nobody_knows_are_not_kept_for_ever(monkeypatch):
    monkeypatch.setattr(reading, "MOST_STRINGS", 8_000)
    reader = Reader()
    before = [word.text for word in reader.read("my neck isn't stiff").words]
    for number in range(40):
        begin = f"{chr(97 + number % 26)}{chr(97 + number // 26)}qx"
        reader.read(" ".join(begin + "abcdefghij"[n % 10] * (1 + n // 10) for n in range(200)))
        assert len(reader._nlp.vocab.strings) < 9_000
    assert [word.text for word in reader.read("my neck isn't stiff").words] == before
