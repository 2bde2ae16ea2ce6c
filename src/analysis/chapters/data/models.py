"""Plain descriptions of what came in."""

from __future__ import annotations

import pandas as pd

from analysis.stats.complete import check_complete


def by_denomination(by_school: pd.DataFrame) -> pd.DataFrame:
    """Count schools and pupils by denomination.

    Parameters
    ----------
    by_school
        ``denomination, pupils, schoolweging``, one row per school.

    Returns
    -------
    DataFrame
        One row per denomination: ``denomination, schools, pupils, share`` (of all pupils), ``schoolweging`` (mean
        over pupils).

    Raises
    ------
    ModelError
        If a school lacks one of the three: sums would pass over it.
    """
    check_complete(by_school, ["denomination", "pupils", "schoolweging"], "schools")
    weighted = by_school.assign(schools=1, schoolweging=by_school["schoolweging"] * by_school["pupils"])
    sums = weighted.groupby("denomination")[["schools", "pupils", "schoolweging"]].sum()
    return sums.assign(
        share=sums["pupils"] / sums["pupils"].sum(), schoolweging=sums["schoolweging"] / sums["pupils"]
    ).reset_index()[["denomination", "schools", "pupils", "share", "schoolweging"]]
