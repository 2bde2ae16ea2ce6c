"""Counts by municipality, age and year as arrays: what the forecasts start from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.stats.arrays import Floats

BEFORE, BASE = 2012, 2017
"""Years whose pupils are known by age."""
AGES = tuple(range(4, 13))
COHORTS = {"young": (4, 5), "six": (6,), "seven": (7,)}
"""Ages of `BEFORE` whose ratios are used: those who stay five years at school, and those who reach 11 and 12."""
STEP = BASE - BEFORE
COUNTRY = "Netherlands"
FEWEST_SCHOOLS = 3
"""With fewer a number of a municipality is that of a school, or tells one school the other's."""
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
    """
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
    """
    known = in_municipalities(by_location_count).dropna(subset="pupils")
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
