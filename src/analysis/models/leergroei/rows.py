"""Estimates by group, one row each, in the one form; groups that are too small keep their place and their counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.models.estimates import in_form
from analysis.models.regression import t_interval

ESTIMATE = ("estimate", "std_error", "ci_low", "ci_high", "p_value")
ESTIMATE_COUNTS = {"n_obs": ESTIMATE, "n_least": ("n_obs", *ESTIMATE), "n_clusters": ("n_obs", *ESTIMATE)}
"""What the numbers of a table of estimates rest on, for the disclosure gate."""

FEWEST_SCHOOLS = 3
"""With fewer schools no error can be clustered: the row tells only whom it counts."""

WORDS = {
    "groep": "groep {}",
    "level_m": "level {}",
    "level_prior": "level {} the year before",
    "band": "{} at risk",
    "year": "{}",
}

Estimate = tuple[float, float]
"""An estimate and its standard error."""


def parts(
    frame: pd.DataFrame, outcomes: Iterable[str], by: Sequence[str] = ()
) -> Iterator[tuple[str, tuple[object, ...], pd.DataFrame]]:
    """Give the rows of every group within a subject: the subject, the group's values and its rows."""
    for outcome in outcomes:
        rows = frame[frame["subject"] == outcome]
        if by:
            for values, part in rows.groupby(list(by), sort=True, observed=True):
                yield outcome, values, part
        else:
            yield outcome, (), rows


def row(
    outcome: str, by: Sequence[str], values: Sequence[object], part: pd.DataFrame, years: list[str]
) -> dict[str, object]:
    """Name a group and count whom it rests on; the least of the years compared is what disclosure asks for."""
    category = ", ".join(WORDS.get(name, "{}").format(value) for name, value in zip(by, values, strict=True))
    by_year = part.groupby("year")["location"].agg(["size", "nunique"]).reindex(years, fill_value=0)
    return {
        "group": f"{outcome}, {category}" if category else outcome,
        "n_obs": len(part),
        "n_clusters": int(by_year["nunique"].min()),
        "outcome": outcome,
        "by": ", ".join(by),
        "category": category,
        "n_least": int(by_year["size"].min()),
    }


def estimate_by(
    frame: pd.DataFrame,
    outcomes: Iterable[str],
    by: Sequence[str],
    estimate: Callable[[pd.DataFrame], Estimate],
    *,
    model: str,
    term: str,
    unit: str,
    fewest: int = FEWEST_SCHOOLS,
) -> pd.DataFrame:
    """Estimate one number per group.

    Parameters
    ----------
    frame
        ``subject, year, location`` and what `estimate` needs.
    outcomes
        The subjects, in the order in which they are told.
    by
        Columns that make the groups within a subject.
    estimate
        From the rows of a group to an estimate and its standard error.
    model, term, unit
        Constants of the rows.
    fewest
        It is asked of groups with at least so many schools in each of the years.

    Returns
    -------
    DataFrame
        In the one form, with ``outcome, by, category, n_least`` after it (``n_least``: pupils in the smallest of the
        years; ``n_clusters``: schools in the year with the fewest).
    """
    rows, years = [], frame["year"].unique().tolist()
    for outcome, values, part in parts(frame, outcomes, by):
        told = row(outcome, by, values, part, years)
        enough = int(part.groupby("year")["location"].nunique().reindex(years, fill_value=0).min()) >= fewest
        value, error = estimate(part) if enough else (np.nan, np.nan)
        rows.append({**told, "estimate": value, "std_error": error, "schools": part["location"].nunique()})
    return in_rows(pd.DataFrame(rows), model=model, term=term, unit=unit)


def in_rows(rows: pd.DataFrame, **constants: str) -> pd.DataFrame:
    """Give rows with ``estimate, std_error, schools`` their intervals, and put them in the one form."""
    intervals = [
        t_interval(pd.Series([value]), pd.Series([error]), max(schools, 2))
        for value, error, schools in zip(rows["estimate"], rows["std_error"], rows["schools"], strict=True)
    ]
    limits = pd.concat(intervals, ignore_index=True)[["ci_low", "ci_high", "p_value"]]
    return in_form(rows.drop(columns="schools").reset_index(drop=True).join(limits), **constants)
