"""Frames of the figures of the money: bins of schools, and the line of what the formula pays."""

from __future__ import annotations

import pandas as pd

from analysis.stats.complete import where_known
from analysis.topics.staffing.models.oab import binned_money
from analysis.topics.staffing.models.oab_formula import CHECK_COLUMNS, kink_point, price_check, threshold_check

BINS = "schools"
"""In the column ``name`` of the figure of the money: a bin of schools, not a line."""


def formula_checks(panel: pd.DataFrame, year: int) -> pd.DataFrame:
    """Check scores and money of a panel against the formula: the threshold in a year, the price in every year.

    Parameters
    ----------
    panel : ``year, pupils, achterstandsscore, achterstandsscore_raw, oab_euro``, a row per school and year.
    year : Of the threshold.

    Returns
    -------
    DataFrame : `oab_formula.CHECK_COLUMNS`; without rows where the data lack the money.
    """
    if "oab_euro" not in panel:
        return pd.DataFrame(columns=[*CHECK_COLUMNS])
    names = {"achterstandsscore": "score", "achterstandsscore_raw": "score_raw"}
    panel = where_known(panel, ["oab_euro", *names])
    scores = panel[panel["year"] == year].rename(columns=names)
    return pd.concat([threshold_check(scores), price_check(panel)], ignore_index=True)


def money(panel: pd.DataFrame, year: int, *, bins: int) -> pd.DataFrame:
    """Average money per pupil by score without threshold per pupil in a year, beside what the formula pays.

    Parameters
    ----------
    panel : As in `formula_checks`.
    year : Which.
    bins : At most how many; at least ten schools in each.

    Returns
    -------
    DataFrame : As `bins_and_line`; without rows where the data lack the money.
    """
    if "oab_euro" not in panel:
        return pd.DataFrame()
    rows = where_known(panel[panel["year"] == year], ["oab_euro", "achterstandsscore_raw"])
    rows = rows.assign(raw_per_pupil=rows["achterstandsscore_raw"] / rows["pupils"])
    price = float(price_check(rows)["estimate"].iloc[0])
    return bins_and_line(rows, "formula", price, bins=min(bins, max(4, len(rows) // 10)))


def bins_and_line(money: pd.DataFrame, name: str, price: float, *, bins: int) -> pd.DataFrame:
    """Average money per pupil over bins of schools, beside what a price pays.

    Nothing up to the threshold, and a straight line from there; the line rests on no school but on all.

    Parameters
    ----------
    money : As in `oab.binned_money`.
    name, price : Of the line, in euro per point.
    bins : How many.

    Returns
    -------
    DataFrame
        The columns of `oab.binned_money`; ``name`` is `BINS` or that of the line, ``schools`` the number that a row
        rests on.
    """
    points = binned_money(money, bins=bins)
    start = kink_point()
    end = max(float(points["raw_per_pupil"].max()), start)
    line = pd.DataFrame({"name": name, "raw_per_pupil": [0.0, start, end], "schools": int(points["schools"].sum())})
    line["euro_per_pupil"] = [0.0, 0.0, price * (end - start)]
    frame = pd.concat([points.assign(name=BINS), line], ignore_index=True)
    return frame.assign(schools=frame["schools"].astype("Int64"))
