"""Pupils by band of a characteristic of their school, as it is and if everyone attended the nearest school."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.bands import in_bands
from analysis.stats.complete import check_complete

Array = NDArray[np.float64]


def band_distribution(
    pupils: pd.Series, value: pd.Series, edges: Sequence[float], write: Callable[[float], str] = "{:g}".format
) -> pd.DataFrame:
    """Distribution of pupils over bands of a characteristic of their school.

    Parameters
    ----------
    pupils
        Pupils per school.
    value
        The characteristic per school, such as schoolweging.
    edges, write
        The bands, open at both ends, and how their edges are written; see `bands.in_bands`.

    Returns
    -------
    DataFrame
        One row per band: ``band, pupils, schools, share`` (of all pupils).

    Raises
    ------
    ModelError
        If a school with pupils has no value: nobody is dropped silently.
    """
    check_complete({"pupils": pupils})
    attended = pupils[pupils > 0]
    bands = in_bands(value.reindex(attended.index), edges, write)
    frame = pd.DataFrame({"band": bands, "pupils": attended.to_numpy(), "schools": 1})
    by_band = frame.groupby("band", observed=False)[["pupils", "schools"]].sum().reset_index()
    return by_band.assign(band=by_band["band"].astype(str), share=by_band["pupils"] / by_band["pupils"].sum())


def bands_attended(by_attendance: pd.DataFrame, value: pd.Series, edges: Sequence[float]) -> pd.DataFrame:
    """Distribution of pupils over bands of a fixed characteristic of their school, from a table of attendance.

    Parameters
    ----------
    by_attendance
        ``location, nearest, pupils`` of one year; expected pupils add up to whole ones per school.
    value, edges
        The characteristic per location, which schools keep when pupils move, and edges of the bands, open at both ends.

    Returns
    -------
    DataFrame
        One row per band: ``band`` and ``pupils, schools, share`` with the endings ``_now`` and ``_nearest``.
    """
    check_complete(by_attendance, ["location", "nearest", "pupils"])
    sides = [by_attendance.groupby(column)["pupils"].sum().round().astype(int) for column in ("location", "nearest")]
    return _side_by_side(*(band_distribution(pupils, value, edges) for pupils in sides))


def _side_by_side(now: pd.DataFrame, nearest: pd.DataFrame) -> pd.DataFrame:
    by_situation = [
        frame.set_index("band").add_suffix(f"_{name}") for name, frame in (("now", now), ("nearest", nearest))
    ]
    return by_situation[0].join(by_situation[1]).reset_index()


def share_at_home(by_pc4_school: pd.Series, share: pd.Series) -> Array:
    at = share.reindex(by_pc4_school.index.get_level_values("pc4")).to_numpy(float)
    if np.isnan(at).any():
        raise ModelError("a postcode with pupils has no share of the group", Reason.MISSING)
    return at
