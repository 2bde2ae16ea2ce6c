"""Figures and panels in which nothing is drawn, or nothing to compare: no page shows an empty axis or a lone dot."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PathCollection
from matplotlib.figure import Figure
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
    numbers = {axes: sum(_numbers(axes)) for axes in panels}
    total = sum(numbers.values())
    if not total:
        raise WithheldError(text("Not shown: nothing of it can be estimated on these data."))
    if total < COMPARED:
        raise WithheldError(text("Not drawn: there is one number, and nothing to compare it with."))
    for axes in panels:
        if not numbers[axes] and axes.axison:
            _say(axes)


def _say(axes: Axes) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    words = axes.text(0.5, 0.5, text("too few, or not estimated"), transform=axes.transAxes)
    words.set(ha="center", va="center", fontsize=SMALL, color=INK)


def _numbers(axes: Axes) -> Iterator[int]:
    """Give of everything on a panel how many numbers it stands for."""
    for line in axes.lines:
        marked = line.get_marker() not in ("", " ", "None", None)
        points = np.column_stack([line.get_xdata(orig=False), line.get_ydata(orig=False)]).astype(float)
        yield int(np.isfinite(points).all(axis=1).sum()) if marked or len(points) > REFERENCE_POINTS else 0
    for bar in axes.patches:
        yield int(isinstance(bar, Rectangle) and bool(np.isfinite([bar.get_width(), bar.get_height()]).all()))
    yield from (_of_collection(collection) for collection in axes.collections)


def _of_collection(collection: Collection) -> int:
    """Count the coloured cells, the points of a map, or the intervals of a collection; areas go with a line.

    An interval without a point, as a bound is, stands for two numbers; one with a point is counted with it.
    """
    if isinstance(collection, PathCollection):
        return int(np.isfinite(np.ma.filled(np.ma.asarray(collection.get_offsets(), float), np.nan)).all(axis=1).sum())
    if isinstance(collection, LineCollection):
        return sum(len(ends) > 1 and bool(np.isfinite(ends).all()) for ends in collection.get_segments())
    cells = collection.get_array()
    return 0 if cells is None else int(np.isfinite(np.ma.filled(np.ma.asarray(cells, float), np.nan)).sum())
