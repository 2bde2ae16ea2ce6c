"""What the figures draw: forecasts beside counts, and forecasts in print."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.chapters.city_forecast.models.forecasts import with_city
from analysis.chapters.city_forecast.models.series import CITY, Series

COUNTED, FORECAST, PRINTED = "counted", "forecast", "in print"


def fans(data: Series, expected: pd.DataFrame, printed: Sequence[tuple[int, int, int]]) -> pd.DataFrame:
    """Put counts, the forecast with its interval and forecasts in print below each other, to be drawn over the years.

    Parameters
    ----------
    data : What was counted.
    expected : Of `forecasts.forecast`.
    printed : Of the city: year, lowest and highest reading.

    Returns
    -------
    DataFrame
        ``area, series, year, pupils`` (counted, or the last count that a forecast rests on), ``estimate, low_67,
        high_67, ci_low, ci_high``, missing for counts: what is counted stands there once. The interval of a forecast
        in print is that of its readings.
    """
    names, totals = (CITY, *data.areas), with_city(data.totals.T).T
    counted = pd.DataFrame(totals, index=names, columns=data.years).rename_axis("area").reset_index()
    counted = counted.melt("area", var_name="year", value_name="pupils").assign(series=COUNTED)
    ahead = expected.rename(columns={"pupils_now": "pupils"}).assign(series=FORECAST)
    rows = [
        {"area": CITY, "series": PRINTED, "year": year, "estimate": (low + high) / 2, "ci_low": low, "ci_high": high}
        for year, low, high in printed
    ]
    in_print = pd.DataFrame(rows).assign(pupils=totals[0, -1]) if rows else None
    every = pd.concat([counted, ahead, *([in_print] if in_print is not None else [])], ignore_index=True)
    columns = ["area", "series", "year", "pupils", "estimate", "low_67", "high_67", "ci_low", "ci_high"]
    return every.reindex(columns=columns).astype({"year": int, "pupils": int}).reset_index(drop=True)


def drawn(fans: pd.DataFrame) -> pd.DataFrame:
    """Put what is counted in the place of the estimate, of rows that the gate let through."""
    counted = fans["series"] == COUNTED
    return fans.assign(estimate=fans["estimate"].where(~counted, fans["pupils"].astype(float)))


def against_print(expected: pd.DataFrame, printed: Sequence[tuple[int, int, int]]) -> pd.DataFrame:
    """Set forecasts of the city in print beside the forecast by cohorts.

    Returns
    -------
    DataFrame
        ``year, pupils_now``, the readings ``pupils_low, pupils_high``, and ``estimate, ci_low, ci_high`` of the
        cohorts. `series.check_years` refuses years that are not forecast.
    """
    rows = pd.DataFrame(printed, columns=["year", "pupils_low", "pupils_high"], dtype=np.int64)
    city = expected.loc[expected["area"] == CITY, ["year", "pupils_now", "estimate", "ci_low", "ci_high"]]
    return rows.merge(city, on="year")
