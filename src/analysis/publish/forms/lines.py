"""Lines: estimates over years or bands, with a band of their intervals where they have any."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.language import term
from analysis.publish.axes import Numbers, write_numbers
from analysis.publish.figures import ENTRY_CM, legend_above, legend_height, panels
from analysis.publish.forms.marks import Names, Zero, along, break_line, curve, form, from_zero, label_up, named, of

LONE_CM, PANEL_CM, FRAME_CM = 5.6, 4.4, 1.8
TICKS = 8
LETTERS = 85
"""Letters that fit along the axes of panels beside each other, the spaces between two labels among them."""


@form
def lines(
    rows: pd.DataFrame,
    axis: str = "",
    *,
    x: str,
    series: str,
    names: Names = term,
    panel: str | None = None,
    titles: Names = term,
    label: str = "",
    legend: str = "",
    numbers: Numbers = "plain",
    zero: Zero = "free",
    breaks: Collection[str] = (),
    columns: int = 3,
    apart: bool = False,
) -> Figure:
    """Draw estimates as lines, with a band where they have intervals; a withheld one is a gap in its line.

    Parameters
    ----------
    x : Whole years, or words in the order of the rows.
    columns : Most panels beside each other.
    apart : The panels have lines of their own, with a legend below each.
    """
    shown, at = named(rows, panel, titles), _positions(rows[x])
    called = [*named(rows, series, names).values()]
    height = PANEL_CM if panel else LONE_CM
    frame = FRAME_CM + (ENTRY_CM * len(called) if apart else legend_height(called))
    figure, axes = panels(len(shown), columns, height, frame, sharex=True)
    for area, (value, title) in zip(axes, shown.items(), strict=True):
        part = of(rows, panel, value)
        for number, (kind, name) in enumerate(named(part if apart else rows, series, names).items()):
            own = along(of(part, series, kind), x, at)
            curve(area, [*at.values()], own, series=number, name=name)
        for name in set(at).intersection(breaks):
            break_line(area, at[name] - 0.5)
        area.set(title=title, xlabel=term(axis))
        _ticks(area, at, min(len(shown), columns))
        write_numbers(area.yaxis, numbers)
        if zero == "edge":
            from_zero(area, upright=True)
        if apart:
            area.legend(loc="upper left", bbox_to_anchor=(0, -0.12), borderaxespad=0)
    label_up(axes[0], term(label))
    if not apart:
        legend_above(axes[0], legend)
    return figure


def _positions(values: pd.Series) -> dict[Any, float]:
    """Return where each value is along the axis: a year at its number, a word at its place."""
    if pd.api.types.is_numeric_dtype(values):
        return {int(year): float(year) for year in sorted(values.unique())}
    return {value: float(number) for number, value in enumerate(values.drop_duplicates())}


def _ticks(axes: Axes, at: Mapping[Any, float], columns: int) -> None:
    """Label what fits, the last one always; words that are too long for their place are turned."""
    step = -(-len(at) // TICKS)
    shown = [*at][::-1][::step][::-1]
    labels = [term(str(value)) for value in shown]
    axes.set_xticks([at[value] for value in shown], labels)
    if columns * sum(len(label) + 3 for label in labels) > LETTERS:
        axes.tick_params(axis="x", labelrotation=45)
        for label in axes.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
