"""Who goes where in each municipality: the input of its model, and what may explain how it differs from others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.complete import check_complete, positions
from analysis.stats.geography import great_circle_km
from analysis.topics.choice import DENOMINATIONS, REFERENCE, SHARE_UNIT, WEGING_UNIT

Floats = NDArray[np.float64]

PUPILS = "TOTAAL"
URBANICITY = {
    "very strongly urban": 2500.0,
    "strongly urban": 1500.0,
    "moderately urban": 1000.0,
    "hardly urban": 500.0,
    "not urban": 0.0,
}
"""The classes of CBS, each from so many addresses per km2 on."""


@dataclass(frozen=True)
class Municipality:
    """The choices within a municipality: of pupils who live and go to school in it.

    Parameters
    ----------
    name : As DUO spells it.
    pupils : Pupils by postcode and school; every postcode and every school has at least one.
    distance_km : From the point of every postcode to every school, in the shape of `pupils`.
    homes
        Indexed by pc4: ``lat, lon`` (degrees), ``share_nonwestern`` (per 10 percentage points) and ``density``
        (addresses per km2, missing where it is not known).
    schools
        Indexed by location: ``schoolweging`` (per 5 points), ``denomination`` and ``km``, the published mean distance,
        missing where it is not known.
    """

    name: str
    pupils: Floats
    distance_km: Floats
    homes: pd.DataFrame
    schools: pd.DataFrame

    @property
    def n_pupils(self) -> int:
        """Pupils whose choice it is."""
        return int(self.pupils.sum())

    @property
    def n_schools(self) -> int:
        """Schools to choose from: those that any of the pupils attends."""
        return len(self.schools)

    @property
    def n_postcodes(self) -> int:
        """Postcodes with pupils."""
        return len(self.homes)

    def of_mean_pupil(self, trait: str) -> float:
        """Average a trait of homes over the pupils for whom it is known, such as addresses per km2 (``density``)."""
        values, pupils = self.homes[trait].to_numpy(float), self.pupils.sum(axis=1)
        known = ~np.isnan(values)
        return float(np.average(values[known], weights=pupils[known])) if known.any() else np.nan

    @property
    def numbers(self) -> dict[str, int]:
        """Pupils, schools and postcodes."""
        return {"pupils": self.n_pupils, "schools": self.n_schools, "postcodes": self.n_postcodes}


def municipalities(
    by_school: pd.DataFrame,
    by_pc4: pd.DataFrame,
    by_pc4_school: pd.DataFrame,
    by_pc4_density: pd.DataFrame,
    by_location_distance: pd.DataFrame,
) -> list[Municipality]:
    """Split the flows of a country by municipality.

    Parameters
    ----------
    by_school, by_pc4, by_pc4_school
        Internal tables of chapter 01, of pupils who live in the municipality of their school; those that choose are in
        the column `PUPILS`.
    by_pc4_density : ``pc4, density`` (addresses per km2).
    by_location_distance : ``location, km``: published mean distance from home to school.

    Returns
    -------
    list of Municipality
        In the order of their names.

    Raises
    ------
    ModelError
        If a number of pupils is missing or negative, a postcode or school of pupils is not known or has two rows, or a
        school has another denomination than the four.
    """
    _check(by_school, by_pc4_school)
    # Of plain objects: looking up a few labels in strings of arrow takes longer than estimating on them.
    schools = by_school.join(by_location_distance.set_index("location")["km"], on="location")
    schools = schools.assign(schoolweging=schools["schoolweging"] / WEGING_UNIT).astype({"denomination": object})
    schools = schools.set_index(schools["location"].astype(object))
    homes = by_pc4.join(by_pc4_density.set_index("pc4")["density"], on="pc4")
    homes = homes.assign(share_nonwestern=homes["share_nonwestern"] / SHARE_UNIT)
    homes = homes.set_index(homes["pc4"].astype(object))
    chosen = by_pc4_school[by_pc4_school[PUPILS] > 0]
    flows = pd.DataFrame(
        {
            "home": positions(homes.index, pd.Index(chosen["pc4"]), "postcodes of pupils"),
            "school": positions(schools.index, pd.Index(chosen["location"]), "schools of pupils"),
            "pupils": chosen[PUPILS].to_numpy(float),
        }
    )
    name = schools["municipality"].to_numpy(object)[flows["school"]]
    return [_municipality(str(name), rows, homes, schools) for name, rows in flows.groupby(name)]


def _check(by_school: pd.DataFrame, by_pc4_school: pd.DataFrame) -> None:
    unknown = set(by_school["denomination"]) - {REFERENCE, *DENOMINATIONS}
    if unknown:
        raise ModelError(f"schools have another denomination: {', '.join(sorted(unknown))}", Reason.INVALID)
    check_complete(by_pc4_school, ["pc4", "location", PUPILS], "flows")
    check_complete(by_school, ["location", "municipality", "schoolweging", "lat", "lon"], "schools")
    if not (by_pc4_school[PUPILS] >= 0).all():
        raise ModelError(f"{PUPILS}: a number of pupils is negative", Reason.INVALID)


def _municipality(name: str, rows: pd.DataFrame, homes: pd.DataFrame, schools: pd.DataFrame) -> Municipality:
    (home, at_home), (school, at_school) = (np.unique(rows[key], return_inverse=True) for key in ("home", "school"))
    pupils = np.zeros((len(home), len(school)))
    np.add.at(pupils, (at_home, at_school), rows["pupils"])
    here, there = homes.iloc[home], schools.iloc[school]
    lat_from, lon_from = (here[axis].to_numpy(float)[:, None] for axis in ("lat", "lon"))
    lat_to, lon_to = (there[axis].to_numpy(float)[None, :] for axis in ("lat", "lon"))
    return Municipality(
        name,
        pupils,
        great_circle_km(lat_from, lon_from, lat_to, lon_to),
        here[["lat", "lon", "share_nonwestern", "density"]],
        there[["schoolweging", "denomination", "km"]],
    )


def described(country: list[Municipality]) -> pd.DataFrame:
    """Compute what may explain differences between municipalities.

    Parameters
    ----------
    country : The municipalities.

    Returns
    -------
    DataFrame
        One row each: ``municipality, pupils, schools, postcodes``, ``lat, lon, density`` (of the mean pupil's home;
        addresses per km2), ``urbanicity`` (class of CBS) and ``sd_schoolweging`` (standard deviation over its schools,
        in points; missing for a single school).
    """
    rows = pd.DataFrame(
        [
            {
                "municipality": one.name,
                **one.numbers,
                **{trait: one.of_mean_pupil(trait) for trait in ("lat", "lon", "density")},
                "sd_schoolweging": one.schools["schoolweging"].std(ddof=1) * WEGING_UNIT,
            }
            for one in country
        ]
    )
    return rows.assign(urbanicity=urbanicity(rows["density"]))


def urbanicity(density: pd.Series) -> pd.Series:
    """Classify municipalities as CBS does.

    Parameters
    ----------
    density : Addresses per km2.

    Returns
    -------
    Series
        The class; missing where the density is.
    """
    edges = [*sorted(URBANICITY.values()), np.inf]
    classes = pd.cut(density, edges, right=False, labels=list(reversed(URBANICITY)))
    return classes.astype("object").rename("urbanicity")
