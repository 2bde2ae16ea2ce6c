r"""Dissimilarity of a small group freed of what chance alone makes of it, with an interval.

Few pupils of a group at many schools are uneven by chance, and more so where families come together. The index of the
true rates is that of the spread :math:`\tau` at which lots alone show what is observed:

.. math:: P(\text{a family is at school } j) \propto t_j \exp(\tau z_j), \qquad z_j \sim N(0, 1).

The density correction (`segregation_corrected`) stays above zero where all schools are alike, by much where a school
has a handful of the group; this one does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.segregation import counts, dissimilarity_of

SPREADS = np.concatenate([np.arange(0.0, 1.2, 0.1), np.arange(1.2, 3.01, 0.2)])
"""Standard deviations of log rates between schools that are tried; between them the index is a straight line."""
INTERVAL = (0.025, 0.975)


@dataclass(frozen=True, eq=False)
class Freed:
    """An index of true rates, and what lots make of one of none.

    Parameters
    ----------
    estimate, low, high : Of the true rates, with the ends of the 95% interval, 0-1.
    by_chance : The index in draws in which all schools are alike, shape (draws,).
    pupils : Of the group per school in these draws, shape (draws, n_schools).
    """

    estimate: float
    low: float
    high: float
    by_chance: Floats
    pupils: Floats


def freed_of_chance(
    group: ArrayLike, total: ArrayLike, sizes: ArrayLike, *, draws: int, rng: np.random.Generator
) -> Freed:
    r"""Estimate the dissimilarity between a group and all others of the rates that lie behind counts.

    Parameters
    ----------
    group, total : Pupils of the group, and all pupils, per school, shape (n_schools,).
    sizes : Pupils of the group per family, shape (n_families,): ones where families are not known.
    draws, rng : Number of draws for each spread, and what draws them.

    Returns
    -------
    Freed
        Of :math:`\tfrac12 \sum_j |p_j - q_j|` with :math:`p_j, q_j` the chance that one of the group, or of the others,
        is at school j.

    Raises
    ------
    ModelError
        The group or the others are empty, there is one school, or a school has more of the group than pupils.

    Notes
    -----
    The estimate is the mean index of true rates at the spread whose draws have the observed index on average; zero
    where it is below their mean at none, which is half of the time where schools are alike. The ends are those of the
    spreads of which the observed index is the 97.5th and the 2.5th percentile: the test at a level of 5% inverted. A
    draw allots families to schools; its deviations are made smaller by :math:`\sqrt{1 - A / T}`, as pupils are drawn
    without replacement.
    """
    a, t = counts(group, "group"), counts(total, "total")
    of_family = np.asarray(sizes, dtype=np.int64)
    if len(t) < 2:
        raise ModelError("dissimilarity freed of chance: one school", Reason.TOO_FEW_CLUSTERS)
    if (a > t).any() or of_family.sum() != a.sum():
        raise ModelError("a group is part of the pupils, and its families are all of it", Reason.INVALID)
    if a.sum() == t.sum():
        raise ModelError("nobody is outside the group", Reason.EMPTY)
    z = rng.normal(size=(draws, len(t)))
    drawn = [_drawn(t, of_family, np.exp(spread * z), rng) for spread in SPREADS]
    indices = np.array([dissimilarity_of(own, t - own) for _, own in drawn])
    true = _rising(np.array([0.0, *(_index(weight, t, a.sum()).mean() for weight, _ in drawn[1:])]))
    observed = float(dissimilarity_of(a, t - a))
    middle, (low, high) = _rising(indices.mean(axis=1)), map(_rising, np.quantile(indices, INTERVAL, axis=1))
    return Freed(
        estimate=float(np.interp(observed, middle, true)),
        low=float(np.interp(observed, high, true)),
        # An index below the mean of chance says no more against a spread than that mean.
        high=float(np.interp(max(observed, middle[0]), low, true)),
        by_chance=indices[0],
        pupils=drawn[0][1],
    )


def _drawn(t: Floats, sizes: NDArray[np.int64], rates: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Allot families to schools: the chance of each school, and pupils of the group, shape (draws, schools)."""
    weight = t * rates
    chance = weight / weight.sum(axis=1, keepdims=True)
    pupils = np.zeros_like(chance)
    for size, number in zip(*np.unique(sizes, return_counts=True), strict=True):
        pupils += size * rng.multinomial(number, chance)
    expected, part = sizes.sum() * chance, sizes.sum() / t.sum()
    without = expected + np.sqrt(1 - part) * (pupils - expected)
    return chance, np.clip(without, 0, t)


def _index(chance: Floats, t: Floats, members: float) -> Floats:
    own = np.minimum(members * chance, t)
    return dissimilarity_of(own, t - own)


def _rising(values: Floats) -> Floats:
    """Take away what draws make an index fall by from one spread to a larger one."""
    return np.asarray(np.maximum.accumulate(values) + 1e-12 * np.arange(len(values)))
