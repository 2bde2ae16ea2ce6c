"""What the pictures of the money show: bins of schools, and the line of what the formula pays."""

from __future__ import annotations

import pandas as pd

from analysis.topics.staffing.models.oab import binned_money
from analysis.topics.staffing.models.oab_formula import kink_point, price_check, threshold_check

BINS = "schools"
"""In the column ``name`` of the picture of the money: a bin of schools, not a line."""


def formula_checks(panel: pd.DataFrame, year: int) -> pd.DataFrame:
    """Hold scores and money of a panel to the formula: the threshold in a year, the price in every year."""
    names = {"achterstandsscore": "score", "achterstandsscore_raw": "score_raw"}
    scores = panel[panel["year"] == year].rename(columns=names)
    return pd.concat([threshold_check(scores), price_check(panel)], ignore_index=True)


def money(panel: pd.DataFrame, year: int, *, bins: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay out money per pupil by score without threshold per pupil in a year, and what the formula pays.

    Returns
    -------
    tuple of DataFrame
        Bins of schools as `oab.binned_money`; and ``name, raw_per_pupil, euro_per_pupil``, the corners of the line.
    """
    rows = panel[panel["year"] == year]
    told = rows.assign(raw_per_pupil=rows["achterstandsscore_raw"] / rows["pupils"])
    points = binned_money(told, bins=min(bins, max(4, len(rows) // 10)))
    price = float(price_check(rows)["estimate"].iloc[0])
    return points, formula_line("formula", price, float(points["raw_per_pupil"].max()))


def formula_line(name: str, price: float, end: float) -> pd.DataFrame:
    """Give the corners of what a price pays per pupil: nothing up to the threshold, and a straight line from there."""
    start = kink_point()
    at = [0.0, start, max(end, start)]
    return pd.DataFrame({"name": name, "raw_per_pupil": at, "euro_per_pupil": [0.0, 0.0, price * (at[2] - start)]})


def stacked_money(points: pd.DataFrame, line: pd.DataFrame) -> pd.DataFrame:
    """Put bins and lines of the picture of the money in one frame; the lines rest on no school but on all."""
    schools = int(points["schools"].sum())
    frame = pd.concat([points.assign(name=BINS), line.assign(schools=schools)], ignore_index=True)
    return frame.assign(schools=frame["schools"].astype("Int64"))
