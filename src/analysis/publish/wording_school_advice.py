"""The findings about the advice of schools in sentences; every number is computed, and every word that needs one."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.publish.tables import number
from analysis.publish.wording import COLUMNS

ABOUT_SCHOOLS = (
    "This is about schools and not about pupils, and the score is a noisy mean of an earlier cohort: schoolweging may "
    "tell what the score does not."
)


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
    return (
        f"{region}: of two schools with the same end-test score, the one with a schoolweging 10 points higher gives an "
        f"advice that is on average {_levels(row)} ({_interval(row)}). {ABOUT_SCHOOLS}"
    )


def _no_test(row: dict[str, Any], region: str) -> str:
    return (
        f"{region}: in the year without end test the mean final advice of the same schools was {_levels(row)} than in "
        f"the two years after it ({_interval(row)}). Years differ in more than the test."
    )


def _levels(row: dict[str, Any]) -> str:
    return f"{abs(row['estimate']):.2f} levels {'lower' if row['estimate'] < 0 else 'higher'}"


def _interval(row: dict[str, Any]) -> str:
    return f"95% interval {number(row['ci_low'], 2)} to {number(row['ci_high'], 2)}"
