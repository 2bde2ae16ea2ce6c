r"""Which of several estimates are the largest: ranks that are established, and ranges that chance alone would show.

Of estimates that differ by chance alone one is always the largest. With :math:`z_{jk} = (\hat\theta_j - \hat\theta_k) /
s_{jk}` and :math:`c` the quantile of :math:`\max_{j<k} |z_{jk}|` where all :math:`\theta_j` are equal, all differences
with :math:`|z_{jk}| > c` have the sign that is estimated, all of them together with the required confidence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats

DRAWS = 20_000
SEED = 1997
"""Of the draws of the null distribution: a method's constant, so that equal estimates have equal ranks."""


@dataclass(frozen=True)
class Range:
    """Largest less smallest estimate, what it would be on average where all are equal, and how often as large."""

    observed: float
    expected: float
    p_value: float


def rank_sets(estimate: ArrayLike, error: ArrayLike, level: float = 0.95) -> pd.DataFrame:
    r"""Estimate confidence sets of ranks, for all units together; rank 1 is the largest.

    Parameters
    ----------
    estimate : Shape (n_units,).
    error : Standard errors of independent estimates, shape (n_units,), or the covariance, shape (n_units, n_units).
    level : Probability that all sets hold the true ranks.

    Returns
    -------
    DataFrame
        ``rank`` of the estimate, ``rank_low`` and ``rank_high``: the ranks that are not excluded, 1 to n_units.

    Raises
    ------
    ModelError
        If an estimate or error is missing, negative or of another number of units.

    Notes
    -----
    ``rank_low`` is one more than the units that are larger for sure, ``rank_high`` :math:`n` less those that are
    smaller (Mogstad, Romano, Shaikh and Wilhelm, 2024, section 3.2; one step). With independent errors of one size this
    is Tukey's honest significant difference.
    """
    value, covariance = _checked(estimate, error)
    above, n = _larger(value, covariance, level), len(value)
    ranks = {"rank": (-value).argsort(kind="stable").argsort() + 1}
    return pd.DataFrame(ranks | {"rank_low": 1 + above.sum(axis=0), "rank_high": n - above.sum(axis=1)})


def is_largest(estimate: ArrayLike, error: ArrayLike, level: float = 0.95) -> bool:
    """Decide whether it is established which unit is the largest: none of the others may be it.

    Parameters
    ----------
    estimate, error, level : As of `rank_sets`.

    Returns
    -------
    bool
        Whether one unit alone may have rank 1.
    """
    return bool((rank_sets(estimate, error, level)["rank_low"] == 1).sum() == 1)


def is_smallest(estimate: ArrayLike, error: ArrayLike) -> bool:
    """Decide whether it is established which unit is the smallest.

    Parameters
    ----------
    estimate, error : As of `rank_sets`.

    Returns
    -------
    bool
        Whether one unit alone may be the smallest.
    """
    return is_largest(-np.asarray(estimate, float), error)


def range_test(estimate: ArrayLike, error: ArrayLike) -> Range:
    r"""Test whether units differ at all by the range of their estimates.

    Parameters
    ----------
    estimate, error : As in `rank_sets`.

    Returns
    -------
    Range
        ``observed``: :math:`\max_j \hat\theta_j - \min_j \hat\theta_j`; ``expected``: its mean where all
        :math:`\theta_j` are equal; ``p_value``: how often it is as large then, by `DRAWS` draws of the errors.
    """
    value, covariance = _checked(estimate, error)
    observed, by_chance = float(np.ptp(value)), np.ptp(_errors(covariance), axis=1)
    return Range(observed, float(by_chance.mean()), float((1 + (by_chance >= observed).sum()) / (1 + DRAWS)))


def _checked(estimate: ArrayLike, error: ArrayLike) -> tuple[Floats, Floats]:
    value, given = np.asarray(estimate, float), np.asarray(error, float)
    if given.shape not in {(len(value),), (len(value), len(value))}:
        raise ModelError(f"ranks: {given.size} errors do not belong to {value.size} estimates", Reason.INVALID)
    covariance = np.diag(np.square(given)) if given.ndim == 1 else given
    if not (np.isfinite(value).all() and np.isfinite(covariance).all()):
        raise ModelError("ranks: an estimate or its error is missing", Reason.MISSING)
    if (given if given.ndim == 1 else np.diag(given)).min(initial=0) < 0:
        raise ModelError("ranks: an error is negative", Reason.INVALID)
    return value, covariance


def _larger(value: Floats, covariance: Floats, level: float) -> NDArray[np.bool_]:
    """Return of each unit (row) which others (columns) it exceeds for sure."""
    variance = np.diag(covariance)
    error = np.sqrt(np.clip(variance[:, None] + variance - 2 * covariance, 0, None))
    critical = np.quantile(_largest_difference(_errors(covariance), error), level)
    larger: NDArray[np.bool_] = value[:, None] - value > critical * error
    return larger


def _largest_difference(drawn: Floats, error: Floats) -> Floats:
    """Largest difference between two units in its standard errors, per draw."""
    largest = np.zeros(len(drawn))
    for unit in range(drawn.shape[1] - 1):
        own = error[unit, unit + 1 :]
        differences = np.abs(drawn[:, [unit]] - drawn[:, unit + 1 :])[:, own > 0]
        np.maximum(largest, (differences / own[own > 0]).max(axis=1, initial=0), out=largest)
    return largest


def _errors(covariance: Floats) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    drawn: Floats = np.random.default_rng(SEED).standard_normal((DRAWS, len(root))) @ root.T
    return drawn
