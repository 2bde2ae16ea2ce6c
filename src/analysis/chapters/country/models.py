"""Plain descriptions of the cohorts that came in."""

from __future__ import annotations

import pandas as pd

from analysis.school_years import school_year


def cohorts(by_pupil_advice: pd.DataFrame) -> pd.DataFrame:
    """Count pupils and schools by school year.

    Parameters
    ----------
    by_pupil_advice : ``year, pupil, location`` and, if there are, ``cet`` (or ``test_advice_low``) and ``year3``.

    Returns
    -------
    DataFrame
        ``school_year, pupils, pupils_tested`` (with a test score), ``pupils_followed`` (to year 3), ``schools``.
    """
    test = "cet" if "cet" in by_pupil_advice else "test_advice_low"
    known = by_pupil_advice.reindex(columns=["year", "pupil", test, "year3", "location"])  # nobody has what is absent
    by_year = known.groupby("year").agg(
        pupils=("pupil", "size"),
        pupils_tested=(test, "count"),
        pupils_followed=("year3", "count"),
        schools=("location", "nunique"),
    )
    years = [school_year(int(str(year))) for year in by_year.index]
    return by_year.reset_index(drop=True).assign(school_year=years)[["school_year", *by_year.columns]]
