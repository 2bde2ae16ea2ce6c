"""Small multiples of what changed: both editions' estimates with their intervals, one panel per table."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.compare.comparison import Comparison, TableChange
from analysis.compare.frames import SEPARATOR, numbers
from analysis.compare.wording import label
from analysis.language import term, text
from analysis.publish.figures import canvas, legend_above, style
from analysis.publish.forms.marks import zero_line
from analysis.publish.forms.points import intervals

COLUMNS = 2
ROWS_PER_PANEL = 7
PANELS = 10
LABEL_WIDTH, TITLE_WIDTH, AXIS_WIDTH = 26, 44, 30
LINE_CM, HEAD_CM = 0.62, 2.3


@dataclass(frozen=True)
class Panel:
    """One of the small multiples.

    Parameters
    ----------
    title
        The table.
    axis
        What is along its axis, with the unit.
    rows
        ``row`` and ``estimate``, ``ci_low``, ``ci_high`` with ``_before`` and ``_after``: those that changed most.
    left_out
        How many rows of the table changed that it does not show.
    """

    title: str
    axis: str
    rows: pd.DataFrame
    left_out: int


def panels(comparison: Comparison, stem: str) -> list[Panel]:
    """Return the panels of a chapter: figures first, then tables for what no figure shows; none twice."""
    changed = comparison.of(stem, "changed")
    seen: set[tuple[object, ...]] = set()
    shown = list[Panel]()
    for change in sorted(changed, key=lambda change: change.table.kind == "table"):
        shown += _panels_of(change, seen)
    return shown


@style()
def small_multiples(shown: Sequence[Panel], before: str, after: str) -> Figure:
    """Draw panels in two columns, both editions in each.

    Parameters
    ----------
    shown
        The panels.
    before, after
        The names of the editions, for the legend.
    """
    deepest = [max(len(panel.rows) for panel in shown[i : i + COLUMNS]) for i in range(0, len(shown), COLUMNS)]
    heights = [HEAD_CM + LINE_CM * 1.6 * rows for rows in deepest]
    figure, axes = canvas(sum(heights) + 1, rows=len(heights), columns=COLUMNS, squeeze=False, height_ratios=heights)
    for area, panel in zip(axes.flat, shown, strict=False):
        _draw(area, panel, before, after)
    for empty in axes.flat[len(shown) :]:
        empty.set_axis_off()
    legend_above(axes.flat[0])
    return figure


def _panels_of(change: TableChange, seen: set[tuple[object, ...]]) -> Iterator[Panel]:
    assert change.difference is not None
    rows = change.difference.estimates
    by_axis = rows.groupby("unit", sort=False) if not rows.empty else _largest_column(change)
    for axis, group in by_axis:
        news = [key not in seen for key in _identities(change, group)]
        seen |= set(_identities(change, group))
        fresh = group[news]
        moved = fresh[fresh[["estimate_before", "estimate_after"]].notna().any(axis=1)]
        if not moved.empty:
            most = moved.loc[_size(moved).sort_values(ascending=False, kind="stable").index[:ROWS_PER_PANEL]]
            yield Panel(change.table.caption, term(str(axis)), most.sort_index(), len(moved) - len(most))


def _largest_column(change: TableChange) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give, of a table without estimates, the column in which most cells changed."""
    assert change.difference is not None
    cells = change.difference.cells
    values = cells[cells["change"] == "value"]
    if values.empty:
        return
    column = str(values["column"].value_counts(sort=True).index[0])
    chosen = values[values["column"] == column].reset_index(drop=True)
    missing = dict.fromkeys(("ci_low_before", "ci_high_before", "ci_low_after", "ci_high_after"), np.nan)
    sides = {f"estimate_{side}": numbers(chosen[side]) for side in ("before", "after")}
    yield column.replace("_", " "), chosen[["row"]].assign(**sides, **missing)


def _identities(change: TableChange, rows: pd.DataFrame) -> list[tuple[object, ...]]:
    columns = ["row", "estimate_before", "estimate_after"]
    return [(change.table.stem, *values) for values in rows[columns].astype(str).itertuples(index=False, name=None)]


def _size(rows: pd.DataFrame) -> pd.Series:
    """Return how far an estimate moved, in widths of its intervals where it has any; what stands out comes first."""
    moved = (rows["estimate_after"] - rows["estimate_before"]).abs()
    width = (rows["ci_high_before"] - rows["ci_low_before"]).where(lambda widths: widths > 0, 1.0)
    loud = rows["sign"].astype(float) + rows["apart"].astype(float) if "sign" in rows else 0.0
    return (moved / width).fillna(0.0) + 1e6 * loud


def _draw(axes: Axes, panel: Panel, before: str, after: str) -> None:
    labels = [
        textwrap.fill(text, LABEL_WIDTH, max_lines=2, placeholder="…") for text in _short_labels(panel.rows["row"])
    ]
    if _is_about_zero(panel.rows):
        zero_line(axes)
    for series, (side, name) in enumerate((("before", before), ("after", after))):
        columns = {f"{column}_{side}": column for column in ("estimate", "ci_low", "ci_high")}
        rows = panel.rows[list(columns)].rename(columns=columns)
        intervals(axes, rows, labels, name=name, series=series, of_series=2)
    _title(axes, panel.title)
    more = f" ({text('{n:,} more rows in the table below', n=panel.left_out)})" if panel.left_out else ""
    axes.set_xlabel(textwrap.fill(panel.axis + more, AXIS_WIDTH), fontsize=7.5)
    axes.tick_params(labelsize=7)


def _title(axes: Axes, title: str) -> None:
    """Set a title that begins at the left of the panel's labels: above the axes alone there is no room for it."""
    position = axes.get_subplotspec()
    column = position.colspan.start if position else 0
    axes.set_title(" \n ", fontsize=8)  # keeps the room
    written = textwrap.fill(title, TITLE_WIDTH, max_lines=2, placeholder="…")
    note = axes.annotate(
        written,
        (column / COLUMNS + 0.01, 1),
        xycoords=("figure fraction", "axes fraction"),
        xytext=(0, 4),
        textcoords="offset points",
        fontsize=8,
        fontweight="bold",
        va="bottom",
    )
    note.set_in_layout(False)


def _short_labels(rows: pd.Series) -> list[str]:
    """Return the names of rows without the parts that all share."""
    parts = [row.split(SEPARATOR) for row in rows]
    if len(parts) == 1 or len({len(part) for part in parts}) > 1:
        return [label(row) for row in rows]
    varying = [i for i in range(len(parts[0])) if len({part[i] for part in parts}) > 1]
    return [label(SEPARATOR.join(part[i] for i in varying)) for part in parts]


def _is_about_zero(rows: pd.DataFrame) -> bool:
    """Tell whether estimates are on both sides of zero, so that a line of no effect says something."""
    ends = rows.drop(columns=["row"]).select_dtypes("number").to_numpy(float)
    low, high = np.nanmin(ends), np.nanmax(ends)
    return bool(math.isfinite(low) and low <= 0 <= high)
