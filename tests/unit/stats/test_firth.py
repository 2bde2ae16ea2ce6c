import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import chi2

from analysis.errors import ModelError, Reason
from analysis.stats.firth import fit_firth
from analysis.stats.separation import strictly_separated


def test_a_constant_alone_is_a_half_more_on_either_side():
    # |X'WX| = n p (1 - p), so that l* = (y + 1/2) log p + (n - y + 1/2) log (1 - p)
    fitted = fit_firth(np.ones((24, 1)), np.repeat([1.0, 0.0], [6, 18]))
    assert fitted.beta[0] == pytest.approx(np.log(6.5 / 18.5))
    none = fit_firth(np.ones((24, 1)), np.zeros(24))
    assert none.beta[0] == pytest.approx(np.log(0.5 / 24.5))


def test_two_groups_are_a_half_more_in_each_cell_and_separation_is_finite():
    # all four of one group, none of five of the other
    X, y = np.column_stack([np.ones(9), np.repeat([1.0, 0.0], [4, 5])]), np.repeat([1.0, 0.0], [4, 5])
    fitted = fit_firth(X, y)
    assert fitted.beta[0] == pytest.approx(np.log(0.5 / 5.5))
    assert fitted.beta.sum() == pytest.approx(np.log(4.5 / 0.5))
    low, high = fitted.interval(1)
    assert 0 < low < fitted.beta[1] < high < np.inf


def test_limits_are_where_the_profile_falls_by_half_the_percentile_and_zero_outside_is_a_small_p_value():
    rng = np.random.default_rng(3)
    X = np.column_stack([np.ones(24), rng.normal(size=24)])
    y = (rng.random(24) < expit(X @ [-1.0, 1.5])).astype(float)
    fitted = fit_firth(X, y)

    def profile(slope):
        def minus(b):
            p = expit(X @ [b[0], slope])
            loglik = np.sum(y * np.log(p) + (1 - y) * np.log1p(-p))
            return -(loglik + np.linalg.slogdet(X.T @ ((p * (1 - p))[:, None] * X))[1] / 2)

        return -minimize(minus, [0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).fun

    for limit in fitted.interval(1):
        assert 2 * (fitted.loglik - profile(limit)) == pytest.approx(chi2.ppf(0.95, 1), abs=1e-5)
    low, high = fitted.interval(1)
    assert (fitted.p_value(1) < 0.05) == (low > 0 or high < 0)


def test_the_constant_is_the_log_odds_at_the_place_from_which_the_term_is_counted():
    rng = np.random.default_rng(4)
    x = rng.normal(size=24)
    y = (rng.random(24) < expit(x)).astype(float)
    first = fit_firth(np.column_stack([np.ones(24), x]), y)
    moved = fit_firth(np.column_stack([np.ones(24), x - 2.0]), y)
    assert moved.beta[0] == pytest.approx(first.beta @ [1.0, 2.0], abs=1e-6)
    assert moved.interval(1) == pytest.approx(first.interval(1), abs=1e-5)


@pytest.mark.parametrize(
    ("X", "y", "reason"),
    [
        (np.ones((5, 2)), np.arange(5) % 2.0, Reason.COLLINEAR),
        (np.array([[1.0], [np.nan]]), np.zeros(2), Reason.MISSING),
        (np.ones((3, 1)), np.array([0.0, 0.5, 1.0]), Reason.INVALID),
    ],
)
def test_what_has_no_fit_says_why(X, y, reason):
    with pytest.raises(ModelError) as refused:
        fit_firth(X, y)
    assert refused.value.reason is reason


@pytest.mark.slow
def test_profile_limits_cover_at_24_boards_where_some_worlds_separate(record_property):
    """Sizes are those of 24 boards; rare or steep worlds separate, and a plain logit would have no number there."""
    size = np.log2([37, 12, 10, 5, 11, 10, 6, 6, 5, 6, 8, 7, 6, 4, 3, 3, 7, 7, 7, 2, 3, 6, 6, 5])
    X = np.column_stack([np.ones(24), size - size.mean()])
    rng, separated = np.random.default_rng(24), []
    for level, slope in ((-1.4, 1.2), (-1.4, 0.0), (0.0, 1.0), (-2.5, 3.0)):
        held = np.zeros(2)
        for _ in range(200):
            y = (rng.random(24) < expit(X @ [level, slope])).astype(float)
            fitted = fit_firth(X, y)
            intervals = [fitted.interval(term) for term in (1, 0)]
            held += [low <= truth <= high for (low, high), truth in zip(intervals, (slope, level), strict=True)]
            separated.append(strictly_separated(np.vstack([X[y == 1], -X[y == 0]])).any())
        for name, share in zip(("per doubling", "chance at the mean size"), held / 200, strict=True):
            record_property(f"judgements, Firth {name}, 24 boards, slope {slope} and {expit(level):.0%} good", share)
            assert 0.92 <= share <= 0.985
    assert np.mean(separated) > 0.02
