"""The charts of the chapters, each drawn from the frame that is published beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from analysis.language import text
from analysis.publish import figures


@figures.style()
def now_and_nearest(by_band: pd.DataFrame, axis: str) -> Figure:
    """Draw the share of pupils per band, as it is and if everyone attended the nearest school.

    Parameters
    ----------
    by_band
        ``band, share_now, share_nearest``.
    axis
        What the bands are bands of.
    """
    figure, axes = figures.canvas(7.5)
    names = (text("now"), text("all at the nearest school"))
    figures.bar_pairs(axes, by_band, "band", "share_now", "share_nearest", names=names)
    figures.percent(axes.yaxis)
    axes.set_xlabel(axis)
    axes.set_ylabel(text("share of pupils"))
    return figure


@figures.style()
def observed_and_predicted(by_band: pd.DataFrame) -> Figure:
    """Draw the share of choosers per distance band, observed and as the model predicts it."""
    figure, axes = figures.canvas(7.5)
    figures.bar_pairs(axes, by_band, "band", "observed", "predicted", names=(text("observed"), text("predicted")))
    figures.percent(axes.yaxis)
    axes.set_xlabel(text("distance to school (km)"))
    axes.set_ylabel(text("share of pupils"))
    return figure


@figures.style()
def attendance_map(by_pc4: pd.DataFrame, outlines: pd.DataFrame, label: str = "") -> Figure:
    """Draw a map of the share of pupils that attend the nearest school, one bubble per postcode.

    Parameters
    ----------
    by_pc4
        ``lat, lon, pupils, share``; withheld values are missing.
    outlines
        ``area, ring, lon, lat``: borders to draw under the bubbles.
    label
        What the share is, where it is another one.
    """
    points = by_pc4.rename(columns={"lon": "longitude", "lat": "latitude"})
    return figures.map_points(
        points,
        "share",
        "pupils",
        rings(outlines),
        label or text("share at the nearest school"),
        size_label=text("pupils"),
        format=PercentFormatter(xmax=1, decimals=0),
    )


def rings(outlines: pd.DataFrame) -> Sequence[np.ndarray]:
    """Split outline points into one array of longitudes and latitudes per ring."""
    return [points[["lon", "lat"]].to_numpy(float) for _, points in outlines.groupby(["area", "ring"], sort=False)]
