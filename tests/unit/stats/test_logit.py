import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

from analysis.stats.logit import NoMaximumError, average_difference, average_slope, maximise

TWO_GROUPS = np.array([[1.0, 0.0], [1.0, 1.0]])


def test_the_log_odds_of_two_groups_are_those_of_their_shares():
    maximum = maximise(TWO_GROUPS, np.array([100.0, 50.0]), np.array([20.0, 30.0]))
    # 20 of 100: ln(20 / 80); 30 of 50: ln(30 / 20)
    assert_allclose(maximum.beta, [np.log(0.25), np.log(1.5) - np.log(0.25)], rtol=1e-10)
    # n p (1 - p): 16 and 12
    assert_allclose(np.linalg.inv(maximum.inverse), [[28, 12], [12, 12]], rtol=1e-8)


def test_without_a_maximum_the_limit_tells_of_the_others():
    """Everybody of the second group has the outcome; of the first 20 of 100: ln(20 / 80), and n p (1 - p) = 16."""
    with pytest.raises(NoMaximumError, match="as by d") as caught:
        maximise(TWO_GROUPS, np.array([100.0, 50.0]), np.array([20.0, 50.0]), ["intercept", "d"])
    limit = caught.value.limit
    assert_allclose(limit.determines(TWO_GROUPS), [True, False])
    assert_allclose(TWO_GROUPS[0] @ limit.beta, np.log(0.25))
    assert_allclose(TWO_GROUPS[0] @ limit.inverse @ TWO_GROUPS[0], 1 / 16)


def test_a_difference_between_states_is_that_of_their_probabilities_and_has_its_gradient():
    beta, weight = np.array([-1.0, 2.0]), np.array([3.0, 1.0])
    high, low = np.array([[1.0, 1.0], [1.0, 2.0]]), np.array([[1.0, 0.0], [1.0, 1.0]])
    value, gradient = average_difference(high, low, beta, weight)
    # weights 3/4 and 1/4
    assert value == pytest.approx(0.75 * (expit(1) - expit(-1)) + 0.25 * (expit(3) - expit(1)))
    assert_allclose(gradient, numeric(lambda b: average_difference(high, low, b, weight)[0], beta), atol=1e-8)


def test_a_slope_is_the_mean_derivative_and_has_its_gradient():
    X, beta, weight = np.array([[1.0, 0.5], [1.0, -1.0]]), np.array([0.3, 0.8]), np.ones(2)
    value, gradient = average_slope(X, beta, 1, weight)
    moved = [np.mean(expit(X @ beta + 0.8 * step)) for step in (1e-6, -1e-6)]
    assert value == pytest.approx((moved[0] - moved[1]) / 2e-6, rel=1e-6)
    assert_allclose(gradient, numeric(lambda b: average_slope(X, b, 1, weight)[0], beta), atol=1e-8)


def numeric(value, at, step=1e-6):
    return [(value(at + step * unit) - value(at - step * unit)) / (2 * step) for unit in np.eye(len(at))]
