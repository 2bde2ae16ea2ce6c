r"""Binomial counts, some of which are known only as one of several numbers, such as "fewer than five".

The likelihood of such a count is the sum over what it may be,
:math:`\sum_{y \in S} \binom{n}{y} p^y (1-p)^{n-y}`. Where nobody tells the total either, as in a file that masks small
counts of those with and of those without the outcome, the sum is over both,
:math:`\sum_{y \in S} \sum_{x \in T} \binom{x + y}{y} p^y (1-p)^x`: over the few numbers that it may be, each total is
taken to be as likely. With y and n drawn from what they may be and :math:`r = y - np`, the derivatives to the log odds
are :math:`E(r)` and :math:`\mathrm{Var}(r) - E(n) p(1-p)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, gammaln

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

    def take(self, rows: NDArray[np.intp]) -> Counts:
        """Return these rows only."""
        return Counts(self.n[rows], self.low[rows], self.high[rows])

    @cached_property
    def masked(self) -> np.ndarray:
        """Positions of the rows whose count is not known."""
        return np.flatnonzero(self.high > self.low)

    @cached_property
    def _constant(self) -> Floats:
        return _log_choose(self.n, np.minimum(self.low, self.n))

    @cached_property
    def _may_be(self) -> tuple[Floats, Floats, Floats]:
        """What each masked count and its total may be, shape (masked, most), and the log coefficient of each."""
        low, high, n = (x[self.masked, None] for x in (self.low, self.high, self.n))
        values = low + np.arange(int((high - low).max()) + 1)
        inside = values <= high
        return values, np.broadcast_to(n, values.shape), _inside(n, values, inside)

    def third(self, log_odds: Floats) -> Floats:
        """Return the third derivative of the log-likelihood of each row to the log odds, both of shape (rows,)."""
        p = expit(log_odds)
        third = -self.n * p * (1 - p) * (1 - 2 * p)
        if len(self.masked):
            weight, left, size = (x[:, 0] for x in self._drawn(log_odds[:, None])[1:])
            pq, skew = (p * (1 - p))[self.masked], (1 - 2 * p)[self.masked]
            mean, n = ((weight * x).sum(axis=1, keepdims=True) for x in (left, size))
            of_both = (weight * (left - mean) * (size - n)).sum(axis=1)
            third[self.masked] = (weight * (left - mean) ** 3).sum(axis=1) - pq * (3 * of_both + n[:, 0] * skew)
        return np.asarray(third)

    def _drawn(self, log_odds: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the log-likelihood of masked rows, and chance, residual and total of what each may be (last axis)."""
        values, size, coefficient = (x[:, None, :] for x in self._may_be)
        at = log_odds[self.masked, :, None]
        logs = coefficient + values * at - size * np.logaddexp(0.0, at)
        top = logs.max(axis=2, keepdims=True)
        mass = np.exp(logs - top)
        total = mass.sum(axis=2, keepdims=True)
        loglik, left = (np.log(total) + top)[:, :, 0], values - size * expit(at)
        return loglik, mass / total, left, np.broadcast_to(size, logs.shape)

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
            loglik[rows], weight, left, size = self._drawn(log_odds)
            slope[rows] = (weight * left).sum(axis=2)
            spread = (weight * (left - slope[rows][:, :, None]) ** 2).sum(axis=2)
            curvature[rows] = spread - (weight * size).sum(axis=2) * (p * (1 - p))[rows]
        return loglik, slope, curvature


@dataclass(frozen=True, eq=False)
class OpenCounts(Counts):
    """Counts of those with and of those without the outcome, either of which may lie between numbers; no total is told.

    Parameters
    ----------
    n : The middle of what the total may be; see `of`.
    low, high : Least and most with the outcome, shape (rows,).
    others_low, others_high : Least and most without it, shape (rows,).
    """

    others_low: Floats
    others_high: Floats

    @classmethod
    def of(cls, low: ArrayLike, high: ArrayLike, others_low: ArrayLike, others_high: ArrayLike) -> OpenCounts:
        """Return counts from the ends of both sides, shape (rows,) each.

        Raises
        ------
        ModelError
            If a number is missing, below zero or beyond its other end, or a row may have nobody.
        """
        ends = tuple(np.asarray(end, float) for end in (low, high, others_low, others_high))
        return cls(sum(ends, np.zeros_like(ends[0])) / 2, *ends)

    def __post_init__(self) -> None:
        pairs = ((self.low, self.high), (self.others_low, self.others_high))
        check_complete(
            {"low": self.low, "high": self.high, "others": self.others_low + self.others_high}, what="binomial counts"
        )
        if (
            not all(((low >= 0) & (low <= high)).all() for low, high in pairs)
            or not (self.low + self.others_low > 0).all()
        ):
            raise ModelError("binomial counts: not 0 <= low <= high on both sides, or nobody on either", Reason.INVALID)

    def take(self, rows: NDArray[np.intp]) -> OpenCounts:
        """Return these rows only."""
        return OpenCounts.of(*(end[rows] for end in (self.low, self.high, self.others_low, self.others_high)))

    @cached_property
    def masked(self) -> np.ndarray:
        """Positions of the rows of which either side is not known."""
        return np.flatnonzero((self.high > self.low) | (self.others_high > self.others_low))

    @cached_property
    def _may_be(self) -> tuple[Floats, Floats, Floats]:
        ends = (x[self.masked] for x in (self.low, self.high, self.others_low, self.others_high))
        low, high, others_low, others_high = (x[:, None, None] for x in ends)
        values = low + np.arange(int((high - low).max()) + 1)[:, None]
        others = others_low + np.arange(int((others_high - others_low).max()) + 1)
        values, others = np.broadcast_arrays(values, others)
        inside = ((values <= high) & (others <= others_high)).reshape(len(low), -1)
        values, size = values.reshape(len(low), -1), (values + others).reshape(len(low), -1)
        return values, size, _inside(size, values, inside)


def _inside(n: Floats, y: Floats, inside: NDArray[np.bool_]) -> Floats:
    return np.where(inside, _log_choose(n, np.where(inside, y, 0.0)), -np.inf)


def _log_choose(n: Floats, y: Floats) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1))
