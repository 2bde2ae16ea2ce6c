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
    spread_between,
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


def made_areas(tau, seed=4, areas=400):
    """Make log ratios of areas in 20 regions: the variance of two Poisson counts, and tau between areas."""
    made = np.random.default_rng(seed)
    variance = 2 / np.exp(made.uniform(4, 8, areas))
    region = pd.Series([f"r{number % 20}" for number in range(areas)])
    mean = region.map({f"r{number}": made.normal(-0.05, 0.02) for number in range(20)}).to_numpy()
    return mean + made.normal(0, np.sqrt(tau**2 + variance)), variance, region


def test_the_spread_between_areas_of_a_region_is_found():
    assert np.sqrt(spread_between(*made_areas(0.06))) == pytest.approx(0.06, rel=0.15)
    assert spread_between(*made_areas(0.0)) == pytest.approx(0, abs=0.02**2)


def test_no_spread_is_found_where_every_area_is_a_region():
    assert spread_between(np.array([0.1, 0.5]), np.array([0.01, 0.01]), pd.Series(["a", "b"])) == 0


def test_areas_lie_between_their_own_ratio_and_that_of_their_region():
    effect, variance, region = made_areas(0.06)
    before = np.round(2 / variance)
    counts = pd.DataFrame({"before": before, "after": np.round(before * np.exp(effect)), "region": region})
    counts.loc[7, "before"] = 0
    rows = shrunken_log_ratios(counts, before="before", after="after", region="region")
    low, high = rows[["raw", "of_region"]].min(axis=1), rows[["raw", "of_region"]].max(axis=1)
    assert ((rows["shrunken"] >= low) & (rows["shrunken"] <= high)).all()
    assert rows["weight"].corr(counts["before"], method="spearman") > 0.99
    assert rows.loc[7, "weight"] == 0
    assert rows.loc[7, "shrunken"] == rows.loc[7, "of_region"]


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
