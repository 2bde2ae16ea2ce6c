"""Forecasts of 2017 beside what came: errors and coverage of every method, by horizon and size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.chapters.landscape.models.forecasts import METHODS, NAIVE, SHRUNKEN
from analysis.chapters.landscape.models.panel import Panel, size_class
from analysis.stats.fit import mean
from analysis.stats.forecast.error_law import ErrorLaw, fit_error_law
from analysis.stats.forecast.scores import coverage, crps_normal, interval_score

TARGETS = ((2018, 1), (2019, 2), (2024, 6), (2024, 7))
"""Years that are known, and their horizons: the file of 2024 may count 2023 or 2024."""
HORIZONS = tuple(sorted({horizon for _, horizon in TARGETS}))
ALL = "all"


def laws(past: pd.DataFrame, levels: Sequence[float]) -> dict[str, ErrorLaw]:
    """Fit the law of errors of every method; that of the naive one tells how errors grow with the horizon.

    Parameters
    ----------
    past : Of `forecasts.past_errors`.
    levels : Of the intervals.
    """
    found: dict[str, ErrorLaw] = {}
    for method in METHODS:
        rows = past[past["method"] == method]
        kappa = None if method == NAIVE else found[NAIVE].kappa
        columns = (rows[name].to_numpy() for name in ("error", "horizon", "origin", "province"))
        found[method] = fit_error_law(*columns, levels, kappa)
    return found


def law_rows(found: Mapping[str, ErrorLaw], past: pd.DataFrame) -> pd.DataFrame:
    """List the laws: ``method, bias, sigma, kappa, decay, n`` (errors that each was fitted on)."""
    n = past.groupby("method").size()
    rows = [
        {"method": name, "bias": law.bias, "sigma": law.sigma, "kappa": law.kappa, "decay": law.decay, "n": n[name]}
        for name, law in found.items()
    ]
    return pd.DataFrame(rows)


def with_intervals(forecast: pd.DataFrame, found: Mapping[str, ErrorLaw], levels: Sequence[float]) -> pd.DataFrame:
    """Add the limits of the intervals, ``low_67, high_67, low_95, ...``, and the standard deviation of log errors."""
    parts = []
    for method, rows in forecast.groupby("method", sort=False):
        law = found[str(method)]
        columns = {"sd": law.scale(rows["horizon"], rows["origin"]), "bias": law.bias * rows["horizon"]}
        for level in levels:
            low, high = law.interval(rows["forecast"], rows["horizon"], rows["origin"], level)
            columns |= {f"low_{percent(level)}": low, f"high_{percent(level)}": high}
        parts.append(rows.assign(**columns))
    return pd.concat(parts, ignore_index=True)


def percent(level: float) -> int:
    """Return a level in whole per cents, as names of columns have it."""
    return round(100 * level)


def against_counts(data: Panel, forecast: pd.DataFrame, edges: tuple[float, ...]) -> pd.DataFrame:
    """Set forecasts beside the counts of their years.

    A municipality that a year does not tell has no row, nor one of which it tells some schools only.

    Returns
    -------
    DataFrame
        With ``year, count, error`` (log of forecast by count) and ``size``, the class of municipalities.
    """
    rows = []
    for year, horizon in TARGETS:
        own = forecast[forecast["horizon"] == horizon]
        told = data.counts[year].where(data.whole[year]).set_axis(data.areas["area"])
        came = own["area"].map(told)
        rows.append(own.assign(year=year, count=came).dropna(subset="count"))
    both = pd.concat(rows, ignore_index=True)
    size = size_class(both["origin"].to_numpy(), edges)
    return both.assign(error=np.log(both["forecast"] / both["count"]), size=size)


def backtest(tested: pd.DataFrame, levels: Sequence[float]) -> pd.DataFrame:
    """Summarise errors by method, horizon and size of municipality.

    Parameters
    ----------
    tested : Of `against_counts`, with intervals.
    levels : Of the intervals.

    Returns
    -------
    DataFrame
        ``method, year, horizon, size, municipalities, pupils``; ``mape``, the mean absolute error, ``weighted``, the
        sum of absolute errors by the sum of counts, and ``bias`` of the sum, in per cent; ``crps`` and ``score_95`` of
        log counts, in per cent; and of each level ``covered_67, low_67, high_67``: the share of intervals that held the
        count, with its exact binomial interval.
    """
    keys = ["method", "year", "horizon"]
    groups = [
        *((*key, ALL, rows) for key, rows in tested.groupby(keys, sort=False)),
        *((*key, rows) for key, rows in tested.groupby([*keys, "size"], sort=False, observed=True)),
    ]
    rows = [
        {"method": method, "year": year, "horizon": horizon, "size": str(size), **_summary(own, levels)}
        for method, year, horizon, size, own in groups
    ]
    order = {method: place for place, method in enumerate(METHODS)}
    table = pd.DataFrame(rows)
    return table.sort_values(
        ["horizon", "size", "method"], key=lambda c: c.map(order) if c.name == "method" else c, kind="stable"
    ).reset_index(drop=True)


def _summary(own: pd.DataFrame, levels: Sequence[float]) -> dict[str, float]:
    absolute, miss = (own["forecast"] - own["count"]).abs(), own["forecast"] - own["count"]
    middle, log_count = np.log(own["forecast"]) - own["bias"], np.log(own["count"])
    low, high = (np.log(own[f"{end}_{percent(levels[-1])}"]) for end in ("low", "high"))
    summary = {
        "municipalities": len(own),
        "pupils": int(own["count"].sum()),
        "mape": 100 * float((absolute / own["count"]).mean()),
        "weighted": 100 * float(absolute.sum() / own["count"].sum()),
        "bias": 100 * float(miss.sum() / own["count"].sum()),
        "crps": 100 * float(crps_normal(middle, own["sd"], log_count).mean()),
        "score_95": 100 * float(interval_score(low, high, log_count, levels[-1]).mean()),
    }
    for level in levels:
        name = percent(level)
        inside = own["count"].between(own[f"low_{name}"], own[f"high_{name}"])
        share, least, most = coverage(inside)
        summary |= {f"covered_{name}": share, f"low_{name}": least, f"high_{name}": most}
    return summary


def beats_naive(tested: pd.DataFrame) -> pd.DataFrame:
    """Compare the cohorts with the naive forecast in weighted absolute error, with errors clustered by province.

    Returns
    -------
    DataFrame
        Per horizon ``year, horizon``, the two ``weighted`` errors ``cohorts`` and ``naive`` (per cent), their
        difference ``estimate, ci_low, ci_high, p_value`` (cohorts less naive, points), ``n_obs`` municipalities,
        ``n_clusters``.
    """
    rows = []
    for (year, horizon), own in tested.groupby(["year", "horizon"]):
        miss = (own["forecast"] - own["count"]).abs().div(own["count"]).mul(100)
        wide = own.assign(miss=miss).pivot_table(index=["area", "province", "count"], columns="method", values="miss")
        pairs = wide.reset_index().assign(gap=lambda d: d[SHRUNKEN] - d[NAIVE])
        size = pairs["count"]
        found = mean(pairs["gap"], pairs["province"], size).estimates("contest", "", "points")
        rows.append(
            {
                "year": year,
                "horizon": horizon,
                "cohorts": float(np.average(pairs[SHRUNKEN], weights=size)),
                "naive": float(np.average(pairs[NAIVE], weights=size)),
                **found.iloc[0].to_dict(),
            }
        )
    return pd.DataFrame(rows)


def covered(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the coverage of the cohorts' 95% intervals, the file of 2024 taken as 2024, as estimates to draw.

    Parameters
    ----------
    scores : Of `backtest`, gated.
    """
    last = dict(TARGETS)
    own = scores[(scores["method"] == SHRUNKEN) & (scores["horizon"] == scores["year"].map(last))]
    names = {"covered_95": "estimate", "low_95": "ci_low", "high_95": "ci_high"}
    return own.rename(columns=names)[["year", "size", "estimate", "ci_low", "ci_high", "pupils"]]
