"""The charts of the chapter on differences between schools, from the frames that are published beside them."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.school_differences.models.exams import LIMITS
from analysis.language import text, word
from analysis.publish import forms

MEANS = word("mean end-test score (points)")
KINDS = {"observed": word("observed means"), "true": word("true means, luck taken off")}
OUTSIDE = {
    "expected": word("expected by luck alone"),
    "observed": word("observed"),
    "freed": word("allowing for what schools differ"),
}

by_weging = partial(forms.lines, axis=word("schoolweging"), x="band", series="kind", names=KINDS, label=MEANS)
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
    """Draw how far means lie apart by size of the school, beside what pupils alone would make of it."""
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
    """Draw what part of the variance between schools is luck, by level and number of years."""
    return forms.bars(
        rows, x="level", height="luck", series="averaged", label=text("part of the variance"), legend=text("years")
    )


def false_alarms(rows: pd.DataFrame) -> Figure:
    """Draw how often the rule flags a school that is not below the signal, by candidates a year."""
    return forms.lines(
        rows.rename(columns={"false_alarm": "estimate"}).assign(candidates=rows["candidates"].astype(str)),
        text("candidates a year"),
        x="candidates",
        series="averaged",
        panel="level",
        label=text("part of schools at or above the signal that is flagged"),
        legend=text("years"),
        numbers="percent",
        zero="edge",
        across=True,
    )
