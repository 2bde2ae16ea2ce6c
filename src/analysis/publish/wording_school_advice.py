"""The findings about the advice of schools in sentences; every number is computed, and every word that needs one."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.publish.language import term, text
from analysis.publish.tables import number
from analysis.publish.wording import COLUMNS


def school_advice(estimates: pd.DataFrame) -> pd.DataFrame:
    """Tell what the chapter finds.

    Parameters
    ----------
    estimates
        Of `models.advisering.school_level.told`, gated.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``; none about a withheld number.
    """
    known = estimates[estimates[["estimate", "schools"]].notna().all(axis=1)]
    rows = [
        row
        for number, region in enumerate(dict.fromkeys(known["group"]))
        for row in _of_region(known[known["group"] == region], region, number)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_region(rows: pd.DataFrame, region: str, number: int) -> list[tuple[str, str, int, str]]:
    mutual = (rows["model"] == "school_level") & (rows["controls"] == "mutual") & (rows["term"] == "weging")
    within = (rows["model"] == "school_level_within") & (rows["term"] == "no_test")
    return [
        *((f"weging_{number}", _weging(row, region), int(row["schools"]), "schools") for row in _rows(rows[mutual])),
        *((f"no_test_{number}", _no_test(row, region), int(row["schools"]), "schools") for row in _rows(rows[within])),
    ]


def _rows(chosen: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in chosen.to_dict("records")]


def _weging(row: dict[str, Any], region: str) -> str:
    return text(
        "{region}: of two schools with the same end-test score, the one with a schoolweging 10 points higher gives an "
        "advice that is on average {levels} ({interval}). This is about schools and not about pupils, and the score is "
        "a noisy mean of an earlier cohort: schoolweging may tell what the score does not.",
        region=term(region),
        levels=_levels(row),
        interval=_interval(row),
    )


def _no_test(row: dict[str, Any], region: str) -> str:
    return text(
        "{region}: in the year without end test the mean final advice of the same schools was {levels} than in the two "
        "years after it ({interval}). Years differ in more than the test.",
        region=term(region),
        levels=_levels(row),
        interval=_interval(row),
    )


def _levels(row: dict[str, Any]) -> str:
    if row["estimate"] < 0:
        return text("{size:.2f} levels lower", size=-row["estimate"])
    return text("{size:.2f} levels higher", size=row["estimate"])


def _interval(row: dict[str, Any]) -> str:
    low, high = (number(row[name], 2) for name in ("ci_low", "ci_high"))
    return text("95% interval {low} to {high}", low=low, high=high)
