"""Plain descriptions of the cohorts that came in."""

from __future__ import annotations

import pandas as pd

from analysis.school_years import school_year


def cohorts(by_pupil_advice: pd.DataFrame) -> pd.DataFrame:
    """Count pupils and schools by school year.

    Parameters
    ----------
    by_pupil_advice : ``year, pupil, cet, year3, location``, a row per pupil.

    Returns
    -------
    DataFrame
        ``school_year, pupils, pupils_tested`` (with a test score), ``pupils_followed`` (to year 3), ``schools``.
    """
    by_year = by_pupil_advice.groupby("year").agg(
        pupils=("pupil", "size"),
        pupils_tested=("cet", "count"),
        pupils_followed=("year3", "count"),
        schools=("location", "nunique"),
    )
    years = [school_year(int(str(year))) for year in by_year.index]
    return by_year.reset_index(drop=True).assign(school_year=years)[["school_year", *by_year.columns]]
