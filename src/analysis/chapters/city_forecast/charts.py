"""The charts of the chapter on how many pupils will come to a city, drawn from the frames published beside them."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.city_forecast.models import pictures
from analysis.chapters.city_forecast.models.stay import EDUCATIONS, OUTCOMES
from analysis.language import text, word
from analysis.publish import forms
from analysis.publish.figures import PALETTE

PARTS = {
    "flow_share": "entries less leavers",
    "moved_share": "net movement of cohorts",
    "change_share": "change of all",
}
STAYED = {"ratio": "net ratio of the cohort", "still_here": "still in the city", "same_school": "at the first school"}

years = partial(
    forms.points,
    axis=word("what the age adds to the expected years"),
    line="term",
    zero="line",
)


small = partial(
    forms.points, axis=word("share of pupils at risk"), line="area", series="size", numbers="percent", zero="edge"
)


def stay(rows: pd.DataFrame) -> Figure:
    """Draw where each cohort is five years on, as parts of a bar."""
    shown = rows.rename(columns={"outcome": "term"}).assign(cohort=rows["cohort_year"].astype(str))
    return forms.stacked(shown, "cohort", OUTCOMES, PALETTE[: len(OUTCOMES)], legend=text("five years on"))


def effects(rows: pd.DataFrame) -> Figure:
    """Draw the effects of education on each outcome."""
    shown = rows[rows["term"].isin(EDUCATIONS)]
    return forms.points(shown, text("beside low education"), line="term", panel="group", numbers="percent", zero="line")


def net(rows: pd.DataFrame) -> Figure:
    """Draw net ratios of cohorts beside the shares that stayed."""
    long = rows.melt("cohort_year", [*STAYED], "measure", "estimate").assign(ci_low=float("nan"), ci_high=float("nan"))
    long = long.assign(measure=long["measure"].map(STAYED), cohort=long["cohort_year"].astype(str))
    axis = text("share of the pupils at the start")
    return forms.points(long, axis, line="cohort", series="measure", numbers="percent", zero="free")


def fan(rows: pd.DataFrame) -> Figure:
    """Draw the counts and the forecast of the city, and what is in print."""
    axis, label = text("1 October of the year"), text("pupils")
    return forms.lines(pictures.drawn(rows), axis, x="year", series="series", label=label)


def fans(rows: pd.DataFrame) -> Figure:
    """Draw the counts and the forecast of every stadsdeel."""
    axis, label = text("1 October of the year"), text("pupils")
    return forms.lines(pictures.drawn(rows), axis, x="year", series="series", panel="area", label=label, columns=2)


def contest(rows: pd.DataFrame) -> Figure:
    """Draw the mean absolute error of every method over the years ahead."""
    shown = rows.assign(estimate=rows["mape"], ci_low=float("nan"), ci_high=float("nan"))
    label = text("mean absolute error (% of the count)")
    return forms.lines(shown, text("years ahead"), x="years_ahead", series="method", label=label, zero="edge")


def held(rows: pd.DataFrame) -> Figure:
    """Draw how often 95% intervals of earlier forecasts covered what came."""
    shown = rows.assign(estimate=rows["covered_95"], ci_low=float("nan"), ci_high=float("nan"))
    axis, label = text("years ahead"), text("share of the intervals")
    return forms.lines(shown, axis, x="years_ahead", series="place", label=label, numbers="percent", zero="edge")


def change(rows: pd.DataFrame) -> Figure:
    """Draw the parts of the change of each year."""
    long = rows.melt("to_year", [*PARTS], "part", "estimate").assign(ci_low=float("nan"), ci_high=float("nan"))
    long["part"] = long["part"].map(PARTS)
    label = text("share of the pupils of the year before")
    axis = text("1 October of the year")
    return forms.lines(long, axis, x="to_year", series="part", label=label, numbers="percent", zero="line", written=1)


def since(rows: pd.DataFrame) -> Figure:
    """Draw the parts of the change since a year."""
    long = rows.melt("place", [*PARTS], "part", "estimate").assign(ci_low=float("nan"), ci_high=float("nan"))
    shown = long.assign(part=long["part"].map(PARTS))
    return forms.points(shown, text("share of the pupils at the start"), line="part", numbers="percent", zero="line")
