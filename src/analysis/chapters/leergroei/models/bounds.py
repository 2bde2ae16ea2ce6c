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
from analysis.chapters.leergroei.models.rows import in_rows, parts, row
from analysis.chapters.leergroei.models.sample import reference_year, with_m_test
from analysis.stats.bootstrap import times_drawn
from analysis.stats.complete import check_complete

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class MTestPupils:
    """Pupils with an M-test as plain arrays, so that a resample of schools costs a few sums.

    Parameters
    ----------
    cell
        Group of groep, level and year of every pupil: even in the year before, odd in the closure year.
    school
        Position of the school.
    growth
        Standardised growth; NaN for the absent.
    n_cells
        Number of groups.
    """

    cell: Ints
    school: Ints
    growth: Floats
    n_cells: int

    @classmethod
    def of(cls, pupils: pd.DataFrame) -> MTestPupils:
        """Lay out the pupils of a subject, in order of cell and growth."""
        pair = pd.factorize(pd.MultiIndex.from_frame(pupils[["groep", "level_m"]]))[0]
        cell = 2 * pair + pupils["closure"].to_numpy(int)
        school = pd.factorize(pupils["location"])[0]
        growth = pupils["growth_sd"].to_numpy(float)
        order = np.lexsort((growth, cell))
        return cls(cell[order], school[order], growth[order], 2 * (int(pair.max()) + 1))

    def bounds(self, schools: Floats) -> tuple[float, float]:
        """Compute the bounds when school j counts ``schools[j]`` times."""
        weight = schools[self.school]
        sat = ~np.isnan(self.growth)
        all_, present = (np.bincount(self.cell, w, self.n_cells).astype(float) for w in (weight, weight * sat))
        share = np.divide(present, all_, out=np.zeros_like(all_), where=all_ > 0).reshape(-1, 2)
        least = share.min(axis=1)
        keep = np.divide(least[:, None], share, out=np.ones_like(share), where=share > 0).ravel()
        poorest, best = self._trimmed(weight * sat, present, keep)
        size = all_.reshape(-1, 2)[:, 1] * least
        low, high = poorest[:, 1] - best[:, 0], best[:, 1] - poorest[:, 0]
        told = size > 0
        return float(np.average(low[told], weights=size[told])), float(np.average(high[told], weights=size[told]))

    def _trimmed(self, weight: Floats, present: Floats, keep: Floats) -> tuple[Floats, Floats]:
        """Mean growth over the poorest and the best growing share `keep` of every cell, a column per year."""
        upto = np.cumsum(weight)
        start = np.concatenate([[0.0], np.cumsum(present)[:-1]])
        before = upto - weight - start[self.cell]  # weight of poorer growers in the cell
        kept, growth = (keep * present)[self.cell], np.nan_to_num(self.growth)
        means = []
        for counted in (
            np.clip(kept - before, 0, weight),
            np.clip(before + weight - (present[self.cell] - kept), 0, weight),
        ):
            sums, size = (np.bincount(self.cell, w, self.n_cells) for w in (counted * growth, counted))
            means.append(np.divide(sums, size, out=np.zeros_like(sums), where=size > 0).reshape(-1, 2))
        return means[0], means[1]


def lee_bounds(rows: pd.DataFrame, design: Design, *, draws: int, seed: int) -> pd.DataFrame:
    """Bound the change of standardised growth in the closure year, by subject.

    Parameters
    ----------
    rows
        As `sample.select` returns them.
    draws, seed
        Resamples of schools for the errors, and their seed.

    Returns
    -------
    DataFrame
        In the form of `rows.estimate_by`, model ``lee_bounds``, terms ``lower`` and ``upper``, each with an interval of
        its own.
    """
    had = with_m_test(rows, design)
    had = had[had["year"].isin([reference_year(design), design.closure_year])]
    check_complete(had, ["subject", "groep", "level_m", "location", "closure"], "lee_bounds")
    had = had.join(standardised(rows, design)["growth_sd"])
    told = []
    for (outcome, values, part), stream in zip(
        parts(had, design.groepen), np.random.SeedSequence(seed).spawn(len(design.groepen)), strict=True
    ):
        named = row(outcome, (), values, part, part["year"].unique().tolist())
        named["by"] = "ois_standardised"
        estimates, errors = _resampled(
            MTestPupils.of(part), part["location"].nunique(), draws, np.random.default_rng(stream)
        )
        for term, estimate, error in zip(("lower", "upper"), estimates, errors, strict=True):
            schools = part["location"].nunique()
            told.append({**named, "term": term, "estimate": estimate, "std_error": error, "schools": schools})
    return in_rows(pd.DataFrame(told), model="lee_bounds", unit=SD_GROWTH)


def _resampled(
    cells: MTestPupils, schools: int, draws: int, rng: np.random.Generator
) -> tuple[tuple[float, float], tuple[float, float]]:
    found = np.array([cells.bounds(times) for times in times_drawn(schools, draws, rng)])
    low, high = found.std(axis=0, ddof=1)
    return cells.bounds(np.ones(schools)), (float(low), float(high))
