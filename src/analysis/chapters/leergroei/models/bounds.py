r"""Bounds on the change in the closure year when nobody knows how the absent would have done (Lee, 2009).

Suppose that whoever sat the E-test in the closure year would also have sat it in the year before. Then the pupils of
the year before hold a share that the closure year has lost, and at worst these were its best or its poorest growers.
Within cells of groep and level,

.. math:: \Delta_{low} = \bar z_1 - \bar z_0^{\,best\ q}, \quad
   \Delta_{high} = \bar z_1 - \bar z_0^{\,poorest\ q}, \quad q = p_1 / p_0

with :math:`p` the share of pupils with an M-test who sat the E-test, and the mean over the best (poorest) share
:math:`q` of the year before. Where more were present in the closure year, that year is trimmed instead. Cells weigh by
their pupils with an M-test in the closure year, times the lower share present.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.leergroei.models.design import Design
from analysis.chapters.leergroei.models.growth import SD_GROWTH, standardised
from analysis.chapters.leergroei.models.rows import in_rows, iter_groups, no_rows
from analysis.chapters.leergroei.models.sample import WITH_M_TEST, comparable
from analysis.stats.bootstrap import times_drawn
from analysis.stats.complete import check_complete, where_known

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class MTestPupils:
    """Pupils with an M-test as plain arrays, so that a resample of schools costs a few sums.

    Parameters
    ----------
    cell : group of groep, level and year of every pupil: even in the year before, odd in the closure year
    school : position of the school
    growth : standardised growth; NaN for the absent
    n_cells : number of groups
    """

    cell: Ints
    school: Ints
    growth: Floats
    n_cells: int

    @classmethod
    def of(cls, pupils: pd.DataFrame) -> MTestPupils:
        """Build the arrays of the pupils of a subject.

        Parameters
        ----------
        pupils : with ``groep, level_m, closure, location, growth_sd``

        Returns
        -------
        MTestPupils : in order of cell and growth
        """
        pair = pd.factorize(pd.MultiIndex.from_frame(pupils[["groep", "level_m"]]))[0]
        cell = 2 * pair + pupils["closure"].to_numpy(int)
        school = pd.factorize(pupils["location"])[0]
        growth = pupils["growth_sd"].to_numpy(float)
        order = np.lexsort((growth, cell))
        return cls(cell[order], school[order], growth[order], 2 * (int(pair.max()) + 1))

    def bounds(self, schools: Floats) -> tuple[float, float]:
        """Compute the bounds when each school counts a number of times.

        Parameters
        ----------
        schools : times that each counts, shape (schools,)

        Returns
        -------
        tuple of float : lower and upper bound, in standard deviations of growth
        """
        weight = schools[self.school]
        sat = ~np.isnan(self.growth)
        all_, present = (np.bincount(self.cell, w, self.n_cells).astype(float) for w in (weight, weight * sat))
        share = np.divide(present, all_, out=np.zeros_like(all_), where=all_ > 0).reshape(-1, 2)
        least = share.min(axis=1)
        keep = np.divide(least[:, None], share, out=np.ones_like(share), where=share > 0).ravel()
        poorest, best = self._trimmed(weight * sat, present, keep)
        size = all_.reshape(-1, 2)[:, 1] * least
        low, high = poorest[:, 1] - best[:, 0], best[:, 1] - poorest[:, 0]
        counted = size > 0
        low, high = (np.average(bound[counted], weights=size[counted]) for bound in (low, high))
        return float(low), float(high)

    def _trimmed(self, weight: Floats, present: Floats, keep: Floats) -> tuple[Floats, Floats]:
        """Mean growth over the poorest and the best growing share `keep` of every cell, a column per year."""
        upto = np.cumsum(weight)
        start = np.concatenate([[0.0], np.cumsum(present)[:-1]])
        before = upto - weight - start[self.cell]  # weight of poorer growers in the cell
        retained, growth = (keep * present)[self.cell], np.nan_to_num(self.growth)
        means = []
        for counted in (
            np.clip(retained - before, 0, weight),
            np.clip(before + weight - (present[self.cell] - retained), 0, weight),
        ):
            sums, size = (np.bincount(self.cell, w, self.n_cells) for w in (counted * growth, counted))
            means.append(np.divide(sums, size, out=np.zeros_like(sums), where=size > 0).reshape(-1, 2))
        return means[0], means[1]


def lee_bounds(rows: pd.DataFrame, design: Design, *, draws: int, seed: int) -> pd.DataFrame:
    """Bound the change of standardised growth in the closure year, by subject.

    Parameters
    ----------
    rows : as `sample.select` returns them
    design : the years and tests
    draws, seed : resamples of schools for the errors, and their seed

    Returns
    -------
    DataFrame
        In the form of `rows.means_by`, model ``lee_bounds``, terms ``lower`` and ``upper``, each with an interval of
        its own.
    """
    rows_with_m_test = where_known(comparable(rows, design.two_years, WITH_M_TEST, ["level_m"]), ["level_m"])
    if rows_with_m_test.empty:
        return no_rows()
    check_complete(rows_with_m_test, ["subject", "groep", "level_m", "location", "closure"], "lee_bounds")
    pupils = rows_with_m_test.join(standardised(rows, design)["growth_sd"])
    streams = np.random.SeedSequence(seed).spawn(len(design.groepen))
    limits = []
    for (row, part), stream in zip(iter_groups(pupils, design.groepen), streams, strict=True):
        named = {**row, "by": "ois_standardised"}
        cells = MTestPupils.of(part)
        draws_of = [
            cells.bounds(times) for times in times_drawn(named["schools"], draws, np.random.default_rng(stream))
        ]
        errors = np.std(draws_of, axis=0, ddof=1)
        for term, estimate, error in zip(
            ("lower", "upper"), cells.bounds(np.ones(named["schools"])), errors, strict=True
        ):
            limits.append({**named, "term": term, "estimate": estimate, "std_error": float(error)})
    return in_rows(pd.DataFrame(limits), model="lee_bounds", unit=SD_GROWTH)
