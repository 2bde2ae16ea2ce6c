"""What stands beside a drawing: limits of colours, ticks with what is written at them, colour bars and legends."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import chain

import numpy as np
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axis import Axis, Ticker
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colorbar import Colorbar
from matplotlib.colorizer import ColorizingArtist
from matplotlib.colors import CenteredNorm, LogNorm, Normalize, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.offsetbox import DrawingArea
from matplotlib.patches import Rectangle
from matplotlib.ticker import AutoMinorLocator, FixedLocator, LogLocator, NullLocator, ScalarFormatter

from analysis.disclosure.rules.artists import LOCATORS, MARKERS
from analysis.disclosure.rules.coordinates import Floats, among, floats, is_placed, is_round
from analysis.errors import DisclosureError

NORMS = (Normalize, LogNorm, TwoSlopeNorm, CenteredNorm)
HANDLES = (Line2D, PathCollection, LineCollection, Rectangle)
BARE = re.compile(r"[-+−]?\d[\d.,]*\s*%?")
NUMBER = re.compile(r"[-+−]?\d+(?:\.\d+)?(?:e[-+−]?\d+)?")


def refuse_beside(figure: Figure, known: Floats, words: Collection[str], name: str) -> None:
    """Refuse a figure of which the scales or legends show numbers that are neither round nor in its data.

    The parameters, and what is raised, are those of `coordinates.refuse_places`; `words` are the words of its data.
    """
    for what in chain(_colours(figure, known), _scales(figure, known, words), _legends(figure, known, words)):
        problem = f"figure {name!r}: {what} show more than the data beside it"
        raise DisclosureError(f"{problem}\n  do      leave them to Matplotlib, or choose round numbers")


def _fit(values: Collection[object], known: Floats) -> bool:
    """Return whether numbers are in the data, or round; what is missing is chosen when it is drawn."""
    numbers = np.array([value for value in values if value is not None], dtype=np.float64)
    return bool((among(numbers, known) | is_round(numbers)).all())


def _colours(figure: Figure, known: Floats) -> Iterator[str]:
    for artist in figure.findobj(ColorizingArtist):
        if not isinstance(artist, ColorizingArtist) or artist.get_array() is None:
            continue
        norm, colours = artist.norm, artist.get_cmap()
        if type(norm) not in NORMS or not _fit((norm.vmin, norm.vmax, getattr(norm, "vcenter", None)), known):
            yield "limits of colours"
        if colours.name not in colormaps or colours != colormaps[colours.name]:
            yield "colours of its own"
        if artist.colorbar is not None:
            yield from _of_bar(artist.colorbar, known)


def _of_bar(bar: Colorbar, known: Floats) -> Iterator[str]:
    """Give what a colour bar holds besides its colours."""
    own = {bar.solids, bar.dividers}
    if bar.ax.lines or bar.ax.texts or bar.ax.patches or not own.issuperset(bar.ax.collections):
        yield "drawings on a colour bar"
    for steps in (bar.boundaries, bar.values):
        if steps is not None and not is_placed(floats(steps), known, round_too=True):
            yield "steps of a colour bar"


def _scales(figure: Figure, known: Floats, words: Collection[str]) -> Iterator[str]:
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if not _are_ticks_placed(axis.minor, axis.get_minorticklocs(), known):
                yield "minor ticks"
            if not _are_ticks_placed(axis.major, axis.get_majorticklocs(), known):
                yield "ticks"
            for ticker, ticks in ((axis.major, axis.get_majorticklocs()), (axis.minor, axis.get_minorticklocs())):
                yield from _written(axis, ticker, floats(ticks), known, words)


def _are_ticks_placed(ticker: Ticker, ticks: Floats, known: Floats) -> bool:
    """Return whether a known rule places the ticks, or they stand in the data, at places or at round numbers."""
    locator = ticker.locator
    if type(locator) is LogLocator:
        subs = locator._subs  # type: ignore[attr-defined]
        return _fit([locator._base, *([] if subs is None or isinstance(subs, str) else subs)], known)  # type: ignore[attr-defined]
    if type(locator) is FixedLocator:
        return is_placed(floats(ticks), known, round_too=True)
    return type(locator) in (*LOCATORS, AutoMinorLocator)


def _written(axis: Axis, ticker: Ticker, ticks: Floats, known: Floats, words: Collection[str]) -> Iterator[str]:
    """Give what is written at ticks, and at the end of the axis about all of them."""
    formatter = ticker.formatter
    if type(ticker.locator) is NullLocator or formatter is None or not len(ticks):
        return
    usual = ScalarFormatter(useMathText=bool(getattr(formatter, "_useMathText", False)))
    usual.set_axis(axis)
    ordinary = usual.format_ticks(ticks.tolist())
    written = formatter.format_ticks(ticks.tolist())
    for label, other, tick in zip(written, ordinary, ticks, strict=True):
        if label != other and label not in words and not is_shown(label, np.append(known, np.abs([tick, 100 * tick]))):
            yield "labels of ticks"
    offset = formatter.get_offset()
    numbers = [float(number.replace("−", "-")) for number in NUMBER.findall(offset)]
    if offset != usual.get_offset() and not _fit(numbers, known):
        yield "offsets of an axis"


def is_shown(label: str, known: Floats) -> bool:
    """Return whether a number in words is one that is known, rounded, or a round one; words without any are."""
    if not BARE.fullmatch(label.strip()):
        return True
    digits = re.sub(r"[-+−%\s]", "", label)
    return any(_is_read(digits.replace(mark, ""), point, known) for mark, point in ((",", "."), (".", ",")))


def _is_read(digits: str, point: str, known: Floats) -> bool:
    """Return whether a number, read with a point or a comma before its decimals, is known or round."""
    try:
        number = float(digits.replace(point, "."))
    except ValueError:
        return False
    half = 0.5001 * 10.0 ** -len(digits.partition(point)[2])
    return bool(is_round(np.array([number]))[0] or (np.abs(known - number) <= half).any())


def _legends(figure: Figure, known: Floats, words: Collection[str]) -> Iterator[str]:
    points = [artist for axes in figure.axes for artist in axes.collections if isinstance(artist, PathCollection)]
    drawn = [floats(artist.get_sizes()) for artist in points if np.size(artist.get_offsets())]
    lines = [line for axes in figure.axes for line in axes.lines]
    if not _are_sized(points, drawn, known):
        yield "sizes of points"
    for legend in figure.findobj(Legend):
        assert isinstance(legend, Legend), "as was asked for"
        if not all(text.get_text() in words or is_shown(text.get_text(), known) for text in legend.get_texts()):
            yield "words of a legend"
        for area in legend.findobj(DrawingArea):
            assert isinstance(area, DrawingArea), "as was asked for"
            handles = area.get_children()
            if not all(_is_handle(artist, area, legend, known) for artist in handles):
                yield "handles of a legend"
            if not (_are_sized(handles, drawn, known) and _are_styled(handles, lines)):
                yield "sizes in a legend"


def _are_sized(artists: Sequence[Artist], drawn: Sequence[Floats], known: Floats) -> bool:
    """Return whether areas are round, or stand for numbers that are round or known, in the measure of what is drawn."""
    found = [floats(artist.get_sizes()) for artist in artists if isinstance(artist, PathCollection)]
    sizes = np.unique(np.concatenate([np.empty(0), *found]))
    middles = np.unique([(of.min() + of.max()) / 2 for of in drawn if len(of)])  # a legend shows a point of this size
    left = sizes[~(is_round(sizes) | is_round(np.sqrt(sizes)) | among(sizes, middles))]
    if not len(left) or not len(middles):
        return not len(left)
    widest = max(of.max() for of in drawn if len(of))
    return any(_fit((left * largest / widest).tolist(), known) for largest in known[known > 0])


def _is_handle(artist: Artist, area: DrawingArea, legend: Legend, known: Floats) -> bool:
    """Return whether a handle is a line, point or patch in its usual place, in letters wide and in handles high."""
    if type(artist) not in HANDLES or (isinstance(artist, Line2D) and artist.get_marker() not in MARKERS):
        return False
    coloured = artist.get_array() if isinstance(artist, PathCollection) else None
    if coloured is not None and not among(floats(coloured), known).all():
        return False
    points = _corners(artist)
    letter = float(legend.prop.get_size_in_points())
    return bool(is_round(points[:, 0] / letter).all() and is_round(points[:, 1] / float(area.height)).all())


def _corners(artist: Artist) -> Floats:
    if isinstance(artist, Line2D):
        return floats(np.column_stack([artist.get_xdata(orig=False), artist.get_ydata(orig=False)]))
    if isinstance(artist, PathCollection):
        return floats(artist.get_offsets())
    if isinstance(artist, LineCollection):
        return np.concatenate([np.empty((0, 2)), *map(floats, artist.get_segments())])
    assert isinstance(artist, Rectangle), "one of the four kinds of handles"
    return np.array([artist.get_xy(), (artist.get_width(), artist.get_height())], dtype=np.float64)


def _are_styled(handles: Sequence[Artist], lines: Sequence[Line2D]) -> bool:
    """Return whether lines in a legend are as wide and their markers as large as those that are drawn, or as round."""
    drawn = np.unique([size for line in lines for size in _sizes(line)])
    return all(_fit(_sizes(handle), drawn) for handle in handles if isinstance(handle, Line2D))


def _sizes(line: Line2D) -> tuple[float, float]:
    return float(line.get_linewidth()), float(line.get_markersize())
