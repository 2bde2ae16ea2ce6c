import numpy as np
import pytest

from analysis.stats.forecast.scores import coverage, crps_normal, interval_score


def test_an_interval_is_scored_by_its_width_and_a_fine():
    # 80%: a fine of 2 / .2 = 10 times what lies outside.
    assert interval_score([0, 0, 0], [4, 4, 4], [2, 5, -0.5], 0.8) == pytest.approx([4, 4 + 10, 4 + 5])


def test_crps_of_a_normal_forecast_at_its_mean():
    # sigma (2 phi(0) - 1 / sqrt(pi)) = 2 (.797885 - .564190).
    assert crps_normal([3.0], [2.0], [3.0]) == pytest.approx([2 * (0.7978845608 - 0.5641895835)])


def test_coverage_with_its_exact_interval():
    assert coverage([True, True, True, True]) == pytest.approx((1.0, 0.025**0.25, 1.0))
    assert coverage([False]) == pytest.approx((0.0, 0.0, 0.975))
    assert np.isnan(coverage([])).all()
