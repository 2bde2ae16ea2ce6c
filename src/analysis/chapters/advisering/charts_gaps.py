"""The charts of estimates in the chapter on the school advice, drawn from the frames published beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from analysis.language import term, text, word
from analysis.publish import forms
from analysis.publish.forms.marks import present

TERMS = {
    "laag": word("parents low-educated"),
    "middelbaar": word("parents middle-educated"),
    "onbekend": word("education unknown"),
    "nonwestern": word("non-western background"),
    "western": word("western background"),
    "low_income": word("low income"),
    "high_income": word("high income"),
    "one_parent": word("one-parent household"),
    "girl": word("girl"),
}
"""How the terms of a regression are written, in the order in which they are shown."""

OUTCOMES = {"under": word("under-advice"), "over": word("over-advice"), "revised": word("bijstelling")}
CONTROLS = {"mutual": word("all factors together"), "alone": word("one factor at a time")}

_points = partial(forms.points, numbers="points")


def gaps(estimates: pd.DataFrame, model: str) -> Figure:
    """Draw the gaps of a model, such as ``lpm_fe``: a panel per outcome, each factor alone and with the others."""
    rows = estimates[estimates["model"] == estimates["outcome"] + f"_{model}"]
    return _points(
        rows,
        line="term",
        lines=present(TERMS, rows["term"]),
        series="controls",
        names=CONTROLS,
        panel="outcome",
        titles=OUTCOMES,
        beside=True,
    )


def compared(estimates: pd.DataFrame, models: Mapping[str, str], terms: Sequence[str]) -> Figure:
    """Draw the gaps of these terms by several models, each with what it is called."""
    lines = present({name: TERMS[name] for name in terms}, estimates["term"])
    return _points(estimates, line="term", lines=lines, series="model", names=models)


def decomposition(parts: pd.DataFrame) -> Figure:
    """Draw what a raw gap is made of (``part``), a panel per group (``term``)."""
    return _points(parts, line="part", lines=named, panel="term", titles=named)


def gaps_by(estimates: pd.DataFrame, terms: Sequence[str], *, ordered: bool = False, title: str = "") -> Figure:
    """Draw gaps within categories (``group``: years, regions), a panel per term, `ordered` by size in each."""
    titles = present({name: TERMS[name] for name in terms}, estimates["term"])
    return _points(estimates, line="group", label=title, panel="term", titles=titles, beside=True, sort=ordered)


def caterpillar(runs: pd.DataFrame) -> Figure:
    """Draw runs of schools from the least to the most under-advice after intake (``place``), without names."""
    figure = forms.scatter(
        runs,
        text("schools in runs of neighbours, from the least to the most under-advice"),
        x="place",
        label=text("under-advice after intake,\nagainst the mean of schools"),
        numbers="percent",
        zero="line",
    )
    figure.axes[0].set_xticks([])
    return figure


def named(code: str) -> str:
    """Name a term of a regression, or a part of a gap."""
    return term(TERMS.get(code, code))
