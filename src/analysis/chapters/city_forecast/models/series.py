"""Counts of children and pupils by stadsdeel, age and year as one array, in which a cohort is a diagonal."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.stats.arrays import Floats

SCHOOL_AGE, LEAVING_AGE, LAST_AGE = 4, 11, 12
CITY = "all stadsdelen"
KEYS = ["area", "age", "year"]


@dataclass(frozen=True)
class Series:
    """Counts of every stadsdeel, single age and year.

    Parameters
    ----------
    areas, years : Names, and the years of 1 October.
    counts : Shape (areas, ages, years), from age 0: children of 0 to 3 on the 1 January after, pupils of 4 to 12.
    """

    areas: tuple[str, ...]
    years: tuple[int, ...]
    counts: Floats

    @property
    def pupils(self) -> Floats:
        """Pupils by age, shape (areas, ages of 4 to 12, years)."""
        return self.counts[:, SCHOOL_AGE:]

    @property
    def totals(self) -> Floats:
        """Pupils of all ages, shape (areas, years)."""
        totals: Floats = self.pupils.sum(axis=1)
        return totals

    def until(self, year: int) -> Series:
        """Return what is known at the end of a year."""
        n = self.years.index(year) + 1
        return replace(self, years=self.years[:n], counts=self.counts[:, :, :n])


def series(by_stadsdeel_age_year: pd.DataFrame, by_stadsdeel_children: pd.DataFrame) -> Series:
    """Join pupils and children; every stadsdeel has all ages in all years.

    Parameters
    ----------
    by_stadsdeel_age_year, by_stadsdeel_children : As their contracts in `data.microdata_counts` say.

    Raises
    ------
    InputError : A stadsdeel lacks an age in a year.
    """
    areas = tuple(sorted(by_stadsdeel_age_year["area"].unique()))
    years = tuple(range(int(by_stadsdeel_age_year["year"].min()), int(by_stadsdeel_age_year["year"].max()) + 1))
    children = by_stadsdeel_children.assign(year=by_stadsdeel_children["year"] - 1)
    parts = [
        _array(
            children.rename(columns={"children": "pupils"}), "by_stadsdeel_children", areas, range(SCHOOL_AGE), years
        ),
        _array(by_stadsdeel_age_year, "by_stadsdeel_age_year", areas, range(SCHOOL_AGE, LAST_AGE + 1), years),
    ]
    return Series(areas, years, np.concatenate(parts, axis=1))


def _array(rows: pd.DataFrame, file: str, areas: tuple[str, ...], ages: range, years: tuple[int, ...]) -> Floats:
    every = pd.MultiIndex.from_product([areas, ages, years], names=KEYS)
    counts = rows.set_index(KEYS)["pupils"].reindex(every)
    if counts.isna().any():
        area, age, year = counts.index[counts.isna()][0]
        raise InputError(
            file,
            f"{int(counts.isna().sum())} counts are missing, the first of {area}, age {age}, {year}",
            hint="give every stadsdeel each age in each year (children: on the 1 January after it), 0 for none",
        )
    return counts.to_numpy(float).reshape(len(areas), len(ages), len(years))
