"""Counts of children and pupils by stadsdeel, age and year as one array, in which a cohort is a diagonal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.stats.arrays import Floats
from analysis.stats.forecast.cohort_model import FEWEST_YEARS

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
    InputError
        A stadsdeel lacks an age in a year, is in one of the files only, or has the name of all together; or a year has
        nobody.
    """
    areas = tuple(sorted(by_stadsdeel_age_year["area"].unique()))
    _check_areas({*areas}, {*by_stadsdeel_children["area"]})
    years = tuple(range(int(by_stadsdeel_age_year["year"].min()), int(by_stadsdeel_age_year["year"].max()) + 1))
    children = by_stadsdeel_children.assign(year=by_stadsdeel_children["year"] - 1)
    parts = [
        _array(
            children.rename(columns={"children": "pupils"}), "by_stadsdeel_children", areas, range(SCHOOL_AGE), years
        ),
        _array(by_stadsdeel_age_year, "by_stadsdeel_age_year", areas, range(SCHOOL_AGE, LAST_AGE + 1), years),
    ]
    found = Series(areas, years, np.concatenate(parts, axis=1))
    empty = [str(year) for year, total in zip(years, found.totals.sum(axis=0), strict=True) if not total]
    if empty:
        hint = "leave out years that are not counted, the same in both files"
        raise InputError("by_stadsdeel_age_year: pupils", "nobody is counted", given=", ".join(empty), hint=hint)
    return found


def check_years(
    data: Series, first_origin: int, changed_from: int, horizon: int, printed_years: Sequence[int] = ()
) -> None:
    """Refuse years of the parameters that the counts do not have, and years in print that are not forecast.

    Raises
    ------
    InputError : Fewer years than a forecast and its trial need, or a parameter that names another one.
    """
    years, enough = data.years, FEWEST_YEARS + 1
    if len(years) < enough:
        hint = f"give at least {enough}, or leave the block city_forecast out"
        raise InputError("by_stadsdeel_age_year: year", "too few years", given=str(len(years)), hint=hint)
    for name, given, known in (
        ("first_origin", first_origin, years[FEWEST_YEARS - 1 : -1]),
        ("changed_from", changed_from, years[2:-2]),
    ):
        hint = "the counts begin and end too near this year, or do not have it"
        _refuse_year(name, [given], known, "no such year", hint)
    ahead = range(years[-1] + 1, years[-1] + horizon + 1)
    hint = "raise city_forecast.horizon, or leave the year and its readings out"
    _refuse_year("printed_years", printed_years, ahead, "years that are not forecast", hint)


def _refuse_year(name: str, given: Sequence[int], known: Sequence[int], problem: str, hint: str) -> None:
    wrong = [str(year) for year in given if year not in known]
    if wrong:
        allowed = f"{known[0]} to {known[-1]}"
        raise InputError(f"city_forecast.{name}", problem, given=", ".join(wrong), allowed=allowed, hint=hint)


def _check_areas(with_pupils: set[str], with_children: set[str]) -> None:
    alone = sorted(with_pupils ^ with_children)
    if alone:
        file = "by_stadsdeel_children" if alone[0] in with_pupils else "by_stadsdeel_age_year"
        hint = "give every stadsdeel in both files, 0 for none"
        raise InputError(f"{file}: area", "a stadsdeel is missing", given=", ".join(alone), hint=hint)
    if CITY in with_pupils:
        raise InputError("by_stadsdeel_age_year: area", f"{CITY!r} is the sum of all", hint="leave such rows out")


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
