"""The findings about the advice of schools in sentences; every number is computed, and every word that needs one."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.language import term, text
from analysis.publish.alternative import quantity
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import frame, number_of
from analysis.publish.tables import number

say = sentences_beside(__file__)


def school_advice(estimates: pd.DataFrame) -> pd.DataFrame:
    """Say what the chapter finds.

    Parameters
    ----------
    estimates : Of `chapters.school_advice.models.estimates`, gated.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``; none about a withheld number.
    """
    known = estimates[estimates[["estimate", "schools"]].notna().all(axis=1)]
    rows = [
        row
        for number, region in enumerate(dict.fromkeys(estimates["group"]))
        for row in _of_region(known[known["group"] == region], region, number)
    ]
    return frame(rows)


def _of_region(rows: pd.DataFrame, region: str, number: int) -> list[tuple[str, str, int, str]]:
    mutual = (rows["model"] == "school_level") & (rows["controls"] == "mutual") & (rows["term"] == "weging")
    within = (rows["model"] == "school_level_within") & (rows["term"] == "no_test")
    return [
        *(
            (f"weging_{number}", _weging(row, region), number_of(row["schools"]), "schools")
            for row in _rows(rows[mutual])
        ),
        *(
            (f"no_test_{number}", _no_test(row, region), number_of(row["schools"]), "schools")
            for row in _rows(rows[within])
        ),
    ]


def _rows(chosen: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in chosen.to_dict("records")]


def _weging(row: dict[str, Any], region: str) -> str:
    return say("weging", region=term(region), levels=_levels(row))


def _no_test(row: dict[str, Any], region: str) -> str:
    return say("no_test", region=term(region), levels=_levels(row))


def _levels(row: dict[str, Any]) -> str:
    """Say how much lower or higher, with an interval that has no sign; no side where the interval holds zero."""
    size, low, high = (row[name] for name in ("estimate", "ci_low", "ci_high"))
    if low <= 0 <= high:
        return say("levels_unclear", **_values(size, low, high))
    if size < 0:
        return say("levels_lower", **_values(-size, -high, -low))
    return say("levels_higher", **_values(size, low, high))


def _values(size: float, low: float, high: float) -> dict[str, str]:
    return {"size": number(size, 2), "low": number(low, 2), "high": number(high, 2)}


def lines(points: pd.DataFrame, without_test: int) -> str:
    """Say of the figure by band whether its lines fall, and where the year without test lies among them.

    Parameters
    ----------
    points : Of `chapters.school_advice.models.points`, gated.
    without_test : First calendar year of the school year without end test.
    """
    level = points.pivot_table(index="band", columns="year", values="level", sort=False).astype(float)
    change = (level.iloc[-1] - level.iloc[0]).dropna()
    others = level.drop(columns=without_test, errors="ignore")
    year = level[without_test] if without_test in level else level.iloc[:, :0].mean(axis=1)
    return text(
        "Lines that end lower than they begin: {lower}; higher: {higher}. Bands in which the year without test lies "
        "below the other years: {below}; above them: {above}.",
        lower=quantity(number_of((change < 0).sum()), len(change)),
        higher=quantity(number_of((change > 0).sum()), len(change)),
        below=quantity(number_of((year < others.min(axis=1)).sum()), len(level)),
        above=quantity(number_of((year > others.max(axis=1)).sum()), len(level)),
    )
