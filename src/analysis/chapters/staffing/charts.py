"""The charts of the arbeidsmarkttoelage: the cut-off, the years before and after, what is null, and placebo runs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from textwrap import fill
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import language
from analysis.language import MINUS, localised, text
from analysis.publish import forms, units
from analysis.publish.axes import Numbers, beside_mark, write_numbers
from analysis.publish.figures import INK, SMALL, legend_above, panels
from analysis.publish.forms.labels import Label, beside, in_place, on_line, why_missing
from analysis.publish.forms.marks import along, break_line, curve, dots, form, named, of, present, zero_line
from analysis.topics.staffing.alts import otherwise, tried
from analysis.topics.staffing.models.eligibility import UNITS
from analysis.topics.staffing.words import axes as axes_of
from analysis.topics.staffing.words import outcomes, word

PANEL_CM, CUTOFF_CM, FRAME_CM = 5.0, 7.0, 1.0
PER_ROW = 2
DRAWN = ("log_wage", "shortage")
"""Outcomes that are drawn at the cut-off."""
BY_YEAR = ("log_wage", "inflow", "outflow", "pupils_per_teacher")
"""Outcomes that are drawn by year: where the money arrived, who came and left, and what that made of it."""
HEADROOM = 0.16
"""Part of the height of a panel that is left above its intervals for words."""
MARGIN = "#d3dde6"
SERIES_YEARS = 0.22
"""Years between two series of an event study that are beside each other."""
LOGARITHM = "log points"
LETTERS_UP, LETTERS_ACROSS = 34, 40
"""What fits along the height and the width of one of several panels."""


judgement = partial(
    forms.estimates,
    lines={"none": language.word("as they are"), "schoolweging": language.word("at equal schoolweging")},
)


@form
def cutoff(drawn: pd.DataFrame) -> Figure:
    """Draw wage and shortage at the cut-off: binned means, the line on either side with its interval, and the estimate.

    The other outcomes are in the table; where neither of the two is known, they are drawn.

    Parameters
    ----------
    drawn
        Rows by ``part``: of a bin ``outcome, side, middle, mean``; of a line ``outcome, side, at, fitted, ci_low,
        ci_high``; of a jump ``outcome, estimate, ci_low, ci_high, n_left, n_right``.
    """
    shown = at_the_cutoff(drawn.loc[drawn["part"] == "bin", "outcome"])
    figure, areas = panels(len(shown), PER_ROW, CUTOFF_CM, FRAME_CM)
    for area, outcome in zip(areas, shown, strict=True):
        rows = drawn[drawn["outcome"] == outcome]
        for series, side in enumerate(("left", "right")):
            _side(area, rows[rows["side"] == side], series)
        _describe(area, outcome, text("change, {unit}", unit=axes_of()[outcome]))
        break_line(area, 0)
        on_line(area, text("cut-off"), 0)
        for _, jump in rows[(rows["part"] == "jump") & rows["estimate"].notna()].iterrows():
            area.set_xlabel(_jump(jump), fontsize=SMALL)
    figure.supxlabel(text("rank, percent of the schools from the cut-off"), fontsize=8.5)
    return figure


def at_the_cutoff(among: pd.Series) -> list[str]:
    """Choose the outcomes that are drawn at the cut-off: where the money arrived, and what it was meant to change."""
    known = present(outcomes(), among)
    return [outcome for outcome in DRAWN if outcome in known] or [*known]


def _side(area: Axes, rows: pd.DataFrame, series: int) -> None:
    bins, line = (rows[rows["part"] == part] for part in ("bin", "line"))
    dots(area, bins["middle"], bins.assign(estimate=bins["mean"]), series=series, upright=True, markersize=3)
    curve(area, line["at"], line.assign(estimate=line["fitted"]), series=series, marker="")


def _describe(area: Axes, outcome: str, label: str) -> None:
    area.set_title(outcomes()[outcome])
    area.set_ylabel(fill(label, LETTERS_UP), fontsize=SMALL)
    write_numbers(area.yaxis, _numbers(outcome))


def _numbers(outcome: str) -> Numbers:
    return "points" if units.is_share(UNITS[outcome]) or UNITS[outcome] == LOGARITHM else "plain"


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


def by_year(estimates: pd.DataFrame) -> pd.DataFrame:
    """Choose the outcomes that are drawn by year; all of them where none of these is known."""
    chosen = estimates[estimates["outcome"].isin(BY_YEAR)]
    return chosen if chosen["estimate"].notna().any() else estimates


def toelage_by_year(estimates: pd.DataFrame, *, base: int, start: int | None = None) -> Figure:
    """Draw the event studies of the toelage of some outcomes; those of the others are in the table."""
    return event_study(by_year(estimates), base=base, start=start)


@form
def event_study(estimates: pd.DataFrame, *, base: int, start: int | None = None) -> Figure:
    """Draw event studies, a panel per outcome, zero in the year `base` and a dashed line before the year `start`."""
    shown, groups = present(outcomes(), estimates["outcome"]), named(estimates.dropna(subset="estimate"), "group", word)
    years = sorted({int(year) for year in estimates["year"]} | {base})
    figure, areas = panels(len(shown), PER_ROW, PANEL_CM, FRAME_CM)
    for area, outcome in zip(areas, shown, strict=True):
        zero_line(area, upright=False)
        if start is not None:
            break_line(area, start - 0.5)
            on_line(area, text("start"), start - 0.5)
        for series, (group, name) in enumerate(groups.items()):
            rows = of(estimates[estimates["outcome"] == outcome], "group", group)
            at = rows["year"] + (series - (len(groups) - 1) / 2) * SERIES_YEARS
            dots(area, at, rows, series=series, name=name, upright=True)
        area.plot([base], [0], linestyle="", marker="o", markerfacecolor="white", color=INK, zorder=4)
        area.set_xticks(years[::3])
        _describe(area, outcome, axes_of()[outcome])
        low, high = area.get_ylim()
        area.set_ylim(low, high + HEADROOM * (high - low))
    how: dict[str, Any] = {
        "xytext": (6, 7),
        "textcoords": "offset points",
        "ha": "right",
        "va": "bottom",
        "fontsize": SMALL,
    }
    areas[0].annotate(text("{base} = 0", base=str(base)), (base, 0), **how)
    if len(groups) > 1:
        legend_above(areas[0])
    return figure


@form
def nulls(table: pd.DataFrame) -> Figure:
    """Draw every null in its own unit, a panel per outcome with a line per model; the margin is shaded.

    Parameters
    ----------
    table : ``model, outcome, estimate, ci_low, ci_high, margin``.
    """
    names = {"amt_did": text("before and after"), "amt_rd": text("at the cut-off")}
    shown = present(outcomes(), table["outcome"])
    figure, areas = panels(len(shown), PER_ROW, 2.6, 1.4)
    for area, outcome in zip(areas, shown, strict=True):
        rows = table[table["outcome"] == outcome]
        lines = present(names, rows["model"])
        margin = rows["margin"].max()
        if pd.notna(margin):
            span: dict[str, Any] = {
                "transform": area.get_xaxis_transform(),
                "color": MARGIN,
                "linewidth": 0,
                "zorder": 0,
            }
            area.fill_between([-margin, margin], 0, 1, **span)
        zero_line(area)
        _lines_of(area, rows, lines, outcome)
        write_numbers(area.xaxis, _numbers(outcome))
        area.set_title(outcomes()[outcome])
        area.set_xlabel(fill(axes_of()[outcome], LETTERS_ACROSS), fontsize=SMALL)
    figure.suptitle(text("Shaded: too small to matter"), x=0.01, ha="left", fontsize=8.5)
    return figure


def _number(value: float, outcome: str) -> str:
    return localised(beside_mark(value, _numbers(outcome), units.written(UNITS[outcome]).digits))


def _lines_of(area: Axes, rows: pd.DataFrame, lines: Mapping[str, str], outcome: str) -> None:
    """Draw one outcome: an estimate with its interval and its number per model, or why there is none."""
    own = along(rows, "model", lines)
    dots(area, range(len(lines)), own)
    for at, value in enumerate(own["estimate"]):
        if pd.isna(value):
            in_place(area, why_missing(rows[rows["model"] == [*lines][at]]), at)
        else:
            end = own["ci_high"].fillna(value)[at]
            beside(area, Label(_number(value, outcome), float(end), at, INK))
    area.set_yticks(range(len(lines)), [*lines.values()])
    area.set_ylim(len(lines) - 0.5, -0.5)
    area.grid(visible=False, axis="y")


def placebo(estimates: pd.DataFrame, outcome: str) -> Figure:
    """Draw runs of an outcome in which there is no toelage: a panel per kind, a line per cut-off or year."""
    return _runs(tried(estimates), outcome)


def robustness(estimates: pd.DataFrame, outcome: str) -> Figure:
    """Draw the effect on an outcome, estimated otherwise: a panel per kind, a line per radius or factor."""
    return _runs(otherwise(estimates), outcome)


def _runs(estimates: pd.DataFrame, outcome: str) -> Figure:
    titles = {
        "placebo_cutoff": text("At cut-offs that decide nothing, by distance from the true one"),
        "placebo_year": text("At starts in years before the toelage"),
        "donut": text("Without the schools nearest to the cut-off, by distance"),
        "bandwidth": text("At multiples of the bandwidth"),
    }
    kinds = present(titles, estimates["model"])
    shown = estimates.assign(group=estimates["group"].str.replace("-", MINUS))
    how: dict[str, Any] = {"numbers": _numbers(outcome), "written": units.written(UNITS[outcome]).digits}
    figure = forms.points(shown, line="group", panel="model", titles=kinds, **how)
    figure.axes[-1].set_xlabel(f"{outcomes()[outcome]}: {axes_of()[outcome]}")
    return figure
