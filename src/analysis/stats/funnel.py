r"""How far units are from what is expected of them, and how many would be outside limits by chance alone.

With :math:`y_j \sim \mathrm{Bin}(n_j, p_{0j})`, :math:`z_j = \Phi^{-1}(P(Y < y_j) + P(Y = y_j)/2)`. Units differ by
more than their counts do; with z winsorised, :math:`\hat\phi = J^{-1} \sum z_j^2` and

.. math::
    \hat\tau^2 = \max\Big(0, \frac{J\hat\phi - (J - 1)}{\sum w_j - \sum w_j^2 / \sum w_j}\Big), \qquad w_j = 1 / s_j^2,

the limits are at :math:`\pm z \sqrt{s_j^2 + \tau^2}` (additive) or :math:`\pm z \sqrt{\phi}\, s_j` (multiplicative).

References
----------
Spiegelhalter (2005), Funnel plots for comparing institutional performance, Statistics in Medicine 24(8).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri
from scipy.stats import binom

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete

FURTHEST = 37.0  # z of a chance that a float can no longer tell from zero


@dataclass(frozen=True)
class Overdispersion:
    """How much more units differ than their counts do.

    Parameters
    ----------
    phi : Mean square of the winsorised z; 1 by chance alone.
    tau : Standard deviation between units, in the unit of the outcome.
    """

    phi: float
    tau: float


def exact_limits(n: ArrayLike, expected: ArrayLike, level: ArrayLike) -> tuple[Floats, Floats]:
    """Return between which shares units lie by chance alone, interpolated between counts.

    Parameters
    ----------
    n, expected : Units behind each share, and the share that is expected; shape (units,).
    level : Part of units between the limits, such as .95; one for all, or shape (units,).

    Returns
    -------
    array, array
        Lower and upper limits, shape (units,); see the appendix of the paper of the module.
    """
    size, p = np.broadcast_arrays(np.asarray(n, float), np.asarray(expected, float))
    limits = []
    half = np.asarray(level, float) / 2
    for tail in (0.5 - half, 0.5 + half):
        count = binom.ppf(tail, size, p)
        over = (binom.cdf(count, size, p) - tail) / np.maximum(binom.pmf(count, size, p), np.finfo(float).tiny)
        limits.append(np.clip((count - over) / size, 0.0, 1.0))
    return limits[0], limits[1]


def widened(n: ArrayLike, expected: ArrayLike, tau: float, level: float) -> Floats:
    r"""Return the level of limits by chance alone that lie where those do that allow for a spread, shape (units,).

    Parameters
    ----------
    n, expected : As of `exact_limits`, whose level this is.
    tau : Standard deviation between units beyond chance, as of `overdispersion`.
    level : Part of units between the limits.

    Notes
    -----
    :math:`2 \Phi(z \sqrt{1 + \tau^2 / s^2}) - 1` with :math:`s^2 = p (1 - p) / n`: the same as `freed` says of z.
    """
    size, p = np.broadcast_arrays(np.asarray(n, float), np.asarray(expected, float))
    return np.asarray(2 * ndtr(ndtri((1 + level) / 2) * np.sqrt(1 + tau**2 * size / (p * (1 - p)))) - 1)


def mid_p_z(y: ArrayLike, n: ArrayLike, expected: ArrayLike) -> Floats:
    """Return the standard normal value of each count's mid-p, shape (units,).

    Parameters
    ----------
    y, n, expected : Count, units behind it, and the share that is expected, strictly between 0 and 1.

    Raises
    ------
    ModelError
        If a value is missing or a share is not between 0 and 1.
    """
    y, n, p = (np.asarray(values, float) for values in (y, n, expected))
    check_complete({"y": y, "n": n, "expected": p}, what="a funnel")
    if not ((p > 0) & (p < 1)).all():
        raise ModelError("a funnel: an expected share is not between 0 and 1", Reason.INVALID)
    half = binom.pmf(y, n, p) / 2
    lower, upper = ndtri(binom.cdf(y, n, p) - half), -ndtri(binom.sf(y, n, p) + half)
    return np.asarray(np.clip(np.where(lower < 0, lower, upper), -FURTHEST, FURTHEST))


def overdispersion(z: Floats, std_error: Floats, winsorise: float = 0.1) -> Overdispersion:
    """Estimate how much more units differ than by chance; the formulas are those of the module.

    Parameters
    ----------
    z, std_error : Of each unit; the error by chance alone, in the unit of the outcome.
    winsorise : Part of the units at either end that is brought in to the quantile.

    Returns
    -------
    Overdispersion
    """
    ends = np.quantile(z, [winsorise, 1 - winsorise])
    phi, units, weight = float(np.square(np.clip(z, *ends)).mean()), len(z), 1 / std_error**2
    spread = (units * phi - (units - 1)) / (weight.sum() - (weight**2).sum() / weight.sum())
    return Overdispersion(phi, float(np.sqrt(max(0.0, spread))))


def freed(
    z: Floats, std_error: Floats, found: Overdispersion, form: Literal["additive", "multiplicative"] = "additive"
) -> Floats:
    """Return z with what units differ beyond chance in its error, shape (units,)."""
    if form == "multiplicative":
        return np.asarray(z / np.sqrt(max(found.phi, 1.0)))
    return np.asarray(z * std_error / np.sqrt(std_error**2 + found.tau**2))


def expected_outside(n: ArrayLike, expected: ArrayLike, level: float) -> float:
    """Return how many units have a z beyond the limits by chance alone, counts being whole.

    Parameters
    ----------
    n, expected : Whole numbers of units behind each share, and the share that is expected.
    level : Part of units between the limits.
    """
    beyond = ndtri((1 + level) / 2)
    pairs, times = np.unique(np.column_stack(np.broadcast_arrays(n, expected)), axis=0, return_counts=True)
    total = 0.0
    for (units, p), often in zip(pairs, times, strict=True):
        size = int(units)
        counts = np.arange(size + 1)
        outside = np.abs(mid_p_z(counts, np.full(size + 1, size), np.full(size + 1, p))) > beyond
        total += often * float(binom.pmf(counts[outside], size, p).sum())
    return total


def two_sided(z: Floats) -> Floats:
    """Return two-sided p-values of z, shape (units,)."""
    return np.asarray(2 * ndtr(-np.abs(z)))
