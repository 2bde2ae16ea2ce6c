"""The pupils of a small stadsdeel do not follow from those of the others and of the city."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import analysis.chapters.city_forecast as chapter
from analysis.chapters.city_forecast.models import pictures
from analysis.chapters.city_forecast.models.series import CITY
from analysis.publish.exhibits import read_exhibits
from analysis.publish.release import Release

EXHIBITS = read_exhibits(Path(chapter.__file__).with_name("exhibits.yml"))
PUPILS = {"Centrum": 9, "Noord": 480, "Oost": 5231, "West": 3307, "Zuid": 2764}


def rows() -> pd.DataFrame:
    counts = {**PUPILS, CITY: sum(PUPILS.values())}
    parts = []
    for year, series in ((2018, pictures.COUNTED), (2019, pictures.COUNTED), (2020, pictures.FORECAST)):
        own = pd.DataFrame({"area": list(counts), "year": year, "series": series, "pupils": list(counts.values())})
        ahead = own["pupils"] * 1.02 if series == pictures.FORECAST else np.nan
        ends = dict.fromkeys(("estimate", "low_67", "high_67", "ci_low", "ci_high"), ahead)
        parts.append(own.assign(**ends))
    return pd.concat(parts, ignore_index=True)


def test_a_second_stadsdeel_is_withheld_in_each_year_and_in_the_forecast(release: Release) -> None:
    """City less the four others would be 9: of each year two stadsdelen are missing, the same ones in all tables."""
    frame = rows()
    shown = release.gated(frame, **EXHIBITS.frame("fans", frame))
    missing = shown[shown["pupils"].isna()].groupby(["series", "year"])["area"].agg(set)
    assert (missing.map(len) >= 2).all()
    assert len(missing) == 3
    assert len(set(map(frozenset, missing))) == 1
    assert "Centrum" in missing.iloc[0]
    ahead = shown[shown["series"] == pictures.FORECAST]
    assert ahead.loc[ahead["pupils"].isna(), ["estimate", "low_67", "ci_high"]].isna().all(axis=None)


def test_no_number_of_a_table_is_exact_where_counts_are_rounded(release: Release) -> None:
    """5,231 pupils stand as a rounded count and nowhere else; once the estimate beside it was 5,231.0."""
    frame = rows()
    shown = release.gated(frame, **EXHIBITS.frame("fans", frame))
    counted = shown[shown["series"] == pictures.COUNTED]
    assert 5231 not in counted["pupils"].dropna().tolist()
    assert counted[["estimate", "low_67", "high_67", "ci_low", "ci_high"]].isna().all(axis=None)
