"""The charts of the chapter on value added, drawn from the frames that are published beside them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from analysis.language import text
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
    rows = rows.assign(label=rows["group"] + ": " + rows["term"])
    lines = {label: terms[of] for label, of in zip(rows["label"], rows["term"], strict=True)}
    how: dict[str, Any] = {"line": "label", "lines": lines, "heading": "group", "series": "model", "names": models}
    return forms.points(rows, text("standard deviations of the test"), **how)


def agreement(shares: pd.DataFrame) -> Figure:
    """Draw what of the differences lies between schools, and how alike two orders of schools are: a panel each."""
    titles = {
        "share_raw": text("Differences in scores that lie between schools"),
        "share_added": text("Differences that the earlier test and background leave open"),
        "rank_correlation": text("Rank correlation of schools by score and by value added"),
    }
    rows = shares.melt([*shares.columns.drop([*titles])], [*titles], var_name="measure")
    how: dict[str, Any] = {"panel": "measure", "titles": titles, "zero": "edge", "written": 2}
    return forms.estimates(rows, line="subject", ends=["value"], **how)


def spread_of_schools(spread: pd.DataFrame) -> Figure:
    """Draw how schools are spread in raw scores and in value added: their middle, with 80% of the schools."""
    models = {"raw": text("later score"), "added": text("value added")}
    ends = {0.5: "estimate", 0.1: "ci_low", 0.9: "ci_high"}
    long = spread.melt(["subject", "quantile"], [*models], var_name="model")
    rows = long.pivot_table(index=["model", "subject"], columns="quantile", values="value", sort=False).rename(
        columns=ends
    )
    axis = text("distance from the mean school (standard deviations of the test)")
    words = text("dot: the middle school; bar: eight in ten schools")
    return forms.points(
        rows.reset_index(), f"{axis}\n{words}", line="subject", series="model", names=models, ranged=words
    )
