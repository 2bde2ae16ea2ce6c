import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import binom, chi2, norm

from analysis.errors import ModelError
from analysis.stats.binomial_mixed import Counts, OpenCounts, fit_one_term, fit_two_terms, posterior
from analysis.stats.splines import natural_spline

ONE = np.ones((12, 1))


def test_a_masked_count_is_the_sum_over_what_it_may_be():
    # of a school of 12 fewer than five: every count from 1 to 4, written out
    counts, log_odds = Counts([12], [1], [4]), np.array([[-1.2]])
    loglik, slope, curvature = counts.terms(log_odds)
    p = expit(-1.2)
    chance = np.array([binom.pmf(y, 12, p) for y in (1, 2, 3, 4)])
    assert loglik[0, 0] == pytest.approx(np.log(chance.sum()))
    mean = chance @ [1, 2, 3, 4] / chance.sum()
    assert slope[0, 0] == pytest.approx(mean - 12 * p)
    variance = chance @ np.square(np.array([1, 2, 3, 4]) - mean) / chance.sum()
    assert curvature[0, 0] == pytest.approx(variance - 12 * p * (1 - p))


def test_the_third_derivative_is_that_of_the_second():
    counts = Counts([12, 30], [1, 7], [4, 7])
    high, low = (counts.terms(np.full((2, 1), -0.7 + h))[2][:, 0] for h in (1e-5, -1e-5))
    assert counts.third(np.full(2, -0.7)) == pytest.approx((high - low) / 2e-5, rel=1e-6)


def test_without_a_total_the_sum_is_over_both_sides():
    # 1 to 4 of those with, 3 or 4 of those without: eight pairs, written out
    counts, at = OpenCounts.of([1, 6], [4, 6], [3, 9], [4, 9]), np.array([[-1.2, 0.3], [0.1, 0.2]])
    chance = [sum(binom.pmf(y, x + y, expit(e)) for y in (1, 2, 3, 4) for x in (3, 4)) for e in at[0]]
    assert counts.terms(at)[0][0] == pytest.approx(np.log(chance))
    assert counts.terms(at)[0][1] == pytest.approx(np.log(binom.pmf(6, 15, expit(at[1]))))
    (high, *_), (low, *_) = (counts.terms(at + h) for h in (1e-5, -1e-5))
    assert counts.terms(at)[1] == pytest.approx((high - low) / 2e-5, rel=1e-6)
    high, low = (counts.terms(at + h)[1] for h in (1e-5, -1e-5))
    assert counts.terms(at)[2] == pytest.approx((high - low) / 2e-5, rel=1e-6)
    high, low = (counts.terms(at + h)[2] for h in (1e-5, -1e-5))
    assert counts.third(at[:, 0]) == pytest.approx((high - low)[:, 0] / 2e-5, rel=1e-5)


def test_sides_that_cannot_be_are_refused():
    with pytest.raises(ModelError, match="nobody on either"):
        OpenCounts.of([0], [0], [0], [0])
    with pytest.raises(ModelError, match="low <= high on both sides"):
        OpenCounts.of([1], [1], [4], [1])


def test_a_count_that_cannot_be_is_refused():
    with pytest.raises(ModelError, match="0 <= low <= high <= n"):
        Counts([3], [4], [4])


def test_the_likelihood_is_the_integral_over_the_groups():
    n, y = np.full(12, 20), np.array([3, 9, 12, 8, 10, 15, 6, 11, 17, 9, 10, 5])
    fit = fit_one_term(Counts.known(n, y), ONE, np.arange(12))
    z = np.linspace(-9, 9, 20001)
    chance = binom.pmf(y[:, None], 20, expit(fit.beta[0] + fit.tau * z)) * norm.pdf(z)
    assert fit.loglik == pytest.approx(np.log(chance.sum(axis=1) * (z[1] - z[0])).sum(), abs=1e-6)
    assert fit.tau_low < fit.tau < fit.tau_high


def test_groups_that_are_alike_have_no_spread():
    fit = fit_one_term(Counts.known(np.full(12, 20), np.full(12, 10)), ONE, np.arange(12))
    assert fit.tau == pytest.approx(0, abs=1e-3)
    assert fit.tau_low == 0
    assert fit.beta[0] == pytest.approx(0, abs=1e-6)


def test_what_passes_alone_is_what_one_term_per_row_finds():
    # every group has one row: what lasts and what passes cannot be told apart, their variances add up
    n, y = np.full(12, 200), np.array([60, 90, 120, 80, 100, 150, 70, 110, 140, 90, 100, 75])
    one = fit_one_term(Counts.known(n, y), ONE, np.arange(12))
    two = np.repeat(np.arange(6), 2)
    fit = fit_two_terms(Counts.known(n, y), ONE, two)
    assert np.hypot(fit.lasting, fit.passing) == pytest.approx(one.tau, rel=0.1)
    assert 0 <= fit.share <= 1


def test_the_posterior_mean_is_a_ratio_of_integrals():
    after = posterior(Counts.known([40], [12]), [0.0], 1.0)
    z = np.linspace(-9, 9, 200_001)
    weight = binom.pmf(12, 40, expit(z)) * norm.pdf(z)
    assert after.mean[0] == pytest.approx(weight @ expit(z) / weight.sum(), abs=1e-5)


def test_a_posterior_shrinks_small_groups_more_and_tells_the_chance_of_being_below_a_line():
    after = posterior(Counts.known([10, 400], [9, 360]), np.full(2, logit(0.7)), 0.4)
    assert 0.7 < after.mean[0] < after.mean[1] < 0.9
    assert after.below([0.7, 0.7])[1] < after.below([0.7, 0.7])[0] < 0.5
    assert (after.quantile(0.05) < after.mean).all()
    assert (after.mean < after.quantile(0.95)).all()
    assert after.below(after.quantile(0.3)) == pytest.approx([0.3, 0.3])


def test_the_middle_of_what_small_counts_may_be_is_biased_where_they_are_enumerated():
    # 400 schools of 10 to 20 pupils, 6% below: nearly all counts of one to four are masked
    rng = np.random.default_rng(4)
    n = rng.integers(10, 21, 400)
    y = rng.binomial(n, expit(-2.75 + 0.3 * rng.standard_normal(400)))
    hidden = (y > 0) & (y < 5)
    counts = Counts(n, np.where(hidden, 1, y), np.where(hidden, 4, y))
    ones = np.ones((400, 1))
    middle = fit_one_term(Counts.known(n, counts.middle), ones, np.arange(400))
    enumerated = fit_one_term(counts, ones, np.arange(400))
    error = np.sqrt(enumerated.covariance[0, 0])
    assert abs(enumerated.beta[0] + 2.75) < 3 * error
    assert middle.beta[0] > -2.75 + 5 * error  # 2.5 of 15 is far more than 6%


def curve_of(schools, df, tau, seed):
    """Make schools of 10 to 40 pupils, half of whom or more pass, with a curve over a number of each school."""
    rng = np.random.default_rng(seed)
    w, n = rng.uniform(-2, 2, schools), rng.integers(10, 41, schools)
    share = expit(0.4 - 0.6 * w + tau * rng.standard_normal(schools))
    return Counts.known(n, rng.binomial(n, share)), natural_spline(w, df), np.arange(schools)


def test_restricted_likelihood_is_the_integral_over_the_coefficient():
    """Of twelve schools, integrated over the intercept and the differences on a grid, tau is where that is highest."""
    n, y = np.full(12, 20), np.array([3, 9, 12, 8, 10, 15, 6, 11, 17, 9, 10, 5])
    fit = fit_one_term(Counts.known(n, y), ONE, np.arange(12), restricted=True)
    z, b = np.linspace(-7, 7, 701), np.linspace(-1.8, 1.5, 331)

    def height(tau):
        chance = binom.pmf(y[:, None, None], 20, expit(b[:, None] + tau * z)) @ norm.pdf(z) * (z[1] - z[0])
        return np.log(np.exp(np.log(chance).sum(axis=0)).sum())

    below, top, above = (height(fit.tau + step) for step in (-0.02, 0.0, 0.02))
    assert abs(above - below) / (2 * top - below - above) * 0.01 < 0.01  # the parabola's top is within 0.01
    fall = chi2.ppf(0.95, 1) / 2
    assert top - height(fit.tau_low) == pytest.approx(fall, abs=0.03)
    assert top - height(fit.tau_high) == pytest.approx(fall, abs=0.03)


def test_of_many_pupils_restricted_likelihood_divides_by_degrees_of_freedom_and_likelihood_by_schools():
    """The log odds are then known but for the difference of each school: a linear model."""
    rng = np.random.default_rng(2)
    w, n = rng.standard_normal(20), np.full(20, 10**6)
    X = np.column_stack([np.ones(20), w, w**2, w**3])
    odds = 0.2 * w + 0.4 * rng.standard_normal(20)
    counts = Counts.known(n, np.round(n * expit(odds)))
    left = np.linalg.lstsq(X, odds)[1][0]
    found = [fit_one_term(counts, X, np.arange(20), restricted=kind).tau for kind in (False, True)]
    assert found == pytest.approx([np.sqrt(left / 20), np.sqrt(left / 16)], rel=1e-3)


def test_restricted_likelihood_of_schools_that_are_alike_is_zero():
    fit = fit_one_term(Counts.known(np.full(12, 20), np.full(12, 10)), ONE, np.arange(12), restricted=True)
    assert (fit.tau, fit.tau_low) == (0, 0)
    assert 0 < fit.tau_high < 1


def test_limits_are_found_where_the_spread_is_near_none():
    """The curvature there says that limits lie thousands of log odds away, where no search converges."""
    fit = fit_one_term(*curve_of(14, 1, 0.05, seed=587), restricted=True)
    assert 0 <= fit.tau_low <= fit.tau < fit.tau_high < 2


@pytest.mark.parametrize(("schools", "df"), [(14, 1), (25, 4), (50, 4)])
@pytest.mark.slow
def test_restricted_intervals_of_the_spread_cover_with_few_schools(schools, df, record_property):
    tau, covered = 0.4, np.zeros(2)
    for seed in range(200):
        world = curve_of(schools, df, tau, seed)
        fits = [fit_one_term(*world, restricted=kind) for kind in (True, False)]
        covered += [fit.tau_low <= tau <= fit.tau_high for fit in fits]
    restricted, likelihood = covered / 200
    name = f"spread of shares, {schools} schools, a curve of {df}"
    record_property(f"{name}, restricted likelihood", restricted)
    record_property(f"{name}, maximum likelihood (too low)", likelihood)
    assert 0.92 <= restricted <= 0.98


@pytest.mark.parametrize("worlds", [24, pytest.param(200, marks=pytest.mark.slow)])
def test_intervals_of_spread_slope_and_shares_cover(worlds, record_property):
    rng, tau, slope, covered = np.random.default_rng(5), 0.35, -0.3, np.zeros(3)
    for _ in range(worlds):
        n, w = rng.integers(10, 60, 80), rng.standard_normal(80)
        share = expit(0.4 + slope * w + tau * rng.standard_normal(80))
        counts, X = Counts.known(n, rng.binomial(n, share)), np.column_stack([np.ones(80), w])
        fit = fit_one_term(counts, X, np.arange(80))
        after = posterior(counts, X @ fit.beta, max(fit.tau, 1e-3))
        inside = (after.quantile(0.025) <= share) & (share <= after.quantile(0.975))
        near = abs(fit.beta[1] - slope) <= 1.96 * np.sqrt(fit.covariance[1, 1])
        covered += [fit.tau_low <= tau <= fit.tau_high, near, inside.mean()]
    names = ("spread of shares at equal intake, profile interval", "slope of shares", "share of a school, posterior")
    for name, share in zip(names, covered / worlds, strict=True):
        if worlds == 200:
            record_property(f"school differences, {name}", share)
            assert 0.92 <= share <= 0.98
        assert share >= 0.95 - 3.5 * np.sqrt(0.0475 / worlds)


@pytest.mark.slow
def test_intervals_of_what_lasts_and_what_passes_cover(record_property):
    rng, truth, worlds = np.random.default_rng(6), np.array([0.35, 0.25]), 200
    covered, group = np.zeros(3), np.repeat(np.arange(100), 4)
    odds = 2 * np.log(truth[0] / truth[1])
    for _ in range(worlds):
        n = rng.integers(20, 80, 400)
        log_odds = 1.0 + truth[0] * rng.standard_normal(100)[group] + truth[1] * rng.standard_normal(400)
        fit = fit_two_terms(Counts.known(n, rng.binomial(n, expit(log_odds))), np.ones((400, 1)), group)
        covered[0] += fit.lasting_low <= truth[0] <= fit.lasting_high
        covered[1] += fit.passing_low <= truth[1] <= fit.passing_high
        covered[2] += abs(logit(fit.share) - odds) <= 1.96 * fit.share_error
    for name, share in zip(
        ("lasting differences", "passing differences", "lasting share"), covered / worlds, strict=True
    ):
        record_property(f"school differences, {name}, two nested terms", share)
        assert 0.92 <= share <= 0.98
