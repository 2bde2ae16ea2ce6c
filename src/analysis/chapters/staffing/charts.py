"""The charts of the arbeidsmarkttoelage: the cut-off, the years before and after, what is null, and placebo runs."""

from __future__ import annotations

from textwrap import fill

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.language import text
from analysis.publish import forms, units
from analysis.publish.axes import Numbers, write_numbers
from analysis.publish.figures import INK, legend_above, panels, style
from analysis.publish.forms.marks import break_line, curve, dots, named, of, present, zero_line
from analysis.topics.staffing.models.eligibility import UNITS
from analysis.topics.staffing.words import axes as axes_of
from analysis.topics.staffing.words import outcomes, word

PANEL_CM, FRAME_CM = 5.0, 1.0
PER_ROW = 2
SERIES_YEARS = 0.22
"""Years between two series of an event study that are beside each other."""
LETTERS_UP = 24
"""What fits along the height of one of several panels."""


@style()
def cutoff(drawn: pd.DataFrame) -> Figure:
    """Draw every outcome at the cut-off: binned means, the line on either side with its interval, and the estimate.

    Parameters
    ----------
    drawn
        Rows by ``part``: of a bin ``outcome, side, middle, mean``; of a line ``outcome, side, at, fitted, ci_low,
        ci_high``; of a jump ``outcome, estimate, ci_low, ci_high, n_left, n_right``.
    """
    shown = present(outcomes(), drawn.loc[drawn["part"] == "bin", "outcome"])
    figure, areas = panels(len(shown), PER_ROW, PANEL_CM, FRAME_CM)
    for area, outcome in zip(areas, shown, strict=True):
        zero_line(area)
        rows = drawn[drawn["outcome"] == outcome]
        for series, side in enumerate(("left", "right")):
            _side(area, rows[rows["side"] == side], series)
        _describe(area, outcome, text("change, {unit}", unit=axes_of()[outcome]))
        for _, jump in rows[(rows["part"] == "jump") & rows["estimate"].notna()].iterrows():
            area.set_xlabel(_jump(jump), fontsize=7)
    figure.supxlabel(text("rank, percent of the schools from the cut-off"), fontsize=8.5)
    return figure


def _side(area: Axes, rows: pd.DataFrame, series: int) -> None:
    bins, line = (rows[rows["part"] == part] for part in ("bin", "line"))
    dots(area, bins["middle"], bins.assign(estimate=bins["mean"]), series=series, upright=True, markersize=3)
    curve(area, line["at"], line.assign(estimate=line["fitted"]), series=series, marker="")


def _describe(area: Axes, outcome: str, label: str) -> None:
    area.set_title(outcomes()[outcome])
    area.set_ylabel(fill(label, LETTERS_UP), fontsize=7)
    write_numbers(area.yaxis, _numbers(outcome))


def _numbers(outcome: str) -> Numbers:
    return "points" if units.is_share(UNITS[outcome]) else "plain"


def _jump(row: pd.Series) -> str:
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


@style()
def event_study(estimates: pd.DataFrame, *, base: int, start: int | None = None) -> Figure:
    """Draw event studies, a panel per outcome, zero in the year `base` and a dashed line before the year `start`."""
    shown, groups = present(outcomes(), estimates["outcome"]), named(estimates, "group", word)
    years = sorted({int(year) for year in estimates["year"]} | {base})
    figure, areas = panels(len(shown), PER_ROW, PANEL_CM, FRAME_CM)
    for area, outcome in zip(areas, shown, strict=True):
        zero_line(area, upright=False)
        if start is not None:
            break_line(area, start - 0.5)
        for series, (group, name) in enumerate(groups.items()):
            rows = of(estimates[estimates["outcome"] == outcome], "group", group)
            at = rows["year"] + (series - (len(groups) - 1) / 2) * SERIES_YEARS
            dots(area, at, rows, series=series, name=name, upright=True)
        area.plot([base], [0], linestyle="", marker="o", markerfacecolor="white", color=INK)
        area.set_xticks(years[::3])
        _describe(area, outcome, axes_of()[outcome])
    if len(groups) > 1:
        legend_above(areas[0])
    return figure


def nulls(table: pd.DataFrame) -> Figure:
    """Draw every null in units of its margin, a panel per model; the margin is shaded."""
    titles = {"amt_did": text("Before and after"), "amt_rd": text("At the cut-off")}
    columns = {"in_margins": "estimate", "in_margins_low": "ci_low", "in_margins_high": "ci_high"}
    return forms.points(
        table[["model", "outcome", *columns]].rename(columns=columns),
        text("effect, in margins (shaded: too small to matter)"),
        line="outcome",
        lines=lambda code: outcomes()[code],
        panel="model",
        titles=present(titles, table["model"]),
        shade=(-1, 1),
    )


def placebo(estimates: pd.DataFrame, outcome: str) -> Figure:
    """Draw placebo runs of an outcome: a panel per kind, a line per cut-off, radius, factor or year."""
    titles = {
        "placebo_cutoff": text("At cut-offs that decide nothing"),
        "placebo_year": text("Starts in years before the toelage"),
        "donut": text("Without the schools nearest to the cut-off"),
        "bandwidth": text("At multiples of the bandwidth"),
    }
    kinds = present(titles, estimates["model"])
    figure = forms.points(estimates, line="group", panel="model", titles=kinds, numbers=_numbers(outcome))
    figure.axes[-1].set_xlabel(axes_of()[outcome])
    return figure
