"""Counts by municipality, age and year as arrays: what the forecasts start from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.stats.arrays import Floats

BEFORE, BASE = 2012, 2017
"""Years whose pupils are known by age."""
AGES = tuple(range(4, 13))
COHORTS = {"young": (4, 5), "six": (6,), "seven": (7,)}
"""Ages of `BEFORE` whose ratios are used: those who stay five years at school, and those who reach 11 and 12."""
STEP = BASE - BEFORE


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


def merged(by_area: pd.DataFrame, parts: tuple[str, ...], name: str) -> pd.DataFrame:
    """Put municipalities together under one name: their pupils are added, and no total changes.

    Parameters
    ----------
    by_area : ``by_area_age_year`` or ``by_area_count``.
    parts, name : The municipalities, and what they are called together; they take the region of the first.
    """
    renamed = by_area.assign(area=by_area["area"].where(~by_area["area"].isin(parts), name))
    for column in {"region", "province"} & {*by_area}:
        first = by_area.loc[by_area["area"] == parts[0], column].iloc[0]
        renamed[column] = renamed[column].where(renamed["area"] != name, first)
    numbers = [column for column in by_area if column in ("pupils", "without")]
    keys = [column for column in by_area if column not in numbers]
    return renamed.groupby(keys, as_index=False)[numbers].sum()[list(by_area)]


def size_class(pupils: Floats, edges: tuple[float, ...]) -> pd.Series:
    """Return the class of municipalities by pupils, in words that are ordered as the classes are."""
    inner = (f"{low:g}-{high:g}" for low, high in pairwise(edges))
    names = [f"below {edges[0]:g}", *inner, f"{edges[-1]:g} or more"]
    return pd.Series(pd.Categorical.from_codes(np.digitize(pupils, edges), names, ordered=True))
