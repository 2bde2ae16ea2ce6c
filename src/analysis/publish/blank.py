"""Figures and panels in which nothing is drawn, or nothing to compare: no page shows an empty axis or a lone dot."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from analysis.errors import WithheldError
from analysis.language import text
from analysis.publish.figures import INK, SMALL

COMPARED = 2
"""Numbers that make a figure: one stands in a table or a sentence."""
REFERENCE_POINTS = 2
"""A line without markers and with no more points than this is one of no effect, or a bar of scale."""


def settle_blanks(figure: Figure) -> None:
    """Say in each empty panel of a figure that it is empty; withhold one of which all are, or that has one number.

    Raises
    ------
    WithheldError
        When nothing is drawn anywhere, as no row could be estimated, or when there is nothing to compare.
    """
    panels = [axes for axes in figure.axes if axes.get_label() != "<colorbar>" and axes.get_visible()]
    numbers = {axes: _numbers(axes) for axes in panels}
    total = sum(numbers.values())
    if not total:
        raise WithheldError(text("Not shown: nothing of it can be estimated on these data."))
    if total < COMPARED:
        raise WithheldError(text("Not drawn: there is one number, and nothing to compare it with."))
    for axes in panels:
        if not numbers[axes] and axes.axison and not axes.texts:  # its places say so already
            _say(axes)


def _say(axes: Axes) -> None:
    for axis, shared in ((axes.xaxis, axes.get_shared_x_axes()), (axes.yaxis, axes.get_shared_y_axes())):
        if len(shared.get_siblings(axes)) == 1:  # else the ticks of the others would go with these
            axis.set_ticks([])
    axes.grid(visible=False)
    words = axes.text(0.5, 0.5, text("too few, or not estimated"), transform=axes.transAxes)
    words.set(ha="center", va="center", fontsize=SMALL, color=INK)


def _numbers(axes: Axes) -> int:
    """Count the numbers that a panel shows: its points, or its intervals where these are more, its bars and its cells.

    An interval without a point is a bound, which is something too.
    """
    bars = [bar for bar in axes.patches if isinstance(bar, Rectangle)]
    sizes = [np.isfinite([bar.get_width(), bar.get_height()]).all() for bar in bars]
    points = sum(map(_points, axes.lines))
    intervals = sum(map(_intervals, axes.collections))
    return max(points, intervals) + int(sum(sizes)) + sum(map(_cells, axes.collections))


def _points(line: Line2D) -> int:
    marked = line.get_marker() not in ("", " ", "None", None)
    points = np.column_stack([line.get_xdata(orig=False), line.get_ydata(orig=False)]).astype(float)
    return int(np.isfinite(points).all(axis=1).sum()) if marked or len(points) > REFERENCE_POINTS else 0


def _intervals(collection: Collection) -> int:
    segments = collection.get_segments() if isinstance(collection, LineCollection) else []
    return sum(len(ends) > 1 and bool(np.isfinite(ends).all()) for ends in segments)


def _cells(collection: Collection) -> int:
    """Count the bubbles of a map, or the coloured cells; areas go with a line."""
    if isinstance(collection, PathCollection):
        return int(np.isfinite(_filled(collection.get_offsets())).all(axis=1).sum())
    cells = collection.get_array()
    return 0 if cells is None else int(np.isfinite(_filled(cells)).sum())


def _filled(values: object) -> np.ndarray:
    return np.asarray(np.ma.filled(np.ma.asarray(values, dtype=float), np.nan))
