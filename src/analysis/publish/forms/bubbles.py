"""Maps: a bubble per place, its area by one number and its colour by another, on the outlines of areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from analysis.language import localised, term, text
from analysis.publish.axes import Hundredths, Numbers
from analysis.publish.figures import COLOUR_MAP, FAINT, INK, canvas
from analysis.publish.forms.marks import floats, form, require

LAND = "#f0f2f4"
KM_PER_DEGREE = 111.32
LARGEST = 260.0
"""Area of the largest bubble, in square points."""
CROSS: dict[str, Any] = {"marker": "x", "s": 12, "color": FAINT, "linewidths": 0.8}
"""How a place is drawn whose numbers are withheld."""
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
) -> Figure:
    """Draw a map: ``lat, lon`` (degrees, WGS84); a place whose value or size is missing is a small cross.

    Parameters
    ----------
    outlines : ``area, ring, lon, lat``: areas to draw under the bubbles.
    value, size : Columns for colour and area, and in `label` and `size_label` what they stand for.

    Notes
    -----
    A degree of longitude is cos(latitude) as long as one of latitude, so the axes are stretched by 1 / cos(latitude) of
    the middle of the map: an equirectangular projection, right to within a pixel over a city.
    """
    require(by_place, "lat", "lon", value, size)
    figure, axes = canvas(12.0)
    areas = [] if outlines is None or outlines.empty else rings(outlines)
    axes.add_collection(PolyCollection(areas, facecolors=LAND, edgecolors=FAINT, linewidths=0.4, zorder=1))
    drawn = _bubbles(axes, by_place, value, size)
    axes.autoscale_view()
    axes.set_aspect(1 / np.cos(np.radians(np.mean(axes.get_ylim()))))
    axes.set_axis_off()
    _scale_bar(axes)
    written = None if numbers == "plain" else Hundredths(numbers)
    bar = figure.colorbar(drawn, ax=axes, label=term(label), shrink=0.6, aspect=28, pad=0.01, format=written)
    bar.outline.set_visible(False)
    _size_legend(axes, by_place[size], term(size_label))
    return figure


def attendance_map(by_place: pd.DataFrame, outlines: pd.DataFrame, label: str = "") -> Figure:
    """Draw ``share`` of the ``pupils`` of a place: of those at the nearest school, unless `label` says otherwise."""
    shown = label or text("share at the nearest school")
    how: dict[str, Any] = {"value": "share", "size": "pupils", "numbers": "percent"}
    return bubbles(by_place, outlines, label=shown, size_label=text("pupils"), **how)


def rings(outlines: pd.DataFrame) -> Sequence[np.ndarray]:
    """Split outline points into one array of longitudes and latitudes per ring."""
    return [points[["lon", "lat"]].to_numpy(float) for _, points in outlines.groupby(["area", "ring"], sort=False)]


def _bubbles(axes: Axes, by_place: pd.DataFrame, value: str, size: str) -> PathCollection:
    known = by_place[[value, size]].notna().all(axis=1)
    shown, withheld = by_place[known].sort_values(size, ascending=False), by_place[~known]  # small ones on top
    axes.scatter(withheld["lon"], withheld["lat"], zorder=2, **CROSS)
    return axes.scatter(
        shown["lon"],
        shown["lat"],
        s=_areas(floats(shown, size), by_place[size].max()),
        c=floats(shown, value),
        norm=_limits(shown[value]),
        cmap=COLOUR_MAP,
        edgecolors=INK,  # the lightest colour would drown in white paper
        linewidths=0.5,
        zorder=3,
    )


def _limits(values: pd.Series) -> Normalize | None:
    """Return round limits where all values are one: Matplotlib would make some of it that no reader can read."""
    low, high = float(values.min()), float(values.max())
    if low != high:
        return None
    step = 10.0 ** np.floor(np.log10(abs(low))) if low else 1.0
    start = np.floor(low / step) * step
    return Normalize(start, start + step)


def _areas(sizes: np.ndarray, largest: float) -> np.ndarray:
    return sizes / float(largest) * LARGEST


def _size_legend(axes: Axes, sizes: pd.Series, title: str) -> None:
    largest = float(sizes.max())
    step = 10.0 ** np.floor(np.log10(largest))
    top = np.floor(largest / step) * step
    for size in (top, top / 2, top / 5):
        area = _areas(np.array([size]), largest)
        axes.scatter([], [], s=area, color="white", edgecolors=INK, label=localised(f"{size:,.0f}"))
    if sizes.isna().any():
        axes.scatter([], [], label=text("withheld"), **CROSS)
    axes.legend(title=title, loc="upper left", bbox_to_anchor=(0, 0.02), ncols=4, alignment="left", borderpad=0)


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
