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
AROUND = 5


def errors(found: dict[str, Fitted], sizes: Sequence[int], years: int, quantile: float) -> pd.DataFrame:
    """Return how often the rule errs, by level, candidates a year and years averaged.

    Counts are whole, so that one candidate more can turn a rule: each number is the mean over sizes `AROUND` the one
    that is shown.

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
    rows = []
    for level, fit in found.items():
        counts = {"schools": fit.model.n_groups, "pupils": int(fit.model.n_units)}
        for size in sizes:
            near = [_of_size(fit, other, years, quantile) for other in around(size)]
            for averaged, said in enumerate(np.mean(near, axis=0), start=1):
                rates = dict(zip(("false_alarm", "miss", "flagged"), said.tolist(), strict=True))
                rows.append({"level": level, "candidates": size, "averaged": averaged, **rates, **counts})
    return pd.DataFrame(rows)


def around(size: int) -> list[int]:
    """Return the whole numbers over which is averaged: as many as `AROUND`, a fifth of the size on either side."""
    return sorted({round(part * size) for part in np.linspace(0.8, 1.2, AROUND)})


def _of_size(fit: Fitted, size: int, years: int, quantile: float) -> Floats:
    """Return false alarms, misses and flagged schools by years averaged: shape (years, 3)."""
    z = ndtri((np.arange(SCHOOLS) + 0.5) / SCHOOLS)
    weak = np.arange(SCHOOLS) + 0.5 < quantile * SCHOOLS
    signal = fit.signal(quantile)
    one_year = below = of_one_year(size, fit.yearly_shares(z))
    rates = []
    for averaged in range(1, years + 1):
        if averaged > 1:
            below = _convolved(below, one_year)
        flagged = below[:, np.arange(averaged * size + 1) < averaged * size * signal].sum(axis=1)
        rates.append([flagged[~weak].mean(), 1 - flagged[weak].mean(), flagged.mean()])
    return np.array(rates)


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
