"""How good forecasts were: interval score, CRPS, coverage, and whether one method beats another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr
from scipy.stats import beta as beta_distribution
from scipy.stats import t as student

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats


@dataclass(frozen=True)
class DieboldMariano:
    """Whether two methods err alike: ``statistic``, two-sided ``p_value``, and ``n`` forecasts of each."""

    statistic: float
    p_value: float
    n: int


def interval_score(low: ArrayLike, high: ArrayLike, value: ArrayLike, level: float) -> Floats:
    r"""Score intervals: their width, and a fine for what lies outside (Gneiting and Raftery, 2007).

    Parameters
    ----------
    low, high, value : Limits and what came, shape (n,).
    level : Nominal coverage of the intervals.

    Returns
    -------
    array
        :math:`u - l + \frac{2}{\alpha} [(l - y)_+ + (y - u)_+]`, in the unit of the values; less is better.
    """
    down, up, y = (np.asarray(each, float) for each in (low, high, value))
    return up - down + 2 / (1 - level) * (np.maximum(down - y, 0) + np.maximum(y - up, 0))


def crps_normal(mean: ArrayLike, sd: ArrayLike, value: ArrayLike) -> Floats:
    r"""Return the continuous ranked probability score of normal forecasts.

    Parameters
    ----------
    mean, sd, value : Shape (n,); sd above zero.

    Returns
    -------
    array
        :math:`\sigma [z (2 \Phi(z) - 1) + 2 \varphi(z) - 1/\sqrt{\pi}]`, in the unit of the values; less is better.
    """
    m, s, y = (np.asarray(each, float) for each in (mean, sd, value))
    z = (y - m) / s
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    score: Floats = s * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / np.sqrt(np.pi))
    return score


def crps_sample(draws: Floats, value: ArrayLike) -> Floats:
    r"""Return the continuous ranked probability score of forecasts that are draws.

    Parameters
    ----------
    draws : Shape (draws, n).
    value : What came, shape (n,).

    Returns
    -------
    array
        :math:`\frac1m \sum_i |x_i - y| - \frac{1}{2m^2} \sum_{i,j} |x_i - x_j|`, shape (n,).
    """
    x = np.sort(np.asarray(draws, float), axis=0)
    m = len(x)
    rank = 2 * np.arange(1, m + 1) - m - 1
    score: Floats = np.abs(x - np.asarray(value, float)).mean(axis=0) - (rank @ x) / m**2
    return score


def coverage(inside: ArrayLike, level: float = 0.95) -> tuple[float, float, float]:
    """Return the share of intervals that held what came, with the exact binomial interval of that share.

    Parameters
    ----------
    inside : Whether each did, shape (n,).
    level : Of the interval of the share.

    Returns
    -------
    share, low, high : Missing without any interval. The limits take units as independent: shared shocks widen them.
    """
    hit = np.asarray(inside, bool)
    n, k, tail = len(hit), int(hit.sum()), (1 - level) / 2
    if n == 0:
        return float("nan"), float("nan"), float("nan")
    low = 0.0 if k == 0 else float(beta_distribution.ppf(tail, k, n - k + 1))
    high = 1.0 if k == n else float(beta_distribution.ppf(1 - tail, k + 1, n - k))
    return k / n, low, high


def diebold_mariano(loss: ArrayLike, other: ArrayLike, horizon: int) -> DieboldMariano:
    r"""Test whether two methods lose as much, from forecasts at one horizon in the order of time.

    Parameters
    ----------
    loss, other : Of each forecast of either method, shape (n,).
    horizon : Steps ahead; errors of overlapping forecasts are alike up to one step less.

    Returns
    -------
    DieboldMariano
        Below zero where the first loses less.

    Raises
    ------
    ModelError : For no more forecasts than steps, or differences without any variance.

    Notes
    -----
    :math:`\bar d / \sqrt{(\gamma_0 + 2 \sum_{k<h} \gamma_k) / n}`, times the correction for small samples
    :math:`\sqrt{(n + 1 - 2h + h(h-1)/n) / n}`, by Student's t with n - 1 degrees of freedom.

    References
    ----------
    Harvey, Leybourne and Newbold (1997), International Journal of Forecasting 13(2).
    """
    d = np.asarray(loss, float) - np.asarray(other, float)
    n, centred = len(d), d - d.mean()
    if n <= horizon:
        raise ModelError("a test of two methods needs more forecasts than steps", Reason.TOO_FEW)
    autocovariance = [float(centred[lag:] @ centred[: n - lag]) / n for lag in range(horizon)]
    variance = (autocovariance[0] + 2 * sum(autocovariance[1:])) / n
    if variance <= 0:
        raise ModelError("a test of two methods: their losses differ without variance", Reason.INVALID)
    correction = np.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    statistic = float(correction * d.mean() / np.sqrt(variance))
    return DieboldMariano(statistic, float(2 * student.sf(abs(statistic), n - 1)), n)
