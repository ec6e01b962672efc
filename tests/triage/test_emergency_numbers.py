"""Whom to call: the table against an independent one, and the country from locales and words."""

import re
import time
from pathlib import Path

import phonenumbers
import pytest

from triage.emergency_numbers import (
    country_from_locale,
    country_from_text,
    country_name,
    crisis_lines_for,
    emergency_numbers,
    numbers_for,
    read_emergency_numbers,
)
from triage.loading import KNOWLEDGE, KnowledgeError

COUNTRIES = sorted(emergency_numbers().countries)
EU = [
    code
    for code in COUNTRIES
    if code in "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
]


def digits(country: str | None) -> list[str]:
    return [each.number for each in numbers_for(country)]


@pytest.mark.parametrize(
    ("country", "first"),
    [
        ("US", "911"),
        ("CA", "911"),
        ("GB", "999"),
        ("IE", "999"),
        ("DE", "112"),
        ("FR", "15"),
        ("NO", "113"),
        ("CH", "144"),
        ("AU", "000"),
        ("NZ", "111"),
        ("IN", "112"),
        ("JP", "119"),
        ("CN", "120"),
        ("BR", "192"),
        ("ZA", "10177"),
    ],
)
def test_the_first_number_of_a_country_brings_an_ambulance(country, first):
    assert digits(country)[0] == first
    assert numbers_for(country)[0].label.endswith(f", {country_name(country)}")


def test_all_countries_of_the_european_union_are_listed():
    assert len(EU) == 27


@pytest.mark.parametrize("country", EU)
def test_112_works_in_the_whole_european_union(country):
    assert "112" in digits(country)


@pytest.mark.parametrize("country", [None, "", "ZZ", "AQ"])
def test_without_a_known_country_all_three_are_said_with_where_they_work(country):
    assert digits(country) == ["112", "999", "911"]
    assert len({each.label for each in numbers_for(country)}) == 3


def test_the_code_may_be_in_small_letters():
    assert numbers_for("gb") == numbers_for("GB")


def test_many_countries_are_listed_each_number_with_a_source():
    assert len(COUNTRIES) >= 60
    for country in COUNTRIES:
        assert all(each.number and each.label and each.source for each in numbers_for(country))


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_number_is_an_emergency_number_in_libphonenumber_or_names_a_national_source(country):
    metadata = phonenumbers.PhoneMetadata.short_metadata_for_region(country)
    assert metadata is not None
    assert metadata.emergency is not None
    pattern = metadata.emergency.national_number_pattern or ""
    agreed = []
    for entry in emergency_numbers().countries[country].ambulance:
        agrees = re.fullmatch(pattern, entry.number) is not None
        agreed.append(agrees)
        assert agrees or entry.source not in ("libphonenumber", "eu_112"), f"{entry.number} in {country}"
    # countries whose own health service names a number that libphonenumber lacks, and no other is listed
    assert any(agreed) or country in {"NG"}


@pytest.mark.parametrize(
    ("country", "number"),
    [("US", "988"), ("CA", "988"), ("GB", "116 123"), ("IE", "116 123"), ("AU", "13 11 14"), ("FR", "3114")],
)
def test_crisis_lines(country, number):
    assert number in [each.number for each in crisis_lines_for(country)]


@pytest.mark.parametrize("country", [None, "ZZ", "BG"])
def test_no_crisis_line_is_made_up(country):
    assert crisis_lines_for(country) == []


@pytest.mark.parametrize(
    ("locale", "country"),
    [
        ("en-GB", "GB"),
        ("en_us", "US"),
        ("pt_BR.UTF-8", "BR"),
        ("zh-Hant-TW", "TW"),
        ("de-AT-x-private", "AT"),
        ("en", None),
        ("es-419", None),
        ("C.UTF-8", None),
        ("", None),
        ("*", None),
        ("en-GB,en;q=0.9", None),
        (None, None),
    ],
)
def test_a_locale_tells_the_country_only_when_it_names_one(locale, country):
    assert country_from_locale(locale) == country


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("I'm in the UK", "GB"),
        ("I\u2019m in England", "GB"),
        ("we live in Northern Ireland", "GB"),
        ("Ireland", "IE"),
        ("US", "US"),
        ("us", "US"),
        ("in the us please", "US"),
        ("I live in the U.S.", "US"),
        ("I am from the States", "US"),
        ("we're in New Mexico", "US"),
        ("Mexico", "MX"),
        ("My mother is in India and cannot move her neck", "IN"),
        ("currently living in South Korea", "KR"),
        ("I live in Turkey", "TR"),
        ("calling from nz", "NZ"),
        ("germany.", "DE"),
        ("uh, I'm over in Australia right now", "AU"),
        ("I was born there, now living in Canada", "CA"),
        ("I'm visiting Spain and my neck is stiff", "ES"),
        ("I'm from Kenya and my neck hurts", "KE"),
    ],
)
def test_words_that_tell_the_country(text, country):
    assert country_from_text(text) == country


@pytest.mark.parametrize(
    "text",
    [
        "",
        "my neck is stiff",
        "can you help us",
        "the pain is in us both",
        "I was in Spain last week",
        "I was visiting Spain",
        "I used to live in Canada",
        "I don't live in the US",
        "we aren't living in Germany any more",
        "my wife is from France",
        "I ate Brazil nuts and turkey",
        "I'm not in the US",
        "Georgia",
        "Spain or France",
        "I am in pain",
        "what is the number in Norway",
    ],
)
def test_words_that_tell_no_country(text):
    assert country_from_text(text) is None


def test_long_texts_are_read_quickly():
    started = time.perf_counter()
    for text in ("i am in now " * 900, "is now right " * 800, "I'm in the " * 900):
        country_from_text(text)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '{number: "144", source: libphonenumber}',
            '{number: "144", source: nobody}',
            "`nobody` is not under `sources`",
        ),
        ('{number: "144", source: libphonenumber}', '{number: "call", source: libphonenumber}', "`number`: "),
        ('{number: "144", source: libphonenumber}', '{number: "144"}', "`source` is missing"),
        ("  BE:\n", "  BEL:\n", "`BEL` is no ISO code"),
        ("  BE:\n", "  AT:\n", "key `AT` is already on line"),
    ],
)
def test_a_wrong_entry_is_named_with_its_line(tmp_path: Path, old, new, message):
    text = (KNOWLEDGE / "emergency_numbers.yml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "emergency_numbers.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"emergency_numbers\.yml:\d+: ") as caught:
        read_emergency_numbers(path)
    assert message in str(caught.value)
