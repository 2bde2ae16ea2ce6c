"""What a number of observations can show: power of a test, and the smallest difference that it would find."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri
from scipy.stats import binom, poisson

from analysis.errors import ModelError, Reason
from analysis.stats.exact import two_sided

BEYOND = 1e-10
"""Probability of counts that are left out of a sum, at either side."""


def power_of_share(n: int, expected: float, true: float, level: float = 0.05) -> float:
    """Return how often the exact two-sided test rejects a share that is not the true one.

    Parameters
    ----------
    n : Units.
    expected, true : The share that is tested, and that of the units; between 0 and 1.
    level : Of the test, half of it at either side.

    Returns
    -------
    float
        A probability, by summing over all counts.
    """
    counts = np.arange(n + 1)
    rejected = (binom.cdf(counts, n, expected) <= level / 2) | (binom.sf(counts - 1, n, expected) <= level / 2)
    return float(binom.pmf(counts[rejected], n, true).sum())


def detectable_share(n: int, expected: float, power: float = 0.8, level: float = 0.05) -> float:
    """Return the smallest share above the expected one that the exact test finds with a given power.

    Parameters
    ----------
    n, expected, level : As in `power_of_share`.
    power : Wanted.

    Raises
    ------
    ModelError
        If not even a share of one is found.
    """
    if power_of_share(n, expected, 1.0, level) < power:
        raise ModelError("no share that high can be found with so few units", Reason.TOO_FEW)
    return float(brentq(lambda true: power_of_share(n, expected, true, level) - power, expected, 1.0))


def power_of_counts(
    first: float, second: float, years: float = 1.0, dispersion: float = 1.0, level: float = 0.05
) -> float:
    r"""Return how often two counts are found to differ, by a normal approximation.

    Parameters
    ----------
    first, second : Expected counts of a year.
    years : Of observation on either side.
    dispersion : Variance of a count relative to its mean; 1 of a Poisson count.
    level : Of the two-sided test.

    Notes
    -----
    :math:`\Phi(d - z) + \Phi(-d - z)` with :math:`d = |\mu_1 - \mu_2| \sqrt{k} / \sqrt{\phi(\mu_1 + \mu_2)}`.
    """
    d = abs(first - second) * np.sqrt(years / (dispersion * (first + second)))
    z = ndtri(1 - level / 2)
    return float(ndtr(d - z) + ndtr(-d - z))


def years_for_counts(
    first: float, second: float, power: float = 0.8, dispersion: float = 1.0, level: float = 0.05
) -> float:
    """Return after how many years on either side two counts are found to differ with a given power.

    Parameters
    ----------
    first, second, dispersion, level : As in `power_of_counts`.
    power : Wanted, above the level.
    """

    def short(log_years: float) -> float:
        return power_of_counts(first, second, float(np.exp(log_years)), dispersion, level) - power

    return float(np.exp(brentq(short, -20.0, 40.0)))


def power_of_few(first: float, second: float, level: float = 0.05) -> float:
    r"""Return how often the exact test of two counts finds a difference, by summing over all counts.

    Parameters
    ----------
    first, second : Expected counts.
    level : Of the two-sided test of `exact.ratio_of_counts`.

    Notes
    -----
    :math:`\sum_{y_1, y_2} \mathrm{Poisson}(y_1; \mu_1)\, \mathrm{Poisson}(y_2; \mu_2)\, 1[p(y_1, y_2) \le \alpha]`.
    """
    counts = [np.arange(poisson.isf(BEYOND, mean) + 1) if mean > 0 else np.zeros(1) for mean in (first, second)]
    found = two_sided(counts[0][:, None], counts[1][None, :]) <= level
    return float(poisson.pmf(counts[0], first) @ found @ poisson.pmf(counts[1], second))


def detectable_count(first: float, power: float = 0.8, level: float = 0.05) -> float:
    """Return the smallest expected count above a first one that the exact test finds with a given power.

    Parameters
    ----------
    first, level : As in `power_of_few`.
    power : Wanted, above the level.
    """
    most = first + 1.0
    while power_of_few(first, most, level) < power:
        most *= 2
    return float(brentq(lambda second: power_of_few(first, second, level) - power, first, most))
