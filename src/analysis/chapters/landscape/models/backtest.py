"""Forecasts of 2017 beside what came: errors and coverage of every method, by horizon and size."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.chapters.landscape.models.forecasts import METHODS, NAIVE, SHRUNKEN, TREND, UNSHRUNKEN
from analysis.chapters.landscape.models.panel import Panel, size_class
from analysis.received import refuse
from analysis.stats.fit import mean
from analysis.stats.forecast.error_law import ErrorLaw, fit_error_law
from analysis.stats.forecast.scores import coverage, crps_normal, interval_score

TARGETS = ((2018, 1), (2019, 2), (2024, 6), (2024, 7))
"""Years that are known, and their horizons: the file of 2024 may count 2023 or 2024."""
ALL = "all"
RIVALS = (NAIVE, TREND, UNSHRUNKEN)
FEWEST = 3
"""Municipalities of a class of which something is told."""


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
        found[method] = fit_error_law(
            rows["error"], rows["years_ahead"], rows["origin"], rows["province"], levels, kappa
        )
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
        columns: dict[str, ArrayLike] = {
            "sd": law.scale(rows["years_ahead"], rows["origin"]),
            "bias": law.bias * rows["years_ahead"],
        }
        for level in levels:
            low, high = law.interval(rows["forecast"], rows["years_ahead"], rows["origin"], level)
            columns |= {f"low_{percent(level)}": low, f"high_{percent(level)}": high}
        parts.append(pd.concat([rows, pd.DataFrame(columns, rows.index)], axis=1))
    return pd.concat(parts, ignore_index=True)


def percent(level: float) -> int:
    """Return a level in whole per cents, as names of columns have it."""
    return round(100 * level)


def against_counts(data: Panel, forecast: pd.DataFrame, edges: tuple[float, ...]) -> pd.DataFrame:
    """Set forecasts beside the counts of their years.

    A municipality that a year does not tell has no row, nor one of which it tells some schools only. A year of which
    that is true of all stops the chapter.

    Returns
    -------
    DataFrame
        With ``year, count, error`` (log of forecast by count) and ``size``, the class of municipalities.
    """
    rows = []
    for year, horizon in TARGETS:
        own = forecast[forecast["years_ahead"] == horizon]
        told = data.counts[year].where(data.whole[year]).set_axis(data.areas["area"])
        came = own["area"].map(told)
        rows.append(own.assign(year=year, count=came).dropna(subset="count"))
    both = pd.concat(rows, ignore_index=True)
    untold = sorted({year for year, _ in TARGETS} - {*both["year"]})
    hint = (
        "without is 0 where the file of the year tells the pupils of every school of a municipality: look at that file"
    )
    refuse("by_area_count", "without", "in no municipality is every school told", untold, hint)
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
        ``method, year, years_ahead, size, municipalities, pupils``; ``mape``, the mean absolute error, ``weighted``,
        the sum of absolute errors by the sum of counts, and ``bias`` of the sum, in per cent; ``crps`` and
        ``score_95`` of log counts, in per cent; and of each level ``covered_67, low_67, high_67``: the share of
        intervals that held the count, with its exact binomial interval. Of a class of fewer than `FEWEST`
        municipalities there is no row: its error would be that of one of them.
    """
    keys = ["method", "year", "years_ahead"]
    groups: list[tuple[Any, ...]] = [
        *((*key, rows) for key, rows in tested.groupby([*keys, "size"], sort=False, observed=True)),
        *((*key, ALL, rows) for key, rows in tested.groupby(keys, sort=False)),
    ]
    rows = [
        {"method": method, "year": year, "years_ahead": horizon, "size": str(size), **_summary(own, levels)}
        for method, year, horizon, size, own in groups
    ]
    names = [*METHODS, *tested["size"].cat.categories, ALL]
    place = {name: number for number, name in enumerate(names)}
    table = pd.DataFrame(rows)
    classes = table[table["size"] != ALL]
    alone = [at for _, own in classes.groupby(keys) for at in _too_few(own["municipalities"])]
    return (
        table.drop(index=alone)
        .sort_values(["years_ahead", "size", "method"], key=lambda c: c if c.name == "years_ahead" else c.map(place))
        .reset_index(drop=True)
    )


def _too_few(municipalities: pd.Series) -> pd.Index:
    """Return the classes that may not be told: of too few, and the next smallest where these would follow from all."""
    ordered = municipalities.sort_values(kind="stable")
    few = int((ordered < FEWEST).sum())
    while 0 < few < len(ordered) and ordered.head(few).sum() < FEWEST:
        few += 1
    return ordered.index[:few]


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


def duels(tested: pd.DataFrame) -> pd.DataFrame:
    """Compare the cohorts with each rival in weighted absolute error, with errors clustered by province.

    Returns
    -------
    DataFrame
        Per horizon and rival ``year, years_ahead, rival``, the two ``weighted`` errors ``cohorts`` and ``rival_error``
        (per cent), their difference ``estimate, ci_low, ci_high, p_value`` (cohorts less rival, points), the same with
        every municipality counting alike, ``plain, plain_low, plain_high``, ``n_obs`` municipalities, ``n_clusters``.
    """
    miss = (tested["forecast"] - tested["count"]).abs().div(tested["count"]).mul(100)
    keys = ["year", "years_ahead", "area", "province", "count"]
    wide = tested.assign(miss=miss).pivot_table(index=keys, columns="method", values="miss").reset_index()
    rows = [
        {"year": year, "years_ahead": horizon, "rival": rival, **_duel(own, rival)}
        for (year, horizon), own in wide.groupby(["year", "years_ahead"])
        for rival in RIVALS
    ]
    return pd.DataFrame(rows)


def _duel(own: pd.DataFrame, rival: str) -> dict[Hashable, Any]:
    better = own[SHRUNKEN] - own[rival]
    found = mean(better, own["province"], own["count"]).estimates("contest", "", "points")
    plain = mean(better, own["province"]).estimates("contest", "", "points").iloc[0]
    errors = {"cohorts": own[SHRUNKEN], "rival_error": own[rival]}
    weighted: dict[Hashable, Any] = {
        name: float(np.average(error, weights=own["count"])) for name, error in errors.items()
    }
    alike: dict[Hashable, Any] = {
        "plain": plain["estimate"],
        "plain_low": plain["ci_low"],
        "plain_high": plain["ci_high"],
    }
    return weighted | found.iloc[0].to_dict() | alike


def held(tested: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return how often the intervals of the cohorts held the count, with an interval clustered by province.

    Municipalities of a province share what comes over them, so that it is wider than the binomial one of `backtest`.

    Parameters
    ----------
    tested : Of `against_counts`, with intervals.
    level : Of the intervals.

    Returns
    -------
    DataFrame
        Per horizon ``year, years_ahead, municipalities, outside``, the share that was held ``estimate, ci_low,
        ci_high``, ``n_obs, n_clusters`` (provinces).
    """
    low, high = (f"{end}_{percent(level)}" for end in ("low", "high"))
    own = tested[tested["method"] == SHRUNKEN]
    own = own.assign(inside=own["count"].between(own[low], own[high]).astype(float))
    rows = []
    for year, horizon in TARGETS:
        part = own[(own["year"] == year) & (own["years_ahead"] == horizon)]
        found = mean(part["inside"], part["province"]).estimates("held", "", "share")
        counts = {"municipalities": len(part), "outside": int((part["inside"] == 0).sum())}
        rows.append(found.assign(year=year, years_ahead=horizon, **counts))
    order = ["year", "years_ahead", "municipalities", "outside", "estimate", "ci_low", "ci_high", "n_obs", "n_clusters"]
    return pd.concat(rows, ignore_index=True)[order]


def covered(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the coverage of the cohorts' 95% intervals, the file of 2024 taken as 2024, as estimates to draw.

    Parameters
    ----------
    scores : Of `backtest`, gated. A class of fewer than `FEWEST` municipalities in a year is not drawn.
    """
    last = dict(TARGETS)
    own = scores[(scores["method"] == SHRUNKEN) & (scores["years_ahead"] == scores["year"].map(last))]
    own = own[own["municipalities"] >= FEWEST]
    names = {"covered_95": "estimate", "low_95": "ci_low", "high_95": "ci_high"}
    return own.rename(columns=names)[["year", "size", "estimate", "ci_low", "ci_high", "pupils"]]
