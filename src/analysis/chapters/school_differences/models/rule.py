r"""How often a rule errs that calls a school weak when its mean share over some years is below a signal value.

A school with lasting share :math:`p_j` has in year t the share :math:`p_{jt}`; of n candidates
:math:`y_{jt} \sim \mathrm{Bin}(n, p_{jt})` pass. Over the fitted distribution of :math:`p_j`, with q its quantile,

.. math:: \mathrm{false\ alarm} = P(\textstyle\sum_t y_{jt} < k n q \mid p_j \ge q), \qquad
    \mathrm{miss} = P(\textstyle\sum_t y_{jt} \ge k n q \mid p_j < q).

The sum of k years is the k-fold convolution of the distribution of one year, given the school.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri
from scipy.stats import binom

from analysis.chapters.school_differences.models.exams import WEIGHTS, Fitted
from analysis.stats.arrays import Floats

SCHOOLS = 200
"""Quantiles of the distribution of schools over which is integrated."""


def errors(found: dict[str, Fitted], sizes: Sequence[int], years: int, quantile: float) -> pd.DataFrame:
    """Return how often the rule errs, by level, candidates a year and years averaged.

    Parameters
    ----------
    found : Of `exams.fitted`.
    sizes, years : Candidates a year, and the most years that are averaged.
    quantile : Part of schools whose lasting share is below the signal value.

    Returns
    -------
    DataFrame
        ``level, candidates, averaged, false_alarm, miss, flagged`` (shares of schools at or above the signal, below it
        and of all), ``schools, pupils`` behind the fit.
    """
    z = ndtri((np.arange(SCHOOLS) + 0.5) / SCHOOLS)
    weak = np.arange(SCHOOLS) + 0.5 < quantile * SCHOOLS
    rows = []
    for level, fit in found.items():
        signal = float(fit.lasting_shares(np.array([ndtri(quantile)]))[0])
        counts = {"schools": fit.model.n_groups, "pupils": int(fit.model.n_units)}
        for size in sizes:
            one_year = of_one_year(size, fit.yearly_shares(z))
            below = one_year
            for averaged in range(1, years + 1):
                if averaged > 1:
                    below = _convolved(below, one_year)
                flagged = below[:, np.arange(averaged * size + 1) < averaged * size * signal].sum(axis=1)
                said = {"false_alarm": flagged[~weak].mean(), "miss": 1 - flagged[weak].mean()}
                place = {"level": level, "candidates": size, "averaged": averaged}
                rows.append({**place, **said, "flagged": flagged.mean(), **counts})
    return pd.DataFrame(rows)


def of_one_year(size: int, shares: Floats) -> Floats:
    """Return the chance of every count of one year: shape (schools, size + 1).

    Parameters
    ----------
    size : Candidates.
    shares : Of the years, at the nodes of what passes: shape (schools, nodes).
    """
    counts = np.arange(size + 1)
    return np.array([WEIGHTS @ binom.pmf(counts, size, row[:, None]) for row in shares])


def _convolved(first: Floats, second: Floats) -> Floats:
    return np.array([np.convolve(a, b) for a, b in zip(first, second, strict=True)])
