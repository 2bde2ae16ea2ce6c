"""Levels of final examinations, and which of them have too few schools to be told of."""

from __future__ import annotations

import pandas as pd

from analysis.stats.selection import Step, walk

LEVELS = ("vmbo-b", "vmbo-k", "vmbo-gt", "havo", "vwo")
ALL = "all levels"
FEWEST = 3
"""Schools of a level, of which fewer tell one of them the other's."""
TOO_FEW = "too few schools"


def account(by_school_exam: pd.DataFrame) -> pd.DataFrame:
    """Count the streams (a school at a level) and candidates of levels that have too few schools.

    Parameters
    ----------
    by_school_exam : Of `select`.

    Returns
    -------
    DataFrame
        In the form of `chapter.Chapter.accounts`; ``location`` is a stream, so that its schools are streams.
    """
    streams = by_school_exam.assign(location=by_school_exam["level"] + " " + by_school_exam["location"])
    few = {*by_school_exam["level"]} - {*enough(by_school_exam)}
    steps: list[Step] = [("schools of the level", "fewer than three schools", lambda rows: ~rows["level"].isin(few))]
    return walk(streams, steps, pupils="candidates")[1].assign(group=ALL)


def without_fit(by_school_exam: pd.DataFrame) -> pd.DataFrame:
    """Return the levels of which a table has no row, for they have too few schools: ``group, reason``."""
    few = {*by_school_exam["level"]} - {*enough(by_school_exam)}
    absent = [level for level in LEVELS if level in few]
    return pd.DataFrame({"group": absent, "reason": TOO_FEW}, dtype=object)


def enough(by_school_exam: pd.DataFrame) -> list[str]:
    """Return the levels with enough schools, in their order."""
    schools = by_school_exam.groupby("level")["location"].nunique()
    return [level for level in LEVELS if schools.get(level, 0) >= FEWEST]
