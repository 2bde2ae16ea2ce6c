r"""Binomial counts, some of which are known only as one of several numbers, such as "fewer than five".

The likelihood of such a count is the sum over what it may be,
:math:`\sum_{y \in S} \binom{n}{y} p^y (1-p)^{n-y}`; with y drawn from that set, its derivatives to the log odds are
:math:`E(y) - np` and :math:`\mathrm{Var}(y) - np(1-p)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, gammaln, logsumexp

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete


@dataclass(frozen=True, eq=False)
class Counts:
    """How many of each row have the outcome, or between which numbers that lies.

    Parameters
    ----------
    n : Units of each row, shape (rows,).
    low, high : Least and most of them that have the outcome, shape (rows,); equal where the count is known.

    Raises
    ------
    ModelError
        If a number is missing, or not 0 <= low <= high <= n.
    """

    n: Floats
    low: Floats
    high: Floats

    def __post_init__(self) -> None:
        for name in ("n", "low", "high"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), float))
        check_complete({"n": self.n, "low": self.low, "high": self.high}, what="binomial counts")
        if not ((self.low >= 0) & (self.low <= self.high) & (self.high <= self.n)).all():
            raise ModelError("binomial counts: not 0 <= low <= high <= n", Reason.INVALID)

    @classmethod
    def known(cls, n: ArrayLike, y: ArrayLike) -> Counts:
        """Return counts that are all known."""
        ones = np.asarray(y, float)
        return cls(np.asarray(n, float), ones, ones)

    @property
    def middle(self) -> Floats:
        """The middle of what each count may be: what one would put in its place without this class."""
        return (self.low + self.high) / 2

    def take(self, rows: Floats | slice) -> Counts:
        """Return these rows only."""
        return Counts(self.n[rows], self.low[rows], self.high[rows])

    @cached_property
    def masked(self) -> np.ndarray:
        """Positions of the rows whose count is not known."""
        return np.flatnonzero(self.high > self.low)

    @cached_property
    def _constant(self) -> Floats:
        return _log_choose(self.n, self.low)

    @cached_property
    def _may_be(self) -> tuple[Floats, Floats]:
        """What each masked count may be, shape (masked, most), and its log coefficient, minus infinity beyond high."""
        low, high, n = (x[self.masked, None] for x in (self.low, self.high, self.n))
        values = low + np.arange(int((high - low).max()) + 1)
        inside = values <= high
        return values, np.where(inside, _log_choose(n, np.where(inside, values, 0.0)), -np.inf)

    def third(self, log_odds: Floats) -> Floats:
        """Return the third derivative of the log-likelihood of each row to the log odds, both of shape (rows,)."""
        p = expit(log_odds)
        third = -self.n * p * (1 - p) * (1 - 2 * p)
        if len(self.masked):
            values, weight, mean = self._drawn(log_odds[:, None])
            third[self.masked] += (weight * (values - mean) ** 3).sum(axis=2)[:, 0]
        return np.asarray(third)

    def _drawn(self, log_odds: Floats) -> tuple[Floats, Floats, Floats]:
        """Return what masked counts may be, with its probabilities and mean; the last axis is that of the values."""
        values, coefficient = (x[:, None, :] for x in self._may_be)
        logs = coefficient + values * log_odds[self.masked, :, None]
        weight = np.exp(logs - logsumexp(logs, axis=2, keepdims=True))
        return values, weight, (weight * values).sum(axis=2, keepdims=True)

    def terms(self, log_odds: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the log-likelihood of each row and its first and second derivative to the log odds.

        Parameters
        ----------
        log_odds : Shape (rows, points): each row at several values.

        Returns
        -------
        array, array, array
            Each of shape (rows, points).
        """
        p, none = expit(log_odds), -np.logaddexp(0.0, log_odds)
        n, y = self.n[:, None], self.low[:, None]
        loglik = self._constant[:, None] + y * log_odds + n * none
        slope, curvature = y - n * p, -n * p * (1 - p)
        if len(self.masked):
            rows = self.masked
            values, weight, mean = self._drawn(log_odds)
            logs = self._may_be[1][:, None, :] + values * log_odds[rows, :, None]
            loglik[rows] = logsumexp(logs, axis=2) + n[rows] * none[rows]
            slope[rows] = mean[:, :, 0] - n[rows] * p[rows]
            curvature[rows] += (weight * (values - mean) ** 2).sum(axis=2)
        return loglik, slope, curvature


def _log_choose(n: Floats, y: Floats) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1))
