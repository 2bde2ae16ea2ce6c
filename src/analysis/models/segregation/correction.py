"""Dissimilarity without what small schools alone add to it."""

from __future__ import annotations

from functools import cache

import numpy as np

from analysis.models.segregation.measures import Array

FAR = 8.0
"""From here on a difference in standard errors is told apart from its opposite for sure."""


def corrected(a: Array, b: Array) -> Array:
    r"""Density-corrected dissimilarity over the last axis.

    Parameters
    ----------
    a, b
        Pupils of two groups, counted, shape (..., n_schools).

    Notes
    -----
    Of each school the difference in shares :math:`p_j - q_j` is observed with the standard error
    :math:`s_j = \sqrt{p_j(1-p_j)/A + q_j(1-q_j)/B}`, so that its size has a folded normal distribution, which lies too
    high. The most likely size of the true difference takes its place: :math:`\hat D = \tfrac12 \sum_j s_j\, n(|p_j -
    q_j| / s_j)`, with :math:`n(t)` the solution of :math:`n = t \tanh(t n)`, zero up to :math:`t = 1` (Allen, Burgess,
    Davidson and Windmeijer, 2015). Where all schools are alike it still lies above zero.
    """
    first, second = a.sum(axis=-1, keepdims=True), b.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        p, q = a / first, b / second
        error = np.sqrt(p * (1 - p) / first + q * (1 - q) / second)
        size = np.abs(p - q)
        observed = np.divide(size, error, out=np.zeros_like(size), where=error > 0)
    true = np.where(error > 0, error * most_likely_size(observed), size)
    found: Array = 0.5 * true.sum(axis=-1)
    return found


def most_likely_size(observed: Array) -> Array:
    """Most likely size of a true difference, of which the size is observed; both in standard errors."""
    grid, likely = _solved()
    found: Array = np.where(observed < FAR, np.interp(observed, grid, likely), observed)
    return found


@cache
def _solved() -> tuple[Array, Array]:
    grid = np.linspace(0.0, FAR, 4001)
    likely = np.where(grid > 1, grid, 0.0)
    for _ in range(400):  # next to one the steps are small; a grid is solved once
        likely = grid * np.tanh(grid * likely)
    return grid, np.where(grid > 1, likely, 0.0)
