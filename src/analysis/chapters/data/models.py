"""Plain descriptions of what came in."""

from __future__ import annotations

import pandas as pd

from analysis.stats.complete import check_complete


def by_denomination(by_school: pd.DataFrame) -> pd.DataFrame:
    """Count schools and pupils by denomination.

    Parameters
    ----------
    by_school : ``denomination, pupils`` and, if known of every school, ``schoolweging``; one row per school.

    Returns
    -------
    DataFrame
        One row per denomination: ``denomination, schools, pupils, share`` (of all pupils) and ``schoolweging`` (mean
        over pupils).

    Raises
    ------
    ModelError : If a school lacks denomination or pupils: sums would pass over it.
    """
    check_complete(by_school, ["denomination", "pupils"], "schools")
    sums = by_school.assign(schools=1).groupby("denomination")[["schools", "pupils"]].sum()
    counts = sums.assign(share=sums["pupils"] / sums["pupils"].sum())
    if "schoolweging" in by_school and by_school["schoolweging"].notna().all():
        weighted = (by_school["schoolweging"] * by_school["pupils"]).groupby(by_school["denomination"]).sum()
        counts["schoolweging"] = weighted / sums["pupils"]
    return counts.reset_index()
