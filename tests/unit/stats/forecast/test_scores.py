import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.stats.forecast.scores import coverage, crps_normal, crps_sample, diebold_mariano, interval_score


def test_an_interval_is_scored_by_its_width_and_a_fine():
    # 80%: a fine of 2 / .2 = 10 times what lies outside.
    assert interval_score([0, 0, 0], [4, 4, 4], [2, 5, -0.5], 0.8) == pytest.approx([4, 4 + 10, 4 + 5])


def test_crps_of_a_normal_forecast_at_its_mean():
    # sigma (2 phi(0) - 1 / sqrt(pi)) = 2 (.797885 - .564190).
    assert crps_normal([3.0], [2.0], [3.0]) == pytest.approx([2 * (0.7978845608 - 0.5641895835)])


def test_crps_of_draws_by_hand():
    # |1 - 2|, |3 - 2| have mean 1; pairs differ by 2 twice, over 2 * 2^2: 1 - 4 / 8.
    assert crps_sample(np.array([[1.0], [3.0]]), [2.0]) == pytest.approx([0.5])


def test_crps_of_many_draws_is_that_of_their_distribution():
    draws = np.random.default_rng(1).normal(1.0, 2.0, (200_000, 1))
    assert crps_sample(draws, [2.5]) == pytest.approx(crps_normal([1.0], [2.0], [2.5]), rel=0.01)


def test_coverage_with_its_exact_interval():
    assert coverage([True, True, True, True]) == pytest.approx((1.0, 0.025**0.25, 1.0))
    assert coverage([False]) == pytest.approx((0.0, 0.0, 0.975))
    assert np.isnan(coverage([])).all()


def test_diebold_and_mariano_a_step_ahead_by_hand():
    # Differences 1, 2, 3: mean 2, gamma0 = 2/3; sqrt(gamma0 / 3) = .4714; correction sqrt((3 + 1 - 2) / 3).
    result = diebold_mariano([2, 3, 4], [1, 1, 1], 1)
    assert result.statistic == pytest.approx(2 / np.sqrt(2 / 9) * np.sqrt(2 / 3))
    assert result.n == 3


def test_too_few_forecasts_and_equal_losses_are_refused():
    with pytest.raises(ModelError, match="more forecasts than steps"):
        diebold_mariano([1, 2], [2, 1], 2)
    with pytest.raises(ModelError, match="without variance"):
        diebold_mariano([1, 2, 3], [0, 1, 2], 1)
