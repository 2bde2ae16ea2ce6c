"""Dissimilarity without what small schools alone add to it."""

from __future__ import annotations

from functools import cache

import numpy as np

from analysis.stats.segregation import Array

FAR = 8.0
"""From here on a difference in standard errors is distinct from its opposite."""


def corrected(a: Array, b: Array, mixed: Array | float = 0.0) -> Array:
    r"""Density-corrected dissimilarity over the last axis.

    Parameters
    ----------
    a, b : Pupils of two groups, shape (..., n_schools).
    mixed
        Of expected pupils, how much of single pupils counts for both groups; see `analysis.stats.segregation.Tally`.

    Returns
    -------
    array
        Shape (...).

    Notes
    -----
    Of each school the difference in shares :math:`p_j - q_j` is observed with the standard error
    :math:`s_j = \sqrt{p_j(1-p_j)/A + q_j(1-q_j)/B}`, so that its size has a folded normal distribution, which is too
    high. The most likely size of the true difference takes its place: :math:`\hat D = \tfrac12 \sum_j s_j\, n(|p_j -
    q_j| / s_j)`, with :math:`n(t)` the solution of :math:`n = t \tanh(t n)`, zero up to :math:`t = 1` (Allen, Burgess,
    Davidson and Windmeijer, 2015). Where all schools are alike it is still above zero. Of expected pupils
    :math:`s_j^2` is the sum of squares of what each pupil adds to the difference: both groups vary together.
    """
    first, second = a.sum(axis=-1, keepdims=True), b.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.sqrt(_variance(a, b, np.broadcast_to(mixed, a.shape)))
        size = np.abs(a / first - b / second)
        observed = np.divide(size, error, out=np.zeros_like(size), where=error > 0)
    true = np.where(error > 0, error * _most_likely_size(observed), size)
    return np.asarray(0.5 * true.sum(axis=-1))


def _variance(a: Array, b: Array, mixed: Array) -> Array:
    """Variance of the difference in shares of each school; (1 - p)^2 of a pupil there, p^2 of one elsewhere."""
    first, second, both = (each.sum(axis=-1, keepdims=True) for each in (a, b, mixed))
    p, q = a / first, b / second
    own = ((1 - 2 * p) * (a - mixed) + p**2 * (first - both)) / first**2
    other = ((1 - 2 * q) * (b - mixed) + q**2 * (second - both)) / second**2
    shared = ((1 - p - q) * mixed + p * q * both) / (first * second)
    return np.asarray(np.maximum(own + other - 2 * shared, 0))


def _most_likely_size(observed: Array) -> Array:
    """Compute the most likely size of a true difference, of which the size is observed; both in standard errors."""
    grid, likely = _solved()
    return np.where(observed < FAR, np.interp(observed, grid, likely), observed)


@cache
def _solved() -> tuple[Array, Array]:
    grid = np.linspace(0.0, FAR, 4001)
    likely = np.where(grid > 1, grid, 0.0)
    for _ in range(400):  # next to one the steps are small; a grid is solved once
        likely = grid * np.tanh(grid * likely)
    return grid, np.where(grid > 1, likely, 0.0)
