"""The house style of figures: colours, a canvas as wide as a printed page, panels, legends.

Figures are made with `canvas`, never with pyplot: nothing is drawn on import and no figure outlives its cell. What is
drawn on a canvas are the forms of `publish.forms`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.publish.rendering import defaults

HOUSE = mpl.rc_params_from_file(Path(__file__).with_name("house.mplstyle"), use_default_template=False)
PALETTE, MARKERS = (tuple(HOUSE["axes.prop_cycle"].by_key()[of]) for of in ("color", "marker"))
INK, FAINT = HOUSE["text.color"], HOUSE["axes.edgecolor"]
LIGHT_TO_DARK = ("#d5dde3", "#a9c3da", "#7ba3cc", "#4579b4", "#12355b")
"""Of parts in their order, outlined in `FAINT`: the light ones do not stand out from paper, nor the dark from ink."""
FROM_BELOW = ("#b5431f", "#e8a488", "#e7ebee", "#8fb3c9", "#12355b")
"""Below, a little below, equal, a little above, above, outlined in `FAINT`: dark ends, and light between."""
PALE = "#7b96b0"
"""Of what is no estimate with its interval, such as the range of eight schools in ten: at 3:1 on paper."""
SMALL = 7.5
"""Size of the smallest letters, in points."""
COLOUR_MAP = "YlGnBu"  # dark is much, as ink on paper
WIDTH_CM = 16.0
CM = 1 / 2.54
LETTERS = 98
"""Letters of a legend that fit beside each other over the width of a figure."""
HANDLE = 8
"""Letters whose width the handle of an entry and the space after it take."""
ENTRY_CM = 0.45


@contextmanager
def style() -> Iterator[None]:
    """Draw in the house style inside a ``with`` block; outside it nothing has changed."""
    with defaults(), mpl.rc_context(_parameters()):  # type: ignore[arg-type]  # the stubs want every name spelled out
        yield


@cache
def _parameters() -> dict[str, Any]:
    with defaults():
        return {**sns.axes_style("ticks"), **sns.plotting_context("paper"), **HOUSE}


def canvas(height_cm: float = 9.0, *, rows: int = 1, columns: int = 1, **options: Any) -> tuple[Figure, Any]:  # noqa: ANN401 - what Figure.subplots takes and gives
    """Return a figure as wide as the text of a printed page, and its axes.

    Parameters
    ----------
    height_cm : Height in centimetres; the width is 16.
    rows, columns, options : As in `matplotlib.figure.Figure.subplots`; one axes comes alone, more come as an array.
    """
    with style():
        figure = Figure(figsize=(WIDTH_CM * CM, height_cm * CM))
        return figure, figure.subplots(rows, columns, **options)


def panels(number: int, columns: int, row_cm: float, frame_cm: float, **options: object) -> tuple[Figure, list[Axes]]:
    """Return a figure of small multiples: `number` panels of `row_cm` in rows of `columns`, and `frame_cm` around them.

    Parameters
    ----------
    options : As in `matplotlib.figure.Figure.subplots`.
    """
    columns = min(number, columns)
    rows = -(-number // columns)
    figure, axes = canvas(rows * row_cm + frame_cm, rows=rows, columns=columns, squeeze=False, **options)
    for empty in axes.flat[number:]:
        empty.set_visible(False)
    for column in range(number % columns or columns, columns):  # with a shared axis its numbers stand below the last
        axes[rows - 2, column].tick_params(axis="x", labelbottom=True)
    return figure, list(axes.flat[:number])


def readable(colour: str) -> tuple[float, float, float]:
    """Return a darker shade of the colour of a mark, in which words beside it can be read."""
    red, green, blue = mpl.colors.to_rgb(colour)
    return 0.68 * red, 0.68 * green, 0.68 * blue


def legend_above(axes: Axes, title: str = "") -> None:
    """Put the legend above all panels, in as many columns as its words leave room for; one entry needs none.

    Parameters
    ----------
    axes : The panel whose entries it has: all panels have the same.
    title : What the entries are.
    """
    handles, labels = axes.get_legend_handles_labels()
    figure = axes.get_figure(root=True)
    assert figure is not None, "the axes are in a figure"
    if labels:
        how: dict[str, Any] = {"loc": "outside upper left", "ncols": _columns(labels), "alignment": "left"}
        figure.legend(handles, labels, title=title or None, **how)


def legend_height(labels: Collection[str]) -> float:
    """Return how many centimetres the legend above a figure takes."""
    return ENTRY_CM * -(-len(labels) // _columns(labels)) if any(labels) else 0.0


def _columns(labels: Collection[str]) -> int:
    """Return the most columns whose longest words fit beside each other; matplotlib fills one after the other."""
    lengths = [len(label) + HANDLE for label in labels]
    fits = (n for n in range(len(lengths), 1, -1) if sum(map(max, np.array_split(lengths, n))) <= LETTERS)
    return next(fits, 1)
