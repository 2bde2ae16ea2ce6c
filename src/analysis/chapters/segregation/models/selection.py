"""Which pupils a description can count: those of whom home, school and group are known; who leaves is counted."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.chapters.segregation.models.attendance import CHARACTERISTICS, characteristics
from analysis.errors import InputError
from analysis.stats.selection import Step, walk

POINT = ["lat", "lon"]


def known(
    by_attendance: pd.DataFrame, by_home: pd.DataFrame, schools: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Leave out the pupils of whom home or school have no place; count who leaves, also for lack of a group.

    Parameters
    ----------
    by_attendance, by_home : As the tables are.
    schools : ``lat, lon`` by location.

    Returns
    -------
    DataFrame
        Those of `by_attendance` who stay: pupils without a group stay, as others know their own.
    DataFrame
        Those of `by_home`.
    DataFrame
        The steps at which pupils leave, in the form of `chapter.Chapter.accounts`, for each ``analysis``: by education,
        by background, and by schoolweging in the last year; no rows where nobody does.

    Raises
    ------
    InputError
        Neither education nor background tells pupils apart.
    """
    kinds = characteristics(by_attendance)
    if not kinds:
        raise InputError(
            "by_attendance",
            "pupils differ in none of these, so that there is nothing to describe",
            given=", ".join(CHARACTERISTICS),
        )
    homes = by_attendance.columns.intersection(["nearest", "area"])
    placed = schools.index[schools[POINT].notna().all(axis=1)]
    places: list[Step] = [
        ("home known", "no point or area of the home", lambda rows: rows[homes].notna().all(axis=1)),
        (
            "school in the data",
            "the school is not among those of the edition",
            lambda rows: rows["location"].isin(schools.index),
        ),
        ("school has a point", "no point of the school", lambda rows: rows["location"].isin(placed)),
    ]
    stays, _ = walk(by_attendance, places, "pupils")
    at_home = by_home.dropna(subset=by_home.columns.intersection([*POINT, "area"]))
    accounts = [_account(kind, by_attendance, [*places, _of_group(kind)]) for kind in kinds]
    if "schoolweging" in schools:
        last = by_attendance[by_attendance["year"] == by_attendance["year"].max()]
        accounts.append(_account("schoolweging", last, [*places, _of_schoolweging(schools)]))
    return stays, at_home[at_home["location"].isin(placed)], pd.concat(accounts, ignore_index=True)


def with_schoolweging(latest: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Choose the pupils of whom the school, and the nearest one, have a schoolweging.

    Parameters
    ----------
    latest, schools : Pupils of one year, and ``schoolweging`` by location, where it is known.

    Returns
    -------
    DataFrame
        Their rows; `known` counts who leaves.
    """
    return walk(latest, [_of_schoolweging(schools)], "pupils")[0] if "schoolweging" in schools else latest


def _of_group(kind: str) -> Step:
    return f"{kind} known", f"{kind} unknown", lambda rows: rows[kind].notna()


def _of_schoolweging(schools: pd.DataFrame) -> Step:
    known = schools.index[schools["schoolweging"].notna()]
    return (
        "schoolweging known",
        "no schoolweging of the school or of the nearest one",
        lambda rows: rows["location"].isin(known) & rows["nearest"].isin(known),
    )


def _account(analysis: str, by_attendance: pd.DataFrame, steps: Sequence[Step]) -> pd.DataFrame:
    account = walk(by_attendance, steps, "pupils")[1]
    return account[account["pupils_out"] > 0].assign(analysis=analysis)
