"""Expected years of primary school in the city in two periods, and the ages that made them change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.city_forecast.models.forecasts import BANDS, OF_AREA
from analysis.chapters.city_forecast.models.series import LEAVING_AGE, SCHOOL_AGE, Series
from analysis.stats.arrays import Floats
from analysis.stats.forecast.cohort_model import fit_cohorts, years_drawn
from analysis.stats.forecast.expected_years import expected_years, parts_of_change

Booleans = NDArray[np.bool_]
AGES = tuple(range(SCHOOL_AGE, LEAVING_AGE - 1))
BEFORE, AFTER, DIFFERENCE = "the years before", "the years since", "later less earlier"


def expected(data: Series, changed_from: int, draws: int, rng: np.random.Generator) -> pd.DataFrame:
    """Estimate the expected years of a child of 4 up to age 10, before a year and since, and what each age adds.

    Parameters
    ----------
    data : Counts by age.
    changed_from : First year, of two that follow each other, of the later period.
    draws, rng : Of years that differ by chance alone.

    Returns
    -------
    DataFrame
        ``term`` (`BEFORE`, `AFTER`, `DIFFERENCE`, then ``age 4`` and so on, what it adds to the difference),
        ``estimate, std_error, ci_low, ci_high, p_value, years`` (pairs of years that it rests on) and ``pupils`` (of
        these ages, in the last of these years).

    Notes
    -----
    Years are no independent trials: what one adds lasts in part, in all stadsdelen. Errors are those of the estimates
    in draws from the model of the forecast (`stats.forecast.cohort_model`) in which nothing changed but what years add
    by chance; the interval takes quantiles of their deviations from the estimate, and the p-value is the part of the
    draws that deviate as far.
    """
    pupils = data.pupils.sum(axis=0)[: len(AGES) + 1]
    start, end = pupils[:-1, :-1], pupils[1:, 1:]
    late = np.array(data.years[:-1]) >= changed_from
    values = _values(start, end, late)
    drawn = np.array([_values(start, other, late) for other in _by_chance(data, start, end, draws, rng)])
    off = drawn - drawn.mean(axis=0)
    low, high = np.quantile(off, [0.025, 0.975], axis=0)
    terms = [BEFORE, AFTER, DIFFERENCE, *(f"age {age}" for age in AGES)]
    p = (1 + (np.abs(off) >= np.abs(values)).sum(axis=0)) / (1 + draws)
    p = np.where(np.isfinite(low), p, np.nan)  # of an age that nobody has, nothing is known
    rows = pd.DataFrame({"term": terms, "estimate": values, "std_error": off.std(axis=0, ddof=1)})
    rows = rows.assign(ci_low=values - high, ci_high=values - low, p_value=p)
    years = [int((~late).sum()), int(late.sum())] + [len(late)] * (len(rows) - 2)
    last = start.sum(axis=0)
    counted = [int(last[~late][-1]), *[int(last[-1])] * (len(rows) - 1)]
    rows.loc[:1, "p_value"] = np.nan
    return rows.assign(years=years, pupils=counted)


def _by_chance(data: Series, start: Floats, end: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Draw what cohorts become with one ratio by age in all years, and what years add: shape (draws, ages, years)."""
    model = fit_cohorts(data.counts, BANDS, OF_AREA)
    log_ratio = np.log(end.sum(axis=1) / start.sum(axis=1))[:, None]
    shock, noise = np.zeros((draws, *start.shape)), np.zeros(len(AGES))
    of = years_drawn(model, start.shape[1], draws, rng)
    for band in model.bands:
        own = [age - SCHOOL_AGE for age in band.ages if age in AGES]
        noise[own] = np.sqrt(band.phi)
        shock[:, own] = replace(band.year, now=0.0).paths(of, rng)[:, None]
    chance = noise[:, None] / np.sqrt(start) * rng.normal(size=shock.shape)
    return np.asarray(start * np.exp(log_ratio + shock + chance))


def _values(start: Floats, end: Floats, late: Booleans) -> Floats:
    before, after = (end[:, part].sum(axis=1) / start[:, part].sum(axis=1) for part in (~late, late))
    first, last = expected_years(before), expected_years(after)
    return np.array([first, last, last - first, *parts_of_change(before, after)])
