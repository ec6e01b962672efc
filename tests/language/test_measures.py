"""Temperatures, durations and ages as people write them."""

import pytest

from language.measures import age_years, duration_days, temperatures


@pytest.mark.parametrize(
    ("text", "celsius"),
    [
        ("38.5", 38.5),
        ("temp of 101", 38.33),
        ("39 degrees", 39.0),
        ("102F", 38.89),
        ("37,9 °C", 37.9),
        ("a fever of 40", 40.0),
        ("temperature is 98.6 F", 37.0),
        ("i'm 39 years old", None),
        ("39 weeks pregnant", None),
        ("100 mg", None),
        ("bus 38", None),
        ("call 112", None),
        ("", None),
    ],
)
def test_a_temperature(text, celsius):
    found = [each.celsius for each in temperatures(text)]
    assert found == ([] if celsius is None else [pytest.approx(celsius, abs=0.02)])


@pytest.mark.parametrize(("celsius", "fever"), [("37.9", False), ("38.0", True), ("38.1", True)])
def test_a_fever_begins_at_38(celsius, fever):
    assert temperatures(f"temperature {celsius} °C")[0].fever is fever


def test_a_fever_begins_at_100_4_fahrenheit():
    assert temperatures("temperature 100.4 F")[0].fever
    assert not temperatures("temperature 100.3 F")[0].fever


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("for two weeks", 14),
        ("for like 3 wks", 21),
        ("since yesterday", 1),
        ("since this morning", 0.5),
        ("it hurts since I woke up", 0.5),
        ("for 10 days now", 10),
        ("about a week", 7),
        ("for years", 730),
        ("35 years old", None),
        ("10 weeks pregnant", None),
        ("twice a day", None),
        ("", None),
    ],
)
def test_a_duration(text, days):
    assert duration_days(text) == days


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("i'm 67", 67),
        ("35 years old", 35),
        ("18 month old baby", pytest.approx(1.48, abs=0.02)),
        ("my dad is 81", 81),
        ("my mum, 78, is ill", 78),
        ("my son is 3 days sick", None),
        ("my temperature is 39", None),
        ("40F", 40),
        ("two year old", 2),
        ("", None),
    ],
)
def test_an_age(text, years):
    assert age_years(text) == years
