"""The charts of the chapter on how many pupils will come, drawn from the frames that are published beside them."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from analysis.chapters.landscape.models.sizes import GONE, NOT_TOLD, SIZES
from analysis.language import text, word
from analysis.publish import forms
from analysis.publish.figures import PALETTE

ERROR = word("forecast less count (% of the count)")

contest = partial(
    forms.points,
    axis=word("mean absolute error, municipalities by pupils (%)"),
    line="method",
    panel="year",
    zero="free",
)
coverage = partial(
    forms.points,
    axis=word("share of the 95% intervals that covered the count"),
    line="size",
    panel="year",
    numbers="percent",
    zero="free",
)
errors = partial(
    forms.scatter,
    axis=word("pupils in the municipality in 2017"),
    x="pupils",
    part="part",
    points="municipality",
    name=word("municipality"),
    curves={"interval": word("95% interval of the forecast")},
    label=ERROR,
    log="x",
    zero="line",
)
map_of_errors = partial(
    forms.bubbles,
    value="error",
    size="pupils",
    label=ERROR,
    size_label=word("pupils"),
    names="area",
    named=4,
)
STATES_AFTER = (*SIZES, GONE, NOT_TOLD)


def fans(rows: pd.DataFrame) -> Figure:
    """Draw forecasts with their intervals over the years, and what was counted."""
    several = len(rows["area"].unique()) > 1
    return forms.lines(
        rows,
        text("1 October of the year"),
        x="year",
        series="series",
        panel="area" if several else None,
        label=text("pupils"),
        columns=1,
    )


def change(rows: pd.DataFrame) -> Figure:
    """Draw the parts of the change of each place; a municipality may have the name of its province."""
    parts = {
        "flow_share": "entries less leavers",
        "moved_share": "net movement of cohorts",
        "change_share": "change of all",
    }
    long = rows.melt(["kind", "place"], [*parts], "part", "estimate")
    long = long.assign(part=long["part"].map(parts), ci_low=long["estimate"], ci_high=long["estimate"])
    axis = text("share of the pupils of 2012")
    return forms.estimates(long, axis, line="place", heading="kind", series="part", numbers="percent")


def sizes(rows: pd.DataFrame) -> Figure:
    """Draw what schools of each size had become five years on, as parts of a bar."""
    shown = rows.rename(columns={"size_after": "term", "share": "estimate"})
    after = [state for state in STATES_AFTER if state in set(shown["term"])]
    figure = forms.stacked(shown, "size_before", after, PALETTE[: len(after)], legend=text("in 2024"))
    figure.axes[0].set_xlabel(text("share of schools"))
    return figure


def reliability(rows: pd.DataFrame) -> Figure:
    """Draw the share of schools that was small against the chance that was given."""
    shown = rows.assign(estimate=rows["observed"], ci_low=rows["observed"], ci_high=rows["observed"])
    return forms.scatter(
        shown,
        text("chance to be small in 2024"),
        x="expected",
        name=text("schools of a tenth of the chance"),
        label=text("share that was small"),
        equal=text("as many as expected"),
    )
