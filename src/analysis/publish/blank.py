"""Figures and panels in which nothing is drawn: no page shows an empty axis."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.errors import WithheldError
from analysis.language import text
from analysis.publish.figures import FAINT

REFERENCE_POINTS = 2
"""A line without markers and with no more points than this is one of no effect, or a bar of scale."""


def settle_blanks(figure: Figure) -> None:
    """Say in each empty panel of a figure that it is empty; withhold the figure of which all are.

    Raises
    ------
    WithheldError
        When nothing is drawn anywhere: no row could be estimated.
    """
    panels = [axes for axes in figure.axes if axes.get_label() != "<colorbar>" and axes.get_visible()]
    blank = [axes for axes in panels if not any(_drawn(axes))]
    if len(blank) == len(panels):
        raise WithheldError(text("Not shown: nothing of it can be estimated on these data."))
    for axes in blank:
        if axes.axison:
            _say(axes)


def _say(axes: Axes) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    words = axes.text(0.5, 0.5, text("too few, or not estimated"), transform=axes.transAxes)
    words.set(ha="center", va="center", fontsize=7, color=FAINT)


def _drawn(axes: Axes) -> Iterator[bool]:
    """Return of everything on a panel whether it stands for a number that there is."""
    for line in axes.lines:
        marked = line.get_marker() not in ("", " ", "None", None)
        points = np.column_stack([line.get_xdata(orig=False), line.get_ydata(orig=False)]).astype(float)
        yield (marked or len(points) > REFERENCE_POINTS) and bool(np.isfinite(points).all(axis=1).any())
    for bar in axes.patches:
        yield isinstance(bar, Rectangle) and bool(np.isfinite([bar.get_width(), bar.get_height()]).all())
    yield from (_has_cells(collection) or _has_intervals(collection) for collection in axes.collections)


def _has_cells(collection: Collection) -> bool:
    """Return whether a collection has coloured cells or points; areas go with a line."""
    cells = collection.get_array()
    return cells is not None and bool(np.isfinite(np.ma.filled(np.ma.asarray(cells, dtype=float), np.nan)).any())


def _has_intervals(collection: Collection) -> bool:
    """Return whether a collection has intervals, as a bound without a point is one; a missing one has no ends."""
    return isinstance(collection, LineCollection) and any(len(ends) > 1 for ends in collection.get_segments())
