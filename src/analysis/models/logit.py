r"""The maximum of a logit's likelihood, and what it means in probabilities.

.. math:: P(y_i = 1) = \Lambda(x_i'\beta)

Rows may be pupils, each with a weight, or cells of alike pupils, each with a count. Coefficients are log odds and
cannot be read as sizes; average effects can, with their errors by the delta method.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from analysis.errors import ModelError, Reason

Floats = NDArray[np.floating[Any]]

MOST_STEPS, MOST_HALVINGS, SMALL_STEP, ROUNDING = 25, 30, 1e-9, 1e-12
"""Newton's method needs six to ten steps; where there is no maximum each step adds one to some log odds."""


class NoMaximumError(ModelError):
    """A likelihood has no maximum: nobody or everybody with some term has the outcome.

    Parameters
    ----------
    reached
        Where the steps ended: log odds of some group that are very large.
    """

    def __init__(self, reached: Maximum) -> None:
        super().__init__("nobody or everybody with some term has the outcome", Reason.SEPARATED)
        self.reached = reached


@dataclass(frozen=True)
class Maximum:
    """Where the likelihood is highest, and its information there."""

    beta: Floats
    information: Floats


def maximise(X: Floats, count: Floats, ones: Floats) -> Maximum:
    """Maximise by Newton's method (for a logit the same as iteratively reweighted least squares).

    Parameters
    ----------
    X
        Terms, the intercept among them; shape (rows, terms), of full rank.
    count, ones
        Of each row: pupils (or their weight), and how many of them have the outcome.

    Raises
    ------
    NoMaximumError
        If nobody or everybody with some term has the outcome.
    """
    beta = _start(X, count, ones)
    reached = Maximum(beta, _information(X, count, beta))
    for _ in range(MOST_STEPS):
        try:
            step: Floats = np.linalg.solve(reached.information, X.T @ (ones - count * expit(X @ beta)))
        except np.linalg.LinAlgError as error:  # a separated outcome takes the weights of a group to zero
            raise NoMaximumError(reached) from error
        if np.abs(step).max() < SMALL_STEP:
            return Maximum(beta + step, reached.information)
        beta = beta + _shortened(step, beta, X, count, ones)
        reached = Maximum(beta, _information(X, count, beta))
    raise NoMaximumError(reached)


def average_difference(high: Floats, low: Floats, beta: Floats, weight: Floats) -> tuple[float, Floats]:
    """Average difference in probability between two states of the same rows, and its gradient.

    Parameters
    ----------
    high, low
        Terms of the rows in either state.
    weight
        Of each row; the scale does not matter.
    """
    share = weight / weight.sum()
    p1, p0 = expit(high @ beta), expit(low @ beta)
    return float(share @ (p1 - p0)), (share * p1 * (1 - p1)) @ high - (share * p0 * (1 - p0)) @ low


def average_slope(X: Floats, beta: Floats, place: int, weight: Floats) -> tuple[float, Floats]:
    """Average derivative of the probability to the number in column `place`, and its gradient."""
    share = expit(X @ beta)
    slope = weight / weight.sum() * share * (1 - share)
    gradient: Floats = beta[place] * (slope * (1 - 2 * share)) @ X
    gradient[place] += slope.sum()
    return float(beta[place] * slope.sum()), gradient


def _information(X: Floats, count: Floats, beta: Floats) -> Floats:
    share = expit(X @ beta)
    information: Floats = X.T @ ((count * share * (1 - share))[:, None] * X)
    return information


def _start(X: Floats, count: Floats, ones: Floats) -> Floats:
    """Begin at least squares on the log odds of rows, each with half a pupil more on either side.

    From one log odds for all, a band in which the outcome is far more frequent is left too far on the other side.
    """
    share = (ones + 0.5) / (count + 1)
    weight = count * share * (1 - share)
    start: Floats = np.linalg.solve(X.T @ (weight[:, None] * X), X.T @ (weight * np.log(share / (1 - share))))
    return start


def _shortened(step: Floats, beta: Floats, X: Floats, count: Floats, ones: Floats) -> Floats:
    """Halve a step until the likelihood rises: a full one overshoots where a rare band differs much from the others."""

    def height(at: Floats) -> float:
        log_odds = X @ at
        return float(ones @ log_odds - count @ np.logaddexp(0.0, log_odds))

    here = height(beta)
    for _ in range(MOST_HALVINGS):
        if height(beta + step) >= here - ROUNDING * abs(here):
            break
        step = step / 2
    return step
