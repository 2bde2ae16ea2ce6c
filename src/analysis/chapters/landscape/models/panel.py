"""Counts by municipality, age and year as arrays: what the forecasts start from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.received import received, refuse
from analysis.stats.arrays import Floats

BEFORE, BASE = 2012, 2017
"""Years whose pupils are known by age."""
COUNTED_YEARS = (2010, BEFORE, BASE, 2018, 2019, 2024)
SIZE_YEARS = (BEFORE, BASE, 2019, 2024)
"""Years whose pupils are known by location."""
KEY = "data.counts_over_years"
AGES = tuple(range(4, 13))
COHORTS = {"young": (4, 5), "six": (6,), "seven": (7,)}
"""Ages of `BEFORE` whose ratios are used: those who stay five years at school, and those who reach 11 and 12."""
FIRST_OLD = 9
"""Age from which on cohorts do not tell how entrants change."""
STEP = BASE - BEFORE
COUNTRY = "Netherlands"
FEWEST_SCHOOLS = 3
"""With fewer a number of a municipality is that of a school, or tells one school the other's."""
FEWEST_AREAS = 10
"""Of fewer municipalities no law of errors is learnt."""
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Panel:
    """Municipalities with pupils by age in both years.

    Parameters
    ----------
    areas : ``area, region, province``, one row per municipality, in the order of the arrays.
    before, base : Pupils by age of `BEFORE` and `BASE`, shape (areas, ages).
    counts : Pupils of all ages, a column per year; missing where a year does not tell them.
    whole : Whether a year tells the pupils of every school of the municipality, as `counts`.
    """

    areas: pd.DataFrame
    before: Floats
    base: Floats
    counts: pd.DataFrame
    whole: pd.DataFrame

    def of(self, area: str) -> Mask:
        """Return which rows are of a municipality; all of them for `COUNTRY`."""
        return np.full(len(self.areas), True) if area == COUNTRY else (self.areas["area"] == area).to_numpy(bool)

    def cohort(self, ages: tuple[int, ...]) -> tuple[Floats, Floats]:
        """Return the pupils of these ages in `BEFORE`, and of the ages that they then had in `BASE`."""
        first = self.before[:, [AGES.index(age) for age in ages]].sum(axis=1)
        return first, self.base[:, [AGES.index(age + STEP) for age in ages]].sum(axis=1)


def panel(by_area_age_year: pd.DataFrame, by_area_count: pd.DataFrame) -> Panel:
    """Arrange the counts.

    Parameters
    ----------
    by_area_age_year, by_area_count : As their contracts in `data.count_files` say.

    Raises
    ------
    InputError : A column, year, age or municipality is missing, or there are too few, or nobody in them.
    """
    _refuse_ages(by_area_age_year)
    _refuse_counts(by_area_count, by_area_age_year["area"])
    wide = by_area_age_year.pivot_table(index="area", columns=["year", "age"], values="pupils", aggfunc="sum")
    areas = by_area_age_year.groupby("area")[["region", "province"]].first().loc[wide.index].reset_index()
    counts, without = (
        by_area_count.pivot_table(index="area", columns="year", values=name, aggfunc="sum")
        .reindex(wide.index)
        .reset_index(drop=True)
        for name in ("pupils", "without")
    )
    of_year = {year: wide[year][list(AGES)].to_numpy(float) for year in (BEFORE, BASE)}
    return Panel(areas, of_year[BEFORE], of_year[BASE], counts.astype(float), without == 0)


def _refuse_ages(by_area_age_year: pd.DataFrame) -> None:
    table = "by_area_age_year"
    columns = ("area", "region", "province", "age", "year", "pupils")
    rows = received(by_area_age_year, table, columns, key=KEY, years=(BEFORE, BASE))
    wide = rows.pivot_table(index="area", columns=["year", "age"], values="pupils", aggfunc="sum")
    wide = wide.reindex(columns=pd.MultiIndex.from_product([(BEFORE, BASE), AGES]))
    lacking = wide.index[wide.isna().any(axis=1)]
    refuse(table, "age", "municipalities lack an age", lacking, "give each of 4 to 12 in both years, 0 for none")
    young = rows[rows["age"] < FIRST_OLD].groupby(["area", "year"])["pupils"].sum()
    none = young.index[young == 0]
    refuse(table, "pupils", "nobody of ages 4 to 8 goes to school in a municipality", none, "leave it out of the files")
    whole = "the chapter needs the files of the whole country, also of an edition of one municipality"
    provinces, few = rows["province"].unique(), len(wide) < FEWEST_AREAS
    one = provinces[: len(provinces) == 1]
    refuse(table, "province", "errors are learnt from other provinces, and there is one", one, whole)
    refuse(table, "area", f"there are fewer than {FEWEST_AREAS} municipalities", wide.index[: few * len(wide)], whole)


def _refuse_counts(by_area_count: pd.DataFrame, areas: pd.Series) -> None:
    table = "by_area_count"
    rows = received(by_area_count, table, ("area", "year", "pupils", "without"), key=KEY, years=COUNTED_YEARS)
    for year in (BEFORE, BASE):
        absent = sorted({*areas} - {*rows.loc[rows["year"] == year, "area"]})
        hint = "spell municipalities as by_area_age_year does, and count each of its"
        refuse(table, "area", f"municipalities have no count of {year}", absent, hint)
    nobody = rows.loc[(rows["pupils"] == 0) & ((rows["without"] == 0) | rows["year"].isin([BEFORE, BASE])), "area"]
    refuse(table, "pupils", "a municipality has no pupils in a year", nobody, "leave it out of the files")


def in_municipalities(by_location_count: pd.DataFrame) -> pd.DataFrame:
    """Return the locations of municipalities that have a file of 2017.

    Those of the others are on the lists of all other years: they would be gone in 2017, and new after it.
    """
    return by_location_count[by_location_count["area"].notna()]


def told_areas(data: Panel, by_location_count: pd.DataFrame) -> frozenset[str]:
    """Return the municipalities of which numbers may be shown: `FEWEST_SCHOOLS` or more tell their pupils every year.

    Provinces are shown too: in each, those that are left out have so many schools together, else the next smallest is
    left out with them.

    Parameters
    ----------
    data : Counts by municipality.
    by_location_count : As its contract in `data.count_files` says.

    Raises
    ------
    InputError : A column or year is missing, a year tells no pupils, or no location is in one of the municipalities.
    """
    table = "by_location_count"
    rows = received(by_location_count, table, ("location", "area", "year", "pupils"), key=KEY, years=SIZE_YEARS)
    known = in_municipalities(rows).dropna(subset="pupils")
    none = (
        [] if known["area"].isin(data.areas["area"]).any() else rows["area"].dropna().unique()[:1].tolist() or ["none"]
    )
    refuse(table, "area", "no location is in a municipality of by_area_age_year", none, "spell them alike")
    silent = sorted({*SIZE_YEARS} - {*known["year"]})
    refuse(table, "pupils", "a year tells the pupils of no location", silent, "look at the file of that year")
    by_year = pd.crosstab(known["area"], known["year"])
    fewest = data.areas.assign(schools=data.areas["area"].map(by_year.min(axis=1)).fillna(0))
    told: set[str] = set()
    for _, own in fewest.sort_values(["schools", "area"]).groupby("province"):
        few = int((own["schools"] < FEWEST_SCHOOLS).sum())
        while 0 < few < len(own) and own["schools"].head(few).sum() < FEWEST_SCHOOLS:
            few += 1
        told |= {*own["area"].iloc[few:]}
    return frozenset(told)


def size_class(pupils: Floats, edges: tuple[float, ...]) -> pd.Series:
    """Return the class of municipalities by pupils, in words that are ordered as the classes are."""
    inner = (f"{low:,.0f}-{high:,.0f}" for low, high in pairwise(edges))
    names = [f"below {edges[0]:,.0f}", *inner, f"{edges[-1]:,.0f} or more"]
    number = np.digitize(pupils, edges)
    return pd.Series(pd.Categorical([names[n] for n in number], names, ordered=True))
