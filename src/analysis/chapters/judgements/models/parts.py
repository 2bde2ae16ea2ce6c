"""Parts of few units that are judged, with exact limits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.stats.exact import share_limits

JUDGED = "judged"
FEWEST = 10
"""Judged schools of a kind, or boards, of which parts are told: of fewer their number alone would tell much."""
PARTS = ("of_judged", "exact_low", "exact_high")


def with_parts(counted: pd.DataFrame, unit: str, whole: int) -> pd.DataFrame:
    """Add which part of all that are judged each row is, with Clopper and Pearson's limits.

    Parameters
    ----------
    counted : Rows with ``judgement`` and a count; that of all that are judged is no part.
    unit : Name of the count.
    whole : How many are judged.

    Returns
    -------
    DataFrame
        With ``of_judged, exact_low, exact_high`` and the whole in each row, named for the unit: ``schools_judged``.
    """
    frame = counted.assign(**{f"{unit}_judged": whole})
    if not whole:
        return frame.assign(**dict.fromkeys(PARTS, np.nan))
    low, high = share_limits(frame[unit], np.full(len(frame), whole))
    of_some = frame["judgement"] != JUDGED
    values = zip(PARTS, (frame[unit] / whole, low, high), strict=True)
    return frame.assign(**{name: pd.Series(numbers, frame.index).where(of_some) for name, numbers in values})


def whole_known(told: pd.DataFrame, unit: str, key: str) -> pd.DataFrame:
    """Return the rows of the groups of which enough are judged, and their number is published: a share would tell it.

    Parameters
    ----------
    told : Rows of `with_parts`, gated.
    unit : Name of the count.
    key : Column that the groups differ in.
    """
    known = told.loc[(told["judgement"] == JUDGED) & (told[unit] >= FEWEST).fillna(value=False), key]
    return told[told[key].isin(known)].reset_index(drop=True)


def drawable(told: pd.DataFrame) -> bool:
    """Tell whether any part is published, so that a figure shows more than gaps.

    Parameters
    ----------
    told : Rows with ``judgement`` and ``of_judged``, gated.
    """
    return bool(told.loc[told["judgement"] != JUDGED, "of_judged"].notna().any())
