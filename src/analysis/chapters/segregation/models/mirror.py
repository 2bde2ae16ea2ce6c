"""Schools as mirrors of their surroundings, and pupils by band of their school and its size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.chapters.segregation.models.attendance import NEAREST, NOW, is_expected
from analysis.codes import Codes
from analysis.run.remembered import remembered
from analysis.stats.bands import in_bands, per_cent
from analysis.stats.complete import check_complete

MIRROR_COLUMNS = (
    *("year", "situation", "allowed_difference", "schools", "schools_mirroring", "share_schools", "mean_difference"),
)
CODES = Codes()
SIZES = ("small", "medium", "large")
EVERY_SIZE = "all"
SCHOOLS_OF_ALL = ["schools_now_all", "schools_nearest_all"]
WHOLES = [f"{unit}_{situation}_all" for situation in (NOW, NEAREST) for unit in ("pupils", "schools")]


def focus(by_attendance: pd.DataFrame, codes: Codes = CODES) -> pd.DataFrame:
    """Add how many of the pupils are of the group in focus, and of how many that is known.

    Parameters
    ----------
    by_attendance : ``year, location, nearest, pupils`` and the groups.
    codes : The backgrounds of the edition.

    Returns
    -------
    DataFrame
        The rows with ``members`` (highly educated parents; where education is not known, a non-western background) and
        ``known`` (unknown education stays out, as the municipality counts it).
    """
    check_complete(by_attendance, ["year", "location", "nearest", "pupils"], "segregation")
    pupils = by_attendance["pupils"]
    if is_expected(by_attendance):
        return by_attendance.assign(members=pupils * (by_attendance["background"] == "nonwestern"), known=pupils)
    if of_education(by_attendance):
        education = by_attendance["education"]
        known = education.notna() & (education != "onbekend")
        return by_attendance.assign(members=pupils * (education == "hoog"), known=pupils * known)
    background = by_attendance["background"]
    members = background.isin(codes.backgrounds("nonwestern"))
    return by_attendance.assign(members=pupils * members, known=pupils * background.notna())


def of_education(by_attendance: pd.DataFrame) -> bool:
    """Whether the make-up of a school is told by the education of parents: where that is counted.

    Parameters
    ----------
    by_attendance : As of `focus`.
    """
    return "education" in by_attendance and not is_expected(by_attendance)


def mirror(
    by_attendance: pd.DataFrame, schools: pd.DataFrame, points: Sequence[float], codes: Codes = CODES
) -> pd.DataFrame:
    """Count the schools whose share of a group is close to that of the children who live in their area.

    Parameters
    ----------
    by_attendance : ``year, location, area, pupils`` and the groups.
    schools : ``area`` by location.
    points : How close: differences of shares.
    codes : The backgrounds of the edition.

    Returns
    -------
    DataFrame
        One row per year, situation (``now`` and ``nearest``: every child at the nearest school) and difference:
        ``year, situation, allowed_difference, schools, schools_mirroring, share_schools, mean_difference``; none where
        areas are not known.
    """
    rows = []
    if "area" not in by_attendance or "area" not in schools:
        return pd.DataFrame(columns=list(MIRROR_COLUMNS))
    for year, of_year in focus(by_attendance, codes).groupby("year"):
        homes = _share(of_year, "area")
        for situation, column in ((NOW, "location"), (NEAREST, NEAREST)):
            here = _share(of_year, column)
            away = (here - homes.reindex(schools["area"].reindex(here.index)).to_numpy()).abs().dropna()
            for within in points:
                close = int((away <= within + 1e-12).sum())
                rows.append((year, situation, within, len(away), close, close / len(away), away.mean()))
    return pd.DataFrame(rows, columns=list(MIRROR_COLUMNS))


@remembered
def bands_by_year(
    by_attendance: pd.DataFrame, edges: Sequence[float], size_edges: Sequence[int], codes: Codes = CODES
) -> pd.DataFrame:
    """Distribution of pupils over bands of the share of a group at their school, by year and size of the school.

    Parameters
    ----------
    by_attendance : As in `mirror`.
    edges : Edges of the bands, open at both ends.
    size_edges : Pupils from which a school is medium, and from which it is large.
    codes : The backgrounds of the edition.

    Returns
    -------
    DataFrame
        One row per year, size (``all`` first) and band: ``year, size, band`` and ``pupils, schools, share`` with the
        endings ``_now`` and ``_nearest``, with ``_all`` after it those at all schools of that size.
    """
    frames = [
        _bands(of_year, edges, size_edges).assign(year=year)
        for year, of_year in focus(by_attendance, codes).groupby("year")
    ]
    bands = pd.concat(frames, ignore_index=True)
    return bands[["year", *bands.columns.drop("year")]]


def _bands(of_year: pd.DataFrame, edges: Sequence[float], size_edges: Sequence[int]) -> pd.DataFrame:
    now, nearest = (_side(of_year, column, edges, size_edges) for column in ("location", NEAREST))
    return pd.concat([_named(now, NOW), _named(nearest, NEAREST)], axis=1).reset_index()


def _named(side: pd.DataFrame, situation: str) -> pd.DataFrame:
    """Add the situation to the names of columns, and beside the counts those of all bands of a size."""
    every = side.groupby(level="size", sort=False)[["pupils", "schools"]].transform("sum")
    share = (side["pupils"] / every["pupils"]).rename(f"share_{situation}")
    return pd.concat([side.add_suffix(f"_{situation}"), every.add_suffix(f"_{situation}_all"), share], axis=1)


def _side(of_year: pd.DataFrame, column: str, edges: Sequence[float], size_edges: Sequence[int]) -> pd.DataFrame:
    sums = of_year.groupby(column)[["pupils", "members", "known"]].sum()
    sums = sums[sums["pupils"] > 0]
    # A school where nothing is known is given the share of one that is even, as elsewhere.
    share = np.where(sums["known"] > 0, sums["members"] / sums["known"].where(sums["known"] > 0), 0.5)
    band = in_bands(share, edges, per_cent)
    pupils = sums["pupils"].round().astype(np.int64)
    size = np.array(SIZES)[np.digitize(pupils, list(size_edges))]
    frame = pd.DataFrame({"band": band, "size": size, "pupils": pupils.to_numpy(), "schools": 1})
    return pd.concat(list(_of_sizes(frame)))


def _of_sizes(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for size in (EVERY_SIZE, *SIZES):
        rows = frame if size == EVERY_SIZE else frame[frame["size"] == size]
        counted = rows.groupby("band", observed=False)[["pupils", "schools"]].sum()
        counted.index = counted.index.astype(str)
        yield pd.concat({size: counted}, names=["size"])


def _share(rows: pd.DataFrame, by: str) -> pd.Series:
    sums = rows.groupby(by)[["members", "known"]].sum()
    share: pd.Series = sums["members"] / sums["known"].where(sums["known"] > 0)
    return share


def exposure_at_home(by_attendance: pd.DataFrame, by_area: pd.DataFrame, codes: Codes = CODES) -> pd.DataFrame:
    """Compute per area which share of a group the children who live there meet at their schools, in the last year.

    Parameters
    ----------
    by_attendance : As in `mirror`.
    by_area : ``area, lat, lon``; without them where the data do not tell.
    codes : The backgrounds of the edition.

    Returns
    -------
    DataFrame
        One row per area, for a map: ``lat, lon, pupils, share``, the mean over the pupils of the area; none without
        areas.
    """
    if "area" not in by_attendance or not {"area", "lat", "lon"} <= set(by_area):
        return pd.DataFrame(columns=["lat", "lon", "pupils", "share"])
    rows = focus(by_attendance[by_attendance["year"] == by_attendance["year"].max()], codes)
    at_school = _share(rows, "location")
    met = rows.assign(met=rows["pupils"] * rows["location"].map(at_school)).dropna(subset="met")
    sums = met.groupby("area")[["pupils", "met"]].sum()
    areas = (
        by_area.set_index("area")
        .join(sums.assign(share=sums["met"] / sums["pupils"]), how="inner")
        .reset_index(drop=True)
    )
    return areas.assign(pupils=areas["pupils"].round().astype(np.int64))[["lat", "lon", "pupils", "share"]]
