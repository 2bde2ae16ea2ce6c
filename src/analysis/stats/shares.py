r"""Intervals of shares that are clustered: Wilson's at the effective number, so that they stay within 0 and 1.

A share :math:`p` with variance :math:`s^2`, which counts that units of one cluster are alike, is known as well as one
of :math:`n^* = p(1-p)/s^2` units that are independent (Korn and Graubard, 1998). Wilson's limits at :math:`n^*` are
where :math:`(p-\pi)^2 = q^2\,\pi(1-\pi)/n^*`, with :math:`q` the quantile of Student's t with one degree of freedom
less than clusters (or of the normal distribution, without a number of clusters).

References
----------
Korn and Graubard (1998), Confidence intervals for proportions with small expected number of positive counts estimated
from survey data, Survey Methodology 24(2). Wilson (1927), Probable inference, JASA 22.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

Floats = NDArray[np.floating[Any]]


def share_interval(share: ArrayLike, std_error: ArrayLike, n_clusters: ArrayLike) -> tuple[Floats, Floats]:
    """Return the limits of 95% intervals of clustered shares, or of means of numbers between 0 and 1.

    Parameters
    ----------
    share, std_error, n_clusters : Shape (n,); the error is clustered.

    Returns
    -------
    tuple of arrays
        Missing where there is no error, as with one cluster, or where all units are alike (an error of zero): then
        nothing is known of how units of one cluster are alike.
    """
    p, error = np.asarray(share, float), np.asarray(std_error, float)
    clusters = np.asarray(n_clusters, float)
    known = (error > 0) & (clusters > 1) & (p > 0) & (p < 1)
    effective = np.divide(p * (1 - p), error**2, out=np.full(np.shape(p), np.nan), where=known)
    critical = student.ppf(0.975, np.where(known, clusters - 1, 1.0))
    return limits(p, effective, critical)


def limits(p: Floats, n: Floats, critical: float | Floats) -> tuple[Floats, Floats]:
    """Return Wilson's limits of shares.

    Parameters
    ----------
    p, n : Shares, and the effective numbers that they are of, shape (n,).
    critical : Value of the standardised distance.

    Returns
    -------
    array, array
        Lower and upper limits, shape (n,).
    """
    z2 = np.asarray(critical) ** 2
    middle, half = p + z2 / (2 * n), np.sqrt(z2 * (p * (1 - p) + z2 / (4 * n)) / n)
    return np.maximum((middle - half) / (1 + z2 / n), 0.0), np.minimum((middle + half) / (1 + z2 / n), 1.0)
