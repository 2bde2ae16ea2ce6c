"""The charts of the chapter on value added, drawn from the frames that are published beside them."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from analysis.language import term, text
from analysis.publish import forms


def two_questions(estimates: pd.DataFrame) -> Figure:
    """Draw what background has to do with growth and with the later score at equal earlier score."""
    terms = {
        "iq_verbal": text("verbal IQ, per sd"),
        "ses": text("SES, per sd"),
        "minority": text("ethnic minority"),
    }
    models = {"gain": text("growth: change of place"), "ancova": text("later score at equal earlier score")}
    rows = estimates[estimates["term"].isin([*terms])]
    rows = rows.assign(label=rows["group"].map(term) + ": " + rows["term"].map(terms))
    return forms.points(rows, text("standard deviations of the test"), line="label", series="model", names=models)


def spread_of_schools(spread: pd.DataFrame) -> Figure:
    """Draw how schools are spread in raw scores and in value added: their middle, with 80% of the schools."""
    models = {"raw": text("later score"), "added": text("value added")}
    ends = {0.5: "estimate", 0.1: "ci_low", 0.9: "ci_high"}
    long = spread.melt(["subject", "quantile"], [*models], var_name="model")
    rows = long.pivot_table(index=["model", "subject"], columns="quantile", values="value", sort=False).rename(
        columns=ends
    )
    axis = text("distance from the mean school (standard deviations of the test)")
    return forms.points(rows.reset_index(), axis, line="subject", series="model", names=models)
