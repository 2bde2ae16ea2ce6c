"""Titles of figures on segregation where no finding names them, from the counted shares that are drawn."""

from __future__ import annotations

import pandas as pd

from analysis.language import term
from analysis.publish.alternative import changed, visibly
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import number_of

say = sentences_beside(__file__)


def nearest(rows: pd.DataFrame) -> str:
    """Say which band would have visibly more or fewer pupils if all attended the nearest school."""
    side, values = changed(rows, "share_now", "share_nearest", "band")
    return say(("title_near_alike", "title_near_more", "title_near_fewer", "title_near_unknown")[side], **values)


def by_year(rows: pd.DataFrame) -> str:
    """Say which band has visibly more or fewer pupils than in the first year; of one year, which has most."""
    first, last = rows["year"].min(), rows["year"].max()
    if first == last:
        return _most(rows)
    side, values = changed(_beside(rows, "year"), str(first), str(last), "band")
    years = {"first_year": number_of(first), "last_year": number_of(last)}
    return say(
        ("title_years_alike", "title_years_more", "title_years_fewer", "title_years_unknown")[side], **values, **years
    )


def _most(rows: pd.DataFrame) -> str:
    known = rows.dropna(subset=["share_now"])
    if known.empty:
        return say("title_most_unknown")
    row = known.iloc[int(known["share_now"].to_numpy().argmax())]
    return say("title_most", name=term(str(row["band"])), share=float(row["share_now"]))


def by_size(rows: pd.DataFrame) -> str:
    """Say in which band pupils of large schools visibly are more or less often than those of small schools."""
    side, values = changed(_beside(rows, "size"), "small", "large", "band")
    return say(("title_sizes_alike", "title_sizes_more", "title_sizes_fewer", "title_sizes_unknown")[side], **values)


def _beside(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return a column of shares per value of a column, one row per band."""
    wide = rows.pivot_table(index="band", columns=column, values="share_now", sort=False, observed=True)
    return wide.rename(columns=str).reset_index()


def areas(rows: pd.DataFrame, of: str) -> str:
    """Say between which shares the make-up of schools lies from area to area.

    Parameters
    ----------
    of : The share that is drawn, in words.
    """
    shares = rows["share"].dropna()
    if shares.empty or not visibly(shares.max(), shares.min()):
        return say("title_areas_alike", of=of)
    return say("title_areas_apart", of=of, low=float(shares.min()), high=float(shares.max()))
