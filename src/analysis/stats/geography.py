"""Distances between homes and schools, and who lives nearest to which school."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason

EARTH_RADIUS_KM = 6371.0088

Array = NDArray[np.float64]


def great_circle_km(lat_from: Array, lon_from: Array, lat_to: Array, lon_to: Array) -> Array:
    r"""Distance over the earth's surface between points, with numpy broadcasting.

    Parameters
    ----------
    lat_from, lon_from, lat_to, lon_to
        Degrees, WGS84; shapes that broadcast.

    Returns
    -------
    Array
        Kilometres, in the broadcast shape.

    Notes
    -----
    The haversine formula on a sphere of mean radius R = 6371.0088 km:
    :math:`d = 2 R \arcsin\sqrt{\sin^2(\Delta\phi/2) + \cos\phi_1 \cos\phi_2 \sin^2(\Delta\lambda/2)}`.
    """
    phi_from, phi_to = np.radians(lat_from), np.radians(lat_to)
    half_phi = (phi_to - phi_from) / 2
    half_lambda = np.radians(np.subtract(lon_to, lon_from)) / 2
    h = np.sin(half_phi) ** 2 + np.cos(phi_from) * np.cos(phi_to) * np.sin(half_lambda) ** 2
    distance: Array = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0)))
    return distance


def pairwise_km(homes: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Distance from every home point to every school.

    Parameters
    ----------
    homes, schools
        One row per point, indexed by its key, with columns ``lat`` and ``lon`` in degrees.

    Returns
    -------
    DataFrame
        Kilometres; one row per home, one column per school.

    Raises
    ------
    ModelError
        If a point has no coordinates or a key stands twice.
    """
    for name, points in (("homes", homes), ("schools", schools)):
        if points[["lat", "lon"]].isna().any(axis=None):
            raise ModelError(
                f"{name}: {int(points[['lat', 'lon']].isna().any(axis=1).sum())} points without coordinates",
                Reason.MISSING,
            )
        if not points.index.is_unique:
            raise ModelError(f"{name}: a point stands twice", Reason.INVALID)
    distance = great_circle_km(
        homes["lat"].to_numpy(float)[:, None],
        homes["lon"].to_numpy(float)[:, None],
        schools["lat"].to_numpy(float)[None, :],
        schools["lon"].to_numpy(float)[None, :],
    )
    return pd.DataFrame(distance, index=homes.index, columns=schools.index)


def nearest_school(distance: pd.DataFrame) -> pd.Series:
    """Return the nearest school per home; of schools at one distance the first in the order of the columns."""
    return distance.idxmin(axis=1).rename("nearest")
