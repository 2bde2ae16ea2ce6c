"""Smooth curves of a number as terms of a model."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats


def natural_spline(x: ArrayLike, df: int) -> Floats:
    r"""Return the terms of a natural cubic spline, the intercept among them: straight beyond its outer knots.

    Parameters
    ----------
    x : Numbers, shape (n,).
    df : Terms beside the intercept; the ``df + 1`` knots are at quantiles from the 5th to the 95th percentile.

    Returns
    -------
    array
        Shape (n, df + 1): 1, x from its mean in standard deviations, and
        :math:`d_k(x) - d_{K-1}(x)` with :math:`d_k(x) = ((x - t_k)_+^3 - (x - t_K)_+^3) / (t_K - t_k)`.

    Raises
    ------
    ModelError
        If x has too few values for the knots.

    References
    ----------
    Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, section 5.2.1.
    """
    numbers = np.asarray(x, float)
    scaled = (numbers - numbers.mean()) / numbers.std()
    knots = np.quantile(scaled, np.linspace(0.05, 0.95, df + 1))
    if not (np.diff(knots) > 0).all():
        raise ModelError("a spline: too few values for its knots", Reason.NO_VARIATION)

    def beyond(k: int) -> Floats:
        cubes = np.maximum(scaled - knots[k], 0) ** 3 - np.maximum(scaled - knots[-1], 0) ** 3
        return np.asarray(cubes / (knots[-1] - knots[k]))

    last = beyond(df - 1)
    return np.column_stack([np.ones(len(numbers)), scaled, *(beyond(k) - last for k in range(df - 1))])
