"""The charts of estimates in the chapter on the school advice, drawn from the frames published beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import language
from analysis.chapters.advisering.charts import in_words
from analysis.language import MINUS, text, word
from analysis.publish import figures
from analysis.publish.figures import FAINT, MARKERS, PALETTE

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


@figures.style()
def gaps(estimates: pd.DataFrame, model: str, outcomes: Sequence[str] = tuple(OUTCOMES)) -> Figure:
    """Draw the gaps of a model with their intervals: a panel per outcome, controlled for each other and one at a time.

    Parameters
    ----------
    estimates
        In the one form, with ``outcome`` and ``controls``.
    model
        What follows the outcome in the model's name, such as ``lpm_fe``.
    """
    figure, axes = figures.canvas(3.2 + 0.66 * len(TERMS), columns=len(outcomes), sharey=True)
    names = {"mutual": text("all factors together"), "alone": text("one factor at a time")}
    for panel, outcome in zip(axes, outcomes, strict=True):
        rows = estimates[estimates["model"] == f"{outcome}_{model}"]
        for place, (controls, name) in enumerate(names.items()):
            chosen = rows[rows["controls"] == controls].set_index("term").reindex(list(TERMS)).reset_index()
            chosen = chosen.assign(name=chosen["term"].map(_terms()))
            figures.intervals(panel, chosen, "name", name=name, series=place, of=2)
        panel.set_title(language.term(OUTCOMES[outcome]))
        _points(panel)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return figure


@figures.style()
def compared(estimates: pd.DataFrame, models: Mapping[str, str], terms: Sequence[str]) -> Figure:
    """Draw the same gaps by several models.

    Parameters
    ----------
    models
        How each model is written, in this order; at most five.
    terms
        Terms to show.
    """
    figure, axes = figures.canvas(3.0 + 0.36 * len(terms) * len(models))
    for place, (model, name) in enumerate(models.items()):
        rows = estimates[estimates["model"] == model].set_index("term").reindex(list(terms)).reset_index()
        rows = rows.assign(name=rows["term"].map(_terms()))
        figures.intervals(axes, rows, "name", name=name, series=place, of=len(models))
    _points(axes)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    return figure


@figures.style()
def decomposition(parts: pd.DataFrame) -> Figure:
    """Draw what a raw gap is made of, a panel per group; `parts` has ``term, part, estimate, ci_low, ci_high``."""
    terms = list(dict.fromkeys(parts["term"]))
    figure, axes = figures.canvas(6.6, columns=len(terms), squeeze=False)
    for panel, term in zip(axes.flat, terms, strict=True):
        rows = parts[parts["term"] == term].reset_index(drop=True)
        named = rows.assign(part=rows["part"].map(lambda part: TERMS.get(part, part)))
        figures.intervals(panel, in_words(named, "part"), "part")
        panel.set_title(language.term(TERMS[term]))
        _points(panel)
    return figure


@figures.style()
def gaps_by(estimates: pd.DataFrame, terms: Sequence[str], *, ordered: bool = False, title: str = "") -> Figure:
    """Draw gaps within categories (years, regions, urbanicity) with intervals, a panel per term.

    Parameters
    ----------
    estimates
        Rows of one model, of the gaps within categories (``group``).
    ordered
        Sort the categories by their gap, in each panel by itself.
    """
    names = list(dict.fromkeys(estimates["group"]))
    height = 3.0 + (0.22 if ordered else 0.55) * len(names)
    figure, axes = figures.canvas(height, columns=len(terms), sharey=not ordered, squeeze=False)
    for panel, term in zip(axes.flat, terms, strict=True):
        rows = estimates[estimates["term"] == term]
        rows = rows.sort_values("estimate") if ordered else rows.set_index("group").reindex(names).reset_index()
        figures.intervals(panel, in_words(rows.reset_index(drop=True), "group"), "group")
        if ordered:
            panel.tick_params(axis="y", labelsize=5.5)
        panel.set_title(language.term(TERMS[term]))
        _points(panel)
    axes.flat[0].set_ylabel(title)
    return figure


@figures.style()
def caterpillar(runs: pd.DataFrame) -> Figure:
    """Draw runs of schools from the least to the most under-advice after intake, without names.

    Parameters
    ----------
    runs
        ``place, estimate, ci_low, ci_high``.
    """
    figure, axes = figures.canvas(7.5)
    place = runs["place"].to_numpy()
    low, high, middle = (runs[name].to_numpy(float, na_value=np.nan) for name in ("ci_low", "ci_high", "estimate"))
    axes.axhline(0, color=FAINT, linewidth=0.9)
    axes.vlines(place, low, high, color=PALETTE[0], linewidth=1.2)
    axes.plot(place, middle, linestyle="", marker=MARKERS[0], markersize=3, color=PALETTE[1])
    axes.set_xticks([])
    axes.grid(visible=False, axis="x")
    axes.set_xlabel(text("schools in runs of neighbours, from the least to the most under-advice"))
    axes.set_ylabel(text("under-advice after intake,\nagainst the mean of schools"))
    figures.percent(axes.yaxis)
    return figure


def _terms() -> dict[str, str]:
    return {code: language.term(name) for code, name in TERMS.items()}


def _points(axes: Axes) -> None:
    """Write differences between shares as percentage points."""
    axes.xaxis.set_major_formatter(lambda value, _: _signed(100 * value))
    axes.set_xlabel(text("percentage points"))


def _signed(points: float) -> str:
    """Write a difference with its sign, a real minus; zero has none."""
    if abs(points) < 1e-9:
        return "0"
    decimals = 0 if float(points).is_integer() or abs(points - round(points)) < 1e-9 else 1
    return ("+" if points > 0 else MINUS) + f"{abs(points):.{decimals}f}"  # `axes.localise` has its language
