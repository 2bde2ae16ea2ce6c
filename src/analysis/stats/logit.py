r"""The maximum of a logit's likelihood, and average effects on probabilities.

.. math:: P(y_i = 1) = \Lambda(x_i'\beta)

Rows may be pupils, each with a weight, or cells of alike pupils, each with a count. Coefficients are log odds and
cannot be read as sizes; average effects can, with their errors by the delta method.

That the maximum is finite is proven before anything is returned (`analysis.stats.separation`). Terms are brought to
coordinates without correlation and of unit variance first, so that neither their origin nor their unit matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete
from analysis.stats.fit import Fit, cluster_sums, numbered, of_scores
from analysis.stats.newton import Climb, Point, climb
from analysis.stats.separation import certified, strictly_separated

Floats = NDArray[np.floating[Any]]

MOST_STEPS, TOLERANCE = 25, 1e-16
"""Newton's method needs six to ten steps; where there is no maximum each step adds one to some log odds."""

ROUNDING = 1e-12  # part of a count by which an outcome may exceed it
COLLINEAR = 1e-11  # what a term has of its own, relative to its length, below which it is a copy of the others
OUTSIDE = 1e-6  # part of a row beyond which it is outside the directions that the data determine


@dataclass(frozen=True)
class Maximum:
    """Where the likelihood is highest.

    Parameters
    ----------
    beta : Coefficients.
    inverse : Of minus the second derivative of the log-likelihood there; shape (terms, terms).
    coordinates, determined
        From terms to coordinates of unit variance, shape (terms, terms), and the directions among these in which the
        likelihood has a maximum, shape (terms, directions): all of them, but in the limit of a `NoMaximumError`.
    """

    beta: Floats
    inverse: Floats
    coordinates: Floats
    determined: Floats

    @property
    def separated(self) -> bool:
        """Whether some log odds are infinite."""
        return bool(self.determined.shape[1] < self.determined.shape[0])

    def determines(self, X: Floats) -> NDArray[np.bool_]:
        """Return for which rows of terms the log odds are finite and known, shape (rows,)."""
        rows = X @ self.coordinates
        size = np.linalg.norm(rows, axis=1)
        return np.asarray(self._outside(rows) <= OUTSIDE * np.maximum(size, 1.0), dtype=np.bool_)

    def unknown_terms(self, names: Sequence[str]) -> list[str]:
        """Name the terms whose own coefficient is infinite or not known."""
        rows = self.coordinates  # a unit of one term, as the likelihood sees it
        infinite = self._outside(rows) > OUTSIDE * np.linalg.norm(rows, axis=1)
        return [name for name, unknown in zip(names, infinite, strict=True) if unknown]

    def _outside(self, rows: Floats) -> Floats:
        return np.asarray(np.linalg.norm(rows - rows @ self.determined @ self.determined.T, axis=1))


class NoMaximumError(ModelError):
    """A likelihood has no maximum: nobody or everybody with some term has the outcome.

    Parameters
    ----------
    limit : Limit of the likelihood: rows that can be are predicted perfectly, others are those of `Maximum.determines`.
    names : Of the terms.
    """

    def __init__(self, limit: Maximum, names: Sequence[str] = ()) -> None:
        by = f", as by {', '.join(limit.unknown_terms(names))}" if names else ""
        super().__init__(
            f"nobody or everybody with some (combination of) terms has the outcome{by}: there is no finite maximum",
            Reason.SEPARATED,
        )
        self.limit = limit


def maximise(X: Floats, count: Floats, ones: Floats, names: Sequence[str] = ()) -> Maximum:
    """Maximise by Newton's method (for a logit the same as iteratively reweighted least squares).

    Parameters
    ----------
    X : Terms, the intercept among them; shape (rows, terms), of full rank.
    count, ones
        Of each row: pupils (or their weight), and how many of them have the outcome; a part of a pupil is a share.
    names : Of the terms, for the message.

    Returns
    -------
    Maximum
        Coefficients in log odds per unit of the term.

    Raises
    ------
    NoMaximumError
        If nobody or everybody with some term has the outcome, so that the likelihood has no finite maximum.
    ModelError
        If a value is missing, an outcome is not between nobody and everybody, the terms are collinear, or the
        search does not converge.
    """
    _check_outcome(X, count, ones)
    coordinates = _uncorrelated(X, count)
    likelihood = _LogitLikelihood(X @ coordinates, count, ones)
    climbed = likelihood.climbed()
    if not (climbed.converged and likelihood.proven(climbed.point)):
        strict = likelihood.separated()
        if strict.any():
            raise NoMaximumError(_limit(X[~strict], count[~strict], ones[~strict], coordinates), names)
    return _maximum(climbed, coordinates, np.eye(X.shape[1]))


def clustered(maximum: Maximum, X: pd.DataFrame, y: pd.Series, weight: pd.Series, clusters: pd.Series) -> Fit:
    r"""Return a logit with errors clustered by the convention of `analysis.stats.fit`.

    Parameters
    ----------
    maximum : Of the likelihood, or its limit where it has none: rows that are predicted perfectly have no score.
    X, y, weight, clusters
        Terms, outcome between 0 and 1, weight and cluster of each row; shapes (rows, terms) and (rows,).

    Returns
    -------
    Fit
        Coefficients in log odds per unit of the term.

    Raises
    ------
    ModelError
        As `fit.of_scores`.

    Notes
    -----
    :math:`s_g = \sum_{i \in g} w_i (y_i - \hat y_i) x_i` and :math:`A = \sum_i w_i \hat y_i (1 - \hat y_i) x_i x_i'`.
    """
    numbers, (codes, names) = X.to_numpy(float), numbered(clusters)
    residuals = np.where(maximum.determines(numbers), y.to_numpy() - expit(numbers @ maximum.beta), 0.0)
    scores = cluster_sums(codes, numbers * (weight.to_numpy() * residuals)[:, None])
    return of_scores(pd.Series(maximum.beta, X.columns), scores, maximum.inverse, names, len(X))


def average_difference(high: Floats, low: Floats, beta: Floats, weight: Floats) -> tuple[float, Floats]:
    """Average the difference in probability between two states of the same rows.

    Parameters
    ----------
    high, low : Terms of the rows in either state.
    beta : Coefficients in log odds, shape (terms,).
    weight : Of each row; the scale does not matter.

    Returns
    -------
    float, array
        The difference, and its derivative to the coefficients, shape (terms,).
    """
    share = weight / weight.sum()
    p1, p0 = expit(high @ beta), expit(low @ beta)
    return float(share @ (p1 - p0)), (share * p1 * (1 - p1)) @ high - (share * p0 * (1 - p0)) @ low


def average_slope(X: Floats, beta: Floats, column: int, weight: Floats) -> tuple[float, Floats]:
    """Average the derivative of the probability to a number.

    Parameters
    ----------
    X, beta, weight : Terms and weights of the rows, and coefficients in log odds.
    column : Position of the number in `X`.

    Returns
    -------
    float, array
        The derivative, and its gradient to the coefficients, shape (terms,).
    """
    share = expit(X @ beta)
    slope = weight / weight.sum() * share * (1 - share)
    gradient: Floats = beta[column] * (slope * (1 - 2 * share)) @ X
    gradient[column] += slope.sum()
    return float(beta[column] * slope.sum()), gradient


def _check_outcome(X: Floats, count: Floats, ones: Floats) -> None:
    check_complete({"the terms": X, "the numbers": count, "the outcome": ones}, what="a logit")
    between = (count >= 0) & (ones >= 0) & (ones <= count * (1 + ROUNDING))
    if not between.all() or not count.sum() > 0:
        raise ModelError("a logit: an outcome is not between nobody and everybody", Reason.INVALID)


def _uncorrelated(X: Floats, count: Floats) -> Floats:
    """Return the matrix that gives terms unit variance and no correlation over the pupils; shape (terms, terms)."""
    weighted = np.sqrt(count / count.sum())[:, None] * X
    size = np.linalg.norm(weighted, axis=0)
    upper = np.linalg.qr(weighted / np.where(size > 0, size, 1.0), mode="r")
    if len(upper) < X.shape[1] or (size == 0).any() or (np.abs(np.diag(upper)) < COLLINEAR).any():
        raise ModelError("a logit: the terms are collinear", Reason.COLLINEAR)
    return np.asarray(np.linalg.inv(upper) / size[:, None])


@dataclass(frozen=True, eq=False)
class _LogitLikelihood:
    """The log-likelihood in coordinates of unit variance: rows of these, how many each counts for, and the outcomes."""

    rows: Floats
    count: Floats
    ones: Floats

    def at(self, beta: Floats) -> Point:
        log_odds = self.rows @ beta
        share = expit(log_odds)
        loglik = float(self.ones @ log_odds - self.count @ np.logaddexp(0.0, log_odds))
        score = self.rows.T @ (self.ones - self.count * share)
        information = self.rows.T @ ((self.count * share * (1 - share))[:, None] * self.rows)
        return Point(beta, loglik, score, information)

    def climbed(self) -> Climb:
        weight = float(self.count.sum())
        return climb(self.at, self.start(), weight=weight, tolerance=TOLERANCE, max_steps=MOST_STEPS)

    def start(self) -> Floats:
        """Return least squares on the log odds of rows, each with half a pupil more on either side.

        From one log odds for all, a band in which the outcome is far more frequent is left too far on the other side.
        """
        X, share = self.rows, (self.ones + 0.5) / (self.count + 1)
        weight = self.count * share * (1 - share)
        start: Floats = np.linalg.solve(X.T @ (weight[:, None] * X), X.T @ (weight * np.log(share / (1 - share))))
        return start

    def proven(self, top: Point) -> bool:
        longest = float(np.linalg.norm(self.rows, axis=1).max())
        return certified(longest, float(self.count.sum()), top.score, top.information)

    def separated(self) -> NDArray[np.bool_]:
        """Return which rows are predicted perfectly in the limit, where all log odds go the way of the outcome."""
        some, not_all = (self.ones > 0) & (self.count > 0), (self.ones < self.count) & (self.count > 0)
        strict = strictly_separated(np.vstack([self.rows[some], -self.rows[not_all]]))
        separated = np.zeros(len(self.rows), dtype=np.bool_)
        separated[np.concatenate([np.flatnonzero(some), np.flatnonzero(not_all)])[strict]] = True
        return separated


def _limit(X: Floats, count: Floats, ones: Floats, coordinates: Floats) -> Maximum:
    """Maximise over the rows that are not predicted perfectly, in the directions that they determine."""
    if not len(X):
        nothing = np.zeros((len(coordinates), len(coordinates)))
        return Maximum(nothing[0], nothing, coordinates, nothing[:, :0])
    rows = X @ coordinates
    _, size, directions = np.linalg.svd(rows, full_matrices=False)
    determined = directions[size > OUTSIDE * size.max(initial=1.0)].T
    return _maximum(_LogitLikelihood(rows @ determined, count, ones).climbed(), coordinates, determined)


def _maximum(climbed: Climb, coordinates: Floats, determined: Floats) -> Maximum:
    if not climbed.converged:
        raise ModelError(f"a logit: no convergence in {MOST_STEPS} steps", Reason.NO_CONVERGENCE)
    to_terms = coordinates @ determined
    inverse, beta = np.linalg.inv(climbed.point.information), to_terms @ climbed.point.b
    return Maximum(beta, to_terms @ inverse @ to_terms.T, coordinates, determined)
