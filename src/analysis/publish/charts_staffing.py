"""The charts of the chapters on staffing, each drawn from the frame that is published beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.publish import figures
from analysis.publish.figures import FAINT, INK, MARKERS, PALETTE
from analysis.publish.language import text
from analysis.publish.words_staffing import axes as units
from analysis.publish.words_staffing import measures, outcomes, word

SHARES = ("inflow", "outflow", "retention", "shortage", "unqualified")
BAND = "#e8edf1"
PANEL_CM, LINE_CM, FRAME_CM = 5.0, 0.55, 1.8
PER_ROW = 2
LETTERS_UP = 24
"""What fits along the height of one of several panels."""


@figures.style()
def by_year(levels: pd.DataFrame) -> Figure:
    """Draw the shortage over the years, a line per region with its interval.

    Parameters
    ----------
    levels
        ``category, year, estimate, ci_low, ci_high``; withheld ones are missing.
    """
    figure, axes = figures.canvas(7.5)
    for place, (category, rows) in enumerate(levels.groupby("category", sort=False)):
        _line_with_band(axes, rows, place, word(str(category)))
    figures.percent(axes.yaxis)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(text("shortage, share of employment"))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=3)
    return figure


def _line_with_band(axes: Axes, rows: pd.DataFrame, place: int, name: str) -> None:
    ordered = rows.sort_values("year")
    low, high = (ordered[column].astype(float) for column in ("ci_low", "ci_high"))
    axes.fill_between(ordered["year"], low, high, color=PALETTE[place], alpha=0.18, linewidth=0)
    axes.plot(
        ordered["year"], ordered["estimate"].astype(float), color=PALETTE[place], marker=MARKERS[place], label=name
    )


@figures.style()
def by_category(levels: pd.DataFrame, series: str, chosen: Sequence[str]) -> Figure:
    """Draw measures of the shortage by category, a panel per measure and a series beside another per value of `series`.

    Parameters
    ----------
    levels
        ``outcome, category, estimate, ci_low, ci_high`` and the column `series`.
    series
        Column that tells series apart.
    chosen
        Measures, in order.
    """
    names, lines = list(dict.fromkeys(levels[series])), list(dict.fromkeys(levels["category"]))
    height = len(chosen) * (len(lines) * LINE_CM * (1 + 0.25 * (len(names) - 1)) + 1.1) + FRAME_CM
    figure, axes = figures.canvas(height, rows=len(chosen), squeeze=False)
    for panel, measure in zip(axes[:, 0], chosen, strict=True):
        rows = levels[levels["outcome"] == measure]
        for place, name in enumerate(names):
            of = rows[rows[series] == name].set_index("category").reindex(lines).reset_index()
            told = of.assign(category=of["category"].map(word))
            label = word(str(name))
            figures.intervals(panel, told, "category", name=label, series=place, of=len(names), reference=None)
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
    estimates
        ``line, estimate, ci_low, ci_high``.
    names
        Lines and what they are called.
    axis
        What is measured, with its unit.
    percent
        Write the numbers along the axis as per cent.
    """
    rows = estimates.set_index("line").reindex(list(names)).reset_index()
    figure, axes = figures.canvas(len(rows) * LINE_CM + FRAME_CM)
    figures.intervals(axes, rows.assign(line=list(names.values())), "line")
    axes.set_xlabel(axis)
    if percent:
        figures.percent(axes.xaxis, 1)
    return figure


@figures.style()
def cutoff(points: pd.DataFrame, lines: pd.DataFrame, jumps: pd.DataFrame) -> Figure:
    """Draw every outcome at the cut-off: binned means, the line on either side with its interval, and the estimate.

    Parameters
    ----------
    points
        ``outcome, side, middle, mean``; withheld means are missing.
    lines
        ``outcome, side, at, fitted, ci_low, ci_high``.
    jumps
        Estimates with ``outcome, estimate, ci_low, ci_high, n_left, n_right``.
    """
    told = [name for name in outcomes() if name in set(points["outcome"])]
    figure, axes = _grid(len(told))
    for panel, outcome in zip(axes, told, strict=False):
        _cutoff_panel(panel, outcome, points, lines, jumps)
    figure.supxlabel(text("rank, percent of the schools from the cut-off"), fontsize=8.5)
    return figure


def _grid(number: int, **options: object) -> tuple[Figure, list[Axes]]:
    rows = -(-number // PER_ROW)
    figure, axes = figures.canvas(rows * PANEL_CM + 1.0, rows=rows, columns=PER_ROW, squeeze=False, **options)
    panels = list(axes.ravel())
    for panel in panels[number:]:
        panel.set_visible(False)
    return figure, panels


def _cutoff_panel(panel: Axes, outcome: str, points: pd.DataFrame, lines: pd.DataFrame, jumps: pd.DataFrame) -> None:
    panel.axvline(0, color=FAINT, linewidth=0.9, zorder=1)
    for place, side in enumerate(("left", "right")):
        colour = PALETTE[place]
        dots = points[(points["outcome"] == outcome) & (points["side"] == side)]
        panel.plot(
            dots["middle"], dots["mean"].astype(float), linestyle="", marker=MARKERS[place], color=colour, markersize=3
        )
        line = lines[(lines["outcome"] == outcome) & (lines["side"] == side)]
        panel.fill_between(
            line["at"],
            line["ci_low"].astype(float),
            line["ci_high"].astype(float),
            color=colour,
            alpha=0.18,
            linewidth=0,
        )
        panel.plot(line["at"], line["fitted"].astype(float), color=colour, marker="")
    panel.set_title(outcomes()[outcome])
    panel.set_ylabel(fill(text("change, {unit}", unit=units()[outcome]), LETTERS_UP), fontsize=7)
    jump = jumps[jumps["outcome"] == outcome]
    if len(jump) and jump["estimate"].notna().all():
        panel.set_xlabel(_jump_told(jump.iloc[0]), fontsize=7)


def _jump_told(row: pd.Series) -> str:
    return text(
        "jump {estimate:.3f} ({low:.3f} to {high:.3f})\n{left:,} schools left, {right:,} right",
        estimate=float(row["estimate"]),
        low=float(row["ci_low"]),
        high=float(row["ci_high"]),
        left=int(row["n_left"]),
        right=int(row["n_right"]),
    )


@figures.style()
def event_study(estimates: pd.DataFrame, *, base: int, start: int | None = None) -> Figure:
    """Draw event studies, a panel per outcome: estimates with intervals by year, zero in the base year.

    Parameters
    ----------
    estimates
        ``outcome, year, estimate, ci_low, ci_high`` and ``group`` where several are drawn beside each other.
    base
        The year that the others are compared with.
    start
        First year of the treatment, before which a dashed line stands.
    """
    told = [name for name in outcomes() if name in set(estimates["outcome"])]
    figure, axes = _grid(len(told))
    for panel, outcome in zip(axes, told, strict=False):
        panel.axhline(0, color=FAINT, linewidth=0.9, zorder=1)
        if start is not None:
            panel.axvline(start - 0.5, color=FAINT, linewidth=1.2, linestyle="--", zorder=1)
        _event_panel(panel, estimates[estimates["outcome"] == outcome], base)
        panel.set_title(outcomes()[outcome])
        panel.set_ylabel(fill(units()[outcome], LETTERS_UP), fontsize=7)
    handles, labels = axes[0].get_legend_handles_labels()
    if len(labels) > 1:
        figure.legend(handles, labels, loc="outside upper left", ncols=3)
    return figure


def _shade(panel: Axes, low: float, high: float) -> None:
    panel.fill_between([low, high], 0, 1, transform=panel.get_xaxis_transform(), color=BAND, linewidth=0, zorder=0)


def _event_panel(panel: Axes, rows: pd.DataFrame, base: int) -> None:
    groups = list(dict.fromkeys(rows["group"]))
    for place, group in enumerate(groups):
        of = rows[rows["group"] == group]
        at = of["year"] + (place - (len(groups) - 1) / 2) * 0.22
        low, high = of["ci_low"].astype(float), of["ci_high"].astype(float)
        panel.vlines(at, low, high, color=PALETTE[place], linewidth=1.4)
        panel.plot(
            at,
            of["estimate"].astype(float),
            linestyle="",
            marker=MARKERS[place],
            color=PALETTE[place],
            label=word(str(group)),
        )
    panel.set_xticks(sorted({int(year) for year in rows["year"]} | {base})[::3])
    panel.plot([base], [0], linestyle="", marker="o", markerfacecolor="white", color=INK)


@figures.style()
def nulls(table: pd.DataFrame) -> Figure:
    """Draw every null in units of its margin: estimates with intervals, the margin shaded.

    Parameters
    ----------
    table
        ``model, outcome, in_margins, in_margins_low, in_margins_high``; a panel per model.
    """
    models = {"amt_did": text("Before and after"), "amt_rd": text("At the cut-off")}
    told = [model for model in models if model in set(table["model"])]
    height = [1.2 + LINE_CM * (table["model"] == model).sum() for model in told]
    figure, axes = figures.canvas(
        sum(height) + FRAME_CM, rows=len(told), sharex=True, height_ratios=height, squeeze=False
    )
    for panel, model in zip(axes[:, 0], told, strict=True):
        rows = table[table["model"] == model]
        scaled = rows.assign(
            estimate=rows["in_margins"],
            ci_low=rows["in_margins_low"],
            ci_high=rows["in_margins_high"],
            line=rows["outcome"].map(outcomes()),
        )
        _shade(panel, -1, 1)
        figures.intervals(panel, scaled, "line")
        panel.set_title(models[model])
    axes[-1, 0].set_xlabel(text("effect, in margins (shaded: too small to matter)"))
    return figure


@figures.style()
def money(points: pd.DataFrame, line: pd.DataFrame, threshold: float, axis: str) -> Figure:
    """Draw money per pupil against the score without threshold per pupil: binned schools and the formula's line.

    Parameters
    ----------
    points
        ``raw_per_pupil, euro_per_pupil, low, high``: means and the middle eighty per cent of schools.
    line
        ``name, raw_per_pupil, euro_per_pupil``: what the formula pays, a line per name.
    threshold
        Where money begins.
    axis
        What the money is.
    """
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
    for place, (name, rows) in enumerate(line.groupby("name", sort=False)):
        style = ("-", "--")[place % 2]
        axes.plot(
            rows["raw_per_pupil"],
            rows["euro_per_pupil"],
            marker="",
            color=PALETTE[1 + place],
            linestyle=style,
            label=word(str(name)),
        )
    axes.set_xlabel(text("score without threshold, points per pupil"))
    axes.set_ylabel(axis)
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper left")
    return figure


@figures.style()
def placebo(estimates: pd.DataFrame, axis: str) -> Figure:
    """Draw placebo runs: a panel per kind, a line per cut-off, radius, factor or year.

    Parameters
    ----------
    estimates
        ``model, group, estimate, ci_low, ci_high``.
    axis
        What is measured, with its unit.
    """
    kinds = {
        "placebo_cutoff": text("At cut-offs that decide nothing"),
        "placebo_year": text("Starts in years before the toelage"),
        "donut": text("Without the schools nearest to the cut-off"),
        "bandwidth": text("At multiples of the bandwidth"),
    }
    told = [kind for kind in kinds if kind in set(estimates["model"])]
    height = [1.2 + LINE_CM * (estimates["model"] == kind).sum() for kind in told]
    figure, axes = figures.canvas(
        sum(height) + FRAME_CM, rows=len(told), sharex=True, height_ratios=height, squeeze=False
    )
    for panel, kind in zip(axes[:, 0], told, strict=True):
        figures.intervals(panel, estimates[estimates["model"] == kind], "group")
        panel.set_title(kinds[kind])
    axes[-1, 0].set_xlabel(axis)
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
        for place, third in enumerate(("lower third", "middle third", "upper third")):
            rows = means[(means["outcome"] == outcome) & (means["third"] == third)]
            panel.plot(
                rows["year"], rows["mean"].astype(float), color=PALETTE[place], marker=MARKERS[place], label=word(third)
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
