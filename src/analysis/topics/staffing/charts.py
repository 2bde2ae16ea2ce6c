"""The charts of the chapters on staffing, each drawn from the frame that is published beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from analysis import language
from analysis.language import text
from analysis.publish import forms
from analysis.topics.staffing.words import BINS, measures, word

THIRDS = ("lower third", "middle third", "upper third")

by_year = partial(
    forms.lines,
    x="year",
    series="category",
    names=word,
    label=language.word("shortage, share of employment"),
    numbers="percent",
    zero="edge",
)
effects = partial(forms.points, line="line")
distances = partial(
    forms.bars,
    axis=language.word("straight line from home to school (km)"),
    x="band",
    height="share",
    label=language.word("share of teachers"),
)


def by_category(levels: pd.DataFrame, series: str, chosen: Sequence[str]) -> Figure:
    """Draw these measures of the shortage by category, a panel each, a series per value of the column `series`."""
    return forms.points(
        levels,
        line="category",
        lines={code: word(str(code)) for code in levels["category"].unique()},
        series=series,
        names=word,
        panel="outcome",
        titles={measure: measures()[measure] for measure in chosen},
        numbers="percent",
        zero="edge",
        apart=True,
    )


def money(drawn: pd.DataFrame, threshold: float, axis: str) -> Figure:
    """Draw money per pupil against the score without threshold: bins of schools (`BINS`) and what the formula pays.

    Parameters
    ----------
    threshold : Where money begins.
    axis : What the money is.
    """
    columns = {"euro_per_pupil": "estimate", "low": "ci_low", "high": "ci_high"}
    return forms.scatter(
        drawn.rename(columns=columns),
        text("score without threshold, points per pupil"),
        x="raw_per_pupil",
        part="name",
        points=BINS,
        name=text("mean of the schools of a bin; line: eight in ten of them"),
        curves=word,
        label=axis,
        zero="edge",
        at=threshold,
    )


def accounts(means: pd.DataFrame) -> Figure:
    """Draw shares of boards' costs over the years, a panel per share and a line per third of schoolweging."""
    titles = {
        "hired_share": text("Hired staff, share of the costs of staff"),
        "wage_share": text("Wages, share of all costs"),
    }
    return forms.lines(
        means.rename(columns={"mean": "estimate"}),
        x="year",
        series="third",
        names=THIRDS,
        panel="outcome",
        titles=titles,
        legend=text("third of the boards by schoolweging"),
        numbers="percent",
        columns=2,
    )
