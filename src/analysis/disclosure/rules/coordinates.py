"""Where things are drawn: at numbers of the data, at evenly spaced places, or at round numbers; nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection, LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator
from numpy.typing import NDArray

from analysis.disclosure.rules.artists import colour_bars
from analysis.errors import DisclosureError

Floats = NDArray[np.float64]

SERIES = 12
"""Most series that stand beside each other within one place of an axis."""

ROUND = 3
"""Digits of a number that an axis ends or is marked at without its being in the data."""

BESIDE = 0.8
"""Part of a place that bars beside each other take together, as Matplotlib and seaborn have it."""

EVEN = 1e-6
ENDS = 2
MARGIN = 0.3
"""Share of what is drawn by which an axis may go on."""


def refuse_places(figure: Figure, known: Floats, name: str) -> None:
    """Refuse a figure of which a coordinate, size, limit or tick is neither in its data nor a place or a round number.

    Parameters
    ----------
    figure : What is drawn.
    known : The numbers of its data without their signs, sorted.
    name : What it is called in a message.

    Raises
    ------
    DisclosureError
        Naming the figure and what stands elsewhere.
    """
    bars = colour_bars(figure)
    for axes in figure.axes:
        for what in [] if axes in bars else _elsewhere(axes, known):
            problem = f"figure {name!r}: {what} are neither numbers of the data beside it nor evenly spaced"
            raise DisclosureError(f"{problem}\n  do      draw it from the frame that you pass as data")


def _elsewhere(axes: Axes, known: Floats) -> Iterator[str]:
    for side, values in zip("xy", _points(axes), strict=True):
        if not is_placed(values, known):
            yield f"the {side} of points"
    if not _are_bars_placed(axes, known):
        yield "the places of bars"
    for collection in axes.collections:
        if type(collection) is PathCollection and not _proportional(np.asarray(collection.get_sizes(), float), known):
            yield "the sizes of points"
    yield from _beside(axes, known)
    for text in axes.texts:
        if not _is_number_of(text, known):
            yield "numbers written in it"


def _beside(axes: Axes, known: Floats) -> Iterator[str]:
    """Give what of the axes themselves stands elsewhere: ticks and ends."""
    for axis in (axes.xaxis, axes.yaxis):
        fixed = type(axis.get_major_locator()) is FixedLocator
        ticks = np.asarray(axis.get_majorticklocs() if fixed else [], dtype=np.float64)
        if not is_placed(ticks, known, round_too=True):
            yield "ticks"
    # Panels that share an axis end where the data of all of them do.
    across = [other.dataLim.intervalx for other in axes.get_shared_x_axes().get_siblings(axes)]
    up = [other.dataLim.intervaly for other in axes.get_shared_y_axes().get_siblings(axes)]
    for free, limits, seen in (
        (axes.get_autoscalex_on(), axes.get_xlim(), across),
        (axes.get_autoscaley_on(), axes.get_ylim(), up),
    ):
        if not free and not _is_limited(np.array(limits), floats(np.concatenate(seen)), known):
            yield "limits"


def _points(axes: Axes) -> tuple[Floats, Floats]:
    """Return the coordinates of all that is drawn on the scales of the axes; but for the scale bar of a map."""
    drawn = [*_of_lines(axes), *_of_collections(axes)]
    x, y = zip(*drawn, strict=True) if drawn else ((), ())
    return np.concatenate([np.empty(0), *x]), np.concatenate([np.empty(0), *y])


def _of_lines(axes: Axes) -> Iterator[tuple[Floats, Floats]]:
    for line in axes.lines:
        along = line.get_transform().contains_branch_seperately(axes.transData)
        if type(line) is not Line2D or (
            not axes.axison and line is axes.lines[-1] and np.size(line.get_xdata()) == ENDS
        ):
            continue
        sides = (floats(line.get_xdata(orig=False)), floats(line.get_ydata(orig=False)))
        yield tuple(side if of_data else np.empty(0) for side, of_data in zip(sides, along, strict=True))  # type: ignore[misc]


def _are_bars_placed(axes: Axes, known: Floats) -> bool:
    """Return whether bars stand at places, upright or lying."""
    bars = [bar for bar in axes.patches if isinstance(bar, Rectangle) and (bar.get_width(), bar.get_height()) != (1, 1)]
    across = np.array([bar.get_x() + bar.get_width() / 2 for bar in bars])
    up = np.array([bar.get_y() + bar.get_height() / 2 for bar in bars])
    return any(is_placed(side, known) or _beside_each_other(side) for side in (across, up))


def _of_collections(axes: Axes) -> Iterator[tuple[Floats, Floats]]:
    for collection in axes.collections:
        if not collection.get_transform().contains_branch(axes.transData) and type(collection) is not PathCollection:
            continue
        if type(collection) is PathCollection:
            parts = [np.asarray(np.ma.filled(collection.get_offsets(), np.nan), float)]
        elif type(collection) is LineCollection:
            parts = [floats(part) for part in collection.get_segments() if len(part)]
        elif type(collection) is FillBetweenPolyCollection:
            parts = [floats(path.vertices) for path in collection.get_paths() if np.size(path.vertices)]
        else:
            continue
        yield from ((part[:, 0], part[:, 1]) for part in parts)


def is_placed(values: Floats, known: Floats, *, round_too: bool = False) -> bool:
    """Return whether values are known numbers, or places: whole numbers (or known ones) with evenly spaced series."""
    every = values[np.isfinite(values)]
    left = every[~among(every, known)]
    if round_too:
        left = left[~is_round(left)]
    # By accident a place is a known number too, and the one across from it is not.
    return not len(left) or any(
        _symmetric(_offsets(some)) or _even(np.unique(np.round(some, 9))) for some in (left, every)
    )


def _offsets(values: Floats) -> Floats:
    """Return the different distances to the nearest whole number, of those that are none."""
    broken = values[~(np.abs(values - np.round(values)) <= EVEN)]
    return np.unique(np.round(broken - np.round(broken), 6))


def _is_limited(limits: Floats, seen: Floats, known: Floats) -> bool:
    """Return whether an axis ends at round numbers, at half a place, or within a margin of what is drawn."""
    seen = seen[np.isfinite(seen)]  # of a panel without data there is nothing
    wide = np.ptp(seen) if len(seen) else 0.0
    near = (np.abs(limits[:, None] - seen[None, :]) <= MARGIN * wide).any(axis=1)
    fit = near | among(limits, known) | is_round(limits) | (np.abs(2 * limits - np.round(2 * limits)) <= EVEN)
    return bool(fit.all())


def _symmetric(offsets: Floats) -> bool:
    """Return whether the distances of series to their place are evenly spaced on both sides of it."""
    if len(offsets) > SERIES:
        return False
    return bool(
        np.isin(np.round(-offsets, 5), np.round(offsets, 5)).all() or (len(offsets) <= 1 and is_round(offsets).all())
    )


def _beside_each_other(values: Floats) -> bool:
    """Return whether bars stand where those of some number of series do; a series may be without a bar."""
    offsets = values[np.isfinite(values)]
    offsets = offsets - np.round(offsets)
    places = (BESIDE * ((np.arange(series) + 0.5) / series - 0.5) for series in range(1, SERIES + 1))
    return any((np.abs(offsets[:, None] - some[None, :]).min(axis=1) <= EVEN).all() for some in places)


def _even(values: Floats) -> bool:
    steps = np.diff(values)
    return len(steps) > 1 and bool(np.ptp(steps) <= EVEN * max(abs(values[0]), abs(values[-1]), 1e-9))


def is_round(values: Floats) -> NDArray[np.bool_]:
    """Return which numbers have few digits."""
    size = np.abs(values)
    power = np.where(size > 0, np.floor(np.log10(np.where(size > 0, size, 1.0))), 0.0)
    scaled = size / 10.0 ** (power - ROUND + 1)
    short: NDArray[np.bool_] = np.abs(scaled - np.round(scaled)) <= 1e-6 * np.maximum(scaled, 1.0)
    return short


def _proportional(sizes: Floats, known: Floats) -> bool:
    """Return whether the sizes of points are a column of the data, times a number."""
    different = np.unique(sizes)
    if len(different) <= 1:
        return True
    shares = different / different[-1]
    return any(among(shares * largest, known).all() for largest in known[known > 0])


def among(values: Floats, known: Floats) -> NDArray[np.bool_]:
    """Return which values are among the known ones, whatever their sign."""
    size = np.abs(values)
    if not len(known):
        return np.zeros(len(size), dtype=bool)
    above = np.clip(np.searchsorted(known, size), 0, len(known) - 1)
    near = np.minimum(np.abs(size - known[above]), np.abs(size - known[np.maximum(above - 1, 0)]))
    known_ones: NDArray[np.bool_] = near <= EVEN * np.maximum(size, 1e-9)
    return known_ones


def _is_number_of(text: Text, known: Floats) -> bool:
    """Return whether a number that is written in a figure is one of its data, rounded."""
    written = text.get_text().strip().replace("−", "-").replace("%", "").replace(",", ".")
    try:
        number = abs(float(written))
    except ValueError:
        return True
    decimals = len(written.partition(".")[2])
    return bool((np.abs(known - number) <= 0.5001 * 10.0**-decimals).any())


def floats(values: object) -> Floats:
    """Return whatever matplotlib keeps, masked or not, as numbers."""
    numbers: Floats = np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)
    return numbers
