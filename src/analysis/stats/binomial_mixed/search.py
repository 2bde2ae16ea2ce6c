"""What both fits share: groups in order, terms without correlation, the climb and its curvature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import chi2

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.binomial_mixed.counts import Counts
from analysis.stats.complete import check_complete
from analysis.stats.logit import maximise
from analysis.stats.newton import Point, climb

LEFT, MOST_STEPS = 1e-7, 100
"""What may be left to gain of the log-likelihood before the last step, and steps before giving up."""

FLAT, NEAR, REACH, FARTHEST = 1e-9, 1e-4, 3.0, 1.0
"""Smallest curvature relative to the largest, how closely a limit is found, and within how many standard errors and log
odds it is looked for first."""

CLOSE, ROUNDING = 1e-9, 1e-12
"""Step at which the mode of a group is found, in standard deviations, and how much lower is no lower."""

Surface = Callable[[Floats], Point]
"""From parameters to a log-likelihood, its gradient and minus its second derivative."""


@dataclass(frozen=True, eq=False)
class Sorted:
    """Rows in the order of their groups, with terms in coordinates of unit variance.

    Parameters
    ----------
    counts, rows : Of each row: counts, and coordinates of its terms, shape (rows, terms).
    codes, starts : Number of the group of each row, and where each group begins.
    names : Of the groups.
    back : From coordinates to coefficients of the terms, shape (terms, terms).
    beta : Coefficients, in coordinates, of a logit without differences between groups.
    """

    counts: Counts
    rows: Floats
    codes: NDArray[np.intp]
    starts: NDArray[np.intp]
    names: NDArray[np.object_]
    back: Floats
    beta: Floats

    @classmethod
    def of(cls, counts: Counts, X: Floats, group: object) -> Sorted:
        """Put rows in order.

        Parameters
        ----------
        counts, X : Of each row: counts, and terms with the intercept among them, shape (rows, terms).
        group : Of each row.

        Raises
        ------
        ModelError
            If a value is missing, terms are collinear, the outcome is separated or there are fewer than two groups.
        """
        check_complete({"terms": X, "group": np.asarray(group)}, what="a binomial mixed logit")
        codes, names = pd.factorize(np.asarray(group), sort=True)
        if len(names) < 2:
            raise ModelError("a binomial mixed logit needs at least two groups", Reason.TOO_FEW)
        order = np.argsort(codes, kind="stable")
        counts, X, codes = counts.take(order), np.asarray(X, float)[order], codes[order]
        beta = maximise(X, counts.n, counts.middle).beta
        upper = np.linalg.qr(np.sqrt(counts.n / counts.n.sum())[:, None] * X, mode="r")
        back = np.linalg.inv(upper)
        starts = np.asarray(np.searchsorted(codes, np.arange(len(names))), np.intp)
        return cls(counts, X @ back, codes, starts, np.asarray(names, object), back, upper @ beta)

    def summed(self, by_row: Floats) -> Floats:
        """Sum values of rows, shape (rows, points), by group: shape (groups, points)."""
        return by_row if len(self.starts) == len(self.codes) else np.add.reduceat(by_row, self.starts, axis=0)

    def total(self, by_row: Floats) -> Floats:
        """Sum one value per row, shape (rows,), by group: shape (groups,)."""
        return np.asarray(np.bincount(self.codes, by_row, len(self.starts)), float)


def highest(surface: Surface, start: Floats) -> Point:
    """Return where a log-likelihood is highest.

    Parameters
    ----------
    surface : The log-likelihood with its derivatives; it need not be concave.
    start : Where to begin.

    Raises
    ------
    ModelError
        If the search does not converge.
    """
    found = climb(lambda at: _Upward.of(surface(at)), start, weight=1.0, tolerance=LEFT, max_steps=MOST_STEPS)
    if not found.converged:
        raise ModelError("a binomial mixed logit: no convergence", Reason.NO_CONVERGENCE)
    return found.point


def modes(
    evaluate: Callable[..., tuple[Floats, list[Floats]]], parts: list[Floats], groups: list[NDArray[np.intp]]
) -> list[Floats]:
    """Return where the log density of every group is highest: Newton's method, a step that goes down halved.

    Parameters
    ----------
    evaluate : From values to the log density of each group, shape (groups,), and Newton's step of each part.
    parts : Where to begin: arrays of values.
    groups : Of which group each value is.

    Raises
    ------
    ModelError
        If the search does not converge.
    """
    steps, height = [np.zeros(len(part)) for part in parts], None
    for _ in range(MOST_STEPS):
        trial = [part + step for part, step in zip(parts, steps, strict=True)]
        found, new = evaluate(*trial)
        lowest = -np.inf if height is None else height - ROUNDING * (1 + np.abs(height))
        better = found >= lowest
        height = found if height is None else np.where(better, found, height)
        up = [better[group] for group in groups]
        parts = [np.where(on, new_part, part) for on, new_part, part in zip(up, trial, parts, strict=True)]
        steps = [np.where(on, new_step, step / 2) for on, new_step, step in zip(up, new, steps, strict=True)]
        if max(np.abs(step).max() for step in steps) < CLOSE:
            return parts
    raise ModelError("a binomial mixed logit: no convergence to the mode of a group", Reason.NO_CONVERGENCE)


def without(surface: Surface, which: int, value: float) -> Surface:
    """Return a log-likelihood as a function of the other parameters, with one held at a value."""

    def held(rest: Floats) -> Point:
        return _among(surface(np.insert(rest, which, value)), np.delete(np.arange(len(rest) + 1), which))

    return held


def _among(point: Point, of: NDArray[np.intp]) -> Point:
    """Return a point as one of some of its parameters."""
    return Point(point.b[of], point.loglik, point.score[of], point.information[np.ix_(of, of)])


def highest_others(surface: Surface, top: Point, which: int) -> Callable[[float], Point]:
    """Return the highest point of the other parameters as a function of one of them, each value searched once.

    Parameters
    ----------
    surface, top : The log-likelihood, and its highest point.
    which : Position of the parameter.
    """
    others = np.delete(np.arange(len(top.b)), which)
    found = {abs(float(top.b[which])): _among(top, others)}

    def at(value: float) -> Point:
        if value not in found:
            nearest = min(found, key=lambda known: abs(known - value))
            found[value] = highest(without(surface, which, value), found[nearest].b)
        return found[value]

    return at


class _Upward(Point):
    """A point whose step goes up, also where the log-likelihood is not concave.

    The score is that of the integral and not of its approximation: where next to nothing is left, its step may go down.
    """

    @classmethod
    def of(cls, point: Point) -> _Upward:
        return cls(point.b, point.loglik, point.score, point.information)

    @property
    def height(self) -> float:
        return super().height + LEFT

    @cached_property
    def step(self) -> Floats:
        value, vector = np.linalg.eigh(self.information)
        size = np.maximum(np.abs(value), FLAT * np.abs(value).max())
        return np.asarray(vector @ (vector.T @ self.score / size), dtype=np.float64)


def profile_limits(surface: Surface, top: Point, which: int, level: float) -> tuple[float, float]:
    r"""Return the limits of a standard deviation where the profile log-likelihood falls by half a chi-squared quantile.

    Parameters
    ----------
    surface, top : The log-likelihood, and its highest point.
    which : Position of the standard deviation; its sign says nothing.
    level : Confidence level.

    Returns
    -------
    float, float
        The lower limit is zero where zero itself is not rejected.
    """
    others, best = highest_others(surface, top, which), abs(float(top.b[which]))
    return limits(lambda value: others(value).loglik, best, reach(top, which), level)


def reach(top: Point, which: int) -> float:
    """Return how far from its estimate a limit of a parameter probably lies, by the curvature at the highest point.

    Near a standard deviation of zero there is hardly a curvature: it says thousands of log odds.
    """
    variance = float(np.linalg.pinv(top.information)[which, which])
    return float(np.clip(REACH * np.sqrt(variance), NEAR, FARTHEST)) if variance > 0 else 0.1


def limits(height: Callable[[float], float], best: float, reach: float, level: float) -> tuple[float, float]:
    """Return where a log-likelihood of one number that is not negative lies half a chi-squared quantile below its top.

    Parameters
    ----------
    height : The log-likelihood.
    best : Where it is highest.
    reach : How far from there the limits are probably at most.
    level : Confidence level.

    Returns
    -------
    float, float
        The lower limit is zero where zero itself is not rejected.
    """
    line = height(best) - float(chi2.ppf(level, 1)) / 2

    def excess(value: float) -> float:
        return line - height(value)

    under, over = max(0.0, best - reach), best + reach
    if under > 0 and excess(under) <= 0:
        under = 0.0
    low = 0.0 if best <= 0 or (under == 0 and excess(0.0) <= 0) else float(brentq(excess, under, best, xtol=NEAR))
    while excess(over) < 0:
        over = best + 2 * (over - best)
    return low, float(brentq(excess, best, over, xtol=NEAR))
