r"""Cohort ratios between two cross-sections (Hamilton and Perry, 1962), shrunken to those of larger areas.

With :math:`P(g, a, t)` the count of area :math:`g` at age :math:`a`, the ratio of a cohort over k years is
:math:`r_g(a) = P(g, a + k, t + k) / P(g, a, t)`. It is net: who comes replaces who goes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete
from analysis.stats.random_effects import tau_squared

ITERATIONS, CONVERGED = 200, 1e-12


def log_ratio(before: ArrayLike, after: ArrayLike) -> tuple[Floats, Floats]:
    r"""Return the logarithm of ratios of counts and its variance if both counts are Poisson.

    Parameters
    ----------
    before, after : Counts, shape (n,).

    Returns
    -------
    array, array
        :math:`\log(P_1 / P_0)` and :math:`1/P_0 + 1/P_1`, shape (n,); zero and infinite where a count is zero.
    """
    first, last = np.asarray(before, float), np.asarray(after, float)
    known = (first > 0) & (last > 0)
    ones = np.ones_like(first)
    effect = np.log(np.where(known, last, ones)) - np.log(np.where(known, first, ones))
    return effect, np.where(known, 1 / np.where(known, first, ones) + 1 / np.where(known, last, ones), np.inf)


def shrunken(effect: Floats, variance: Floats, target: Floats, tau2: float) -> Floats:
    r"""Pull estimates to a target, the more the less is known of them.

    Parameters
    ----------
    effect, variance, target : Of each unit, shape (n,); the variance may be infinite.
    tau2 : Variance of true values about the target.

    Returns
    -------
    array
        :math:`B r + (1 - B) m` with :math:`B = \tau^2 / (\tau^2 + v)`, shape (n,).
    """
    weight = own_weight(variance, tau2)
    return weight * effect + (1 - weight) * target


def own_weight(variance: Floats, tau2: float) -> Floats:
    r"""Return :math:`\tau^2 / (\tau^2 + v)`, the weight of what is known of a unit itself; zero without any spread."""
    return np.zeros_like(variance) if tau2 == 0 else tau2 / (tau2 + variance)


def shrunken_log_ratios(counts: pd.DataFrame, *, before: str, after: str, region: str) -> pd.DataFrame:
    r"""Shrink the log ratio of each area to that of its region, and that of each region to that of all.

    Parameters
    ----------
    counts : One row per area; counts are summed to regions before their ratio is taken.
    before, after, region : Names of its columns.

    Returns
    -------
    DataFrame
        With the index of ``counts``: ``raw`` (zero where a count is zero), ``of_region`` (shrunken to all together),
        ``shrunken`` and ``weight``, the weight of an area's own ratio.

    Raises
    ------
    ModelError : If a value is missing, or nobody is counted on either side.

    Notes
    -----
    :math:`B = \tau^2 / (\tau^2 + v)`; for :math:`\tau^2` between areas see `spread_between`, between regions it is
    Paule and Mandel's about the value of all together. That v is of two counts of other people; most pupils of a
    cohort are in both of its counts, so that v is too large and tau too small.
    """
    check_complete(counts, [before, after, region], "cohort ratios")
    sums = counts.groupby(region)[[before, after]].sum()
    if not (sums.sum() > 0).all():
        raise ModelError("cohort ratios: nobody is counted on one side", Reason.TOO_FEW)
    everywhere = float(np.log(sums[after].sum() / sums[before].sum()))
    own, own_variance = log_ratio(counts[before], counts[after])
    rows = shrunken_in_steps(
        own,
        own_variance,
        counts[region],
        pd.Series(range(len(sums)), index=sums.index),
        *log_ratio(sums[before], sums[after]),
        everywhere,
    )
    return rows.set_index(counts.index)


def shrunken_in_steps(
    own: Floats,
    own_variance: Floats,
    region: pd.Series,
    place: pd.Series,
    regional: Floats,
    regional_variance: Floats,
    everywhere: float,
) -> pd.DataFrame:
    """Shrink regions to all together, and areas to their shrunken region.

    Parameters
    ----------
    own, own_variance, region : Of each area, shape (areas,).
    place : By name of a region, its place among the regions.
    regional, regional_variance : Of each region, shape (regions,).
    everywhere : Of all together.

    Returns
    -------
    DataFrame
        ``raw, of_region, shrunken, weight`` of each area; see `shrunken_log_ratios`.
    """
    spread = spread_about(regional, regional_variance, everywhere)
    of_region = shrunken(regional, regional_variance, np.full(len(regional), everywhere), spread)
    target = of_region[region.map(place).to_numpy(int)]
    tau2 = spread_between(own, own_variance, region)
    pulled, weight = shrunken(own, own_variance, target, tau2), own_weight(own_variance, tau2)
    return pd.DataFrame({"raw": own, "of_region": target, "shrunken": pulled, "weight": weight})


def spread_about(effect: Floats, variance: Floats, mean: float) -> float:
    """Return the variance of true values about a mean that is known: Paule and Mandel's, with no term to estimate.

    Parameters
    ----------
    effect, variance : Of each unit, shape (n,); units of an infinite variance do not count.
    mean : The value that they vary about.
    """
    known = np.isfinite(variance)
    if not known.any():
        return 0.0
    square, v = np.square(effect[known] - mean), variance[known]

    def excess(tau2: float) -> float:
        return float((square / (tau2 + v)).sum()) - len(v)

    return 0.0 if excess(0.0) <= 0 else float(brentq(excess, 0.0, float(square.sum()) / len(v) + 1e-9))


def spread_between(effect: Floats, variance: Floats, region: pd.Series) -> float:
    """Return the variance of true values between areas of a region: Paule and Mandel's, with a mean of every region.

    Parameters
    ----------
    effect, variance : Of each area, shape (areas,); those of an infinite variance do not count.
    region : Of each area.

    Returns
    -------
    float
        Zero where no more areas are known than regions.
    """
    known = np.isfinite(variance)
    of, names = pd.factorize(region.to_numpy()[known])
    if len(of) <= len(names):
        return 0.0
    return tau_squared(effect[known], variance[known], np.eye(len(names))[of])


def poisson_line(counts: Floats) -> tuple[Floats, Floats, Floats]:
    r"""Fit a straight line to the logarithm of counts of each row, by maximum Poisson likelihood.

    Parameters
    ----------
    counts : Shape (areas, ages), at least two ages; no row without any count.

    Returns
    -------
    level, slope, variance : arrays
        Of the line at the first column, per column, and the variance of the slope, shape (areas,).

    Raises
    ------
    ModelError : If a row has no counts, or Newton's steps do not settle.
    """
    y, x = np.asarray(counts, float), np.arange(counts.shape[1], dtype=float)
    if not (y.sum(axis=1) > 0).all():
        raise ModelError("a line through counts: a row has none", Reason.TOO_FEW)
    level, slope = np.log(y.mean(axis=1)), np.zeros(len(y))
    for _ in range(ITERATIONS):
        mean = np.exp(level[:, None] + slope[:, None] * x)
        s0, s1, s2 = (mean @ x**power for power in (0, 1, 2))
        g0, g1 = (y - mean).sum(axis=1), (y - mean) @ x
        determinant = s0 * s2 - s1**2
        step0, step1 = (s2 * g0 - s1 * g1) / determinant, (s0 * g1 - s1 * g0) / determinant
        level, slope = level + np.clip(step0, -1, 1), slope + np.clip(step1, -1, 1)
        if max(np.abs(step0).max(), np.abs(step1).max()) < CONVERGED:
            return level, slope, s0 / determinant
    raise ModelError("a line through counts: the steps do not settle", Reason.NO_CONVERGENCE)
