"""Plain descriptions of the panel of schools."""

from __future__ import annotations

import pandas as pd

from analysis.stats.complete import check_complete

MEANS = ("pupils_per_school", "schoolweging", "pupils_per_teacher", "share_with_score")


def by_year(panel: pd.DataFrame) -> pd.DataFrame:
    """Describe schools by year: ``year, schools`` and `MEANS`, all but the ratio means over schools."""
    needed = ("location", "year", "pupils", "schoolweging", "teachers_fte", "achterstandsscore")
    check_complete(panel, needed, "schools by year")
    rows = panel.assign(has_score=panel["achterstandsscore"] > 0)
    told = rows.groupby("year").agg(
        schools=("location", "size"),
        pupils_per_school=("pupils", "mean"),
        schoolweging=("schoolweging", "mean"),
        all_pupils=("pupils", "sum"),
        fte=("teachers_fte", "sum"),
        share_with_score=("has_score", "mean"),
    )
    told["pupils_per_teacher"] = told["all_pupils"] / told["fte"]
    return told.reset_index()[["year", "schools", *MEANS]]
