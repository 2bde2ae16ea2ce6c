r"""Which numbers of cohorts may stand beside each other: of a municipality some follow from others.

`change` tells pupils of 2012 P and of 2017 P', entries E and leavers L. With B the pupils aged 4 to 7 in 2012 and A
what these were in 2017,

.. math:: A_6 + A_7 = P - (B_4 + B_5) - L, \qquad A_4 + A_5 = P' - E - (A_6 + A_7),

so that of each pair of ages the sum follows from tables that stand beside, and one from the other.
"""

from __future__ import annotations

import numpy as np

from analysis.chapters.landscape.models.panel import AGES, STEP, Panel
from analysis.stats.arrays import Floats

PAIRS = ((4, 5), (6, 7))


def told_ages(data: Panel, area: str, least: int) -> frozenset[int]:
    """Return the ages of 2012 whose cohorts may be told one by one.

    Parameters
    ----------
    data : Counts by age.
    area : A municipality, or the country.
    least : Fewest pupils that may be told.

    Returns
    -------
    frozenset of int
        Both ages of a pair or none: where one has few pupils, in 2012 or in 2017, the other one would tell them. None
        at all where a pair together has few.
    """
    counts = {pair: _counts(data, area, pair) for pair in PAIRS}
    if any(_few(pair.sum(axis=0), least) for pair in counts.values()):
        return frozenset()
    return frozenset(age for pair, own in counts.items() if not _few(own, least) for age in pair)


def told_cohorts(data: Panel, area: str, least: int) -> list[tuple[int, ...]]:
    """Return the cohorts that are forecast with a ratio of their own, of those that may be told.

    Ages 4 and 5 are one: their sum may be told where one of them may not.
    """
    ages = told_ages(data, area, least)
    together = any(_few(_counts(data, area, pair).sum(axis=0), least) for pair in PAIRS)
    return [*(() if together else (PAIRS[0],)), *((age,) for age in PAIRS[1] if age in ages)]


def _counts(data: Panel, area: str, ages: tuple[int, ...]) -> Floats:
    """Return pupils of ages in 2012, and of the ages that they then had in 2017: shape (ages, 2)."""
    own, places = data.of(area), np.array([AGES.index(age) for age in ages])
    return np.column_stack([data.before[own][:, places].sum(axis=0), data.base[own][:, places + STEP].sum(axis=0)])


def _few(counts: Floats, least: int) -> bool:
    return bool(((counts > 0) & (counts < least)).any())
