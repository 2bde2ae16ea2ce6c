import numpy as np
import pytest
from scipy.stats import multivariate_normal

from analysis.errors import ModelError
from analysis.stats.spread_from_means import fit_spread


def made(rng, groups, sigma, tau):
    n = rng.integers(5, 80, groups).astype(float)
    x = rng.standard_normal(groups)
    X = np.column_stack([np.ones(groups), x])
    return 535 + 2 * x + rng.standard_normal(groups) * np.sqrt(tau**2 + sigma**2 / n), n, X


def test_the_estimate_is_the_highest_point_of_the_likelihood():
    mean, n, X = made(np.random.default_rng(1), 300, 9.0, 2.5)
    fit = fit_spread(mean, n, X)

    def loglik(sigma, tau):
        return multivariate_normal.logpdf(mean, X @ fit.beta, np.diag(tau**2 + sigma**2 / n))

    assert fit.loglik == pytest.approx(loglik(fit.sigma, fit.tau))
    for sigma, tau in ((1.02, 1), (0.98, 1), (1, 1.02), (1, 0.98)):
        assert loglik(sigma * fit.sigma, tau * fit.tau) < fit.loglik
    assert fit.sigma_low < 9 < fit.sigma_high
    assert fit.tau_low < 2.5 < fit.tau_high


def test_groups_that_differ_by_chance_only_have_a_lower_limit_of_zero():
    fit = fit_spread(*made(np.random.default_rng(2), 100, 9.0, 0.0))
    assert fit.tau_low == 0


def test_groups_of_one_size_are_refused():
    with pytest.raises(ModelError, match="one size"):
        fit_spread(np.arange(5.0), np.full(5, 20.0), np.ones((5, 1)))


@pytest.mark.parametrize("worlds", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_intervals_cover_both(worlds, record_property):
    rng, covered = np.random.default_rng(3), np.zeros(2)
    for _ in range(worlds):
        fit = fit_spread(*made(rng, 200, 9.0, 2.5))
        covered += [fit.sigma_low <= 9 <= fit.sigma_high, fit.tau_low <= 2.5 <= fit.tau_high]
    for name, share in zip(("pupils", "schools"), covered / worlds, strict=True):
        if worlds == 200:
            record_property(f"school differences, spread of {name} from means and numbers alone", share)
            assert 0.92 <= share <= 0.98
        assert share >= 0.95 - 3.5 * np.sqrt(0.0475 / worlds)
