"""Places: points of school locations and PC4s, outlines of neighbourhoods. All in WGS84 degrees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.contracts import OUTLINES, PC4_POINTS, SCHOOL_POINTS, check
from analysis.data.files import decimals, read_delimited, read_features, stripped
from analysis.errors import InputError

LOCATION_KEY = {"2022": "vestigingsnummer", "2024": "vestigingscode"}
FARTHEST = 0.01  # degrees between addresses of one location; the largest in the sources is 470 m
KINDS = ("Adres", "Postbus", "Adres + Postbus", "Onbekend")


def read_school_points(path_2022: Path, path_2024: Path) -> pd.DataFrame:
    """Read the point of each school location: of 2022, else of 2024.

    Of a location with several addresses the first that the file lists counts; more than 0.01 degree apart is an error.

    Parameters
    ----------
    path_2022, path_2024 : GeoJSON files of school locations.

    Returns
    -------
    pandas.DataFrame
        ``by_location_point``: location, lat, lon (degrees), point_source (the year that the point is from).
    """
    sources = [_points_of_features(path_2022, "2022"), _points_of_features(path_2024, "2024")]
    return check(pd.concat(sources).drop_duplicates("location").sort_values("location"), SCHOOL_POINTS, "school points")


def _points_of_features(path: Path, year: str) -> pd.DataFrame:
    rows = [_point_of_feature(feature, LOCATION_KEY[year], path) for feature in read_features(path)]
    points = pd.DataFrame(rows, columns=["location", "lon", "lat"])
    by_location = points.groupby("location")[["lat", "lon"]]
    apart = (by_location.max() - by_location.min()).max(axis=1) > FARTHEST
    if apart.any():
        far = apart.index[apart].tolist()
        raise InputError(str(path), "locations with addresses too far apart for one point", given=far[:5])
    first = by_location.first().reset_index()
    return check(first.assign(point_source=year), SCHOOL_POINTS, str(path))


def _point_of_feature(feature: dict[str, Any], key: str, path: Path) -> tuple[str, float, float]:
    try:
        lon, lat = feature["geometry"]["coordinates"]
        return str(feature["properties"][key]), float(lon), float(lat)
    except (KeyError, TypeError, ValueError) as error:
        name = feature["properties"].get("naam", "a feature")
        raise InputError(str(path), f"{name}: must have {key!r} and a point of two coordinates") from error


def read_pc4_points(path: Path) -> pd.DataFrame:
    """Read the point of each PC4 that has addresses (not those with post boxes only).

    Returns
    -------
    pandas.DataFrame : ``by_pc4_point``: pc4, lat, lon (degrees).
    """
    columns = ["postcode", "latitude", "longitude", "soort"]
    rows = stripped(read_delimited(path, columns, encoding="utf-8", separator=","))
    unknown = sorted(set(rows["soort"]) - set(KINDS))
    if unknown:
        raise InputError(str(path), "column 'soort' has unknown codes", given=unknown, allowed=", ".join(KINDS))
    rows = rows[rows["soort"].str.contains("Adres")]
    points = {"pc4": rows["postcode"], "lat": rows["latitude"], "lon": rows["longitude"]}
    for name in ("lat", "lon"):
        points[name] = decimals(points[name], str(path), largest=90)  # degrees
    return check(pd.DataFrame(points), PC4_POINTS, str(path))


def read_outlines(path: Path) -> pd.DataFrame:
    """Read the outlines of neighbourhoods, for maps: closed rings of points; holes and islands are rings too.

    Returns
    -------
    pandas.DataFrame
        ``by_outline_point``: area, ring (numbered within the area), lon, lat (degrees), in the file's order.
    """
    features = read_features(path)
    areas = pd.Series([str(feature["properties"].get("name", "")) for feature in features])
    if areas.duplicated().any():
        raise InputError(str(path), "areas with the same name", given=sorted(set(areas[areas.duplicated()]))[:5])
    rings = [
        pd.DataFrame({"area": area, "ring": number, "lon": ring[:, 0], "lat": ring[:, 1]})
        for area, feature in zip(areas, features, strict=True)
        for number, ring in enumerate(_rings(area, feature, path))
    ]
    return check(pd.concat(rings, ignore_index=True), OUTLINES, str(path))


def _rings(area: str, feature: dict[str, Any], path: Path) -> list[np.ndarray]:
    try:
        shape = feature["geometry"]
        parts = {"Polygon": [shape["coordinates"]], "MultiPolygon": shape["coordinates"]}[shape["type"]]
        rings = [np.array(ring, dtype=np.float64) for part in parts for ring in part]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(str(path), f"{area!r} is not a polygon") from error
    closed = all(r.ndim == 2 and r.shape[1] == 2 and len(r) > 3 and (r[0] == r[-1]).all() for r in rings)
    if not (area and rings and closed):
        raise InputError(str(path), f"{area!r}: needs a name and closed rings of (lon, lat)")
    return rings
