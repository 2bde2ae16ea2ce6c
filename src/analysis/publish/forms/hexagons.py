"""Hexagons: how many places of a scatter there are in each, as colour, with pairs of limits as curves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.language import term, text
from analysis.publish.axes import Numbers, write_numbers
from analysis.publish.figures import FAINT, LIGHT_TO_DARK, PALETTE, legend_above, panels
from analysis.publish.forms.marks import ENDS, Names, form, label_up, named, of, require

PANEL_CM, FRAME_CM = 5.0, 2.0
AREA = 44.0
"""Of a hexagon, in square points."""
STYLES = ("-", "--", ":")
MARGIN = 0.15
"""Part of the height of all hexagons that is left above and below them; curves go on beyond."""


@form
def hexagons(
    rows: pd.DataFrame,
    axis: str = "",
    *,
    x: str,
    part: str,
    cells: str,
    count: str,
    curves: Names = term,
    panel: str | None = None,
    titles: Names = term,
    label: str = "",
    unit: str = "",
    steps: Sequence[int] = (3, 5, 10, 20),
    numbers: Numbers = "plain",
    columns: int = 3,
) -> Figure:
    """Draw hexagons with their number as colour, and pairs of limits.

    Parameters
    ----------
    part, cells
        Column that tells hexagons from limits, and its value for hexagons, whose centre is at `x` and ``estimate``. Of
        limits ``ci_low`` and ``ci_high`` are drawn.
    count, unit : Column with the number in each hexagon, and what is counted, for the legend.
    curves : The other values of `part`, a pair of curves each, and what the legend calls them.
    steps : From which number on a hexagon has the next colour.
    """
    require(rows, x, part, count, *ENDS)
    shown = named(rows, panel, titles)
    figure, axes = panels(len(shown), columns, PANEL_CM, FRAME_CM)
    for area, (value, title) in zip(axes, shown.items(), strict=True):
        own = of(rows, panel, value)
        _draw(area, own[own[part] == cells], x, count, _names(steps, unit), steps)
        _curves(area, own, x, part, named(own[own[part] != cells], part, curves))
        area.set(title=title, xlabel=term(axis), xlim=(0, None))
        write_numbers(area.yaxis, numbers)
    label_up(axes[0], term(label), -(-len(shown) // columns))
    legend_above(axes[0])
    return figure


def _draw(axes: Axes, rows: pd.DataFrame, x: str, count: str, names: Sequence[str], steps: Sequence[int]) -> None:
    step = np.digitize(rows[count].to_numpy(float), steps[1:])
    for number, name in enumerate(names):
        own = rows[step == number]
        how = {"color": LIGHT_TO_DARK[1 + number], "edgecolors": FAINT, "linewidths": 0.4, "zorder": 2}
        axes.scatter(own[x], own["estimate"], s=AREA, marker="h", label=name, clip_on=False, **how)
    low, high = rows["estimate"].min(), rows["estimate"].max()
    if low < high:
        digits, room = 1 - int(np.floor(np.log10(high - low))), MARGIN * (high - low)
        axes.set_ylim(round(low - room, digits), round(high + room, digits))


def _curves(axes: Axes, rows: pd.DataFrame, x: str, part: str, called: dict[str, str]) -> None:
    for number, (value, name) in enumerate(called.items()):
        own = rows[rows[part] == value]
        how = {"color": PALETTE[1 + number], "linewidth": 1.3, "linestyle": STYLES[number], "marker": "", "zorder": 4}
        for end, said in (("ci_low", name), ("ci_high", "_")):
            axes.plot(own[x], own[end], label=said, **how)


def _names(steps: Sequence[int], unit: str) -> list[str]:
    """Say how many there are in hexagons of each step of colour."""
    ends = [f"{least}-{after - 1}" for least, after in pairwise(steps)]
    return [f"{numbers} {term(unit)}" for numbers in (*ends, text("{n} or more", n=str(steps[-1])))]
