"""What follows from tables that an office has, so that it is never asked for: composition, distances, who lived where.

The synthetic world is made with the same functions, so that they run in every edition of it.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from analysis.stats.geography import great_circle_km

SMALL, LARGE = 195, 400
SIZE_CLASSES = ("small", "medium", "large")
GROEPEN = 8
KNOWN = ("laag", "middelbaar", "hoog")
ATTENDANCE = ["year", "location", "area", "nearest", "education", "background"]
OF_A_PUPIL = ["location", "education", "background"]


def composition(by_pupil: pd.DataFrame, nonwestern: Collection[str]) -> pd.DataFrame:
    """Compute the composition of every school with pupils.

    Parameters
    ----------
    by_pupil : ``location`` and, as far as they are known, ``education, at_risk, background``; a row per pupil.
    nonwestern : The codes of non-western backgrounds.

    Returns
    -------
    DataFrame
        ``pupils``; ``share_hoog`` of those whose parents' education is known; ``share_at_risk`` and
        ``share_nonwestern`` of those of whom it is known; indexed by location. A share of nobody is missing, and one
        whose column is absent is absent.
    """
    location = by_pupil["location"]
    derived = {"pupils": by_pupil.groupby("location").size()}
    if "education" in by_pupil:
        education = by_pupil["education"]
        derived["share_hoog"] = _share(education == "hoog", education.isin(KNOWN), location)
    if "at_risk" in by_pupil:
        at_risk = by_pupil["at_risk"]
        derived["share_at_risk"] = _share(at_risk.fillna(False).astype(bool), at_risk.notna(), location)
    if "background" in by_pupil:
        background = by_pupil["background"]
        derived["share_nonwestern"] = _share(background.isin(nonwestern), background.notna(), location)
    return pd.DataFrame(derived)


def _share(has: pd.Series, known: pd.Series, location: pd.Series) -> pd.Series:
    sums = pd.DataFrame({"has": has, "known": known}).groupby(location).sum()
    return (sums["has"] / sums["known"]).where(sums["known"] > 0)


def size_class(pupils: pd.Series) -> pd.Series:
    """Return the class of size of schools: small (195 pupils or fewer), medium (196-400), large; missing as pupils."""
    number = pupils.to_numpy(float, na_value=np.nan)
    names = np.array(SIZE_CLASSES)[np.digitize(number, [SMALL + 1, LARGE + 1])]
    return pd.Series(names, index=pupils.index).where(pupils.notna())


def with_composition(by_location: pd.DataFrame, by_pupil: pd.DataFrame, nonwestern: Collection[str]) -> pd.DataFrame:
    """Add to schools what their pupils make of them, where the office did not deliver it; see `composition`.

    Special schools keep what was delivered of them: their pupils are not in `by_pupil`.
    """
    derived = composition(by_pupil, nonwestern).reindex(pd.Index(by_location["location"]))
    derived = derived.assign(pupils=derived["pupils"].fillna(0).astype("int64"))
    new = {str(name): derived[name].to_numpy() for name in derived if name not in by_location}
    schools = by_location.assign(**new)
    return schools if "size_class" in schools else schools.assign(size_class=size_class(schools["pupils"]))


def with_distance(by_pupil: pd.DataFrame, by_location: pd.DataFrame) -> pd.DataFrame:
    """Add ``distance_km``, the great circle from home to school; missing where one of them has no point."""
    point = by_location.set_index("location")[["lat", "lon"]].reindex(pd.Index(by_pupil["location"])).to_numpy(float)
    home = by_pupil[["lat", "lon"]].to_numpy(float)
    return by_pupil.assign(distance_km=great_circle_km(home[:, 0], home[:, 1], point[:, 0], point[:, 1]))


def nearest(points: pd.DataFrame, others: pd.DataFrame) -> np.ndarray:
    """Return the position of the nearest of `others` to each point; both have ``lat, lon`` in degrees.

    On the unit sphere the nearest by a straight line is the nearest over the surface, so that a whole country takes
    a search tree and no matrix of distances. Of several at one point, as schools in one building are, it is the first.
    """
    places, first = np.unique(_on_the_sphere(others), axis=0, return_index=True)
    _, position = cKDTree(places).query(_on_the_sphere(points))
    return np.asarray(first[position], dtype=np.intp)


def lagged(by_pupil_before: pd.DataFrame, nonwestern: Collection[str]) -> pd.DataFrame:
    """Return ``by_location_lagged``: what choosers could know, the composition of schools a year before.

    ``places`` is the number of pupils per groep of that year, at least one: registers hold no capacity.
    """
    before = composition(by_pupil_before, nonwestern).reset_index()
    places = np.maximum(1, np.rint(before["pupils"] / GROEPEN)).astype("int64")
    shares = [name for name in ("share_hoog", "share_nonwestern") if name in before]
    return before.assign(places=places)[["location", "places", *shares]]


def attendance(by_pupil_year: pd.DataFrame, by_location: pd.DataFrame) -> pd.DataFrame:
    """Count the pupils of each year at regular schools by school, wijk, school nearest to the home, and parents.

    Parameters
    ----------
    by_pupil_year : ``year, location`` and as far as known ``wijk, lat, lon, education, background``, a row per pupil.
    by_location : ``location, special`` and ``lat, lon``: the nearest school is a regular one.

    Returns
    -------
    DataFrame
        ``by_attendance``: those of `ATTENDANCE` that there are, and ``pupils``; missing where one is not known.
    """
    regular = by_location[~by_location["special"].to_numpy(bool)]
    rows = by_pupil_year.rename(columns={"wijk": "area"})
    rows = rows[rows["location"].isin(regular["location"])]
    if {"lat", "lon"} <= {*rows} & {*regular}:
        in_order = regular.dropna(subset=["lat", "lon"]).sort_values("location")  # whatever the order in the file
        rows = rows.assign(nearest=_nearest_key(rows, in_order))
    return counted(rows)


def counted(rows: pd.DataFrame) -> pd.DataFrame:
    """Count rows of pupils by those of `ATTENDANCE` that there are."""
    by = [name for name in ATTENDANCE if name in rows]
    counts = rows.groupby(by, observed=True, dropna=False).size().rename("pupils").reset_index()
    return counts.astype({**dict.fromkeys(by[1:], "str"), "year": "int64"})[[*by, "pupils"]]


def _nearest_key(homes: pd.DataFrame, schools: pd.DataFrame) -> pd.Series:
    known = homes[["lat", "lon"]].notna().all(axis=1)
    keys = pd.Series(None, index=homes.index, dtype="str")
    if len(schools):
        keys[known] = schools["location"].to_numpy()[nearest(homes[known], schools)]
    return keys


def stay(first: pd.DataFrame, last: pd.DataFrame) -> pd.DataFrame:
    """Count the pupils who are there in two years, by `OF_A_PUPIL` in either.

    Parameters
    ----------
    first, last : ``pupil`` and `OF_A_PUPIL`, the pupils of either year; who lacks one of them is left out.

    Returns
    -------
    DataFrame
        ``by_stay``: those columns with ``first_`` and ``last_``, and ``pupils``.
    """
    sides = [
        rows[["pupil", *OF_A_PUPIL]].dropna().set_index("pupil").astype(str).add_prefix(f"{side}_")
        for side, rows in (("first", first), ("last", last))
    ]
    return sides[0].join(sides[1], how="inner").value_counts(sort=False).rename("pupils").reset_index()


def prior_percentile(by_pupil_test: pd.DataFrame) -> pd.Series:
    """Return the national percentile of each pupil's end test in the subject a school year before; missing without."""
    before = by_pupil_test[["pupil", "subject", "year", "e_percentile"]]
    following = [f"{int(year[:4]) + 1}/{(int(year[:4]) + 2) % 100:02d}" for year in before["year"]]
    before = before.assign(year=pd.Series(following, before.index, dtype="str"))  # also where there are no rows
    keys = ["pupil", "subject", "year"]
    prior = by_pupil_test[keys].merge(before, on=keys, how="left", validate="one_to_one")["e_percentile"]
    return prior.set_axis(by_pupil_test.index).rename("prior_percentile")


def revised(by_pupil_advice: pd.DataFrame) -> pd.Series:
    """Return whether the final advice is higher than the first: the advice was revised; missing without either.

    From 2023/24 registers fill the final advice of every pupil, also where it is the first.
    """
    first, final = by_pupil_advice["advice_first"], by_pupil_advice["advice_final"]
    known = first.notna() & final.notna()
    return (final > first) if known.all() else (final > first).astype("boolean").mask(~known)


def _on_the_sphere(points: pd.DataFrame) -> np.ndarray:
    lat, lon = np.radians(points["lat"].to_numpy(float)), np.radians(points["lon"].to_numpy(float))
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
