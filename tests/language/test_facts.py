"""What people say about their trouble beside the symptoms."""

import pytest

from language.understanding import understand


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("it's getting worse", "course", "worse"),
        ("a bit better today", "course", "better"),
        ("it comes and goes", "course", "comes_and_goes"),
        ("no change", "course", "same"),
        ("i'm vegan", "vegan_diet", True),
        ("i'm not vegan", "vegan_diet", False),
        ("i have crohns", "digestive_condition", True),
        ("i hardly go outside", "little_sun", True),
        ("so stressed at work", "stress", True),
        ("i sit at a desk all day", "poor_posture", True),
        ("not drinking enough water", "low_water", True),
        ("nothing helps", "home_care_failed", True),
        ("i'm pregnant", "pregnant", True),
        ("i'm having chemo", "weak_immunity", True),
        ("i had breast cancer", "cancer_history", True),
        ("i fell off a ladder", "major_injury", True),
        ("my neck has been stiff for two weeks", "duration_days", 14),
        ("my toddler is ill", "age_group", "small_child"),
        ("my dad is 81", "age_group", "older"),
        ("temp of 39.5", "temperature_c", 39.5),
        ("hello", "course", None),
    ],
)
def test_a_fact(text, fact, value):
    assert understand(text).facts.get(fact) == value
