"""Distances between homes and schools, and which schools are near: of many, for some homes at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.conditional_logit.pairs import OwnFields, Pairs, Rows, made, of_columns, of_rows
from analysis.stats.conditional_logit.passes import half_angles
from analysis.stats.geography import EARTH_RADIUS_KM


@dataclass(frozen=True, eq=False)
class Everywhere(OwnFields):
    """Distances to all schools, alternatives or not.

    Parameters
    ----------
    schools : Their locations, sorted.
    distance_km : Situations x these schools.
    """

    schools: pd.Index
    distance_km: Pairs

    @classmethod
    def of(cls, schools: pd.Index, distance_km: Pairs) -> Everywhere:
        """Sort schools by name: of those at one distance the first is the nearer one."""
        order = np.array(sorted(range(len(schools)), key=lambda position: str(schools[position])), dtype=np.intp)
        return cls(schools[order], of_columns(distance_km, order))

    def of_homes(self, rows: NDArray[np.bool_]) -> Everywhere:
        """Return those of some situations."""
        return Everywhere(self.schools, of_rows(self.distance_km, rows))


def distances(homes: pd.DataFrame, schools: pd.DataFrame) -> Pairs:
    """Compute great-circle distances.

    Parameters
    ----------
    homes, schools : ``lat`` and ``lon``, degrees.

    Returns
    -------
    array
        Kilometres, homes x schools.
    """
    home, school = (frame[["lat", "lon"]].to_numpy(float) for frame in (homes, schools))
    if np.isnan(home).any() or np.isnan(school).any():
        raise ModelError("choosers: a home or a school without coordinates", Reason.MISSING)
    return made((len(home), len(school)), partial(_great_circle_km, home, school))


def _great_circle_km(home: Floats, school: Floats, rows: Rows) -> Floats:
    """As `analysis.stats.geography.great_circle_km`, to the last digit or two, in a fifth of the time."""
    from_, to = (np.column_stack([np.radians(points[:, 0]), points[:, 1]]) for points in (home[rows], school))
    km: Floats = half_angles(from_, to)
    km *= 2 * EARTH_RADIUS_KM
    return km


def ranks(distance_km: Floats) -> Floats:
    """Rank schools by distance, then by their place, 1 for the nearest.

    Parameters
    ----------
    distance_km : Situations x schools.
    """
    order = np.argsort(distance_km, axis=1, kind="stable")
    rank = np.empty(order.shape)
    np.put_along_axis(rank, order, np.arange(1.0, order.shape[1] + 1), axis=1)
    return rank


def among(positions: NDArray[np.intp], number: int) -> Floats:
    """Mark some schools of each situation by 1, the others by 0.

    Parameters
    ----------
    positions : Of these schools, by situation; -1 is none.
    number : Of all schools.
    """
    marked = np.zeros((len(positions), number + 1))
    np.put_along_axis(marked, positions, 1.0, axis=1)
    return np.ascontiguousarray(marked[:, :number])
