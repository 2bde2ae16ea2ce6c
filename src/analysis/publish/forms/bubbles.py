"""Maps: a bubble per place, its area by one number and its colour by the step of another, on the outlines of areas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import fill
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.language import localised, term, text
from analysis.publish.axes import Numbers, formatter
from analysis.publish.figures import COLOUR_MAP, FAINT, INK, SMALL, canvas
from analysis.publish.forms.labels import HALO
from analysis.publish.forms.marks import floats, form, require

MAP_CM = 12.0
LAND = "#f0f2f4"
KM_PER_DEGREE = 111.32
LARGEST = 260.0
"""Area of the largest bubble, in square points."""
IN_LEGEND = 64.0
"""Area of a bubble that shows a step of colour, in square points."""
CROSS: dict[str, Any] = {"marker": "x", "s": 16, "color": INK, "linewidths": 0.9}
"""How a place is drawn whose numbers are withheld."""
STEPS = 5
"""Most steps of colour."""
LETTERS = 22
"""Letters of a line beside the map."""
STEPS_KM = (100, 50, 20, 10, 5, 2, 1, 0.5, 0.2)


@form
def bubbles(
    by_place: pd.DataFrame,
    outlines: pd.DataFrame | None = None,
    *,
    value: str,
    size: str,
    label: str,
    size_label: str,
    numbers: Numbers = "plain",
    names: str = "",
    named: int = 0,
) -> Figure:
    """Draw a map: ``lat, lon`` (degrees, WGS84); a place whose value or size is missing is a small cross.

    Parameters
    ----------
    outlines : ``area, ring, lon, lat``: areas to draw under the bubbles, by their names.
    value, size : Columns for colour and area, and in `label` and `size_label` what they stand for.
    names, named : The column with the names of places, and how many of the largest are named.

    Notes
    -----
    A degree of longitude is cos(latitude) as long as one of latitude, so the axes are stretched by 1 / cos(latitude) of
    the middle of the map: an equirectangular projection, right to within a pixel over a city.
    """
    require(by_place, "lat", "lon", value, size)
    figure, axes = canvas(MAP_CM)
    if outlines is not None and not outlines.empty:
        areas = PolyCollection(rings(outlines), facecolors=LAND, edgecolors=FAINT, linewidths=0.6, zorder=1)
        axes.add_collection(areas)
        _name_areas(axes, outlines)
    known = by_place[[value, size]].notna().all(axis=1)
    _draw(axes, by_place[known], value, size)
    axes.scatter(by_place.loc[~known, "lon"], by_place.loc[~known, "lat"], zorder=2, **CROSS)
    if names and named:
        _name_places(axes, by_place[known].nlargest(named, size), names)
    axes.autoscale_view()
    axes.set_aspect(1 / np.cos(np.radians(np.mean(axes.get_ylim()))))
    axes.set_axis_off()
    _scale_bar(axes)
    _legends(axes, by_place, known, value, size, numbers, (term(label), term(size_label)))
    return figure


def attendance_map(by_place: pd.DataFrame, outlines: pd.DataFrame, label: str = "") -> Figure:
    """Draw ``share`` of the ``pupils`` of a place: of those at the nearest school, unless `label` says otherwise."""
    shown = label or text("share at the nearest school")
    how: dict[str, Any] = {"value": "share", "size": "pupils", "numbers": "percent"}
    return bubbles(by_place, outlines, label=shown, size_label=text("pupils"), **how)


def rings(outlines: pd.DataFrame) -> Sequence[np.ndarray]:
    """Split outline points into one array of longitudes and latitudes per ring."""
    return [points[["lon", "lat"]].to_numpy(float) for _, points in outlines.groupby(["area", "ring"], sort=False)]


def _name_areas(axes: Axes, outlines: pd.DataFrame) -> None:
    """Write the name of each area in its middle."""
    for name, points in outlines.groupby("area", sort=False):
        lon = (points["lon"].min() + points["lon"].max()) / 2
        lat = (points["lat"].min() + points["lat"].max()) / 2
        words = axes.text(lon, lat, term(str(name)), ha="center", va="center", fontsize=SMALL + 1, zorder=4)
        words.set(color=INK, fontweight="bold", path_effects=HALO)


def _name_places(axes: Axes, largest: pd.DataFrame, names: str) -> None:
    for name, lon, lat in zip(largest[names], largest["lon"], largest["lat"], strict=True):
        how: dict[str, Any] = {
            "xytext": (6, 3),
            "textcoords": "offset points",
            "fontsize": SMALL,
            "color": INK,
            "zorder": 4,
        }
        axes.annotate(str(name), (lon, lat), path_effects=HALO, **how)


def edges_of(values: pd.Series) -> np.ndarray:
    """Return round edges of at most five steps that hold all values."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        step = 10.0 ** np.floor(np.log10(abs(low))) if low else 1.0
        return np.asarray(np.floor(low / step) * step + np.array([0, step]))
    return np.asarray(MaxNLocator(STEPS, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high))


def _steps(values: pd.Series) -> Iterator[tuple[float, float, str, pd.Series]]:
    """Give the edges and the colour of each step, and which values are in it."""
    edges = edges_of(values)
    colours = mpl.colormaps[COLOUR_MAP](np.linspace(0.12, 0.92, len(edges) - 1))
    number = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    for step, colour in enumerate(colours):
        within = pd.Series(number == step, index=values.index)
        yield float(edges[step]), float(edges[step + 1]), mpl.colors.to_hex(colour), within


def _draw(axes: Axes, known: pd.DataFrame, value: str, size: str) -> None:
    shown = known.sort_values(size, ascending=False)  # small ones on top
    for _, _, colour, within in _steps(shown[value].astype(float)) if len(shown) else ():
        own = shown[within]
        sizes = _areas(floats(own, size), float(shown[size].max()))
        # The lightest colour would drown in white paper without an outline.
        axes.scatter(own["lon"], own["lat"], s=sizes, color=colour, edgecolors=INK, linewidths=0.6, zorder=3)


def _areas(sizes: np.ndarray, largest: float) -> np.ndarray:
    return sizes / largest * LARGEST


def _legends(
    axes: Axes,
    by_place: pd.DataFrame,
    known: pd.Series,
    value: str,
    size: str,
    numbers: Numbers,
    titles: tuple[str, str],
) -> None:
    """Say what colours stand for beside the map, and what areas stand for below it."""
    figure = axes.get_figure(root=True)
    assert figure is not None, "a map is drawn on a figure"
    handles, words = _colour_keys(axes, by_place.loc[known, value].astype(float), numbers)
    figure.legend(handles, words, title=fill(titles[0], LETTERS), loc="outside right upper", alignment="left")
    sizes = by_place[size]
    for number in _round_sizes(float(sizes.max())) if known.any() else ():
        area = _areas(np.array([number]), float(sizes.max()))
        axes.scatter([], [], s=area, color="white", edgecolors=INK, label=localised(f"{number:,.0f}"))
    if not known.all():
        axes.scatter([], [], label=text("withheld"), **CROSS)
    axes.legend(title=titles[1], loc="upper left", bbox_to_anchor=(0, 0.02), ncols=4, alignment="left", borderpad=0)


def _colour_keys(axes: Axes, values: pd.Series, numbers: Numbers) -> tuple[list[PathCollection], list[str]]:
    """Return a bubble per step of colour, darkest first, and the numbers between which it is."""
    steps = [*_steps(values)][::-1] if len(values) else []
    edges = formatter(numbers).format_ticks([edge for low, high, _, _ in steps for edge in (low, high)])
    keys = [
        axes.scatter([], [], s=IN_LEGEND, color=colour, edgecolors=INK, linewidths=0.6) for _, _, colour, _ in steps
    ]
    return keys, [
        text("{low} to {high}", low=low, high=high) for low, high in zip(edges[::2], edges[1::2], strict=True)
    ]


def _round_sizes(largest: float) -> tuple[float, ...]:
    step = 10.0 ** np.floor(np.log10(largest))
    top = float(np.floor(largest / step) * step)
    return top, top / 2, top / 5


def _scale_bar(axes: Axes) -> None:
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    degree = KM_PER_DEGREE * np.cos(np.radians((south + north) / 2))
    width = (east - west) * degree
    km = next((step for step in STEPS_KM if step <= width / 4), None)
    if km is None:  # a single point, or a few at one place
        return
    left, foot = west + 0.02 * (east - west), south + 0.03 * (north - south)
    axes.plot([left, left + km / degree], [foot, foot], color=INK, linewidth=2, marker="", solid_capstyle="butt")
    axes.annotate(localised(f"{km:g} km"), (left, foot), xytext=(0, 4), textcoords="offset points", fontsize=8)
