"""The frames behind the figures: fans, errors against size, the contest, places on the map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.chapters.landscape.models.backtest import TARGETS, percent
from analysis.chapters.landscape.models.forecasts import METHODS, SHRUNKEN
from analysis.chapters.landscape.models.panel import BASE, Panel
from analysis.stats.fit import mean
from analysis.stats.forecast.error_law import ErrorLaw

COUNTED, FORECAST = "counted", "forecast"
LARGEST = 4
"""Municipalities that are drawn where the edition is about all of them."""
GRID = 40
COUNTED_YEARS = (2010, 2012, 2017, 2018, 2019, 2024)
LAST_FILE = 2024
HOW = {"key": "by its number", "postcode": "by its postcode", "neither": "fits neither"}
WITHOUT = "no pupils told"


def shown_areas(data: Panel, region: str) -> list[str]:
    """Return the municipality of the edition; the largest ones where it is about all."""
    if region in set(data.areas["area"]):
        return [region]
    largest = data.counts[BASE].nlargest(LARGEST).index
    return [str(area) for area in data.areas.loc[largest, "area"]]


def fans(data: Panel, forecast: pd.DataFrame, areas: Sequence[str], level: float) -> pd.DataFrame:
    """Set the forecast by cohorts with its interval beside the counts.

    Returns
    -------
    DataFrame
        ``area, year, series`` (`COUNTED` or `FORECAST`), ``estimate, ci_low, ci_high`` (pupils) and ``pupils``:
        those of the count, or of the year that the forecast starts from.
    """
    ends = {f"low_{percent(level)}": "ci_low", f"high_{percent(level)}": "ci_high", "forecast": "estimate"}
    own = forecast[(forecast["method"] == SHRUNKEN) & forecast["area"].isin(areas)].rename(columns=ends)
    own = own.assign(year=BASE + own["horizon"], series=FORECAST, pupils=own["origin"])
    known = (
        data.counts.set_axis(data.areas["area"]).loc[list(areas), [*COUNTED_YEARS]].rename_axis("area").reset_index()
    )
    counted = known.melt("area", var_name="year", value_name="pupils").dropna()
    counted = counted.assign(series=COUNTED, estimate=counted["pupils"], ci_low=np.nan, ci_high=np.nan)
    start = counted[counted["year"] == BASE].assign(series=FORECAST)
    start = start.assign(ci_low=start["estimate"], ci_high=start["estimate"])
    columns = ["area", "year", "series", "estimate", "ci_low", "ci_high", "pupils"]
    rows = pd.concat([each[columns] for each in (start, own, counted)], ignore_index=True)
    return rows.astype({"year": int, "pupils": int}).sort_values(["area", "series", "year"]).reset_index(drop=True)


def errors(tested: pd.DataFrame, law: ErrorLaw, year: int, level: float) -> pd.DataFrame:
    """Give the error of every municipality in a year, per cent, and the interval that its size was given.

    Returns
    -------
    DataFrame
        ``part`` (``municipality``, or ``interval`` for points of its curve), ``area, pupils`` (at the origin),
        ``estimate, ci_low, ci_high`` (forecast less count, per cent of the count).
    """
    own = tested[(tested["method"] == SHRUNKEN) & (tested["year"] == year)]
    horizon = float(own["horizon"].max())
    points = own[["area", "origin"]].assign(part="municipality", estimate=100 * np.expm1(own["error"]))
    points = points.rename(columns={"origin": "pupils"}).assign(ci_low=points["estimate"], ci_high=points["estimate"])
    grid = np.round(np.geomspace(own["origin"].min(), own["origin"].max(), GRID))
    half, middle = law.quantiles[level] * law.scale(horizon, grid), law.bias * horizon
    band = pd.DataFrame({"pupils": grid, "part": "interval", "area": "", "estimate": 100 * np.expm1(middle)})
    band = band.assign(ci_low=100 * np.expm1(middle - half), ci_high=100 * np.expm1(middle + half))
    return pd.concat([points, band], ignore_index=True).astype({"pupils": int})


def contest(tested: pd.DataFrame) -> pd.DataFrame:
    """Return the weighted absolute error of every method by year, per cent, clustered by province.

    Returns
    -------
    DataFrame
        ``method, year, estimate, ci_low, ci_high, n_obs`` (municipalities), ``n_clusters`` (provinces).
    """
    horizons = dict(TARGETS)
    rows = []
    for year, horizon in horizons.items():
        for method in METHODS:
            own = tested[(tested["method"] == method) & (tested["year"] == year) & (tested["horizon"] == horizon)]
            miss = 100 * (own["forecast"] - own["count"]).abs() / own["count"]
            found = mean(miss, own["province"], own["count"]).estimates("contest", "", "percent")
            rows.append({**found.iloc[0].to_dict(), "method": method, "year": year})
    return pd.DataFrame(rows)[["method", "year", "estimate", "ci_low", "ci_high", "n_obs", "n_clusters"]]


def places(tested: pd.DataFrame, by_school: pd.DataFrame, year: int) -> pd.DataFrame:
    """Put the error of each municipality on the map: ``area, lat, lon, pupils, error`` (per cent of the count)."""
    middle = by_school.groupby("municipality")[["lat", "lon"]].mean()
    own = tested[(tested["method"] == SHRUNKEN) & (tested["year"] == year)]
    rows = own[["area", "origin", "error"]].rename(columns={"origin": "pupils"}).join(middle, on="area").dropna()
    return rows.assign(error=100 * np.expm1(rows["error"]), pupils=rows["pupils"].astype(int)).reset_index(drop=True)


def counts_table(by_location_count: pd.DataFrame, region: str) -> pd.DataFrame:
    """Count schools and pupils of the files, as they are, in the country and in one municipality.

    Returns
    -------
    DataFrame
        ``place, year, date, schools, pupils``; the file of 2024 states no date for its counts.
    """
    every = {"Netherlands": by_location_count, region: by_location_count[by_location_count["area"] == region]}
    counts = [
        rows.groupby("year").agg(schools=("location", "size"), pupils=("pupils", "sum")).assign(place=place)
        for place, rows in every.items()
        if len(rows)
    ]
    table = pd.concat(counts).reset_index().astype({"pupils": "int64"})
    date = np.where(table["year"] == LAST_FILE, "date not stated", "1 October")
    return table.assign(date=date)[["place", "year", "date", "schools", "pupils"]]


def placed(by_location_count: pd.DataFrame) -> pd.DataFrame:
    """Count how the municipality of 2017 of each location was found, and of how many a file tells no pupils.

    Returns
    -------
    DataFrame
        ``year, placed, schools, pupils``; `WITHOUT` are locations on the list without their pupils.
    """
    how = by_location_count["placed"].map(HOW).mask(by_location_count["pupils"].isna(), WITHOUT)
    sums = by_location_count.assign(placed=how).groupby(["year", "placed"])
    return sums.agg(schools=("location", "size"), pupils=("pupils", "sum")).astype("int64").reset_index()


def growth(forecast: pd.DataFrame, past: pd.DataFrame, data: Panel) -> pd.DataFrame:
    """Return the log growth over five years that the forecasts expect of municipalities, for 2012 and for 2019.

    Returns
    -------
    DataFrame
        ``area, learnt`` (2012 to 2017, with the ratios of other provinces) and ``tested`` (2019 to 2024, from 2017).
    """
    own = past[(past["method"] == SHRUNKEN)].set_index("area")["error"]
    came = pd.Series(np.log(data.base.sum(axis=1) / data.before.sum(axis=1)), index=data.areas["area"])
    of = forecast[forecast["method"] == SHRUNKEN].pivot_table(index="area", columns="horizon", values="forecast")
    return (
        pd.DataFrame({"learnt": came + own, "tested": np.log(of[7] / of[2])}).dropna().rename_axis("area").reset_index()
    )
