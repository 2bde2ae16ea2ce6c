"""The charts of the chapters on staffing, each drawn from the frame that is published beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.language import text
from analysis.publish import figures
from analysis.publish.figures import FAINT, MARKERS, PALETTE
from analysis.topics.staffing.words import BINS, measures, word

LINE_CM, FRAME_CM = 0.55, 1.8


@figures.style()
def by_year(levels: pd.DataFrame) -> Figure:
    """Draw the shortage over the years, a line per region with its interval.

    Parameters
    ----------
    levels : ``category, year, estimate, ci_low, ci_high``; withheld ones are missing.
    """
    figure, axes = figures.canvas(7.5)
    for number, (category, rows) in enumerate(levels.groupby("category", sort=False)):
        _line_with_band(axes, rows, number, word(str(category)))
    figures.percent(axes.yaxis)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(text("shortage, share of employment"))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=3)
    return figure


def _line_with_band(axes: Axes, rows: pd.DataFrame, number: int, name: str) -> None:
    ordered = rows.sort_values("year")
    low, high = (ordered[column].astype(float) for column in ("ci_low", "ci_high"))
    axes.fill_between(ordered["year"], low, high, color=PALETTE[number], alpha=0.18, linewidth=0)
    axes.plot(
        ordered["year"], ordered["estimate"].astype(float), color=PALETTE[number], marker=MARKERS[number], label=name
    )


@figures.style()
def by_category(levels: pd.DataFrame, series: str, chosen: Sequence[str]) -> Figure:
    """Draw measures of the shortage by category, a panel per measure and a series beside another per value of `series`.

    Parameters
    ----------
    levels : ``outcome, category, estimate, ci_low, ci_high`` and the column `series`.
    series : Column that distinguishes series.
    chosen : Measures, in order.
    """
    names, lines = list(dict.fromkeys(levels[series])), list(dict.fromkeys(levels["category"]))
    height = len(chosen) * (len(lines) * LINE_CM * (1 + 0.25 * (len(names) - 1)) + 1.1) + FRAME_CM
    figure, axes = figures.canvas(height, rows=len(chosen), squeeze=False)
    for panel, measure in zip(axes[:, 0], chosen, strict=True):
        rows = levels[levels["outcome"] == measure]
        for number, name in enumerate(names):
            of = rows[rows[series] == name].set_index("category").reindex(lines).reset_index()
            named = of.assign(category=of["category"].map(word))
            label = word(str(name))
            figures.intervals(panel, named, "category", name=label, series=number, of=len(names), reference=None)
        panel.set_title(measures()[measure])
        panel.set_xlim(left=0)
        figures.percent(panel.xaxis)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper left", ncols=3)
    return figure


@figures.style()
def effects(estimates: pd.DataFrame, names: Mapping[str, str], axis: str, *, percent: bool = False) -> Figure:
    """Draw estimates with intervals, one line per name in `names` (a value of ``line``), in that order.

    Parameters
    ----------
    estimates : ``line, estimate, ci_low, ci_high``.
    names : Lines and what they are called.
    axis : What is measured, with its unit.
    percent : Write the numbers along the axis as per cent.
    """
    rows = estimates.set_index("line").reindex(list(names)).reset_index()
    figure, axes = figures.canvas(len(rows) * LINE_CM + FRAME_CM)
    figures.intervals(axes, rows.assign(line=list(names.values())), "line")
    axes.set_xlabel(axis)
    if percent:
        figures.percent(axes.xaxis, 1)
    return figure


@figures.style()
def money(drawn: pd.DataFrame, threshold: float, axis: str) -> Figure:
    """Draw money per pupil against the score without threshold per pupil: binned schools and the formula's line.

    Parameters
    ----------
    drawn
        ``name, raw_per_pupil, euro_per_pupil, low, high``: means and the middle eighty per cent of a bin of schools,
        and what the formula pays, a line per other name.
    threshold : Where money begins.
    axis : What the money is.
    """
    points, line = drawn[drawn["name"] == BINS], drawn[drawn["name"] != BINS]
    figure, axes = figures.canvas(9.0)
    axes.axvline(threshold, color=FAINT, linewidth=0.9, zorder=1)
    axes.vlines(
        points["raw_per_pupil"],
        points["low"].astype(float),
        points["high"].astype(float),
        color=PALETTE[4],
        linewidth=2.2,
    )
    axes.plot(
        points["raw_per_pupil"],
        points["euro_per_pupil"].astype(float),
        linestyle="",
        marker="o",
        color=PALETTE[0],
        label=text("mean of the schools of a bin; line: eight in ten of them"),
    )
    for number, (name, rows) in enumerate(line.groupby("name", sort=False)):
        style = ("-", "--")[number % 2]
        axes.plot(
            rows["raw_per_pupil"],
            rows["euro_per_pupil"],
            marker="",
            color=PALETTE[1 + number],
            linestyle=style,
            label=word(str(name)),
        )
    axes.set_xlabel(text("score without threshold, points per pupil"))
    axes.set_ylabel(axis)
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper left")
    return figure


@figures.style()
def distances(by_band: pd.DataFrame) -> Figure:
    """Draw the share of teachers by distance between home and school."""
    figure, axes = figures.canvas(6.0)
    axes.bar(np.arange(len(by_band)), by_band["share"].astype(float), width=0.6, color=PALETTE[0])
    axes.set_xticks(np.arange(len(by_band)), [word(name) for name in by_band["band"]])
    axes.tick_params(axis="x", length=0)
    axes.grid(visible=False, axis="x")
    figures.percent(axes.yaxis)
    axes.set_xlabel(text("straight line from home to school (km)"))
    axes.set_ylabel(text("share of teachers"))
    return figure


@figures.style()
def accounts(means: pd.DataFrame) -> Figure:
    """Draw shares of boards' costs over the years, a panel per share and a line per third of schoolweging."""
    names = {
        "hired_share": text("Hired staff, share of the costs of staff"),
        "wage_share": text("Wages, share of all costs"),
    }
    figure, axes = figures.canvas(7.0, columns=2)
    for panel, outcome in zip(axes, names, strict=True):
        for number, third in enumerate(("lower third", "middle third", "upper third")):
            rows = means[(means["outcome"] == outcome) & (means["third"] == third)]
            panel.plot(
                rows["year"],
                rows["mean"].astype(float),
                color=PALETTE[number],
                marker=MARKERS[number],
                label=word(third),
            )
        panel.set_title(names[outcome])
        panel.set_xticks(sorted(means["year"].unique()))
        figures.percent(panel.yaxis, 2)
    figure.legend(
        *axes[0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=3,
        title=text("third of the boards by schoolweging"),
    )
    return figure
