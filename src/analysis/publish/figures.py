"""The house style of figures, and the few kinds of figure that the chapters share.

Figures are made with `canvas`, never with pyplot: nothing is drawn on import and no figure outlives its cell.
The colours can be told apart by the colour-blind and in grey print, because each is clearly lighter than the one
before it; lines get a marker of their own besides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, PercentFormatter

from analysis.errors import InputError
from analysis.language import localised, text
from analysis.publish.rendering import defaults

PALETTE = ("#12355b", "#b5431f", "#2f9484", "#e3a83b", "#c3cfd9")
MARKERS = ("o", "s", "^", "D", "v")
INK = "#1f2933"
FAINT = "#8a949e"
COLOUR_MAP = "YlGnBu"  # dark is much, as ink on paper
LAND = "#f0f2f4"
WIDTH_CM = 16.0
CM = 1 / 2.54
KM_PER_DEGREE = 111.32
LARGEST_BUBBLE = 260.0
"""Area of the largest bubble on a map, in square points."""

HOUSE: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # matplotlib ships it, so a figure looks the same on every machine
    "font.size": 8.5,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=PALETTE, marker=MARKERS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#dfe4e8",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "figure.constrained_layout.use": True,
    "figure.dpi": 100,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the house style inside a ``with`` block; outside it nothing has changed."""
    parameters: dict[str, Any] = {**sns.axes_style("ticks"), **sns.plotting_context("paper"), **HOUSE}
    with defaults(), mpl.rc_context(parameters):  # type: ignore[arg-type]  # the stubs want every name spelled out
        yield


def canvas(height_cm: float = 9.0, *, rows: int = 1, columns: int = 1, **options: Any) -> tuple[Figure, Any]:  # noqa: ANN401 - what Figure.subplots takes and gives
    """Return a figure as wide as the text of a printed page, and its axes.

    Parameters
    ----------
    height_cm
        Height in centimetres; the width is 16.
    rows, columns, options
        As in `matplotlib.figure.Figure.subplots`; one axes comes alone, more come as an array.
    """
    with style():
        figure = Figure(figsize=(WIDTH_CM * CM, height_cm * CM))
        return figure, figure.subplots(rows, columns, **options)


def percent(axis: Axis, decimals: int = 0) -> None:
    """Write the shares along an axis (``axes.xaxis``) as per cent."""
    axis.set_major_formatter(PercentFormatter(xmax=1, decimals=decimals))


def legend_above(axes: Axes, ncols: int = 2) -> None:
    """Put the legend above the axes, from the figure's left edge on, where long words have room."""
    figure = axes.get_figure(root=True)
    assert figure is not None, "the axes stand in a figure"
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=ncols)


@style()
def intervals(
    axes: Axes,
    by_term: pd.DataFrame,
    label: str,
    *,
    name: str | None = None,
    series: int = 0,
    of: int = 1,
    reference: float | None = 0.0,
) -> None:
    """Draw estimates with their confidence intervals, one line per row, the first row on top.

    Parameters
    ----------
    by_term
        Rows with the columns ``estimate``, ``ci_low`` and ``ci_high``; a row with a missing one is left open.
    label
        Column with the names along the vertical axis.
    name
        Name of this series in the legend.
    series, of
        Which of how many series on the same axes; they are set beside each other with a colour and marker each.
    reference
        Where to draw the line of no effect; None for no line.
    """
    _require(by_term, "estimate", "ci_low", "ci_high", label)
    if by_term.empty:
        return
    places = np.arange(len(by_term)) + (series - (of - 1) / 2) * 0.7 / of
    estimate = by_term["estimate"].to_numpy(dtype=float, na_value=np.nan)
    low = by_term["ci_low"].to_numpy(dtype=float, na_value=np.nan)
    high = by_term["ci_high"].to_numpy(dtype=float, na_value=np.nan)
    if reference is not None and series == 0:
        axes.axvline(reference, color=FAINT, linewidth=0.9, zorder=1)
    axes.hlines(places, low, high, color=PALETTE[series], linewidth=1.6)
    axes.plot(estimate, places, linestyle="", marker=MARKERS[series], color=PALETTE[series], label=name)
    axes.set_yticks(np.arange(len(by_term)), by_term[label].astype(str))
    axes.set_ylim(len(by_term) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")


@style()
def bar_pairs(
    axes: Axes, by_group: pd.DataFrame, label: str, first: str, second: str, *, names: Sequence[str] = ()
) -> None:
    """Draw two bars per row beside each other, such as "now" and "if all went to the nearest school".

    Parameters
    ----------
    by_group
        One row per pair.
    label
        Column with the name under each pair.
    first, second
        Columns with the heights; a missing height leaves its place open.
    names
        Names of the two in the legend; else the names of the columns.
    """
    _require(by_group, label, first, second)
    places = np.arange(len(by_group))
    fills = (PALETTE[0], PALETTE[3])
    for side, (column, name, fill) in enumerate(zip((first, second), names or (first, second), fills, strict=True)):
        heights = by_group[column].to_numpy(dtype=float, na_value=np.nan)
        axes.bar(places + (side - 0.5) * 0.38, heights, width=0.36, color=fill, label=name)
    axes.set_xticks(places, by_group[label].astype(str))
    axes.tick_params(axis="x", length=0)
    axes.grid(visible=False, axis="x")
    axes.legend(loc="upper left", bbox_to_anchor=(0, 1.12), ncols=2, borderaxespad=0)


@style()
def map_points(
    by_point: pd.DataFrame,
    value: str,
    size: str,
    outlines: Sequence[np.ndarray],
    label: str,
    size_label: str = "",
    *,
    format: Formatter | None = None,
) -> Figure:
    """Draw a bubble map: one bubble per point, its area by `size`, its colour by `value`, on outlines of areas.

    Parameters
    ----------
    by_point
        One row per point with the columns ``longitude`` and ``latitude`` (degrees, WGS84). A point whose value or size
        is missing is drawn as a small cross.
    value, size
        Columns for colour and area.
    outlines
        One array of longitudes and latitudes (k by 2) per polygon.
    label, size_label
        What the colour and the area stand for, with their unit.
    format
        How the values beside the colour bar are written.

    Notes
    -----
    A degree of longitude is cos(latitude) as long as one of latitude, so the axes are stretched by 1 / cos(latitude) of
    the middle of the map: an equirectangular projection, right to within a pixel over a city.
    """
    _require(by_point, "longitude", "latitude", value, size)
    figure, axes = canvas(12.0)
    axes.add_collection(PolyCollection(list(outlines), facecolors=LAND, edgecolors=FAINT, linewidths=0.4, zorder=1))
    bubbles = _bubbles(axes, by_point, value, size)
    axes.autoscale_view()
    axes.set_aspect(1 / np.cos(np.radians(np.mean(axes.get_ylim()))))
    axes.set_axis_off()
    _scale_bar(axes)
    bar = figure.colorbar(bubbles, ax=axes, label=label, shrink=0.6, aspect=28, pad=0.01, format=format)
    bar.outline.set_visible(False)
    _size_legend(axes, by_point[size], size_label or size)
    return figure


def _bubbles(axes: Axes, by_point: pd.DataFrame, value: str, size: str) -> PathCollection:
    known = by_point[[value, size]].notna().all(axis=1)
    shown, open_ = by_point[known].sort_values(size, ascending=False), by_point[~known]  # small ones on top
    axes.scatter(open_["longitude"], open_["latitude"], marker="x", s=12, color=FAINT, linewidths=0.8, zorder=2)
    return axes.scatter(
        shown["longitude"],
        shown["latitude"],
        s=_areas(shown[size], by_point[size].max()),
        c=shown[value].to_numpy(dtype=float),
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


def _areas(sizes: pd.Series | np.ndarray, largest: float) -> np.ndarray:
    return np.asarray(sizes, dtype=float) / float(largest) * LARGEST_BUBBLE


def _size_legend(axes: Axes, sizes: pd.Series, title: str) -> None:
    largest = float(sizes.max())
    step = 10.0 ** np.floor(np.log10(largest))
    top = np.floor(largest / step) * step
    for size in (top, top / 2, top / 5):
        axes.scatter(
            [], [], s=_areas(np.array([size]), largest), color="white", edgecolors=INK, label=localised(f"{size:,.0f}")
        )
    if sizes.isna().any():
        axes.scatter([], [], marker="x", s=12, color=FAINT, linewidths=0.8, label=text("withheld"))
    axes.legend(title=title, loc="upper left", bbox_to_anchor=(0, 0.02), ncols=4, alignment="left", borderpad=0)


def _scale_bar(axes: Axes) -> None:
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    degree = KM_PER_DEGREE * np.cos(np.radians((south + north) / 2))
    width = (east - west) * degree
    km = next((step for step in (100, 50, 20, 10, 5, 2, 1, 0.5, 0.2) if step <= width / 4), None)
    if km is None:  # a single point, or a few at one place
        return
    left, foot = west + 0.02 * (east - west), south + 0.03 * (north - south)
    axes.plot([left, left + km / degree], [foot, foot], color=INK, linewidth=2, marker="", solid_capstyle="butt")
    axes.annotate(localised(f"{km:g} km"), (left, foot), xytext=(0, 4), textcoords="offset points", fontsize=8)


def in_lines(rows: pd.DataFrame, label: str, lines: Sequence[str]) -> pd.DataFrame:
    """Put the rows of one series on the lines that all series share; one without a row leaves its place open."""
    return rows.drop_duplicates(label).set_index(label).reindex(list(lines)).rename_axis(label).reset_index()


def _require(frame: pd.DataFrame, *columns: str) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise InputError("figure", f"no column {', '.join(missing)}", allowed=", ".join(map(str, frame.columns)))
