r"""A logit of few observations by penalised likelihood (Firth), with intervals of its profile.

.. math:: \ell^*(\beta) = \ell(\beta) + \tfrac12 \log |X' W X|, \quad W = \mathrm{diag}(p_i (1 - p_i))

The penalty takes the first-order bias off, and gives every coefficient a finite maximum, also where a term tells all
who have the outcome from all who have not (Heinze and Schemper, 2002). Limits are where the profile of :math:`\ell^*`
falls by half the 95th percentile of a chi-squared with one degree of freedom: they need not lie alike on both sides.

References
----------
Firth (1993), Bias reduction of maximum likelihood estimates, Biometrika 80. Heinze and Schemper (2002), A solution to
the problem of separation in logistic regression, Statistics in Medicine 21.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import chi2

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete

Bools = NDArray[np.bool_]

MOST_STEPS, MOST_HALVINGS, TOLERANCE = 200, 40, 1e-10
NEAR, TINY = 1e-5, 1e-300
"""Of a derivative by differences, in log odds; and the least curvature that is taken for one."""
LONGEST_STEP = 5.0
"""Of any coefficient at once, in log odds at a usual size of its term."""
MOST_DOUBLINGS = 30
COLLINEAR = 1e-9
"""Smallest singular value of the scaled terms, relative to the largest."""


@dataclass(frozen=True)
class Firth:
    """A fitted logit.

    Parameters
    ----------
    X : Terms, the intercept among them; shape (observations, terms).
    y : Whether each has the outcome, 0 or 1.
    beta : Coefficients, log odds per unit of the term.
    loglik : Penalised log-likelihood there.
    """

    X: Floats
    y: Floats
    beta: Floats
    loglik: float

    def error(self, term: int) -> float:
        """Return the standard error of a coefficient, from the information without the penalty."""
        return float(np.sqrt(np.linalg.inv(_information(self.X, self.beta))[term, term]))

    def p_value(self, term: int) -> float:
        """Return the p-value of a coefficient of zero, by the ratio of penalised likelihoods."""
        return float(chi2.sf(self.fall(term, 0.0), 1))

    def fall(self, term: int, value: float) -> float:
        r"""Return :math:`2 (\ell^*(\hat\beta) - \max \ell^*)` where a coefficient is held at a value."""
        free = _all_but(term, len(self.beta))
        start, moved = self.beta.copy(), value - self.beta[term]
        start[term] = value
        # The other terms take up what they can of the change, so that log odds stay as moderate as they may.
        start[free] -= moved * np.linalg.lstsq(self.X[:, free], self.X[:, term])[0]
        return max(0.0, 2 * (self.loglik - _climb(self.X, self.y, start, free)[1]))

    def interval(self, term: int, level: float = 0.95) -> tuple[float, float]:
        """Return the profile limits of a coefficient.

        Parameters
        ----------
        term : Position of its term.
        level : Confidence level.

        Raises
        ------
        ModelError
            If no limit is found within a reasonable distance.
        """
        critical, step = chi2.ppf(level, 1), self.error(term)
        at = float(self.beta[term])
        low, high = (_crossing(lambda value: self.fall(term, value) - critical, at, way * step) for way in (-1, 1))
        return low, high


def fit_firth(X: Floats, y: Floats) -> Firth:
    r"""Maximise the penalised likelihood of a logit.

    Parameters
    ----------
    X : Terms, the intercept among them; shape (observations, terms), of full rank.
    y : 0 or 1 of each observation.

    Returns
    -------
    Firth
        Also where the outcome is perfectly predicted, or all have it.

    Raises
    ------
    ModelError
        If a value is missing, an outcome is not 0 or 1, the terms are collinear, or the search does not converge.

    Notes
    -----
    Newton's steps to the root of
    :math:`\sum_i (y_i - p_i + h_i (\tfrac12 - p_i)) x_i = 0`, with :math:`h_i` the diagonal of
    :math:`W^{1/2} X (X'WX)^{-1} X' W^{1/2}`.
    """
    check_complete({"the terms": X, "the outcome": y}, what="a logit of few observations")
    if not np.isin(y, (0, 1)).all():
        raise ModelError("a logit of few observations: an outcome is not 0 or 1", Reason.INVALID)
    size = np.linalg.norm(X, axis=0)
    if (size == 0).any() or np.linalg.cond(X / size) > 1 / COLLINEAR or len(X) < X.shape[1]:
        raise ModelError("a logit of few observations: the terms are collinear", Reason.COLLINEAR)
    beta, loglik = _climb(X, y, np.zeros(X.shape[1]), _all_but(None, X.shape[1]))
    return Firth(X, y, beta, loglik)


def _all_but(term: int | None, terms: int) -> Bools:
    return np.asarray(np.arange(terms) != (-1 if term is None else term), dtype=np.bool_)


def _information(X: Floats, beta: Floats) -> Floats:
    share = expit(X @ beta)
    return np.asarray(X.T @ ((share * (1 - share))[:, None] * X))


def _penalised(X: Floats, y: Floats, beta: Floats) -> float:
    log_odds = X @ beta
    sign, size = np.linalg.slogdet(_information(X, beta))
    return float(y @ log_odds - np.logaddexp(0.0, log_odds).sum() + size / 2) if sign > 0 else -np.inf


def _score(X: Floats, y: Floats, beta: Floats) -> Floats:
    share = expit(X @ beta)
    weighted = np.sqrt(share * (1 - share))[:, None] * X
    leverage = (np.linalg.qr(weighted / max(float(np.abs(weighted).max()), TINY))[0] ** 2).sum(axis=1)
    return np.asarray(X.T @ (y - share + leverage * (0.5 - share)))


def _climb(X: Floats, y: Floats, start: Floats, free: Bools) -> tuple[Floats, float]:
    """Maximise over the coefficients that are free; the others stay where they start, in the penalty too."""
    beta, loglik = start, _penalised(X, y, start)
    if not free.any():
        return beta, loglik
    size: Floats = np.sqrt((X**2).mean(axis=0))
    for _ in range(MOST_STEPS):
        score = _score(X, y, beta)[free]
        step = np.linalg.solve(_curvature(X, y, beta, free, size), score)
        if float(score @ step) < TOLERANCE:
            return beta, loglik
        longest = float(np.abs(step * size[free]).max())
        part: Floats = np.asarray(step * min(1.0, LONGEST_STEP / longest))
        beta, loglik = _uphill(X, y, beta, loglik, free, part)
    raise ModelError(f"a logit of few observations: no convergence in {MOST_STEPS} steps", Reason.NO_CONVERGENCE)


def _curvature(X: Floats, y: Floats, beta: Floats, free: Bools, size: Floats) -> Floats:
    """Return minus the second derivative of the penalised likelihood, where it curves downwards, else the information.

    Far from the maximum hardly any information is left, and steps by it alone overshoot.
    """
    columns = []
    for term in np.flatnonzero(free):
        apart = np.zeros(len(beta))
        apart[term] = NEAR / size[term]
        columns.append((_score(X, y, beta - apart) - _score(X, y, beta + apart))[free] * size[term] / (2 * NEAR))
    second = np.column_stack(columns)
    second = (second + second.T) / 2
    scaled = second / np.outer(size[free], size[free])
    if np.linalg.eigvalsh(scaled)[0] > NEAR:
        return np.asarray(second)
    return np.asarray(_information(X, beta)[np.ix_(free, free)] + NEAR * np.diag(size[free] ** 2))


def _uphill(X: Floats, y: Floats, beta: Floats, loglik: float, free: Bools, step: Floats) -> tuple[Floats, float]:
    """Take a step, or a part of it by which the likelihood does not fall."""
    for _ in range(MOST_HALVINGS):
        tried = beta.copy()
        tried[free] += step
        reached = _penalised(X, y, tried)
        if reached >= loglik:
            return tried, reached
        step = step / 2
    raise ModelError("a logit of few observations: no step goes uphill", Reason.NO_CONVERGENCE)


def _crossing(above: Callable[[float], float], start: float, step: float) -> float:
    """Return where a function that is below zero at the start crosses zero on the side of the step."""
    inside = start
    for _ in range(MOST_DOUBLINGS):
        outside = inside + step
        if above(outside) > 0:
            return float(brentq(above, *sorted((inside, outside)), xtol=1e-9))
        inside, step = outside, 2 * step
    raise ModelError("a logit of few observations: the profile has no limit", Reason.NO_CONVERGENCE)
