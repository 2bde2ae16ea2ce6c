"""Forecasts of earlier years beside what came: which method errs least, and whether the intervals held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.chapters.city_forecast.models.forecasts import COHORTS, LEVELS, METHODS, paths, percent, plain, with_city
from analysis.chapters.city_forecast.models.series import Series
from analysis.stats.arrays import Floats
from analysis.stats.forecast.duel import OVERLAPS, diebold_mariano
from analysis.stats.forecast.scores import interval_score

WHOLE, PARTS = "the city", "stadsdelen"


@dataclass(frozen=True)
class Tried:
    """Forecasts from one year after another.

    Parameters
    ----------
    city : ``origin, year, years_ahead, method, forecast, count``: the pupils of the city.
    areas
        ``origin, years_ahead, place`` (`WHOLE` or `PARTS`), ``count``, and of each level ``low_67, high_67``: the
        intervals of the cohorts.
    """

    city: pd.DataFrame
    areas: pd.DataFrame


def tried(data: Series, first: int, ahead: int, draws: int, damping: float, seed: int) -> Tried:
    """Forecast from every year since the first as if it were the last one that is known.

    Parameters
    ----------
    data : All that is known now.
    first, ahead : First origin, and years ahead.
    draws, damping, seed : Of the intervals of the cohorts.
    """
    city, areas = [], []
    for origin in range(first, data.years[-1]):
        known = data.until(origin)
        years = min(ahead, data.years[-1] - origin)
        came = with_city(data.totals[:, data.years.index(origin) + 1 :][:, :years].T)
        by_method = {**plain(known, years), COHORTS: paths(known, years, 1, damping, None)[0].sum(axis=1)}
        city.append(_city(origin, by_method, came[:, 0]))
        drawn = with_city(paths(known, years, draws, damping, np.random.default_rng([seed, origin])))
        areas.append(_areas(origin, drawn, came))
    return Tried(pd.concat(city, ignore_index=True), pd.concat(areas, ignore_index=True))


def _city(origin: int, by_method: dict[str, Floats], came: Floats) -> pd.DataFrame:
    ahead = np.arange(1, len(came) + 1)
    return pd.concat(
        [
            pd.DataFrame(
                {"origin": origin, "years_ahead": ahead, "method": name, "forecast": by_method[name], "count": came}
            )
            for name in METHODS
        ]
    )


def _areas(origin: int, drawn: Floats, came: Floats) -> pd.DataFrame:
    years, places = came.shape
    rows = pd.DataFrame(
        {
            "origin": origin,
            "years_ahead": np.repeat(np.arange(1, years + 1), places),
            "place": np.tile([WHOLE, *[PARTS] * (places - 1)], years),
            "count": came.ravel(),
        }
    )
    for level in LEVELS:
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
        rows = rows.assign(**{f"low_{percent(level)}": low.ravel(), f"high_{percent(level)}": high.ravel()})
    return rows


def contest(city: pd.DataFrame, pupils: int) -> pd.DataFrame:
    """Compare the errors of every method with those of the cohorts, by years ahead.

    Parameters
    ----------
    city : Of `tried`.
    pupils : That all of it rests on.

    Returns
    -------
    DataFrame
        ``method, years_ahead, origins, pupils``, ``mape`` and ``bias`` (mean absolute and mean error, per cent of the
        count); and the error of the cohorts less that of the method, points: ``estimate, ci_low, ci_high, p_value`` by
        the test of Diebold and Mariano, missing where there are too few origins for the years ahead.
    """
    error = 100 * (city["forecast"] - city["count"]) / city["count"]
    wide = city.assign(error=error).pivot_table(index=["years_ahead", "origin"], columns="method", values="error")
    rows = []
    for ahead in sorted(set(city["years_ahead"])):
        own = wide.xs(ahead, level="years_ahead")
        for method in METHODS:
            row: dict[str, Any] = {"method": method, "years_ahead": ahead, "origins": len(own), "pupils": pupils}
            row |= {"mape": own[method].abs().mean(), "bias": own[method].mean()}
            rows.append({**row, **_duel(own[COHORTS].abs(), own[method].abs(), ahead, method)})
    return pd.DataFrame(rows)


def _duel(cohorts: pd.Series, other: pd.Series, ahead: int, method: str) -> dict[str, float]:
    names = ("estimate", "ci_low", "ci_high", "p_value")
    if method == COHORTS or len(cohorts) < OVERLAPS * ahead:
        return dict.fromkeys(names, np.nan)
    found = diebold_mariano(cohorts, other, ahead)
    return {name: getattr(found, name) for name in names}


def held(areas: pd.DataFrame, pupils: int) -> pd.DataFrame:
    """Return how often the intervals of the cohorts held what came, of the city and of its stadsdelen.

    Returns
    -------
    DataFrame
        ``place, years_ahead, intervals, pupils``, ``covered_67, covered_95`` (shares) and ``score_95``, the interval
        score of log counts, in per cent.
    """
    count, last = areas["count"], percent(LEVELS[-1])
    low, high, came = (np.log(areas[name]) for name in (f"low_{last}", f"high_{last}", "count"))
    columns: dict[str, Any] = {f"score_{last}": 100 * interval_score(low, high, came, LEVELS[-1])}
    for name in map(percent, LEVELS):
        columns[f"covered_{name}"] = count.between(areas[f"low_{name}"], areas[f"high_{name}"]).astype(float)
    every = areas.assign(**columns).groupby(["place", "years_ahead"], sort=False)
    table = every[[*columns]].mean().assign(intervals=every.size(), pupils=pupils).reset_index()
    return table[["place", "years_ahead", "intervals", "pupils", *list(columns)[1:], f"score_{last}"]]
