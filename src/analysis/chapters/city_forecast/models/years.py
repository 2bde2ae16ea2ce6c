"""Expected years of primary school in the city in two periods, and the ages that made them change."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from analysis.chapters.city_forecast.models.series import LEAVING_AGE, SCHOOL_AGE, Series
from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.forecast.expected_years import expected_years, parts_of_change

Booleans = NDArray[np.bool_]
AGES = tuple(range(SCHOOL_AGE, LEAVING_AGE - 1))
BEFORE, AFTER, DIFFERENCE = "the years before", "the years since", "later less earlier"


def expected(data: Series, changed_from: int) -> pd.DataFrame:
    """Estimate the expected years of a child of 4 up to age 10, before a year and since, and what each age adds.

    Parameters
    ----------
    data : Counts by age.
    changed_from : First year, of two that follow each other, of the later period.

    Returns
    -------
    DataFrame
        ``term`` (`BEFORE`, `AFTER`, `DIFFERENCE`, then ``age 4`` and so on, what it adds to the difference),
        ``estimate, std_error, ci_low, ci_high, p_value, years`` (pairs of years that it rests on) and ``pupils`` (of
        these ages and years).

    Notes
    -----
    Errors are those of a jackknife over the years of each period, with as many degrees of freedom as the shorter
    period has years less one: what a year adds is shared by all stadsdelen.
    """
    pupils = data.pupils.sum(axis=0)[: len(AGES) + 1]
    start, end = pupils[:-1, :-1], pupils[1:, 1:]
    late = np.array(data.years[:-1]) >= changed_from
    if min(late.sum(), (~late).sum()) < 2:
        raise ModelError("expected years: two pairs of years before and since", Reason.TOO_FEW)
    values = _values(start, end, late)
    left_out = np.array([_values(*_without(start, end, late, year)) for year in range(len(late))])
    error = np.sqrt(sum(_jackknife(left_out[part]) for part in (late, ~late)))
    df = min(late.sum(), (~late).sum()) - 1
    half = student.ppf(0.975, df) * error
    terms = [BEFORE, AFTER, DIFFERENCE, *(f"age {age}" for age in AGES)]
    rows = pd.DataFrame({"term": terms, "estimate": values, "std_error": error})
    p = 2 * student.sf(np.abs(values) / np.where(error > 0, error, np.nan), df)
    rows = rows.assign(ci_low=values - half, ci_high=values + half, p_value=p)
    years = [int((~late).sum()), int(late.sum())] + [len(late)] * (len(rows) - 2)
    counted = [int(start[:, ~late].sum()), int(start[:, late].sum())] + [int(start.sum())] * (len(rows) - 2)
    rows.loc[:1, "p_value"] = np.nan
    return rows.assign(years=years, pupils=counted)


def _values(start: Floats, end: Floats, late: Booleans) -> Floats:
    before, after = (end[:, part].sum(axis=1) / start[:, part].sum(axis=1) for part in (~late, late))
    first, last = expected_years(before), expected_years(after)
    return np.array([first, last, last - first, *parts_of_change(before, after)])


def _without(start: Floats, end: Floats, late: Booleans, year: int) -> tuple[Floats, Floats, Booleans]:
    return np.delete(start, year, axis=1), np.delete(end, year, axis=1), np.delete(late, year)


def _jackknife(left_out: Floats) -> Floats:
    n = len(left_out)
    variance: Floats = (n - 1) / n * np.square(left_out - left_out.mean(axis=0)).sum(axis=0)
    return variance
