r"""Exact intervals of shares of few units, and of the ratio of two small counts.

A share of k in n has Clopper and Pearson's limits: those at which as few, or as many, have a probability of half of
what the level leaves. Two counts of Poisson variables with means :math:`\mu_1, \mu_2` are binomial given their sum:
:math:`y_2 \sim \mathrm{Bin}(y_1 + y_2, \pi)` with :math:`\pi / (1 - \pi) = \mu_2 / \mu_1`, so that limits of the
share are limits of the ratio.

References
----------
Clopper and Pearson (1934), The use of confidence or fiducial limits, Biometrika 26. Przyborowski and Wilenski (1940),
Homogeneity of results in testing samples from Poisson series, Biometrika 31.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import beta, binom

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats


class Ratio(NamedTuple):
    """The ratio of a second count to a first: its interval may have no upper end, and reach to zero."""

    estimate: float
    low: float
    high: float
    p_value: float


def share_limits(part: ArrayLike, whole: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    r"""Return Clopper and Pearson's limits of shares.

    Parameters
    ----------
    part, whole : How many of how many units have something, shape (n,).
    level : Confidence level; the interval holds the share at least as often.

    Returns
    -------
    array, array
        Lower and upper limits between 0 and 1, shape (n,).

    Raises
    ------
    ModelError
        If a part is not between none and the whole, or a whole is none.

    Notes
    -----
    With :math:`B(q; a, b)` the quantile of a beta distribution, :math:`B(\alpha/2; k, n - k + 1)` and
    :math:`B(1 - \alpha/2; k + 1, n - k)`; zero where k is none, one where it is n.
    """
    k, n = np.asarray(part, float), np.asarray(whole, float)
    if not ((k >= 0) & (k <= n) & (n > 0)).all():
        raise ModelError("an exact share: a part is not between none and a whole of some", Reason.INVALID)
    tail = (1 - level) / 2
    low = np.where(k > 0, beta.ppf(tail, np.maximum(k, 1), n - k + 1), 0.0)
    high = np.where(k < n, beta.ppf(1 - tail, k + 1, np.maximum(n - k, 1)), 1.0)
    return low, high


def ratio_of_counts(first: int, second: int, level: float = 0.95) -> Ratio:
    """Return the ratio of a second count to a first, with exact limits and a two-sided p-value against one.

    Parameters
    ----------
    first, second : Counts, not both none.
    level : Confidence level.

    Raises
    ------
    ModelError
        If there is nothing to compare, or a count is negative.

    Notes
    -----
    The p-value is twice the smaller tail of Bin(first + second, 1/2), and at most one.
    """
    if min(first, second) < 0 or first + second == 0:
        raise ModelError("a ratio of counts: nothing was counted", Reason.EMPTY)
    together = first + second
    share = [float(limit) for limit in share_limits(second, together, level)]
    low, high = (limit / (1 - limit) if limit < 1 else np.inf for limit in share)
    return Ratio(second / first if first else np.inf, low, high, float(two_sided(first, second)))


def two_sided(first: ArrayLike, second: ArrayLike) -> Floats:
    """Return the p-values of `ratio_of_counts`, of any shape; one where both counts are none."""
    y1, y2 = np.asarray(first, float), np.asarray(second, float)
    return np.asarray(np.minimum(1.0, 2 * binom.cdf(np.minimum(y1, y2), y1 + y2, 0.5)))
