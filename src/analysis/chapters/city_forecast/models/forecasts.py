"""The forecast by cohorts with its intervals, and plain forecasts of the whole city that it has to beat."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from analysis.chapters.city_forecast.models.series import CITY, LEAVING_AGE, SCHOOL_AGE, Series
from analysis.stats.arrays import Floats
from analysis.stats.forecast.cohort_model import draw_paths, fit_cohorts
from analysis.stats.forecast.cohorts import forecast_by_age
from analysis.stats.forecast.methods import linear_trend

BANDS = ((0, 1, 2), (3,), (4, 5, 6, 7), (8, 9, 10), (11,))
"""Ages that share the shocks of a year: before school, those who enter, younger and older pupils, and those of 11."""
OF_AREA = slice(SCHOOL_AGE, LEAVING_AGE)
NAIVE, TREND, ETS, RATIOS, COHORTS = "last_count", "linear_trend", "damped_trend", "cohort_ratios", "cohorts"
METHODS = (NAIVE, TREND, ETS, RATIOS, COHORTS)
LEVELS = (0.67, 0.95)
"""Nominal coverage of the intervals; the last is that of ``ci_low, ci_high``."""
RECENT = 5
"""Last years that the line and the ratios are of."""


def paths(data: Series, years: int, draws: int, damping: float, rng: np.random.Generator | None) -> Floats:
    """Draw pupils of the years to come from the last year of the data, shape (draws, years, areas).

    Parameters
    ----------
    data : What is known.
    years, draws, damping, rng : As `stats.forecast.cohort_model.draw_paths` says.
    """
    drawn = draw_paths(fit_cohorts(data.counts, BANDS, OF_AREA), years, draws, damping, rng)
    pupils: Floats = drawn[:, :, :, SCHOOL_AGE:].sum(axis=3)
    return pupils


def percent(level: float) -> int:
    """Return a level in whole per cents, as names of columns have it."""
    return round(100 * level)


def with_city(pupils: Floats) -> Floats:
    """Put the sum of all areas before them, along the last axis."""
    return np.concatenate([pupils.sum(axis=-1, keepdims=True), pupils], axis=-1)


def forecast(data: Series, middle: Floats, drawn: Floats) -> pd.DataFrame:
    """Return the forecast of the city and of every stadsdeel with its intervals; the parts add up to the city.

    Parameters
    ----------
    data : What is known.
    middle, drawn : Of `paths`, without anything drawn, shape (1, years, areas), and drawn.

    Returns
    -------
    DataFrame
        ``area, year, pupils_now`` (last count), ``estimate, ci_low, ci_high``, and ``low_67, high_67``.
    """
    names, last = (CITY, *data.areas), data.years[-1]
    points, every = with_city(middle)[0], with_city(drawn)
    now = with_city(data.totals[:, -1][None])[0].astype(int)
    years = points.shape[0]
    rows = pd.DataFrame(
        {
            "area": np.repeat(names, years),
            "year": np.tile(np.arange(last + 1, last + years + 1), len(names)),
            "pupils_now": np.repeat(now, years),
            "estimate": points.T.ravel(),
        }
    )
    for level in LEVELS:
        low, high = np.quantile(every, [(1 - level) / 2, (1 + level) / 2], axis=0)
        ends = ("ci_low", "ci_high") if level == LEVELS[-1] else (f"low_{percent(level)}", f"high_{percent(level)}")
        rows = rows.assign(**{ends[0]: low.T.ravel(), ends[1]: high.T.ravel()})
    return rows


def known_already(data: Series, horizon: int, damping: float) -> pd.DataFrame:
    """Return which part of the forecast was born by the last year, and which was at school: the rest are guesses.

    Returns
    -------
    DataFrame
        ``year, pupils`` (forecast), and ``there_already, born``, shares of it.
    """
    drawn = draw_paths(fit_cohorts(data.counts, BANDS, OF_AREA), horizon, 1, damping)[0].sum(axis=1)
    rows = []
    for year in range(1, horizon + 1):
        by_age = drawn[year - 1]
        pupils = by_age[SCHOOL_AGE:].sum()
        parts = {"there_already": by_age[SCHOOL_AGE + year :].sum(), "born": by_age[max(SCHOOL_AGE, year) :].sum()}
        shares = {name: part / pupils for name, part in parts.items()}
        rows.append({"year": data.years[-1] + year, "pupils": round(pupils), **shares})
    return pd.DataFrame(rows)


def plain(data: Series, years: int) -> dict[str, Floats]:
    """Forecast the pupils of the city from its own counts, by every method but the cohorts; shape (years,) each."""
    total, ahead = data.totals.sum(axis=0), range(1, years + 1)
    line = linear_trend(range(1 - RECENT, 1), total[-RECENT:, None], list(ahead))[:, 0]
    return {NAIVE: np.full(years, total[-1]), TREND: line, ETS: _ets(total, years), RATIOS: _ratios(data, years)}


def _ets(total: Floats, years: int) -> Floats:
    """Forecast by exponential smoothing with a damped trend."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = ETSModel(total, trend="add", damped_trend=True).fit(disp=False)
    return np.asarray(fitted.forecast(years), float)


def _ratios(data: Series, years: int) -> Floats:
    """Forecast by the cohort ratios of the last years and the last entrants (Hamilton and Perry, by single years)."""
    pupils = data.pupils[:, :, -RECENT - 1 :]
    ratio = pupils[:, 1:, 1:].sum(axis=2) / np.maximum(pupils[:, :-1, :-1].sum(axis=2), 1)
    now = pupils[:, :, -1]
    path: Floats = forecast_by_age(now, ratio, now[:, 0], np.zeros(len(now)), 0.0, years).sum(axis=(1, 2))
    return path
