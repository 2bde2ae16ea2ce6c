"""Shapes of the synthetic city on the map, and shares that meet their totals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason

Floats = NDArray[np.float64]

CENTRE_LAT, CENTRE_LON = 52.37, 4.90
KM_PER_DEGREE = 111.195
KM_PER_DEGREE_LON = KM_PER_DEGREE * np.cos(np.radians(CENTRE_LAT))
CENTRE_SHARE = 0.35  # radius of the central district, as a share of the city's
DISTRICTS = ("Centrum", "Noord", "Oost", "Zuidoost", "Zuid", "Nieuw-West", "West")  # clockwise from the north

RAKING_ROUNDS = 500
RAKING_TOLERANCE = 1e-10


def sunflower(number: int, radius: float) -> tuple[Floats, Floats]:
    """Spread points evenly over a disc (Vogel's spiral); kilometres east and north of its centre."""
    position = np.arange(number) + 0.5
    distance, angle = radius * np.sqrt(position / number), position * np.pi * (3 - np.sqrt(5))
    return distance * np.cos(angle), distance * np.sin(angle)


def district_of(x: Floats, y: Floats, radius: float, names: Sequence[str] = DISTRICTS) -> NDArray[np.str_]:
    """Name the district of points: a round centre, which is the first, and sectors about it."""
    centre, *sectors = names
    if not sectors:
        return np.full(len(x), centre)
    width = 2 * np.pi / len(sectors)
    turned = (np.pi / 2 + width / 2 - np.arctan2(y, x)) % (2 * np.pi)
    sector = np.minimum((turned // width).astype(int), len(sectors) - 1)
    return np.where(np.hypot(x, y) < CENTRE_SHARE * radius, centre, np.array(sectors)[sector])


def district_outlines(radius: float, names: Sequence[str] = DISTRICTS) -> pd.DataFrame:
    """Draw the outlines of the districts: ``area, ring, lon, lat``."""
    centre, *sectors = names
    inner, outer = CENTRE_SHARE * radius, 1.12 * radius
    turn = np.linspace(0, 2 * np.pi, 73)
    middle = inner if sectors else outer
    rings = [_ring(centre, middle * np.cos(turn), middle * np.sin(turn))]
    for sector, name in enumerate(sectors):
        width = 2 * np.pi / len(sectors)
        arc = np.pi / 2 - np.linspace(sector, sector + 1, 13) * np.pi * 2 / len(sectors) + width / 2
        x = np.concatenate([inner * np.cos(arc), outer * np.cos(arc[::-1])])
        y = np.concatenate([inner * np.sin(arc), outer * np.sin(arc[::-1])])
        rings.append(_ring(name, np.append(x, x[0]), np.append(y, y[0])))
    return pd.concat(rings, ignore_index=True)


def _ring(name: str, x: Floats, y: Floats) -> pd.DataFrame:
    return pd.DataFrame({"area": name, "ring": 0, **degrees(x, y)})[["area", "ring", "lon", "lat"]]


def degrees(x: Floats, y: Floats) -> dict[str, Floats]:
    """Turn kilometres east and north of the centre into ``lat`` and ``lon``."""
    return {"lat": CENTRE_LAT + y / KM_PER_DEGREE, "lon": CENTRE_LON + x / KM_PER_DEGREE_LON}


def kilometres(points: pd.DataFrame) -> Floats:
    """Turn ``lat`` and ``lon`` into kilometres east and north of the centre, shape (n, 2)."""
    east = (points["lon"].to_numpy(float) - CENTRE_LON) * KM_PER_DEGREE_LON
    north = (points["lat"].to_numpy(float) - CENTRE_LAT) * KM_PER_DEGREE
    return np.column_stack([east, north])


def raked(logits: Floats, weights: Floats, shares: Floats) -> Floats:
    """Turn logits into probabilities per row whose weighted mean over the rows is exactly `shares`.

    Iterative proportional fitting: a constant per group is added to the logits, shape (n_rows, n_groups), until the
    means are right. The shares are positive and add up to one. Raises ModelError if that does not happen.
    """
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    total = weights / weights.sum()
    for _ in range(RAKING_ROUNDS):
        probability: Floats = odds / odds.sum(axis=1, keepdims=True)
        reached = total @ probability
        if np.abs(reached - shares).max() < RAKING_TOLERANCE:
            return probability
        odds *= shares / reached
    raise ModelError(
        f"the shares {shares} cannot be met: {reached} after {RAKING_ROUNDS} rounds", Reason.NO_CONVERGENCE
    )


def draw(probability: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw one group per row of `probability`; rows add up to one."""
    edges = np.cumsum(probability, axis=1)[:, :-1]
    return np.asarray((rng.random(len(probability))[:, None] >= edges).sum(axis=1), dtype=np.intp)
