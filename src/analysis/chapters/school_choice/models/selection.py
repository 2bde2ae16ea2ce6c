"""Whose choices a model can explain: those of whom home, group, school and what the formula uses are known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import CLUSTER, ages_of
from analysis.stats.complete import is_missing
from analysis.stats.selection import Keeps, Step, walk

POINT = ["lat", "lon"]
Tables = dict[str, pd.DataFrame]


def known(
    models: Sequence[str],
    age: int,
    used: Collection[str],
    by_situation: pd.DataFrame,
    by_choice_school: pd.DataFrame,
    by_choice: pd.DataFrame,
) -> tuple[Tables, pd.DataFrame]:
    """Leave out the choosers of whom something is missing that a model uses, and count them.

    A school of which an attribute is missing is no alternative, and who attends it leaves; it counts in ranks.

    Parameters
    ----------
    models, age : As in `choosers.by_model`.
    used : Variables of choosers and schools that models use.
    by_situation, by_choice_school, by_choice : As the tables are.

    Returns
    -------
    dict
        The three tables; as they came where nothing is missing.
    DataFrame
        For each ``model`` the steps at which pupils leave, in the form of `chapter.Chapter.accounts`; no rows where
        nobody does.
    """
    of_pupils = [*_steps("situation", by_situation, _reasons(by_situation, used, [*POINT, CLUSTER], "home known"))]
    there: Step = (
        "school in the data",
        "the school is not among those of the edition",
        _among("location", by_choice_school["location"]),
    )
    reasons = _reasons(by_choice_school, used, POINT, "school has a point")
    of_schools = [there, *_steps("location", by_choice_school, reasons)]
    steps = of_pupils + of_schools
    accounts = []
    for model, of in ages_of(models, age).items():
        rows = by_choice if of is None else by_choice[by_choice["age"] == of]
        account = walk(rows, steps, "pupils")[1]
        accounts.append(account[account["pupils_out"] > 0].assign(model=model))
    pupils, _ = walk(by_situation.assign(location=""), of_pupils)
    stays, _ = walk(by_choice, steps, "pupils")
    tables = {
        "by_situation": _plain(by_situation.loc[pupils.index], by_situation),
        "by_choice_school": by_choice_school[~_lacks(by_choice_school, POINT)],
        "by_choice": stays,
    }
    return tables, pd.concat(accounts, ignore_index=True)


def _reasons(
    frame: pd.DataFrame, used: Collection[str], place: list[str], placed: str
) -> Iterator[tuple[str, str, list[str]]]:
    """Give the name of each step, why one leaves at it, and the columns that must be known."""
    yield placed, "no point or postcode of the home" if "home" in placed else "no point of the school", place
    if "group" in frame:
        yield "group known", "background of the parents unknown", ["group"]
    of = "" if "group" in frame else " of the school"
    for name in sorted(set(used) & set(frame)):
        words = name.replace("_", " ")
        yield f"{words}{of} known", f"{words}{of} unknown", [name]


def _steps(key: str, frame: pd.DataFrame, reasons: Iterator[tuple[str, str, list[str]]]) -> Iterator[Step]:
    for name, reason, columns in reasons:
        yield name, reason, _among(key, frame.loc[~_lacks(frame, columns), key])


def _among(key: str, values: pd.Series) -> Keeps:
    return lambda rows: rows[key].isin(values)


def _lacks(frame: pd.DataFrame, columns: list[str]) -> pd.Series:
    missing = np.any([is_missing(frame[name]) for name in columns], axis=0)
    return pd.Series(missing, index=frame.index)


def _plain(stays: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Give the columns that held a missing value the type that they have without one: True and False, and not text."""
    held = [name for name in frame if stays[name].notna().all() and frame[name].isna().any()]
    return stays.assign(**{str(name): pd.Series(stays[name].to_list(), index=stays.index) for name in held})
