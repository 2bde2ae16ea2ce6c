import numpy as np
import pytest

from analysis.stats.random_effects import (
    EffectDistribution,
    below,
    fit_effect_distribution,
    rankability,
    tau_squared,
)


def test_with_equal_sampling_variances_tau_is_what_is_left_of_the_variance():
    effect, variance = np.array([-2.0, 0.0, 2.0, 0.0, 4.0, -4.0]), np.full(6, 3.0)
    # variance of the effects 40 / 5 = 8; 8 - 3 = 5
    distribution = fit_effect_distribution(effect, variance)
    assert distribution.sd == pytest.approx(np.sqrt(5))
    assert distribution.mean == 0
    assert distribution.tenths == pytest.approx((-1.2816 * np.sqrt(5), 1.2816 * np.sqrt(5)), rel=1e-4)


def test_units_that_differ_no_more_than_chance_have_no_spread():
    assert tau_squared(np.array([0.1, -0.1, 0.0]), np.full(3, 1.0), np.ones((3, 1))) == 0.0


def test_what_is_known_precisely_weighs_more_in_the_mean():
    # without spread the weights are 1 and 1/3: (0 * 1 + 0.4 / 3) / (4 / 3)
    assert fit_effect_distribution(np.array([0.0, 0.4]), np.array([1.0, 3.0])).mean == pytest.approx(0.1)


def test_the_interval_of_tau_covers_it():
    rng, covered = np.random.default_rng(3), 0
    for _ in range(300):
        variance = rng.uniform(0.01, 0.09, 25)
        distribution = fit_effect_distribution(rng.normal(-0.2, np.sqrt(0.2**2 + variance)), variance)
        covered += distribution.sd_low <= 0.2 <= distribution.sd_high
    assert 273 <= covered <= 297  # 285 expected; three standard deviations are 11


def test_no_spread_beyond_the_errors_is_a_tau_of_zero():
    x = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
    assert tau_squared(np.array([0.1, 1.0, 2.1, 2.9]), np.full(4, 1.0), x) == 0.0


def test_the_chance_of_being_below_a_line_is_that_of_the_shrunken_estimate():
    # mean 0, sd 1, variance 1: half of 2 is kept, so 1, with variance 1/2; the line at 1 is in its middle
    of = EffectDistribution(0.0, 1.0, 0.5, 2.0)
    assert below(np.array([2.0]), np.array([1.0]), of, 1.0) == pytest.approx([0.5])


def test_rankability_is_the_true_part_at_the_median_unit():
    assert rankability(np.array([1.0, 3.0, 9.0]), 1.0) == pytest.approx(1 / 4)
