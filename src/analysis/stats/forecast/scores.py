"""How good forecasts were: interval score, CRPS and coverage."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr
from scipy.stats import beta as beta_distribution

from analysis.stats.arrays import Floats


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
    score: Floats = up - down + 2 / (1 - level) * (np.maximum(down - y, 0) + np.maximum(y - up, 0))
    return score


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
