import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import binom, norm

from analysis.stats.binomial_mixed import Counts, fit_nested, fit_two_terms
from analysis.stats.binomial_mixed.nested import _Quadrature
from analysis.stats.binomial_mixed.search import Sorted
from analysis.stats.binomial_mixed.two_terms import Laplace


def made(rng, groups, years, middle, sds, sizes):
    group = np.repeat(np.arange(groups), years)
    n = rng.integers(*sizes, len(group))
    log_odds = middle + sds[0] * rng.standard_normal(groups)[group] + sds[1] * rng.standard_normal(len(group))
    return n, rng.binomial(n, expit(log_odds)), group


@pytest.mark.parametrize("sizes", [(20, 60), (400, 900)])
def test_the_likelihood_is_that_of_a_dense_sum_and_its_gradient_that_of_differences(sizes):
    n, y, group = made(np.random.default_rng(1), 4, 3, 3.0, (0.6, 0.5), sizes)
    data = Sorted.of(Counts.known(n, y), np.ones((12, 1)), group)
    at = np.array([3.1 / float(data.rows[0, 0]), 0.55, 0.45])
    surface = _Quadrature.of(Laplace(data), at)
    grid, width = np.linspace(-6, 6, 801, retstep=True)
    expected = 0.0
    for one in range(4):
        of_u = np.ones(len(grid))
        for size, count in zip(n[group == one], y[group == one], strict=True):
            shares = expit(3.1 + 0.55 * grid[:, None] + 0.45 * grid)
            of_u = of_u * (binom.pmf(count, size, shares) @ norm.pdf(grid)) * width
        expected += np.log(of_u @ norm.pdf(grid) * width)
    loglik, gradient = surface.slope(at)
    assert loglik == pytest.approx(expected, abs=2e-3)
    steps = 1e-5 * np.eye(3)
    differences = [(surface.slope(at + step)[0] - surface.slope(at - step)[0]) / 2e-5 for step in steps]
    assert gradient == pytest.approx(differences, abs=1e-4)


def test_where_counts_are_large_it_is_what_laplace_says():
    n, y, group = made(np.random.default_rng(2), 60, 4, 0.5, (0.5, 0.4), (300, 500))
    fits = [fit(Counts.known(n, y), np.ones((240, 1)), group) for fit in (fit_nested, fit_two_terms)]
    for name in ("lasting", "passing", "share_error", "loglik"):
        assert getattr(fits[0], name) == pytest.approx(getattr(fits[1], name), rel=0.02)
    assert fits[0].lasting_low < fits[0].lasting < fits[0].lasting_high


def test_where_hardly_anybody_fails_laplace_takes_some_of_what_lasts_for_passing():
    fits = []
    for seed in range(4):
        n, y, group = made(np.random.default_rng(seed), 400, 5, 4.25, (0.7, 0.55), (20, 60))
        fits.append([fit(Counts.known(n, y), np.ones((2000, 1)), group).share for fit in (fit_nested, fit_two_terms)])
    quadrature, laplace = np.transpose(fits)
    assert (quadrature - laplace > 0.015).all()


def test_groups_that_do_not_differ_have_no_limits():
    rng = np.random.default_rng(7)
    n = rng.integers(20, 60, 200)
    fit = fit_nested(Counts.known(n, np.round(0.8 * n)), np.ones((200, 1)), np.repeat(np.arange(50), 4))
    assert fit.lasting < 0.01
    assert np.isnan(fit.lasting_low)
    assert np.isnan(fit.share_error)


REGIMES = {
    "as havo": (2.05, (0.34, 0.30), (50, 160)),
    "as vmbo-b, hardly anybody fails": (4.25, (0.69, 0.56), (15, 65)),
}


@pytest.mark.slow
@pytest.mark.parametrize("regime", REGIMES)
def test_intervals_cover_in_the_regime_of_publication(regime, record_property):
    middle, truth, sizes = REGIMES[regime]
    rng, worlds, schools = np.random.default_rng(8), 200, 200 if regime == "as havo" else 400
    odds, covered, fitted = 2 * np.log(truth[0] / truth[1]), np.zeros(3), 0
    for _ in range(worlds):
        n, y, group = made(rng, schools, 5, middle, truth, sizes)
        fit = fit_nested(Counts.known(n, y), np.ones((len(n), 1)), group)
        fitted += not np.isnan(fit.share_error)
        covered += [
            fit.lasting_low <= truth[0] <= fit.lasting_high,
            fit.passing_low <= truth[1] <= fit.passing_high,
            abs(logit(fit.share) - odds) <= 1.96 * fit.share_error,
        ]
    assert fitted == worlds
    for name, share in zip(("lasting", "passing", "lasting share"), covered / worlds, strict=True):
        record_property(f"school differences, {name}, by quadrature, {regime}", share)
        assert 0.92 <= share <= 0.98
