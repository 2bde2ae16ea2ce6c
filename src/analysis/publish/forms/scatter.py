"""Scatter: points with upright intervals against a number, with curves through them."""

from __future__ import annotations

from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from analysis.language import localised, term
from analysis.publish.axes import Numbers, write_numbers
from analysis.publish.figures import FAINT, canvas, legend_above
from analysis.publish.forms.marks import Names, Zero, curve, dots, form, from_zero, named, of, zero_line

HEIGHT_CM = 9.0
SPAN = {"color": "#b3c8d8", "linewidth": 1.3, "zorder": 1}
"""Intervals of many points: lighter than these, and under the curves."""
STYLES = ("-", "--", ":")


@form
def scatter(
    rows: pd.DataFrame,
    axis: str = "",
    *,
    x: str,
    part: str | None = None,
    points: str = "",
    name: str = "",
    curves: Names = term,
    label: str = "",
    numbers: Numbers = "plain",
    log: Literal["", "x", "xy"] = "",
    zero: Zero = "free",
    at: float | None = None,
    equal: str = "",
) -> Figure:
    """Draw points with upright intervals against a number, and curves.

    Parameters
    ----------
    part, points, name
        Column that tells points from curves where there are any, its value for points, and what the legend calls these.
    curves : The other values of `part`, a curve each, and what the legend calls them.
    log : Which axes have the logarithm, to base 2.
    at : Where along the axis an upright line of reference is.
    equal : What the legend calls the line on which both axes are equal, where it is drawn.
    """
    figure, axes = canvas(HEIGHT_CM)
    if at is not None:
        zero_line(axes, at)
    shown = of(rows, part, points)
    others = rows[rows[part] != points] if part else rows.iloc[:0]
    dots(axes, shown[x], shown, name=term(name) or None, upright=True, span=SPAN, markersize=3.5)
    for number, (value, called) in enumerate((named(others, part, curves) if part else {}).items()):
        own = of(others, part, value)
        curve(axes, own[x], own, series=1 + number, name=called, marker="", linestyle=STYLES[number % len(STYLES)])
    if equal:
        axes.axline((1, 1), (2, 2), color=FAINT, linewidth=0.9, marker="", label=term(equal))
    _settle(axes, numbers, zero, log)
    axes.set(xlabel=term(axis), ylabel=term(label))
    legend_above(axes)
    return figure


def _settle(axes: Axes, numbers: Numbers, zero: Zero, log: str) -> None:
    write_numbers(axes.yaxis, numbers)
    for side in log:
        getattr(axes, f"set_{side}scale")("log", base=2)
        _plainly(getattr(axes, f"{side}axis"))
    if zero == "edge":
        from_zero(axes, upright=True)
    elif zero == "line":
        zero_line(axes, upright=False)


def _plainly(axis: Axis) -> None:
    """Write the powers of two as numbers."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: localised(f"{value:,.10g}")))
