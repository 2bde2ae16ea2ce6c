"""Saying "no effect": arithmetic of the two one-sided tests, the smallest effect and power."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from analysis.errors import ModelError
from analysis.stats.equivalence import equivalence, minimum_detectable_effect, power_at, tost

ESTIMATES = pd.DataFrame(
    {
        "model": "amt_did",
        "term": "treated_after",
        "outcome": ["hours", "inflow"],
        "estimate": [0.1, 0.02],
        "std_error": [0.1, 0.02],
        "n_clusters": [41, 41],
        "unit": ["hours a week", "share of teachers"],
    }
)


def test_the_nearer_margin_decides():
    # (0.1 - 0.5) / 0.1 = -4 and (0.1 + 0.5) / 0.1 = 6: the first is the larger p-value.
    assert tost(0.1, 0.1, 40, 0.5) == pytest.approx(student.cdf(-4, 40))
    assert tost(-0.1, 0.1, 40, 0.5) == pytest.approx(student.cdf(-4, 40))


def test_an_estimate_at_the_margin_is_no_evidence():
    assert tost(0.5, 0.1, 40, 0.5) == pytest.approx(0.5)


@settings(max_examples=30, deadline=None)
@given(st.floats(-1, 1), st.floats(0.01, 1), st.floats(0.05, 2))
def test_the_test_and_its_interval_agree(estimate, error, margin):
    rows = ESTIMATES.head(1).assign(estimate=estimate, std_error=error)
    tests = equivalence(rows, {"hours": margin}).iloc[0]
    inside = -margin < tests["inner_low"] and tests["inner_high"] < margin
    assert bool(tests["equivalent"]) == inside


def test_a_true_effect_of_the_smallest_size_is_detected_with_the_requested_power():
    mde = minimum_detectable_effect(2.0, 1e6, power=0.8)
    assert mde == pytest.approx((1.959964 + 0.841621) * 2, rel=1e-4)
    assert power_at(mde, 2.0, 1e6) == pytest.approx(0.8, abs=1e-3)
    assert power_at(0, 2.0, 40) == pytest.approx(0.05)


def test_power_is_that_of_simulated_tests():
    rng = np.random.default_rng(1)
    t = (0.5 + rng.normal(size=40_000) * 0.2) / (0.2 * np.sqrt(rng.chisquare(11, 40_000) / 11))
    simulated = (np.abs(t) > student.ppf(0.975, 11)).mean()
    assert power_at(0.5, 0.2, 11) == pytest.approx(simulated, abs=0.01)


def test_a_table_of_nulls():
    tests = equivalence(ESTIMATES, {"hours": 0.5, "inflow": 0.03})
    assert tests["equivalent"].tolist() == [True, False]
    assert tests["margin"].tolist() == [0.5, 0.03]
    assert tests.columns.tolist()[:3] == ["model", "outcome", "term"]
    assert tests["mde"][0] / 0.1 == pytest.approx(tests["mde"][1] / 0.02)


@pytest.mark.parametrize(
    ("margins", "message"), [({"hours": 1}, "for inflow"), ({"hours": 0, "inflow": 1}, "above zero")]
)
def test_what_is_refused(margins, message):
    with pytest.raises(ModelError, match=message):
        equivalence(ESTIMATES, margins)
