"""Who attends which school, in one form for microdata and for open data: what the chapter on segregation starts from.

Microdata count the pupils of each kind. Open data lack a pupil's background: there every pupil counts for the shares of
its postcode, so that the numbers are expected ones.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from analysis.data.prepare import ChoiceTables

HOME_COLUMNS = ["year", "area", "lat", "lon", "location", "education", "background", "pupils"]
SCHOOL_COLUMNS = ["location", "stadsdeel", "area", "lat", "lon", "schoolweging"]
FEWEST_HOMES = 10
STAY_COLUMNS = [f"{side}_{of}" for side in ("first", "last") for of in ("location", "education", "background")]


def with_attendance(
    microdata: Mapping[str, pd.DataFrame], tables: ChoiceTables | None, region: str, year: int
) -> dict[str, pd.DataFrame]:
    """Add to the microdata the tables of attendance: theirs if they have them, else those of the open data.

    Parameters
    ----------
    microdata : Tables of `data.microdata`; none for open data alone.
    tables : The open data of the same city; needed where the microdata have no ``by_attendance``.
    region : Its name: with open data the whole city is one stadsdeel.
    year : The year of the open data.

    Returns
    -------
    dict
        The microdata, and with them ``by_attendance`` (``year, location, area`` and ``nearest`` of the homes,
        ``education, background, pupils``: whole numbers where they are counted, others where they are expected);
        ``by_stay`` (`STAY_COLUMNS` and ``pupils`` of the first and the last year; open data know no pupil in two
        years, so it has no rows); ``by_home`` (the last year's pupils with ``lat, lon`` of their homes);
        ``by_school_attended`` (``location, stadsdeel, area`` of the school, ``lat, lon, schoolweging``);
        ``by_area`` (``area, lat, lon``, the middle of its homes, of areas with ten or more). Columns that the microdata
        do not have are in none of them; without wijk and point there is no ``by_area``, and without pupils known
        from year to year no ``by_stay``.
    """
    if "by_attendance" in microdata or tables is None:
        return {**microdata, **_from_microdata(microdata)}
    return {**microdata, **_from_open_data(tables, region, year)}


def _from_microdata(microdata: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    schools = microdata["by_location"]
    regular = schools[~schools["special"].to_numpy(bool)].rename(columns={"wijk": "area"})
    pupils = microdata["by_pupil"].rename(columns={"wijk": "area"})
    pupils = pupils[pupils["location"].isin(regular["location"])].reset_index(drop=True)  # as those of by_attendance
    homes = pupils.assign(year=microdata["by_attendance"]["year"].max(), pupils=1)
    known = {name: microdata[name] for name in ("by_attendance", "by_stay") if name in microdata}
    if {"area", "lat", "lon"} <= {*pupils}:
        known["by_area"] = _middles(pupils)
    return {
        **known,
        "by_home": homes[[name for name in HOME_COLUMNS if name in homes]],
        "by_school_attended": regular[[name for name in SCHOOL_COLUMNS if name in regular]].reset_index(drop=True),
    }


def _middles(pupils: pd.DataFrame) -> pd.DataFrame:
    """Compute the middle of the homes of each area; that of a few homes would tell where they are."""
    by_area = pupils.dropna(subset=["lat", "lon"]).groupby("area")[["lat", "lon"]]
    return by_area.mean()[by_area.size() >= FEWEST_HOMES].reset_index()


def _from_open_data(tables: ChoiceTables, region: str, year: int) -> dict[str, pd.DataFrame]:
    by_school, by_pc4 = tables.by_school.set_index("location"), tables.by_pc4.set_index("pc4")
    nearest, share = _nearest(by_pc4, by_school), by_pc4["share_nonwestern"]
    rows = tables.by_pc4_school[["pc4", "location", "TOTAAL"]].rename(columns={"pc4": "area", "TOTAAL": "pupils"})
    at = rows["area"].map(share)
    flows = rows.assign(year=year, nearest=rows["area"].map(nearest), education="onbekend")
    expected = [
        flows.assign(background="nonwestern", pupils=rows["pupils"] * at),
        flows.assign(background="rest", pupils=rows["pupils"] * (1 - at)),
    ]
    columns = ["year", "location", "area", "nearest", "education", "background", "pupils"]
    by_attendance = pd.concat(expected, ignore_index=True)[columns]
    homes = by_attendance.merge(by_pc4[["lat", "lon"]], left_on="area", right_index=True)
    schools = by_school.assign(stadsdeel=region, area=_nearest(by_school, by_pc4)).reset_index()
    return {
        "by_attendance": by_attendance,
        "by_stay": pd.DataFrame(columns=STAY_COLUMNS, dtype=str).assign(pupils=np.array([], dtype=np.int64)),
        "by_home": homes[HOME_COLUMNS].reset_index(drop=True),
        "by_school_attended": schools[SCHOOL_COLUMNS],
        "by_area": tables.by_pc4[["pc4", "lat", "lon"]].rename(columns={"pc4": "area"}),
    }


def _nearest(points: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Return the key of the nearest of other points; a whole country has too many pairs to measure them all."""
    _, position = cKDTree(_on_the_sphere(others)).query(_on_the_sphere(points))
    return pd.Series(others.index.to_numpy()[position], index=points.index)


def _on_the_sphere(points: pd.DataFrame) -> np.ndarray:
    """Points as vectors of length one: the nearest by a straight line is the nearest over the sphere."""
    lat, lon = np.radians(points["lat"].to_numpy(float)), np.radians(points["lon"].to_numpy(float))
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
