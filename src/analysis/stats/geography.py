"""Distances between homes and schools."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS_KM = 6371.0088

Array = NDArray[np.float64]


def great_circle_km(lat_from: Array, lon_from: Array, lat_to: Array, lon_to: Array) -> Array:
    r"""Distance over the earth's surface between points, with numpy broadcasting.

    Parameters
    ----------
    lat_from, lon_from, lat_to, lon_to : Degrees, WGS84; shapes that broadcast.

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
