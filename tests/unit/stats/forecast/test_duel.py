"""Two forecasts compared over origins that follow each other."""

import numpy as np
import pytest
from scipy.signal import periodogram

from analysis.errors import ModelError
from analysis.stats.forecast.duel import diebold_mariano


def test_the_error_is_the_periodogram_of_scipy_at_the_lowest_frequencies():
    """Of 18 origins 3 years ahead two frequencies: n / (3 x 3)."""
    rng = np.random.default_rng(1)
    first, second = rng.random(18), rng.random(18)
    _, density = periodogram(first - second, scaling="density")  # one-sided: twice the power of each frequency
    found = diebold_mariano(first, second, 3)
    assert found.std_error == pytest.approx(np.sqrt(density[1:3].mean() / 2 / 18))
    assert found.estimate == pytest.approx((first - second).mean())


def test_losses_that_differ_by_the_same_everywhere_have_no_error():
    for second in (np.full(12, 2.0), np.full(12, 1 + 1e-15)):
        found = diebold_mariano(np.ones(12), second, 1)
        assert np.isnan([found.std_error, found.p_value, found.ci_low]).all()


def test_too_few_origins_for_the_years_ahead_are_not_compared():
    with pytest.raises(ModelError, match="3 origins for each year ahead"):
        diebold_mariano(np.arange(8.0), np.ones(8), 3)


@pytest.mark.parametrize(("origins", "ahead"), [(9, 1), (9, 3), (17, 3), (30, 5)])
def test_without_a_difference_it_seldom_says_that_there_is_one(origins, ahead):
    """Errors that add up `ahead` years of shocks each, as forecasts of years that follow each other do."""
    shocks = np.random.default_rng(origins).normal(size=(1500, origins + ahead - 1)).cumsum(axis=1)
    before = np.concatenate([np.zeros((1500, 1)), shocks[:, : origins - 1]], axis=1)
    errors = shocks[:, ahead - 1 :] - before
    said = [
        abs(found.estimate) > found.ci_high - found.estimate
        for found in (diebold_mariano(e, 0 * e, ahead) for e in errors)
    ]
    assert np.mean(said) <= 0.085
