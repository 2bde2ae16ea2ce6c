"""Which part of the pupils reach the target level, and which part is below 1F, by schoolweging and year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.reference_levels import LEVELS, SUBJECTS
from analysis.stats.bands import in_bands
from analysis.stats.fit import mean
from analysis.stats.selection import Step, walk
from analysis.stats.shares import share_interval

TARGET, BELOW, BETWEEN = "at target", "below 1F", "from 1F to target"
OUTCOMES = {TARGET: LEVELS[-1:], BELOW: LEVELS[:1]}
"""Which levels each outcome is."""
SCHOOL_YEAR = ["location", "year"]


def select(
    by_pupil_level: pd.DataFrame, by_school_level: pd.DataFrame, edges: Sequence[float]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give pupils the schoolweging of their school in their year, and count those whose school has none.

    Parameters
    ----------
    by_pupil_level, by_school_level : As their contracts in `data.microdata_tables` say.
    edges : Of the bands of schoolweging.

    Returns
    -------
    tuple of DataFrame
        A row per pupil and subject, with ``schoolweging, band``; and the account in the form of
        `chapter.Chapter.account`, of pupils by subject.

    Raises
    ------
    InputError : A school has two numbers in a year, or no pupil's school has one.
    """
    rows = by_pupil_level.join(_weging(by_school_level), on=SCHOOL_YEAR)
    steps: list[Step] = [
        ("school", "school not in the file of schools", lambda part: part["listed"].notna()),
        ("schoolweging", "no schoolweging", lambda part: part["schoolweging"].notna()),
    ]
    by_subject = {subject: rows[rows["subject"] == subject].assign(pupils=1) for subject in SUBJECTS}
    accounts = [walk(part, steps, pupils="pupils")[1].assign(subject=name) for name, part in by_subject.items()]
    kept = rows[rows["schoolweging"].notna()].drop(columns="listed").reset_index(drop=True)
    if kept.empty:
        hint = "give the schoolweging of the schools and school years of by_pupil_level"
        raise InputError("by_school_level: schoolweging", "no pupil's school has one", hint=hint)
    return kept.assign(band=in_bands(kept["schoolweging"], edges)), pd.concat(accounts, ignore_index=True)


def _weging(by_school_level: pd.DataFrame) -> pd.DataFrame:
    """Return ``schoolweging, listed`` of each school and year: the same for all subjects."""
    by_school = by_school_level.groupby(SCHOOL_YEAR)["schoolweging"]
    several = int((by_school.max() > by_school.min()).sum())
    if several:
        hint = "give a school one number in a year, the same for all subjects"
        raise InputError("by_school_level: schoolweging", f"{several} schools have several in a year", hint=hint)
    return by_school.first().to_frame().assign(listed=1)


def shares(pupils: pd.DataFrame) -> pd.DataFrame:
    """Return the shares by subject, outcome, year and band of schoolweging.

    Parameters
    ----------
    pupils : Of `select`.

    Returns
    -------
    DataFrame
        ``subject, outcome, year, band, estimate, ci_low, ci_high, schools, pupils``; the interval is Wilson's at the
        effective number, clustered by school.
    """
    rows = []
    for (subject, year, band), part in pupils.groupby(["subject", "year", "band"], observed=True, sort=True):
        for outcome, levels in OUTCOMES.items():
            fit = mean(part["level"].isin(levels), part["location"])
            found = {"estimate": fit.coefficients["mean"], "error": np.sqrt((fit.influence["mean"] ** 2).sum())}
            names = {"subject": subject, "outcome": outcome, "year": year, "band": str(band)}
            rows.append({**names, **found, "schools": part["location"].nunique(), "pupils": len(part)})
    table = pd.DataFrame(rows)
    low, high = share_interval(table["estimate"], table["error"], table["schools"])
    ends = {"ci_low": low, "ci_high": high}
    columns = ["subject", "outcome", "year", "band", "estimate", "ci_low", "ci_high", "schools", "pupils"]
    return in_order(table.assign(**ends))[columns]


def counted(pupils: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Count pupils at each level, by the values of some columns; a column per level, in their order."""
    at_level = pd.DataFrame({level: pupils["level"] == level for level in LEVELS})
    return at_level.groupby([pupils[key] for key in keys], observed=True).sum()


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Put rows in the order of the subjects; within them they stay as they are."""
    return rows.sort_values("subject", key=lambda names: names.map(SUBJECTS.index), kind="stable", ignore_index=True)
