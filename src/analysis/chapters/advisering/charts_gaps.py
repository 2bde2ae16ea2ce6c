"""The charts of estimates in the chapter on the school advice, drawn from the frames published beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.language import term, text, word
from analysis.publish import forms, units
from analysis.publish.axes import write_numbers
from analysis.publish.figures import FAINT, INK, PALETTE, SMALL, panels
from analysis.publish.forms.marks import ENDS, floats, form, present, zero_line

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
TOGETHER = "mutual"
"""The gaps of a factor when all others are equal; those of one factor at a time are in the table."""

WHOLE = "raw"
PARTS = {
    WHOLE: word("the whole difference"),
    "test band": word("goes with: advice of the test"),
    "background": word("goes with: background"),
    "education": word("goes with: education of the parents"),
    "income": word("goes with: income"),
    "one_parent": word("goes with: one-parent household"),
    "sex": word("goes with: sex"),
    "school": word("goes with: the school"),
    "rest": word("left when all are equal"),
}
ROW_CM = 0.62
SIZES: dict[str, Any] = {"va": "center", "fontsize": SMALL, "color": INK}
"""Of the sizes behind the bars, in one column where no bar or line is."""

_points = partial(forms.points, numbers="points", written=1)
LEAST, MOST, BETWEEN = word("schools with the least under-advice"), word("with the most"), word("next schools")
FEW = 12
"""Runs of schools up to which each has a line with its number."""


def gaps(estimates: pd.DataFrame, model: str) -> Figure:
    """Draw the gaps of a model, such as ``lpm_fe``, all factors together: a panel per outcome."""
    rows = estimates[estimates["model"] == estimates["outcome"] + f"_{model}"]
    rows = rows[rows["controls"] == TOGETHER]
    lines = present(TERMS, rows["term"])
    return _points(rows, line="term", lines=lines, panel="outcome", titles=OUTCOMES, beside=True)


def compared(estimates: pd.DataFrame, models: Mapping[str, str], terms: Sequence[str]) -> Figure:
    """Draw the gaps of these terms by several models, a line per model below the name of its term."""
    shown = estimates[estimates["term"].isin([*terms]) & estimates["model"].isin([*models])]
    order = shown.assign(first=shown["term"].map([*terms].index), then=shown["model"].map([*models].index))
    shown = order.sort_values(["first", "then"], kind="stable").assign(
        line=lambda rows: rows["term"] + "|" + rows["model"], of=lambda rows: rows["term"].map(TERMS)
    )
    lines = {line: models[model] for line, model in zip(shown["line"], shown["model"], strict=True)}
    return _points(shown, line="line", lines=lines, heading="of")


@form
def decomposition(parts: pd.DataFrame) -> Figure:
    """Draw how the parts of a gap (``part``) add up to it, a panel per group (``term``).

    The whole gap is the first bar; each part begins where the one before it ended, and the rest ends the gap.
    """
    shown = present({name: TERMS[name] for name in TERMS}, parts["term"])
    figure, axes = panels(len(shown), 1, ROW_CM * parts["part"].nunique() + 1.2, 0.8, sharex=True)
    for area, (group, title) in zip(axes, shown.items(), strict=True):
        rows = parts[parts["term"] == group].reset_index(drop=True)
        _add_up(area, rows)
        area.set_title(term(title))
    axes[-1].set_xlabel(text("difference in under-advice, percentage points"))
    return figure


def _add_up(area: Axes, rows: pd.DataFrame) -> None:
    """Draw the parts of one gap below each other, each with its size and interval."""
    size = floats(rows, "estimate")
    whole = (rows["part"] == WHOLE).to_numpy()
    start = np.where(whole, 0.0, np.cumsum(np.where(whole, 0.0, np.nan_to_num(size))) - np.nan_to_num(size))
    colours = np.where(whole, PALETTE[0], np.where(size > 0, PALETTE[1], PALETTE[2]))
    area.barh(range(len(rows)), size, left=start, color=colours, edgecolor=FAINT, linewidth=0.8)
    for at, (_, row) in enumerate(rows.iterrows()):
        if pd.notna(row["estimate"]):
            area.text(1.02, at, _size(row), transform=area.get_yaxis_transform(), **SIZES)
    zero_line(area)
    area.set_yticks(range(len(rows)), [named(str(part)) for part in rows["part"]])
    area.set_ylim(len(rows) - 0.5, -0.5)
    area.grid(visible=False, axis="y")
    write_numbers(area.xaxis, "points")


def _size(row: pd.Series) -> str:
    """Write a part of a gap with its interval, in percentage points."""
    ends = {end: units.plain(row[end], "probability") for end in ENDS}
    return text("{estimate} ({ci_low} to {ci_high})", **ends)


def gaps_by(estimates: pd.DataFrame, terms: Sequence[str], *, ordered: bool = False, title: str = "") -> Figure:
    """Draw gaps within categories (``group``: years, regions), a panel per term: `ordered` by size, or in time."""
    titles = present({name: TERMS[name] for name in terms}, estimates["term"])
    if ordered:
        return _points(estimates, line="group", label=title, panel="term", titles=titles, beside=True, sort=True)
    how: dict[str, Any] = {
        "panel": "term",
        "titles": titles,
        "label": text("gap in under-advice, percentage points"),
        "numbers": "points",
    }
    rows, how = estimates.assign(gap=""), {**how, "zero": "line", "columns": 2, "across": True, "written": 1}
    return forms.lines(rows, x="group", series="gap", names=str, **how)


def caterpillar(runs: pd.DataFrame) -> Figure:
    """Draw runs of schools from the least to the most under-advice (``place``), without names; few have lines."""
    if len(runs) <= FEW:
        return _few_runs(runs)
    figure = forms.scatter(
        runs,
        text("schools, from the least to the most under-advice; each dot is a few neighbours"),
        x="place",
        label=text("under-advice after intake against\nthe mean of schools, percentage points"),
        numbers="points",
        zero="line",
    )
    figure.axes[0].set_xticks([])
    return figure


def _few_runs(runs: pd.DataFrame) -> Figure:
    names = dict.fromkeys(runs["place"], BETWEEN) | {runs["place"].iloc[0]: LEAST, runs["place"].iloc[-1]: MOST}
    axis = text("under-advice after intake against the mean of schools")
    return _points(runs, axis, line="place", lines=names)


def named(code: str) -> str:
    """Name a term of a regression, or a part of a gap."""
    return term(PARTS.get(code, TERMS.get(code, code)))
