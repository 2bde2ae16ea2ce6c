"""Scatter: points with upright intervals against a number, with curves through them."""

from __future__ import annotations

from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from analysis.language import term
from analysis.publish.axes import Numbers, Plain, write_numbers
from analysis.publish.figures import FAINT, INK, canvas, legend_above
from analysis.publish.forms.labels import Label, beside, on_line
from analysis.publish.forms.marks import RANGE, Names, Zero, break_line, curve, dots, form, from_zero, of, zero_line
from analysis.publish.forms.marks import named as called_values

HEIGHT_CM = 9.0
SPAN = {"color": "#6f8fa8", "linewidth": 1.1, "zorder": 1}
"""Intervals of many points: lighter than these, 3.4 to 1 on white, and under the curves."""
LIFT = 6.0
"""Points by which the name of a point is above it."""
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
    at_words: str = "",
    names: str = "",
    named: int = 0,
    equal: str = "",
    ranged: bool = False,
) -> Figure:
    """Draw points with upright intervals against a number, and curves.

    Parameters
    ----------
    part, points, name
        Column that tells points from curves where there are any, its value for points, and what the legend calls these.
    curves : The other values of `part`, a curve each, and what the legend calls them.
    log : Which axes have the logarithm.
    at, at_words : Where along the axis an upright line of reference is, and what it stands for.
    names, named : The column with the names of points, and how many of the outermost along the axis are named.
    ranged : What is between ``ci_low`` and ``ci_high`` is no interval of the estimate, and does not look like one.
    equal : What the legend calls the line on which both axes are equal, where it is drawn.
    """
    figure, axes = canvas(HEIGHT_CM)
    if at is not None:
        break_line(axes, at)
        on_line(axes, term(at_words), at)
    shown = of(rows, part, points)
    others = rows[rows[part] != points] if part else rows.iloc[:0]
    dots(axes, shown[x], shown, name=term(name) or None, upright=True, span=RANGE if ranged else SPAN, markersize=4.5)
    for number, (value, called) in enumerate((called_values(others, part, curves) if part else {}).items()):
        own = of(others, part, value)
        curve(axes, own[x], own, series=1 + number, name=called, marker="", linestyle=STYLES[number % len(STYLES)])
    if names and named:
        _name(axes, shown.dropna(subset=[x, "estimate"]).nlargest(named, x), x, names)
    if equal:
        axes.axline((1, 1), (2, 2), color=FAINT, linewidth=0.9, marker="", label=term(equal))
    _settle(axes, numbers, zero, log)
    axes.set(xlabel=term(axis), ylabel=term(label))
    legend_above(axes)
    return figure


def _name(axes: Axes, outermost: pd.DataFrame, x: str, names: str) -> None:
    for name, at, height in zip(outermost[names], outermost[x], outermost["estimate"], strict=True):
        beside(axes, Label(str(name), float(at), float(height), INK), shift=LIFT)


def _settle(axes: Axes, numbers: Numbers, zero: Zero, log: str) -> None:
    write_numbers(axes.yaxis, numbers)
    for side in log:
        getattr(axes, f"set_{side}scale")("log", base=10, subs=[])
        axis = getattr(axes, f"{side}axis")
        axis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5)))
        axis.set_major_formatter(Plain())
    if zero == "edge":
        from_zero(axes, upright=True)
    elif zero == "line":
        zero_line(axes, upright=False)
