r"""Put points in hexagons.

Hexagons as wide as `width` and with centres `height` apart lie on two lattices, of which the second is half a step away
in both directions. In steps :math:`u = x / w, v = y / h` a point belongs to the nearest centre of either by
:math:`(u - i)^2 + 3 (v - j)^2`.

References
----------
Carr, Littlefield, Nicholson and Littlefield (1987), Scatterplot matrix techniques for large N, JASA 82(398).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.complete import check_complete


def in_hexagons(x: ArrayLike, y: ArrayLike, width: float, height: float) -> Floats:
    """Return the centre of the hexagon of each point, shape (points, 2).

    Parameters
    ----------
    x, y : Of each point, shape (points,).
    width, height : Of the steps between centres, in the units of x and y; above zero.

    Raises
    ------
    ModelError
        If a value is missing or a step is not above zero.
    """
    points = np.column_stack([np.asarray(values, float) for values in (x, y)])
    check_complete({"points": points}, what="hexagons")
    if not (width > 0 and height > 0):
        raise ModelError("hexagons: a step is not above zero", Reason.INVALID)
    steps = np.array([width, height])
    at = points / steps
    whole, half = np.round(at), np.floor(at) + 0.5
    nearer = _away(at, whole) <= _away(at, half)
    return np.asarray(np.where(nearer[:, None], whole, half) * steps)


def _away(at: Floats, centres: Floats) -> Floats:
    return np.asarray(np.square(at - centres) @ np.array([1.0, 3.0]))
