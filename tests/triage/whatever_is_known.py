"""Strategies: any findings and any facts that a conversation can hold."""

from __future__ import annotations

from hypothesis import strategies as st

from triage.findings import ASSERTIONS
from triage.symptoms import symptoms

CODES = sorted(symptoms())

codes = st.sampled_from(CODES)
roles = st.sampled_from(ASSERTIONS)
findings = st.dictionaries(codes, roles, max_size=12)
facts = st.fixed_dictionaries(
    {},
    optional={
        "duration_days": st.sampled_from([0.5, 1.0, 3.0, 3.5, 7.0, 13.9, 14.0, 21.0, 730.0]),
        "temperature_c": st.sampled_from([36.6, 37.9, 38.0, 39.3, 39.4, 41.0]),
        "course": st.sampled_from(["better", "worse", "same", "comes_and_goes"]),
        "age_group": st.sampled_from(["small_child", "older"]),
        "severity": st.sampled_from(["mild", "severe"]),
        **dict.fromkeys(
            (
                "pregnant",
                "weak_immunity",
                "cancer_history",
                "sudden_onset",
                "worst_ever",
                "home_care_failed",
                "major_injury",
                "one_sided",
                "unresponsive",
                "leg_pain",
                "vegan_diet",
                "digestive_condition",
                "little_sun",
            ),
            st.booleans(),
        ),
    },
)
