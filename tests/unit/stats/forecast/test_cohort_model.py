import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.stats.forecast.cohort_model import draw_paths, fit_cohorts

BANDS = ((0,), (1, 2))


def counts(areas=3, years=8, ratio=0.9, born=400.0):
    """Every area alike: births do not change and every age is nine tenths of the one before it."""
    return np.tile((born * ratio ** np.arange(4))[None, :, None], (areas, 1, years))


def test_cohorts_that_never_change_are_forecast_as_they_are():
    model = fit_cohorts(counts(), BANDS, slice(1, 3))
    assert model.ratio == pytest.approx(np.full((3, 3), np.log(0.9)))
    path = draw_paths(model, 4, 1, 0.8)
    assert path.shape == (1, 4, 3, 4)
    assert path[0] == pytest.approx(np.tile(counts()[:, :, -1], (4, 1, 1)))


def test_a_step_of_the_last_years_goes_on():
    n = counts(years=12)
    for year in range(7, 12):
        n[:, 1:, year] = n[:, :-1, year - 1] * 0.8
    path = draw_paths(fit_cohorts(n, BANDS, slice(1, 3)), 1, 1, 0.8)[0, 0]
    assert path[:, 1:] / n[:, :-1, -1] == pytest.approx(np.full((3, 3), 0.8), rel=0.01)


def test_areas_share_the_shocks_of_a_year_so_that_the_city_is_wider_than_independent_areas():
    rng = np.random.default_rng(1)
    n = counts(areas=8, years=15, born=1e6)
    shock = np.exp(0.05 * rng.normal(size=14))
    for year in range(1, 15):
        n[:, 1:, year] = n[:, :-1, year - 1] * 0.9 * shock[year - 1]
    drawn = draw_paths(fit_cohorts(n, BANDS, slice(1, 3)), 1, 400, 0.8, rng)[:, 0, :, 1:].sum(axis=2)
    # With the same shock the standard deviation of eight areas is eight times that of one, not sqrt(8) = 2.8 times.
    assert drawn.sum(axis=1).std() == pytest.approx(8 * drawn[:, 0].std(), rel=0.05)


def test_every_age_is_in_one_band():
    with pytest.raises(ModelError, match="every age in one band"):
        fit_cohorts(counts(), ((0, 1), (1, 2)), slice(1, 3))
