"""Pupils by band of a characteristic of their school, as it is and if everyone attended the nearest school."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.stats.bands import in_bands
from analysis.stats.complete import check_complete

BAND_COLUMNS = ("band", *(f"{name}_{side}" for side in ("now", "nearest") for name in ("pupils", "schools", "share")))


def band_distribution(pupils: pd.Series, value: pd.Series, edges: Sequence[float]) -> pd.DataFrame:
    """Distribution of pupils over bands of a characteristic of their school.

    Parameters
    ----------
    pupils : Pupils per school.
    value : The characteristic per school, such as schoolweging.
    edges : Edges of the bands, open at both ends.

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
    bands = in_bands(value.reindex(attended.index), edges)
    frame = pd.DataFrame({"band": bands, "pupils": attended.to_numpy(), "schools": 1})
    by_band = frame.groupby("band", observed=False)[["pupils", "schools"]].sum().reset_index()
    return by_band.assign(band=by_band["band"].astype(str), share=by_band["pupils"] / by_band["pupils"].sum())


def bands_attended(by_attendance: pd.DataFrame, value: pd.Series | None, edges: Sequence[float]) -> pd.DataFrame:
    """Distribution of pupils over bands of a fixed characteristic of their school, from a table of attendance.

    Parameters
    ----------
    by_attendance : ``location, nearest, pupils`` of one year; expected pupils add up to whole ones per school.
    value, edges
        The characteristic per location, which schools keep when pupils move, and edges of the bands, open at both ends.

    Returns
    -------
    DataFrame
        One row per band, none without the characteristic: ``band`` and ``pupils, schools, share`` with the endings
        ``_now`` and ``_nearest``.
    """
    if value is None:
        return pd.DataFrame(columns=list(BAND_COLUMNS))
    check_complete(by_attendance, ["location", "nearest", "pupils"])
    now, nearest = (
        band_distribution(by_attendance.groupby(column)["pupils"].sum().round().astype(int), value, edges)
        .set_index("band")
        .add_suffix(f"_{situation}")
        for column, situation in (("location", "now"), ("nearest", "nearest"))
    )
    return now.join(nearest).reset_index()
