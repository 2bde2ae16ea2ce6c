"""The density test: right on average, nominal where nothing bunches, and awake where something does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.stats.density import density_test


def exponential(seed, n=1500):
    return np.random.default_rng(seed).exponential(size=n)


def test_densities_are_those_of_a_known_distribution():
    left, right = np.mean(
        [(t.left, t.right) for t in (density_test(exponential(s), cutoff=1.0) for s in range(30))], axis=0
    )
    assert left == pytest.approx(np.exp(-1), abs=0.03)
    assert right == pytest.approx(np.exp(-1), abs=0.03)


def test_evenly_spread_observations_show_no_jump():
    test = density_test(np.linspace(-1, 1, 400))
    assert test.left == pytest.approx(0.5, abs=0.01)
    assert abs(test.statistic) < 0.2


def test_rejections_are_nominal_where_nothing_bunches():
    rejected = [density_test(exponential(seed), cutoff=1.0).p_value < 0.05 for seed in range(150)]
    assert np.mean(rejected) <= 0.10  # 150 tests of 5%: three standard deviations are 5.3 points


def test_bunching_above_the_cut_off_is_seen():
    x = exponential(1)
    moved = (x > 0.85) & (x < 1) & (np.random.default_rng(2).random(len(x)) < 0.6)
    x[moved] = 2 - x[moved]
    assert density_test(x, cutoff=1.0).p_value < 0.01


@given(shift=st.floats(-20, 20), scale=st.floats(0.1, 10))
@settings(max_examples=20, deadline=None)
def test_units_do_not_matter(shift, scale):
    x = exponential(3, n=300)
    here, there = density_test(x, cutoff=1.0), density_test(scale * x + shift, cutoff=scale + shift)
    assert there.statistic == pytest.approx(here.statistic, rel=1e-4)
    assert there.left == pytest.approx(here.left / scale, rel=1e-4)
