"""The charts of the chapter on differences between schools, from the frames that are published beside them."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.school_differences.models.exams import LIMITS
from analysis.chapters.school_differences.models.funnel import FREED, LUCK, SCHOOLS
from analysis.language import text, word
from analysis.publish import forms

MEANS = word("mean end-test score (points)")
KINDS = {"observed": word("observed means"), "true": word("true means, net of sampling variation")}
OUTSIDE = {
    "expected": word("expected by sampling variation alone"),
    "observed": word("observed"),
    "freed": word("allowing for what schools differ"),
}

by_weging = partial(
    forms.estimates,
    axis=MEANS,
    line="band",
    ends=("middle", "low", "high"),
    panel="kind",
    titles=KINDS,
    label=word("schoolweging"),
    zero="free",
    beside=True,
    ranged=word("nine in ten schools"),
)
apart = partial(
    forms.estimates,
    axis=word("part of the candidates that passes in the long run"),
    line="level",
    ends=("middle", "tenth", "ninetieth"),
    numbers="percent",
    zero="free",
    ranged=word("eight in ten schools"),
    written=0,
)
funnel = partial(
    forms.hexagons,
    axis=word("candidates"),
    x="size",
    part="part",
    cells=SCHOOLS,
    count="schools",
    curves={
        LUCK: word("95% limits by sampling variation alone"),
        FREED: word("95% limits allowing for what schools differ"),
    },
    panel="level",
    label=word("part of the candidates that passes"),
    unit=word("schools"),
    numbers="percent",
)
CERTAINTY = {
    "below": word("below the signal"),
    "unclear": word("not certain"),
    "above": word("not below the signal"),
}
certainty = partial(forms.bars, x="level", height=CERTAINTY, label=word("part of schools"))
lasting = partial(
    forms.points, axis=word("part of the true variance that lasts"), line="group", numbers="percent", zero="edge"
)
gains = partial(
    forms.points,
    axis=word("squared error, how much smaller than that of the raw share"),
    line="group",
    series="term",
    numbers="percent",
)


def by_size(classes: pd.DataFrame) -> Figure:
    """Draw how far means at equal schoolweging lie apart by size, beside what pupils alone would make of it."""
    names = {"observed": text("observed"), "luck": text("if schools were alike")}
    rows = classes.melt("size", [*names], var_name="kind", value_name="estimate")
    axis, label = text("pupils with a score"), text("standard deviation of school means (points)")
    return forms.lines(rows, axis, x="size", series="kind", names=names, label=label, zero="edge", written=1)


def ranges(rows: pd.DataFrame) -> Figure:
    """Draw the expected range of means over the number of schools that are compared, equal steps apart."""
    return forms.lines(
        rows.assign(drawn=rows["drawn"].astype(str)),
        text("schools that are compared"),
        x="drawn",
        series="kind",
        names=KINDS,
        label=text("expected range (points)"),
        zero="edge",
        written=1,
    )


def outside(rows: pd.DataFrame) -> Figure:
    """Draw the part of schools outside the inner limits, by level."""
    inner = rows[rows["limit"] == LIMITS[0]]
    return forms.bars(inner, x="level", height=OUTSIDE, label=text("part of schools"))


def luck(rows: pd.DataFrame) -> Figure:
    """Draw what part of the variance between schools is sampling variation, by level and number of years."""
    return forms.bars(
        rows, x="level", height="luck", series="averaged", label=text("part of the variance"), legend=text("years")
    )


def errors(rows: pd.DataFrame, rate: str, label: str) -> Figure:
    """Draw how often the rule is wrong by candidates a year.

    Parameters
    ----------
    rate, label : Column of the error, and what it is called.
    """
    return forms.lines(
        rows.rename(columns={rate: "estimate"}).assign(candidates=rows["candidates"].astype(str)),
        text("candidates a year"),
        x="candidates",
        series="averaged",
        names=_of_years,
        panel="level",
        label=label,
        numbers="percent",
        zero="edge",
        across=True,
    )


def _of_years(averaged: str) -> str:
    return text("1 year") if averaged == "1" else text("{n} years", n=averaged)


false_alarms = partial(errors, rate="false_alarm", label=word("wrongly flagged"))
misses = partial(errors, rate="miss", label=word("wrongly not flagged"))


def errors_by_size(rows: pd.DataFrame) -> Figure:
    """Draw the errors of the predictions by size of the school, a panel per level."""
    return forms.lines(
        rows.rename(columns={"error": "estimate"}),
        text("size of the school"),
        x="size",
        series="predictor",
        panel="level",
        label=text("error of the predicted share"),
        numbers="percent",
        zero="edge",
    )
