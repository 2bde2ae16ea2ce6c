"""The charts of the chapter on the choice of a school in every municipality, from the frames published beside them."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from analysis.language import localised, text
from analysis.publish import figures
from analysis.publish.figures import FAINT, PALETTE


@figures.style()
def by_density(parts: pd.DataFrame) -> Figure:
    """Draw how strongly attendance falls with distance against density, a point per municipality, and the line.

    Parameters
    ----------
    parts
        ``part`` (municipality or line), ``density, estimate, ci_low, ci_high``.
    """
    points, line = (parts[parts["part"] == name] for name in ("municipality", "line"))
    figure, axes = figures.canvas(9.5)
    low, high, middle = (points[name].astype(float) for name in ("ci_low", "ci_high", "estimate"))
    axes.vlines(points["density"], low, high, color=PALETTE[4], linewidth=1.0, zorder=1)
    axes.plot(
        points["density"],
        middle,
        linestyle="",
        marker="o",
        markersize=3.5,
        color=PALETTE[0],
        label=text("municipality, with its 95% interval"),
    )
    axes.plot(
        line["density"],
        line["estimate"],
        marker="",
        color=PALETTE[1],
        label=text("meta-regression, with its 95% interval"),
    )
    axes.fill_between(
        line["density"], line["ci_low"].astype(float), line["ci_high"].astype(float), color=PALETTE[1], alpha=0.18, lw=0
    )
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: localised(f"{value:,.0f}")))
    axes.set_xlabel(text("addresses per km² around the homes of pupils"))
    axes.set_ylabel(text("fall of attendance (log odds per km)"))
    figures.legend_above(axes)
    return figure


@figures.style()
def published_by_expected(bins: pd.DataFrame) -> Figure:
    """Draw the published mean distance of schools against the one the model expects, in bins of schools.

    Parameters
    ----------
    bins
        ``expected, published, low, high`` (km).
    """
    figure, axes = figures.canvas(9.5)
    expected = bins["expected"].astype(float)
    axes.vlines(expected, bins["low"].astype(float), bins["high"].astype(float), color=PALETTE[4], linewidth=2.2)
    axes.plot(
        expected,
        bins["published"].astype(float),
        linestyle="",
        marker="o",
        color=PALETTE[0],
        label=text("mean of the schools of a bin; line: eight in ten of them"),
    )
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    axes.axline((1, 1), (2, 2), color=FAINT, linewidth=0.9, marker="", label=text("equal distances"))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda km, _: localised(f"{km:g}")))
    axes.set_xlabel(text("mean distance that the model expects (km)"))
    axes.set_ylabel(text("mean distance published by DUO (km)"))
    figures.legend_above(axes)
    return figure


@figures.style()
def map_of_fall(points: pd.DataFrame) -> Figure:
    """Draw a map of municipalities: a bubble each, larger for more pupils, darker where attendance falls faster.

    Parameters
    ----------
    points
        ``lat, lon, n_obs`` (pupils), ``estimate``.
    """
    named = points.rename(columns={"lat": "latitude", "lon": "longitude"})
    return figures.map_points(
        named, "estimate", "n_obs", [], text("fall of attendance (log odds per km)"), size_label=text("pupils")
    )
