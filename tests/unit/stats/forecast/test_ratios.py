import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError, Reason
from analysis.stats.forecast.ratios import (
    log_ratio,
    poisson_line,
    shrunken,
    shrunken_log_ratios,
    spread_about,
)


def test_a_log_ratio_and_its_variance_are_those_of_two_poisson_counts():
    effect, variance = log_ratio([100, 50, 0], [80, 50, 7])
    assert effect == pytest.approx([np.log(0.8), 0.0, 0.0])
    assert variance == pytest.approx([1 / 100 + 1 / 80, 1 / 50 + 1 / 50, np.inf])


def test_three_ages_are_pulled_to_their_target_by_what_is_known_of_them():
    # Counts of 100, 50, 25 that stay: variances 2/100, 2/50, 2/25; tau2 .04 gives weights 2/3, 1/2, 1/3.
    pulled = shrunken(np.zeros(3), np.array([0.02, 0.04, 0.08]), np.full(3, 0.3), 0.04)
    assert pulled == pytest.approx([0.1, 0.15, 0.2])


def test_what_is_not_known_is_the_target_and_without_spread_all_are():
    effect, variance = np.array([0.5, 0.0]), np.array([0.01, np.inf])
    assert shrunken(effect, variance, np.array([0.2, 0.2]), 0.01) == pytest.approx([0.35, 0.2])
    assert shrunken(effect, variance, np.array([0.2, 0.2]), 0.0) == pytest.approx([0.2, 0.2])


def test_spread_about_a_known_mean():
    # Effects of +-.3 about 0 with variance .05: .09 = tau2 + .05.
    assert spread_about(np.array([0.3, -0.3]), np.array([0.05, 0.05]), 0.0) == pytest.approx(0.04)
    assert spread_about(np.array([0.1, -0.1]), np.array([0.05, 0.05]), 0.0) == 0.0


def test_areas_lie_between_their_own_ratio_and_that_of_their_region():
    counts = pd.DataFrame(
        {
            "before": [1000, 1000, 50, 2000, 2000, 0],
            "after": [1200, 800, 60, 2400, 2000, 5],
            "region": ["a", "a", "a", "b", "b", "b"],
        }
    )
    rows = shrunken_log_ratios(counts, before="before", after="after", region="region")
    low, high = rows[["raw", "of_region"]].min(axis=1), rows[["raw", "of_region"]].max(axis=1)
    assert ((rows["shrunken"] >= low) & (rows["shrunken"] <= high)).all()
    assert rows.loc[0, "weight"] > rows.loc[2, "weight"] > rows.loc[5, "weight"] == 0.0
    assert rows.loc[5, "shrunken"] == rows.loc[5, "of_region"]


def test_ratios_of_nobody_are_refused():
    counts = pd.DataFrame({"before": [0, 0], "after": [5, 5], "region": ["a", "b"]})
    with pytest.raises(ModelError) as error:
        shrunken_log_ratios(counts, before="before", after="after", region="region")
    assert error.value.reason is Reason.TOO_FEW


def test_a_line_through_counts_that_double_has_slope_log_two():
    level, slope, variance = poisson_line(np.array([[10.0, 20.0, 40.0], [30.0, 30.0, 30.0]]))
    assert np.exp(level) == pytest.approx([10, 30])
    assert slope == pytest.approx([np.log(2), 0.0], abs=1e-10)
    # Of equal counts m: variance 1 / (m sum (x - 1)^2) = 1 / (30 * 2).
    assert variance[1] == pytest.approx(1 / 60)
