"""The charts of the arbeidsmarkttoelage: the cut-off, the years before and after, what is null, and placebo runs."""

from __future__ import annotations

from textwrap import fill

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

from analysis.language import text
from analysis.publish import figures, units
from analysis.publish.figures import FAINT, INK, MARKERS, PALETTE
from analysis.topics.staffing.models.eligibility import UNITS
from analysis.topics.staffing.words import axes as axes_of
from analysis.topics.staffing.words import outcomes, word

BAND = "#e8edf1"
PANEL_CM, LINE_CM, FRAME_CM = 5.0, 0.55, 1.8
PER_ROW = 2
LETTERS_UP = 24
"""What fits along the height of one of several panels."""


@figures.style()
def cutoff(drawn: pd.DataFrame) -> Figure:
    """Draw every outcome at the cut-off: binned means, the line on either side with its interval, and the estimate.

    Parameters
    ----------
    drawn
        Rows by ``part``: of a bin ``outcome, side, middle, mean``; of a line ``outcome, side, at, fitted, ci_low,
        ci_high``; of a jump ``outcome, estimate, ci_low, ci_high, n_left, n_right``.
    """
    points, lines, jumps = (drawn[drawn["part"] == part] for part in ("bin", "line", "jump"))
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
    panel.set_ylabel(fill(text("change, {unit}", unit=axes_of()[outcome]), LETTERS_UP), fontsize=7)
    _in_points(panel.yaxis, outcome)
    jump = jumps[jumps["outcome"] == outcome]
    if len(jump) and jump["estimate"].notna().all():
        panel.set_xlabel(_jump_told(jump.iloc[0]), fontsize=7)


def _in_points(axis: Axis, outcome: str) -> None:
    """Write differences of shares along an axis in percentage points."""
    if units.is_share(UNITS[outcome]):
        units.points_along(axis)


def _jump_told(row: pd.Series) -> str:
    unit = UNITS[str(row["outcome"])]
    estimate, low, high = (units.plain(row[end], unit) for end in units.ENDS)
    return text(
        "jump {estimate} ({low} to {high})\n{unit}\n{left:,} schools left, {right:,} right",
        estimate=estimate,
        unit=units.shown(unit),
        low=low,
        high=high,
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
        panel.set_ylabel(fill(axes_of()[outcome], LETTERS_UP), fontsize=7)
        _in_points(panel.yaxis, outcome)
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
def placebo(estimates: pd.DataFrame, outcome: str) -> Figure:
    """Draw placebo runs: a panel per kind, a line per cut-off, radius, factor or year.

    Parameters
    ----------
    estimates
        ``model, group, estimate, ci_low, ci_high``.
    outcome
        Which one was estimated, for the axis.
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
    axes[-1, 0].set_xlabel(axes_of()[outcome])
    _in_points(axes[-1, 0].xaxis, outcome)
    return figure
