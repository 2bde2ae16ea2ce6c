"""Forecasts of the pupils of every municipality by each method, from 2017 on and, to learn its errors, before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from analysis.chapters.landscape.models.few import told_cohorts
from analysis.chapters.landscape.models.panel import AGES, BASE, BEFORE, COHORTS, COUNTRY, STEP, Panel
from analysis.stats.arrays import Floats
from analysis.stats.forecast.cohorts import alive, forecast_by_age
from analysis.stats.forecast.methods import linear_trend
from analysis.stats.forecast.ratios import poisson_line, shrunken_in_steps, shrunken_log_ratios

NAIVE, TREND, UNSHRUNKEN, SHRUNKEN = "naive", "linear_trend", "cohorts_unshrunken", "cohorts"
METHODS = (NAIVE, TREND, UNSHRUNKEN, SHRUNKEN)
LEAVING = AGES.index(11)
ENTERED = AGES.index(8) + 1
"""Ages 4 to 8: the cohorts whose sizes tell how entrants change."""


def survival(ratios: dict[str, Floats]) -> Floats:
    r"""Turn log ratios over five years into ratios of a year.

    Parameters
    ----------
    ratios : By `COHORTS`, log ratios of each municipality, shape (areas,).

    Returns
    -------
    array
        Shape (areas, ages - 1): the same ratio s up to age 10, then what ages 10 and 11 become.

    Notes
    -----
    :math:`r_{4,5} = s^5`, :math:`r_6 = s^4 q_{11}` and :math:`r_7 = s^3 q_{11} q_{12}`.
    """
    s = ratios["young"] / STEP
    to_eleven = ratios["six"] - 4 * s
    to_twelve = ratios["seven"] - 3 * s - to_eleven
    return np.exp(np.column_stack([*[s] * (LEAVING - 1), to_eleven, to_twelve]))


def ratios_of(data: Panel, *, shrink: bool) -> dict[str, Floats]:
    """Return the log ratios of each cohort from 2012 to 2017, as they are or shrunken to region and country."""
    return {name: _ratios(data, name)["shrunken" if shrink else "raw"].to_numpy() for name in COHORTS}


def _ratios(data: Panel, cohort: str) -> pd.DataFrame:
    first, last = data.cohort(COHORTS[cohort])
    counts = pd.DataFrame({"before": first, "after": last, "region": data.areas["region"]})
    rows = shrunken_log_ratios(counts, before="before", after="after", region="region")
    return rows.assign(pupils_before=first.astype(int), pupils_after=last.astype(int))


def used_ratios(
    data: Panel, areas: Sequence[str], rounded: Callable[[pd.Series], pd.Series], least: int
) -> pd.DataFrame:
    """Return the cohort ratios with which municipalities are forecast, beside their own.

    Parameters
    ----------
    data, areas : Counts, and the municipalities that are shown.
    rounded
        Rounds counts as they are published. The own ratio is that of such counts, and the used one follows from it: of
        exact counts they would tell these closer.
    least : Fewest pupils that may be told: see `few.told_cohorts`.

    Returns
    -------
    DataFrame
        ``area, cohort`` (ages in 2012), ``pupils_before, pupils_after``, ``own`` (ratio over five years), ``of_region``
        (of the COROP area, shrunken to the country), ``used``, and ``weight`` of the own one in it.
    """
    rows = []
    for name, ages in COHORTS.items():
        found = _ratios(data, name).assign(area=data.areas["area"], cohort=" and ".join(map(str, ages)))
        before, after = (rounded(found[name]).astype(float) for name in ("pupils_before", "pupils_after"))
        own = (after / before).where((before > 0) & (after > 0), 1.0)  # as the raw one, which is zero in logarithms
        region = np.exp(found["of_region"].astype(float))
        ratios = {"own": own, "of_region": region, "used": region * (own / region) ** found["weight"]}
        rows.append(found[["area", "cohort", "pupils_before", "pupils_after", "weight"]].assign(**ratios))
    table = pd.concat(rows, ignore_index=True)
    told = pd.MultiIndex.from_tuples(
        [(area, " and ".join(map(str, ages))) for area in areas for ages in told_cohorts(data, area, least)],
        names=["area", "cohort"],
    )
    shown = table[pd.MultiIndex.from_frame(table[["area", "cohort"]]).isin(told)]
    return shown.sort_values(["area", "cohort"]).reset_index(drop=True)


def ratios_without_province(data: Panel) -> dict[str, Floats]:
    """Return for each municipality the log ratios of all other provinces together: nothing of itself is in them."""
    province = data.areas["province"]
    found = {}
    for name, ages in COHORTS.items():
        first, last = (pd.Series(counts) for counts in data.cohort(ages))
        others = [counts.sum() - counts.groupby(province).transform("sum") for counts in (first, last)]
        found[name] = np.log((others[1] / others[0]).to_numpy(float))
    return found


def entrants(counts: Floats, yearly: Floats, region: pd.Series | None = None) -> tuple[Floats, Floats]:
    r"""Return how many enter now, and by how much that grows per year, from the cohorts aged 4 to 8.

    Parameters
    ----------
    counts : By age, shape (areas, ages).
    yearly : Ratio of a cohort from one year to the next, shape (areas,).
    region
        Of each municipality, to whose growth its own is pulled, as that is to the country's; None for its own as it is.

    Returns
    -------
    array, array
        Level and growth (log points), shape (areas,).

    Notes
    -----
    :math:`\log P(a) = \log E + (a - 4)(\log s - \gamma)`, a line by Poisson likelihood.
    """
    level, slope, variance = poisson_line(counts[:, :ENTERED])
    growth = np.log(yearly) - slope
    if region is None:
        return np.exp(level), growth
    sums = pd.DataFrame(counts[:, :ENTERED]).groupby(region).sum()
    weight = pd.Series(counts.sum(axis=1))
    by_region = (pd.Series(np.log(yearly)) * weight).groupby(region).sum() / weight.groupby(region).sum()
    _, regional_slope, regional_variance = poisson_line(sums.to_numpy(float))
    _, slope_of_all, _ = poisson_line(sums.to_numpy(float).sum(axis=0, keepdims=True))
    rows = shrunken_in_steps(
        growth,
        variance,
        region,
        pd.Series(range(len(sums)), index=sums.index),
        by_region.loc[sums.index].to_numpy() - regional_slope,
        regional_variance,
        float(np.average(np.log(yearly), weights=weight) - slope_of_all[0]),
    )
    return np.exp(level), rows["shrunken"].to_numpy()


def cohort_forecast(data: Panel, damping: float, years: int, *, shrink: bool) -> Floats:
    """Forecast pupils by age from 2017: shape (years, areas, ages)."""
    s = survival(ratios_of(data, shrink=shrink))
    level, growth = entrants(data.base, s[:, 0], data.areas["region"] if shrink else None)
    return forecast_by_age(data.base, s, level, growth, damping, years)


def already_at_school(data: Panel, damping: float, horizons: Sequence[int], areas: Sequence[str]) -> pd.DataFrame:
    """Return which part of the forecast was at school in 2017 already: the rest are guesses of who enters.

    Returns
    -------
    DataFrame
        ``place`` (the country, and the municipalities named), ``year``, ``pupils`` (forecast) and ``share``.
    """
    path = cohort_forecast(data, damping, max(horizons), shrink=True)
    rows = [
        {
            "place": place,
            "year": BASE + h,
            "pupils": round(path[h - 1, data.of(place)].sum()),
            "share": alive(path[:, data.of(place)], h),
        }
        for place in (COUNTRY, *areas)
        for h in horizons
    ]
    return pd.DataFrame(rows)


def forecasts(data: Panel, damping: float, horizons: Sequence[int]) -> pd.DataFrame:
    """Forecast all pupils from 2017 by every method.

    Returns
    -------
    DataFrame
        One row per method, horizon and municipality: ``method, years_ahead, area, origin`` (pupils of 2017) and
        ``forecast``.
    """
    origin, ahead = data.counts[BASE].to_numpy(), [BASE + h for h in horizons]
    trend = linear_trend([BEFORE, BASE], data.counts[[BEFORE, BASE]].to_numpy().T, ahead)
    by_age = {
        method: cohort_forecast(data, damping, max(horizons), shrink=method == SHRUNKEN).sum(axis=2)
        for method in (UNSHRUNKEN, SHRUNKEN)
    }
    rows = []
    for place, h in enumerate(horizons):
        expected = {NAIVE: origin, TREND: trend[place], **{name: path[h - 1] for name, path in by_age.items()}}
        rows += [_rows(data, method, h, expected[method]) for method in METHODS]
    return pd.concat(rows, ignore_index=True).assign(origin=np.tile(origin, len(rows)))


def _rows(data: Panel, method: str, horizon: int, expected: Floats) -> pd.DataFrame:
    return data.areas[["area", "province"]].assign(
        method=method, years_ahead=horizon, forecast=np.maximum(expected, 1.0)
    )


def past_errors(data: Panel, damping: float) -> pd.DataFrame:
    """Return the errors that each method would have made up to 2017, from which the laws of errors are learnt.

    Cohorts are carried from 2012 to 2017 with the ratios of other provinces, those of the same years: who forecasts in
    2012 does not know them, so that these errors are too small by what the country's ratios change.

    Returns
    -------
    DataFrame
        One row per method, municipality and pair of years: ``method, province, years_ahead, origin, error`` (log of
        forecast by count).
    """
    counts = data.counts
    s = survival(ratios_without_province(data))
    level, growth = entrants(data.before, s[:, 0], data.areas["region"])
    cohorts = forecast_by_age(data.before, s, level, growth, damping, STEP)[-1].sum(axis=1)
    line = linear_trend([2010, BEFORE], counts[[2010, BEFORE]].to_numpy().T, [BASE])[0]
    pairs = [(NAIVE, 2010, BEFORE), (NAIVE, BEFORE, BASE), (NAIVE, 2010, BASE)]
    tried = [(method, first, last, counts[first].to_numpy()) for method, first, last in pairs]
    tried += [(TREND, BEFORE, BASE, line)]
    tried += [(method, BEFORE, BASE, cohorts) for method in (UNSHRUNKEN, SHRUNKEN)]
    rows = [
        data.areas[["area", "province"]].assign(
            method=method,
            years_ahead=last - first,
            origin=counts[first],
            error=np.log(np.maximum(expected, 1.0) / counts[last]),
        )
        for method, first, last, expected in tried
    ]
    return pd.concat(rows, ignore_index=True).dropna()
