"""Which kinds of artist a figure may hold, and what they may carry besides their coordinates."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain
from numbers import Real

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.category import StrCategoryLocator
from matplotlib.collections import (
    Collection as Drawn,
)
from matplotlib.collections import (
    FillBetweenPolyCollection,
    LineCollection,
    PathCollection,
    PolyCollection,
    QuadMesh,
)
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import AxLine, Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Patch, Rectangle
from matplotlib.path import Path
from matplotlib.spines import Spine
from matplotlib.text import Annotation, Text
from matplotlib.ticker import AutoLocator, FixedLocator, LogLocator, MaxNLocator, NullLocator

from analysis.errors import DisclosureError

OF_FIGURE = (Axes, Legend, Text, Rectangle)
OF_AXES = (
    *(Line2D, AxLine, Rectangle, PathCollection, LineCollection, FillBetweenPolyCollection, QuadMesh, PolyCollection),
    *(Text, Annotation, Legend, Spine, XAxis, YAxis),
)
"""The kinds that may be drawn: these very types, none made of them."""

LOCATORS = (StrCategoryLocator, AutoLocator, FixedLocator, LogLocator, MaxNLocator, NullLocator)
MARKERS = frozenset({"", "None", None, "none", " ", "o", "s", "^", "D", "v", "h", "x", "|", "_", "+", ".", "*"})
STYLES = 6
"""Most widths, sizes and strengths among the lines of a figure: more would be data."""

LETTERS = 3
"""Most texts of one letter or figure that are put somewhere by hand."""


def refuse_kinds(figure: Figure, name: str) -> None:
    """Refuse what a figure may not hold, whatever it shows: it could show what is not in the data beside it.

    Raises
    ------
    DisclosureError
        Naming the figure and the kind.
    """
    for what in chain(_strangers(figure), _hidden(figure)):
        problem = f"figure {name!r} holds {what}, of which nobody can tell whether it shows more than its data"
        raise DisclosureError(f"{problem}\n  do      draw bars, lines, points, intervals, areas or cells on plain axes")


def colour_bars(figure: Figure) -> list[Axes]:
    """Return the axes that are the colour bars of what is drawn on others."""
    coloured = chain.from_iterable(axes.collections for axes in figure.axes)
    return [drawn.colorbar.ax for drawn in coloured if drawn.colorbar is not None]


def _strangers(figure: Figure) -> Iterator[str]:
    yield from _others(figure.get_children(), OF_FIGURE)
    if figure.patches or figure.lines or figure.images or figure.artists or figure.subfigs:
        yield "something drawn on the figure itself"
    bars = colour_bars(figure)
    for axes in figure.axes:
        if axes in bars:
            continue
        if axes.child_axes or len(axes.get_shared_x_axes().get_siblings(axes)) > len(figure.axes):
            yield "axes within axes"
        if len(axes._twinned_axes.get_siblings(axes)) > 1:  # type: ignore[attr-defined]
            yield "two axes in one place"
        yield from _others(axes.get_children(), OF_AXES)
        yield from _of_axes(axes)


def _others(children: Collection[Artist], kinds: tuple[type, ...]) -> Iterator[str]:
    for child in children:
        if type(child) not in kinds:
            yield f"an artist of the kind {type(child).__name__}"


def _of_axes(axes: Axes) -> Iterator[str]:
    if axes.tables or axes.artists:
        yield "a table or an artist of its own"
    for axis in (axes.xaxis, axes.yaxis):
        if type(axis.get_major_locator()) not in LOCATORS:
            yield "ticks that are placed by a rule of its own"
    yield from _of_marks(axes)
    yield from _of_texts(axes)
    for drawn in axes.collections:
        yield from _of_collection(drawn)


def _of_marks(axes: Axes) -> Iterator[str]:
    for line in axes.lines:
        if line.get_marker() not in MARKERS:
            yield "markers of its own"
        if not _is_one(line.get_alpha()) or callable(line.get_markevery()):
            yield "points of different strengths"
    for patch in axes.patches:
        if patch.get_hatch() and not is_unit(patch):
            yield "hatched bars"


def is_unit(patch: Patch) -> bool:
    """Return whether a patch is the square of one by one that a withheld cell of a heat map is."""
    return isinstance(patch, Rectangle) and (patch.get_width(), patch.get_height()) == (1, 1)


def _of_texts(axes: Axes) -> Iterator[str]:
    for text in axes.texts:
        if isinstance(text, Annotation) and text.arrow_patch is not None:
            yield "an arrow"
        if text.get_bbox_patch() is not None:
            yield "a box round a text"
    if sum(len(text.get_text().strip()) == 1 and text.get_text().strip().isalpha() for text in axes.texts) > LETTERS:
        yield "single letters that are put somewhere by hand"


def _of_collection(drawn: Drawn) -> Iterator[str]:
    if drawn.get_hatch():
        yield "hatched areas"
    if not _is_one(drawn.get_alpha()):
        yield "points of different strengths"
    if len(np.unique(np.atleast_1d(drawn.get_linewidth()))) > 1:
        yield "lines of different widths"
    if drawn.get_array() is None and max(len(drawn.get_facecolor()), len(drawn.get_edgecolor())) > 1:
        yield "colours that are given by hand"
    if type(drawn) is PathCollection and not all(map(_is_marker, drawn.get_paths())):
        yield "markers of its own"


def _is_one(strength: object) -> bool:
    """Return whether all points have one strength: Matplotlib keeps a sequence of them where it is given one."""
    return strength is None or isinstance(strength, Real)


def _is_marker(path: Path) -> bool:
    known = [
        MarkerStyle(marker)
        for marker in MARKERS
        if isinstance(marker, str) and marker.strip() not in ("", "None", "none")
    ]
    shapes = [np.asarray(style.get_path().transformed(style.get_transform()).vertices) for style in known]
    own = np.asarray(path.vertices)
    return any(shape.shape == own.shape and np.allclose(shape, own) for shape in shapes)


def _hidden(figure: Figure) -> Iterator[str]:
    lines = [line for axes in figure.axes for line in axes.lines]
    for styles in (
        {line.get_linewidth() for line in lines},
        {line.get_markersize() for line in lines},
        {line.get_alpha() for line in lines},
    ):
        if len(styles) > STYLES:
            yield "lines of many different styles"
    for text in figure.findobj(Text):
        if isinstance(text, Text) and text.get_text().replace(r"\$", "").count("$") > 1:
            yield "a formula ($...$) among its words"
