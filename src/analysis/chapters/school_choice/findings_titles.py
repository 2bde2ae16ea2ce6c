"""Titles of figures on school choice where no finding names them, from sign and interval of what is drawn."""

from __future__ import annotations

import pandas as pd

from analysis.chapters.school_choice.charts_counterfactuals import band_that_tells
from analysis.publish.alternative import changed, found, sided, visibly
from analysis.publish.declared import sentences_beside

say = sentences_beside(__file__)


def travel(rows: pd.DataFrame) -> str:
    """Say who goes farther for what a school has, and who avoids it."""
    sign, values = found(rows)
    return say(("title_travel_none", "title_travel_less", "title_travel_more", "title_travel_both")[sign], **values)


def nearest(rows: pd.DataFrame) -> str:
    """Say between which shares attendance of the nearest school lies from postcode to postcode."""
    shares = rows["share"].dropna()
    if shares.empty:
        return say("title_nearest_unknown")
    low, high = float(shares.min()), float(shares.max())
    differ = visibly(high, low)
    return say("title_nearest_apart" if differ else "title_nearest_alike", low=low, high=high)


def fit(rows: pd.DataFrame) -> str:
    """Say in which band of distance the model predicts most pupils too many or too few."""
    side, values = changed(rows, "observed", "predicted", "band")
    return say(("title_fit_alike", "title_fit_more", "title_fit_fewer", "title_fit_unknown")[side], **values)


def moved(rows: pd.DataFrame) -> str:
    """Say in how many groups measurably more or less than half would go to schools nearby, if a school closed."""
    drawn = rows[(rows["scenario"] == "closes") & (rows["term"] == band_that_tells(rows))]
    sign, values = sided(drawn.assign(ci_low=drawn["ci_low"] - 0.5, ci_high=drawn["ci_high"] - 0.5))
    return say(
        ("title_moved_none", "title_moved_less", "title_moved_more", "title_moved_both", "title_moved_unknown")[sign],
        **values,
    )


def kept(rows: pd.DataFrame) -> str:
    """Say of how many kinds all models predict more or fewer pupils to stay with it than the size of schools implies.

    A kind to which nobody goes, whatever the model, has no school that closes.
    """
    by_kind = rows[(rows["closes"] == "one school") & (rows["kind"] == rows["to"])].groupby("kind", sort=False)
    ends = by_kind.agg(low=("share", "min"), high=("share", "max"), alone=("proportional", "first")).dropna()
    ends = ends[(ends != 0).any(axis=1)]
    bounds = pd.DataFrame({"ci_low": ends["low"] - ends["alone"], "ci_high": ends["high"] - ends["alone"]})
    sign, values = sided(bounds)
    return say(
        ("title_kept_none", "title_kept_less", "title_kept_more", "title_kept_both", "title_kept_unknown")[sign],
        **values,
    )


def of_kind(rows: pd.DataFrame) -> str:
    """Say in how many groups a school that changes its kind would have measurably more or fewer pupils."""
    sign, values = sided(rows[rows["scenario"] == "changes"])
    return say(
        ("title_kind_none", "title_kind_less", "title_kind_more", "title_kind_both", "title_kind_unknown")[sign],
        **values,
    )
