"""What a figure holds besides what it shows: points that are not in its data, notes that its file would carry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Tick
from matplotlib.collections import FillBetweenPolyCollection, LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from analysis.disclosure.rules.artists import refuse_kinds
from analysis.disclosure.rules.beside import refuse_beside
from analysis.disclosure.rules.coordinates import refuse_places
from analysis.errors import DisclosureError
from analysis.language import term

TOLERANCE = 1e-6
BARE = re.compile(r"[\s\d.,%+−-]*")
HATCHED = (1, 1)  # the size of a withheld cell of a heat map
REFERENCES = 10  # such lines on one pair of axes
REFERENCE_POINTS = 2  # a line of no effect, a scale bar


def texts_of(figure: Figure, data: pd.DataFrame) -> list[str]:
    """Return the words in a figure: titles, labels, legends, annotations.

    Not among them are the bare numbers along an axis, and the words of the data beside it: "region 17" is a name there,
    and the gate has judged it as one.
    """
    ticks = {
        id(label) for tick in figure.findobj(Tick) if isinstance(tick, Tick) for label in (tick.label1, tick.label2)
    }
    texts = [text for text in figure.findobj(Text) if isinstance(text, Text)]
    words_drawn = [text.get_text() for text in texts if id(text) not in ticks or not BARE.fullmatch(text.get_text())]
    known = _words(data)
    return [words for words in words_drawn if words.strip() and words not in known]


def _words(data: pd.DataFrame) -> set[str]:
    """Return the words in the cells of a frame, in the language of the data and of the page."""
    cells = {str(word) for column in data.select_dtypes(exclude="number") for word in data[column].dropna().unique()}
    return cells | {term(word) for word in cells}


def refuse_drawn(figure: Figure, data: pd.DataFrame, name: str) -> None:
    """Refuse a figure that draws numbers which are not in the data published beside it, or that holds notes of its own.

    Every marker, vertex of a line, bar and cell of a heat map must have a coordinate, height, width or value that is
    one of the numbers in `data` (or a hundred times it, or its opposite), and there are no more of them than numbers.
    Everything is of a known kind (`artists`), and stands at such a number or at an evenly spaced place (`coordinates`).
    Limits of colours, ticks and legends show no other numbers either (`beside`).

    Raises
    ------
    DisclosureError
        Naming the figure, and what was drawn from elsewhere.
    """
    _refuse_notes(figure, name)
    known = _numbers(data)
    most = 10 + 2 * data.select_dtypes("number").size  # an interval has two ends, an area a way back
    for what, drawn in _drawn(figure):
        strange = int((~_among(drawn, known).any(axis=1)).sum()) or max(len(drawn) - most, 0)
        if strange:
            problem = f"figure {name!r}: {strange} of {len(drawn)} {what} are not in the data beside it"
            raise DisclosureError(f"{problem}\n  do      draw it from the frame that you pass as data")
    refuse_kinds(figure, name)
    refuse_places(figure, known, name)
    refuse_beside(figure, known, _words(data), name)


def _refuse_notes(figure: Figure, name: str) -> None:
    for artist in figure.findobj(Artist):
        if artist.get_gid() or artist.get_url():
            raise DisclosureError(f"figure {name!r}: something in it has a gid or url, which the SVG carries unseen")


def _numbers(data: pd.DataFrame) -> np.ndarray:
    numeric = [data[column].astype("Float64").dropna().to_numpy(float) for column in data.select_dtypes("number")]
    numbers = np.abs(np.concatenate([np.zeros(1), *numeric]))
    return np.unique(np.concatenate([numbers, 100 * numbers]))


def _among(drawn: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return which of the drawn numbers are known; what is missing is drawn nowhere."""
    size = np.abs(np.nan_to_num(drawn))
    above = np.clip(np.searchsorted(known, size), 0, len(known) - 1)
    near = np.minimum(np.abs(size - known[above]), np.abs(size - known[np.maximum(above - 1, 0)]))
    among: np.ndarray = np.isnan(drawn) | (near <= TOLERANCE * size)
    return among


def _drawn(figure: Figure) -> Iterator[tuple[str, np.ndarray]]:
    for axes in figure.axes:
        if axes.get_label() != "<colorbar>":
            yield from _lines_and_bars(axes)
            yield from _points_and_cells(axes)


def _lines_and_bars(axes: Axes) -> Iterator[tuple[str, np.ndarray]]:
    lines = [
        np.column_stack([_floats(line.get_xdata(orig=False)), _floats(line.get_ydata(orig=False))])
        for line in axes.lines
    ]
    short = [points for points in lines if len(points) <= REFERENCE_POINTS]
    yield from (("points of a line", points) for points in lines if len(points) > REFERENCE_POINTS)
    if len(short) > REFERENCES:
        yield "ends of lines", np.concatenate(short)
    sizes = [(bar.get_height(), bar.get_width()) for bar in axes.patches if isinstance(bar, Rectangle)]
    bars = [size for size in sizes if size != HATCHED]
    if bars:
        yield "bars", np.array(bars, float)


def _points_and_cells(axes: Axes) -> Iterator[tuple[str, np.ndarray]]:
    for collection in axes.collections:
        if isinstance(collection, PathCollection):
            yield "points", _floats(collection.get_offsets())
        if isinstance(collection, LineCollection):
            yield "ends of lines", _together(collection.get_segments())
        if isinstance(collection, FillBetweenPolyCollection):
            yield "corners of an area", _together([path.vertices for path in collection.get_paths()])
    for coloured in (*axes.collections, *axes.images):
        if coloured.get_array() is not None:
            yield "cells", _floats(coloured.get_array()).reshape(-1, 1)


def _together(parts: Sequence[Any]) -> np.ndarray:
    """Return the points of several lines or areas; what is missing in the data leaves empty ones."""
    return np.concatenate([np.empty((0, 2)), *(_floats(part) for part in parts if len(part))])


def _floats(values: Any) -> np.ndarray:  # noqa: ANN401 - whatever matplotlib keeps, masked or not
    floats: np.ndarray = np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)
    return floats
