"""Points with intervals: an estimate per line, series beside each other on a line, panels below or beside another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.language import term, text
from analysis.publish.axes import Numbers, write_numbers
from analysis.publish.figures import canvas, legend_above, legend_height
from analysis.publish.forms.marks import Names, Zero, along, dots, form, from_zero, label_up, named, of, zero_line

LINE_CM, SERIES_CM, DENSE_CM = 0.55, 0.28, 0.27
PANEL_CM, AXIS_CM, FRAME_CM = 1.0, 0.7, 1.5
MANY = 25
"""From so many lines on they are set closer, in smaller letters."""
SHADE = "#e8edf1"
SHARE = 0.7
"""Part of the height of a line over which its series are set beside each other."""


@form
def points(
    rows: pd.DataFrame,
    axis: str = "",
    *,
    line: str,
    lines: Names = term,
    series: str | None = None,
    names: Names = term,
    panel: str | None = None,
    titles: Names = term,
    label: str = "",
    numbers: Numbers = "plain",
    zero: Zero = "line",
    shade: tuple[float, float] | None = None,
    beside: bool = False,
    apart: bool = False,
    sort: bool = False,
) -> Figure:
    """Draw estimates with their intervals from left to right.

    Parameters
    ----------
    shade : Between which values an effect is too small to matter.
    beside : Panels are beside each other, with the same lines; else below each other.
    apart : Panels have axes of their own, as what they measure differs.
    sort : The lines of a panel are in the order of the first series' estimates, largest first.
    """
    kinds, panels = named(rows, series, names), named(rows, panel, titles)
    parts = [of(rows, panel, value) for value in panels]
    shown = [_lines(rows if beside and not sort else part, line, lines, series, kinds, sort) for part in parts]
    figure, axes = _axes(shown, [*kinds.values()], beside=beside, share=not (sort if beside else apart))
    for area, part, title, on in zip(axes, parts, panels.values(), shown, strict=True):
        _panel(area, part, line, on, series, kinds)
        area.set_title(title)
        _settle(area, numbers, zero, shade)
    for area in axes if beside else axes[-1:]:
        area.set_xlabel(_in_points(axis) if numbers == "points" else term(axis))
    label_up(axes[0], term(label), 1 if beside else len(shown))
    if series:
        legend_above(axes[0])
    return figure


def _panel(
    axes: Axes, rows: pd.DataFrame, line: str, on: Mapping[Any, str], series: str | None, kinds: Mapping[Any, str]
) -> None:
    """Draw the series of a panel beside each other on its lines, the first line on top."""
    at = np.arange(len(on))
    for number, (kind, name) in enumerate(kinds.items()):
        beside = (number - (len(kinds) - 1) / 2) * SHARE / len(kinds)
        dots(axes, at + beside, along(of(rows, series, kind), line, on), series=number, name=name or None)
    axes.set_yticks(at, [*on.values()])
    axes.set_ylim(max(len(on), 1) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    if len(on) > MANY:
        axes.tick_params(axis="y", labelsize=5.5)


def _settle(axes: Axes, numbers: Numbers, zero: Zero, shade: tuple[float, float] | None) -> None:
    if shade:
        axes.fill_between(shade, 0, 1, transform=axes.get_xaxis_transform(), color=SHADE, linewidth=0, zorder=0)
    if zero == "line":
        zero_line(axes)
    elif zero == "edge":
        from_zero(axes, upright=False)
    write_numbers(axes.xaxis, numbers)


def _in_points(axis: str) -> str:
    return text("{axis}, percentage points", axis=term(axis)) if axis else text("percentage points")


def _lines(
    rows: pd.DataFrame, line: str, lines: Names, series: str | None, kinds: Mapping[Any, str], sort: bool
) -> dict[Any, str]:
    if sort:
        first = of(rows, series, next(iter(kinds))).sort_values("estimate", ascending=False, kind="stable")
        rows = pd.concat([first, rows])
    return named(rows, line, lines)


def _axes(
    shown: Sequence[Mapping[Any, str]], names: Sequence[str], *, beside: bool, share: bool
) -> tuple[Figure, list[Axes]]:
    line, frame = max(LINE_CM, SERIES_CM * len(names)), FRAME_CM + legend_height(names)
    panel = PANEL_CM if share or beside else PANEL_CM + AXIS_CM
    heights = [panel + len(on) * (DENSE_CM if len(on) > MANY else line) for on in shown]
    if beside:
        options: dict[str, Any] = {"columns": len(shown), "sharey": share}
        figure, axes = canvas(max(heights) + frame, squeeze=False, **options)
        return figure, list(axes[0])
    options = {"rows": len(shown), "height_ratios": heights, "sharex": share}
    figure, axes = canvas(sum(heights) + frame, squeeze=False, **options)
    return figure, list(axes[:, 0])
