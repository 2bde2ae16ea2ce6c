"""The frames behind the figures: fans, errors against size, the contest, places on the map."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
import pandas as pd

from analysis.chapters.landscape.models.backtest import TARGETS, percent
from analysis.chapters.landscape.models.forecasts import METHODS, SHRUNKEN
from analysis.chapters.landscape.models.panel import (
    BASE,
    COUNTED_YEARS,
    COUNTRY,
    FEWEST_SCHOOLS,
    KEY,
    Panel,
    in_municipalities,
)
from analysis.received import received
from analysis.stats.fit import mean
from analysis.stats.forecast.error_law import ErrorLaw

Rounded = Callable[[pd.Series], pd.Series]
"""Rounds counts as the gate does: what else follows from a count is made of what is published, or tells more of it."""
COUNTED, FORECAST, PRINTED = "counted", "forecast", "in print"
WHOLE = ("pupils_2017", "pupils_counted", "pupils_scaled")
ORDER = ["area", "year", "pupils_counted", "pupils_scaled", "pupils_2017", "estimate", "ci_low", "ci_high"]
LARGEST = 4
"""Municipalities that are drawn where the edition is about all of them."""
GRID = 40
LAST_FILE = 2024
HOW = {
    "key": "by its number",
    "postcode": "by its postcode",
    "neither": "fits nowhere",
    "crossing": "no count of its municipality",
}
WITHOUT = "no pupils told"
COUNTED_BY, NOT_COUNTED = (HOW["key"], HOW["postcode"]), "not counted"


def shown_place(region: str, told: Collection[str]) -> str:
    """Return the municipality of the edition where its numbers may be shown, else the country."""
    return region if region in told else COUNTRY


def shown_areas(data: Panel, region: str) -> list[str]:
    """Return the municipality of the edition; the largest ones where it is about all."""
    if region in set(data.areas["area"]):
        return [region]
    largest = data.counts[BASE].nlargest(LARGEST).index
    return [str(area) for area in data.areas.loc[largest, "area"]]


def forecast(
    data: Panel,
    expected: pd.DataFrame,
    by_location_count: pd.DataFrame,
    areas: Sequence[str],
    level: float,
    rounded: Rounded,
) -> pd.DataFrame:
    """Set the forecast by cohorts with its interval beside the counts.

    Parameters
    ----------
    data, expected, by_location_count : Counts by municipality, forecasts with intervals, and counts by location.
    areas, level : Municipalities, and the level of the interval.
    rounded : Rounds counts as they are published: of a count and of what untold schools add nothing else is told.

    Returns
    -------
    DataFrame
        One row per municipality and year: ``area, year, pupils_counted`` (missing where there is no count),
        ``pupils_scaled`` (as if schools of which a file tells no pupils were of mean size, see `untold`),
        ``pupils_2017, estimate, ci_low, ci_high`` (pupils); of years before 2017 the count alone.
    """
    ends = {f"low_{percent(level)}": "ci_low", f"high_{percent(level)}": "ci_high", "forecast": "estimate"}
    own = expected[(expected["method"] == SHRUNKEN) & expected["area"].isin(areas)].rename(columns=ends)
    own = own.assign(year=BASE + own["years_ahead"], pupils_2017=own["origin"])
    counts = data.counts.set_axis(data.areas["area"]).loc[list(areas), [*COUNTED_YEARS]].rename_axis("area")
    counted = counts.reset_index().melt("area", var_name="year", value_name="pupils_counted").dropna()
    columns = ["area", "year", "pupils_2017", "estimate", "ci_low", "ci_high"]
    rows = own[columns].merge(counted.astype({"year": int}), on=["area", "year"], how="outer")
    scale = untold(by_location_count).rename("scale").reset_index()
    rows = rows.merge(scale, on=["area", "year"], how="left")
    rows = rows.assign(pupils_scaled=(rounded(rows["pupils_counted"]) * rows["scale"].fillna(1)).round())
    rows = rows.astype({"year": int}).astype(dict.fromkeys(WHOLE, "Int64"))
    return rows.sort_values(["area", "year"]).reset_index(drop=True)[ORDER]


def untold(by_location_count: pd.DataFrame) -> pd.Series:
    """Return, by area and year, all schools on the list by those of which the file tells the pupils; at least one.

    Fewer untold schools than may be published, but some, are taken for as many as they can be: their number is withheld
    in `counts_table`, and a total would tell it.
    """
    pupils = by_location_count.groupby(["area", "year"])["pupils"]
    told = pupils.count()
    lacking = pupils.size() - told
    lacking = lacking.mask(lacking.between(1, FEWEST_SCHOOLS - 1), FEWEST_SCHOOLS - 1)
    return ((told + lacking) / told)[told > 0]


def fans(
    rows: pd.DataFrame, printed_area: str, printed_year: int, printed: tuple[int, int], rounded: Rounded
) -> pd.DataFrame:
    """Lay the forecast, the counts and a forecast in print of municipalities under each other, to draw them.

    Parameters
    ----------
    rows : Of `forecast`.
    printed_area, printed_year, printed
        Of a forecast in print, and the two readings of its number; it is drawn where the rows have that municipality.
    rounded : Rounds counts as they are published: a count is drawn where the same row tells that it is.

    Returns
    -------
    DataFrame
        ``area, year, series`` (`COUNTED`, `FORECAST` or `PRINTED`), ``estimate, ci_low, ci_high`` (pupils) and
        ``pupils``: those that the row rests on.
    """
    counted = rows.dropna(subset="pupils_counted").assign(series=COUNTED, pupils=lambda d: d["pupils_counted"])
    counted = counted.assign(estimate=rounded(counted["pupils"]).astype(float), ci_low=np.nan, ci_high=np.nan)
    made = rows.dropna(subset="estimate").assign(series=FORECAST, pupils=lambda d: d["pupils_2017"])
    start = counted[counted["year"] == BASE].assign(series=FORECAST)
    start = start.assign(ci_low=start["estimate"], ci_high=start["estimate"])
    parts = [start, made, counted]
    if printed_area in set(rows["area"]):
        low, high = printed
        one = {"area": printed_area, "year": printed_year, "series": PRINTED, "pupils": low}
        parts.append(pd.DataFrame([{**one, "estimate": (low + high) / 2, "ci_low": low, "ci_high": high}]))
    columns = ["area", "year", "series", "estimate", "ci_low", "ci_high", "pupils"]
    every = pd.concat([part[columns] for part in parts], ignore_index=True)
    return every.astype({"year": int, "pupils": int}).sort_values(["area", "series", "year"]).reset_index(drop=True)


def errors(
    tested: pd.DataFrame, law: ErrorLaw, year: int, level: float, told: Collection[str], rounded: Rounded
) -> pd.DataFrame:
    """Give the error of every municipality in a year, per cent, and the interval that its size was given.

    Parameters
    ----------
    tested, law, year, level : Of the cohorts: what came, the law of their errors, the year and level of the interval.
    told : Municipalities that may be shown; others are no points, and do not stretch the curve.
    rounded : Rounds counts as they are published, so that forecast and error give no closer count.

    Returns
    -------
    DataFrame
        ``part`` (``municipality``, or ``interval`` for points of its curve), ``area, pupils`` (at the origin),
        ``n_pupils`` (that the row rests on: for the curve those of all), ``estimate, ci_low, ci_high`` (forecast less
        count, per cent of the count).
    """
    own = tested[(tested["method"] == SHRUNKEN) & (tested["year"] == year) & tested["area"].isin(told)]
    if own.empty:  # no municipality may be shown: there is no point, nor a curve to lay beside it
        names = ["area", "pupils", "part", "estimate", "ci_low", "ci_high", "n_pupils"]
        return pd.DataFrame(columns=names).astype(dict.fromkeys(("pupils", "n_pupils"), int))
    horizon = float(own["years_ahead"].max())
    points = own[["area", "origin"]].assign(part="municipality", estimate=_miss(own, rounded))
    points = points.rename(columns={"origin": "pupils"}).assign(ci_low=points["estimate"], ci_high=points["estimate"])
    grid = np.round(np.geomspace(own["origin"].min(), own["origin"].max(), GRID))
    half, middle = law.quantiles[level] * law.scale(horizon, grid), law.bias * horizon
    band = pd.DataFrame({"pupils": grid, "part": "interval", "area": "", "estimate": 100 * np.expm1(middle)})
    band = band.assign(ci_low=100 * np.expm1(middle - half), ci_high=100 * np.expm1(middle + half))
    rows = [points.assign(n_pupils=points["pupils"]), band.assign(n_pupils=own["origin"].sum())]
    return pd.concat(rows, ignore_index=True).astype({"pupils": int, "n_pupils": int})


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
            own = tested[(tested["method"] == method) & (tested["year"] == year) & (tested["years_ahead"] == horizon)]
            miss = 100 * (own["forecast"] - own["count"]).abs() / own["count"]
            found = mean(miss, own["province"], own["count"]).estimates("contest", "", "percent")
            rows.append({**found.iloc[0].to_dict(), "method": method, "year": year})
    return pd.DataFrame(rows)[["method", "year", "estimate", "ci_low", "ci_high", "n_obs", "n_clusters"]]


def _miss(own: pd.DataFrame, rounded: Rounded) -> pd.Series:
    """Return forecasts less counts, per cent of the counts as they are published."""
    count = rounded(own["count"])
    return 100 * (own["forecast"] / count.where(count > 0) - 1)


def places(
    tested: pd.DataFrame, by_school: pd.DataFrame, year: int, told: Collection[str], rounded: Rounded
) -> pd.DataFrame:
    """Put the error of each municipality on the map: ``area, lat, lon, pupils, error`` (per cent of the count).

    Municipalities that may not be shown have no point, nor have those of which fewer than `FEWEST_SCHOOLS` schools have
    one: the middle would be that of a school.
    """
    columns = ("municipality", "lat", "lon")
    by_school = received(by_school, "by_school", columns, key="data.source")
    points = by_school.dropna(subset=["lat", "lon"]).groupby("municipality")[["lat", "lon"]]
    middle = points.mean()[points.size() >= FEWEST_SCHOOLS]
    own = tested[(tested["method"] == SHRUNKEN) & (tested["year"] == year) & tested["area"].isin(told)]
    rows = own[["area", "origin"]].assign(error=_miss(own, rounded)).rename(columns={"origin": "pupils"})
    rows = rows.join(middle, on="area").dropna()
    return rows.assign(pupils=rows["pupils"].astype(int)).reset_index(drop=True)


def counts_table(by_location_count: pd.DataFrame, region: str) -> pd.DataFrame:
    """Count schools and pupils of the files in the country and in one municipality, the borders of 2017.

    Municipalities without a file of 2017 are in no year.

    Returns
    -------
    DataFrame
        ``place, year, date, schools, pupils``, and ``schools_untold``: those of which the file tells the pupils, and
        those on the list of which it tells none; the file of 2024 states no date for its counts.
    """
    known = in_municipalities(by_location_count)
    every = {COUNTRY: known} | ({} if region == COUNTRY else {region: known[known["area"] == region]})
    counts = [
        rows.assign(untold=rows["pupils"].isna())
        .groupby("year")
        .agg(schools=("pupils", "count"), pupils=("pupils", "sum"), schools_untold=("untold", "sum"))
        .assign(place=place)
        for place, rows in every.items()
        if len(rows)
    ]
    table = pd.concat(counts).reset_index().astype({"pupils": "int64"})
    date = np.where(table["year"] == LAST_FILE, "date not stated", "1 October")
    return table.assign(date=date)[["place", "year", "date", "schools", "pupils", "schools_untold"]]


def placed(by_location_count: pd.DataFrame, by_institution_count: pd.DataFrame) -> pd.DataFrame:
    """Count how the municipality of 2017 of each location was found, and of how many a file tells no pupils.

    Of two years the files tell institutions, which count as schools here.

    Returns
    -------
    DataFrame
        ``year, part, placed, schools, pupils``; `WITHOUT` are locations of a known municipality that are on the list
        without their pupils, as `counts_table` counts them: others that are would be what the two differ. `part` is
        whether `counts_table` counts the pupils: what is withheld of these is protected among themselves, since it
        tells their sum.
    """
    received(by_institution_count, "by_institution_count", ("brin", "year", "placed", "pupils"), key=KEY)
    every = pd.concat([by_location_count, by_institution_count], ignore_index=True)
    how = every["placed"].map(HOW)
    how = how.mask(every["pupils"].isna() & how.isin(COUNTED_BY), WITHOUT)
    part = np.where(how.isin(COUNTED_BY), COUNTED, NOT_COUNTED)
    sums = every.assign(placed=how, part=part).groupby(["year", "part", "placed"])
    return sums.agg(schools=("placed", "size"), pupils=("pupils", "sum")).astype("int64").reset_index()


def growth(forecast: pd.DataFrame, past: pd.DataFrame, data: Panel) -> pd.DataFrame:
    """Return the log growth over five years that the forecasts expect of municipalities, for 2012 and for 2019.

    Returns
    -------
    DataFrame
        ``area, learnt`` (2012 to 2017, with the ratios of other provinces) and ``tested`` (2019 to 2024, from 2017).
    """
    own = past[(past["method"] == SHRUNKEN)].set_index("area")["error"]
    came = pd.Series(np.log(data.base.sum(axis=1) / data.before.sum(axis=1)), index=data.areas["area"])
    of = forecast[forecast["method"] == SHRUNKEN].pivot_table(index="area", columns="years_ahead", values="forecast")
    return (
        pd.DataFrame({"learnt": came + own, "tested": np.log(of[7] / of[2])}).dropna().rename_axis("area").reset_index()
    )
