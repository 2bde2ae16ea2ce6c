r"""Ordered logit on cells of alike persons, with errors clustered.

.. math:: P(y_i \le j) = \Lambda(\tau_j - x_i'\beta)

with cut points :math:`\tau_1 < \tau_2 < \dots`. One coefficient says how a group differs over the whole scale: by how
much its log odds of a higher level are above those of the reference. It asks that this is the same at every cut point.

References
----------
McCullagh (1980), Regression models for ordinal data, Journal of the Royal Statistical Society B 42(2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import expit

from analysis.errors import ModelError, Reason
from analysis.stats.cells import equal_row_codes
from analysis.stats.fit import Fit, of_scores
from analysis.stats.newton import Point, climb
from analysis.stats.regression import check_distinct_products
from analysis.stats.separation import certified, separates

MOST_STEPS, TOLERANCE = 50, 1e-16
SMALLEST = 1e-300  # a probability below it would have no logarithm

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class OrderedCells:
    """Persons with the same terms and level.

    Parameters
    ----------
    X : Terms of each cell, shape (cells, terms), without intercept.
    level : Of each cell; levels that occur are counted from 0.
    n : Persons, sparse (clusters, cells).
    clusters : Names of the clusters.
    """

    X: pd.DataFrame
    level: NDArray[np.int64]
    n: csr_array
    clusters: pd.Index

    @property
    def count(self) -> Floats:
        """Persons of each cell."""
        return np.bincount(self.n.indices, self.n.data, minlength=len(self.X)).astype(float)

    def only(self, terms: Sequence[str]) -> OrderedCells:
        """Return the same persons with some of the terms, cells that have become alike put together."""
        X = self.X[list(terms)]
        codes = equal_row_codes(X.assign(level=self.level.astype(float)))
        _, first = np.unique(codes, return_index=True)
        n = csr_array((self.n.data, codes[self.n.indices], self.n.indptr), shape=(len(self.clusters), len(first)))
        return OrderedCells(X.iloc[first].reset_index(drop=True), self.level[first], n, self.clusters)


def fit_ordered(cells: OrderedCells, outcome: str) -> Fit:
    r"""Fit an ordered logit by maximum likelihood.

    Parameters
    ----------
    cells : The persons.
    outcome : Name of the levels, for the messages.

    Returns
    -------
    Fit
        Coefficients of the terms in log odds of a higher level, and then the cut points (``cut point 1`` ...).

    Raises
    ------
    ModelError
        If all have the same level (``NO_VARIATION``), the terms are collinear (``COLLINEAR``), or there is no
        finite maximum: a term, or a combination, parts the levels at every cut point at which there is a choice
        (``SEPARATED``), such as a group with the highest level only.

    Notes
    -----
    Maximises :math:`\sum_c n_c \ln\{\Lambda(\tau_{y_c} - x_c'\beta) - \Lambda(\tau_{y_c - 1} - x_c'\beta)\}`; errors as
    in `fit.of_scores`.
    """
    if cells.level.max() == 0:
        raise ModelError(f"an ordered logit of {outcome}: everybody has the same", Reason.NO_VARIATION)
    X, count = cells.X.to_numpy(), cells.count
    centred = X - count @ X / count.sum()  # the cut points are as an intercept
    check_distinct_products(centred.T @ (count[:, None] * centred), list(map(str, cells.X)))
    likelihood = _OrderedLikelihood(X, cells.level, count)
    weight = float(count.sum())
    climbed = climb(likelihood.at, likelihood.start(), weight=weight, tolerance=TOLERANCE, max_steps=MOST_STEPS)
    top = climbed.point
    if not (climbed.converged and likelihood.proven(top.b)) and separates(likelihood.margins()):
        raise ModelError(
            f"an ordered logit of {outcome}: some (combination of) terms parts the levels perfectly, so that there is "
            "no finite maximum",
            Reason.SEPARATED,
        )
    if not climbed.converged:
        raise ModelError(f"an ordered logit of {outcome}: no convergence in {MOST_STEPS} steps", Reason.NO_CONVERGENCE)
    names = [*cells.X, *(f"cut point {j}" for j in range(1, len(top.b) - X.shape[1] + 1))]
    scores, inverse = cells.n @ likelihood.scores(top.b), np.linalg.inv(top.information)
    return of_scores(pd.Series(top.b, names), scores, inverse, cells.clusters, int(weight))


@dataclass(frozen=True, eq=False)
class _OrderedLikelihood:
    """The log-likelihood of cells: terms, level and number of each."""

    X: Floats
    level: NDArray[np.int64]
    count: Floats

    def start(self) -> Floats:
        """No effect of the terms, and the cut points that give the levels their shares."""
        below = np.bincount(self.level, self.count).cumsum()[:-1] / self.count.sum()
        return np.concatenate([np.zeros(self.X.shape[1]), np.log(below / (1 - below))])

    def at(self, theta: Floats) -> Point:
        if (np.diff(theta[self.X.shape[1] :]) <= 0).any():
            return Point(theta, -np.inf, theta, np.full((len(theta), len(theta)), np.nan))
        upper, lower = self.cumulative(theta)
        loglik = float(self.count @ np.log(np.maximum(upper - lower, SMALLEST)))
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # a step too far: not finite, hence halved
            return Point(theta, loglik, self.count @ self.scores(theta), self._information(theta))

    def cumulative(self, theta: Floats) -> tuple[Floats, Floats]:
        """Probability of a level up to that of the cell, and below it."""
        k = self.X.shape[1]
        padded = np.concatenate([[-np.inf], theta[k:], [np.inf]])
        eta = self.X @ theta[:k]
        return expit(padded[self.level + 1] - eta), expit(padded[self.level] - eta)

    def scores(self, theta: Floats) -> Floats:
        r"""Scores of a person of each cell, cells by coefficients.

        With :math:`F_u, F_l` the two probabilities of `cumulative`, :math:`f = F(1 - F)` and :math:`p = F_u - F_l`:
        :math:`\partial \ln p/\partial\eta = F_u + F_l - 1`, :math:`\partial \ln p/\partial\tau_u = f_u/p` and
        :math:`\partial \ln p/\partial\tau_l = -f_l/p`.
        """
        upper, lower = self.cumulative(theta)
        p = np.maximum(upper - lower, SMALLEST)
        fu, fl = upper * (1 - upper), lower * (1 - lower)
        up, low = self._cut_points(len(theta) - self.X.shape[1])
        cut_points = up.multiply((fu / p)[:, None]).toarray() - low.multiply((fl / p)[:, None]).toarray()
        return np.hstack([(upper + lower - 1)[:, None] * self.X, cut_points])

    def _cut_points(self, m: int) -> tuple[csr_array, csr_array]:
        """Which cut point is above and which below each cell; none above the highest or below the lowest level."""
        rows, has_u, has_l = np.arange(len(self.level)), self.level < m, self.level > 0
        shape = (len(self.level), m)
        up = csr_array((np.ones(has_u.sum()), (rows[has_u], self.level[has_u])), shape=shape)
        low = csr_array((np.ones(has_l.sum()), (rows[has_l], self.level[has_l] - 1)), shape=shape)
        return up, low

    def _information(self, theta: Floats) -> Floats:
        """Observed information."""
        X, count, k = self.X, self.count, self.X.shape[1]
        m = len(theta) - k
        upper, lower = self.cumulative(theta)
        p = np.maximum(upper - lower, SMALLEST)
        fu, fl = upper * (1 - upper), lower * (1 - lower)
        up, low = self._cut_points(m)
        uu = (fu / p) ** 2 - fu * (1 - 2 * upper) / p
        ll = (fl / p) ** 2 + fl * (1 - 2 * lower) / p
        information = np.zeros((k + m, k + m))
        information[:k, :k] = X.T @ ((count * (fu + fl))[:, None] * X)
        cross = up.multiply((count * fu)[:, None]) + low.multiply((count * fl)[:, None])
        information[:k, k:] = -(cross.T @ X).T
        information[k:, :k] = information[:k, k:].T
        diagonal = k + np.arange(m)
        information[diagonal, diagonal] = up.T @ (count * uu) + low.T @ (count * ll)
        # Only neighbouring cut points share a level.
        between = np.bincount(self.level, count * fu * fl / p**2, minlength=m + 1)[1:m]
        information[diagonal[:-1], diagonal[1:]] -= between
        information[diagonal[1:], diagonal[:-1]] -= between
        return information

    def margins(self) -> Floats:
        r"""Return the margins that a separating direction makes nowhere negative; see `analysis.stats.separation`.

        With :math:`d` a change of the coefficients and :math:`t` one of the cut points, :math:`\ln(F_u - F_l)` does not
        fall where :math:`t_u - x'd \ge 0` at the cut point above the level and :math:`x'd - t_l \ge 0` at that below.
        """
        rows, cut_points, level = _uncorrelated(self.X, self.count), np.eye(int(self.level.max())), self.level
        above, below = level < len(cut_points), level > 0
        upper = np.hstack([-rows[above], cut_points[level[above]]])
        return np.vstack([upper, np.hstack([rows[below], -cut_points[level[below] - 1]])])

    def proven(self, theta: Floats) -> bool:
        r"""Prove that the maximum is finite by `separation.certified`, its bound M widened by :math:`2r + 1`.

        With :math:`A, B \ge 0` what a separating direction adds to the cut point above and takes off the one below,
        :math:`r_u = f_u/p`, :math:`r_l = f_l/p` and `r` the largest of these: :math:`s'd = r_u A + r_l B`, while
        :math:`d'Hd \le r_u (r_u + 1) A^2 + r_l (r_l + 1) B^2 + 2 r_u r_l A B \le (2r + 1) M s'd`.
        """
        X, count, k, rows = self.X, self.count, self.X.shape[1], _uncorrelated(self.X, self.count)
        middle = count @ X / count.sum()
        # The same point in the coordinates of `rows`: cut points less what was subtracted.
        slopes = np.linalg.lstsq(rows, (X - middle) @ theta[:k], rcond=None)[0]
        turned = np.concatenate([slopes, theta[k:] - middle @ theta[:k]])
        likelihood = _OrderedLikelihood(rows, self.level, count)
        point, (upper, lower) = likelihood.at(turned), likelihood.cumulative(turned)
        densest = (np.maximum(upper * (1 - upper), lower * (1 - lower)) / np.maximum(upper - lower, SMALLEST)).max()
        longest = float(np.sqrt((rows**2).sum(axis=1).max() + 1.0) * (2 * densest + 1))
        return certified(longest, float(count.sum()), point.score, point.information)


def _uncorrelated(X: Floats, count: Floats) -> Floats:
    """Bring the terms to coordinates of unit variance; the cut points take up what is subtracted."""
    centred = X - count @ X / count.sum()
    upper = np.linalg.qr(np.sqrt(count / count.sum())[:, None] * centred, mode="r")
    return np.asarray(centred @ np.linalg.inv(upper))
