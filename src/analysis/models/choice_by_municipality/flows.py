"""Who goes where in each municipality: the input of its model, and what sets it apart from others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models import school_choice
from analysis.models.geography import pairwise_km
from analysis.models.school_choice import DENOMINATIONS, REFERENCE, SHARE_UNIT, WEGING_UNIT, Choices

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
    name
        As DUO spells it.
    choices
        Pupils by postcode and school, and the distances to every school that any of them attends.
    schools
        Indexed by location as the distances: ``schoolweging`` (per 5 points), ``denomination`` and ``km``, the published
        mean distance, if it is told.
    homes
        Indexed by pc4 as the distances: ``share_nonwestern`` (per 10 percentage points) and ``density`` (addresses per
        km2, missing where it is not known).
    """

    name: str
    choices: Choices
    schools: pd.DataFrame
    homes: pd.DataFrame

    @property
    def n_pupils(self) -> int:
        """Pupils whose choice it is."""
        return int(self.choices.pupils.sum())

    @property
    def n_schools(self) -> int:
        """Schools to choose from."""
        return len(self.schools)

    @property
    def n_postcodes(self) -> int:
        """Postcodes with pupils."""
        return len(self.homes)

    @property
    def density(self) -> float:
        """Addresses per km2 around the mean pupil's home."""
        pupils = self.choices.pupils.groupby(level="pc4").sum()
        known = self.homes["density"].dropna()
        return float(np.average(known, weights=pupils[known.index])) if len(known) else np.nan


def municipalities(
    by_school: pd.DataFrame,
    by_pc4: pd.DataFrame,
    by_pc4_school: pd.DataFrame,
    by_pc4_density: pd.DataFrame,
    by_location_distance: pd.DataFrame,
    *,
    column: str = "TOTAAL",
) -> list[Municipality]:
    """Split the flows of a country by municipality; the definitions of each are those of `school_choice.select`.

    Parameters
    ----------
    by_school, by_pc4, by_pc4_school
        As chapter 01 hands them over, of pupils who live in the municipality of their school.
    by_pc4_density
        ``pc4, density`` (addresses per km2).
    by_location_distance
        ``location, km``: published mean distance from home to school.
    column
        The pupils that choose.

    Raises
    ------
    ModelError
        If a school has another denomination than the four: it would pass for one of them.
    """
    unknown = set(by_school["denomination"]) - {REFERENCE, *DENOMINATIONS}
    if unknown:
        raise ModelError(f"schools have another denomination: {', '.join(sorted(unknown))}")
    schools = by_school.set_index("location").join(by_location_distance.set_index("location")["km"])
    homes = by_pc4.set_index("pc4").join(by_pc4_density.set_index("pc4")["density"])
    flows = by_pc4_school.assign(municipality=schools.loc[by_pc4_school["location"], "municipality"].to_numpy())
    return [_municipality(str(name), rows, schools, homes, column) for name, rows in flows.groupby("municipality")]


def _municipality(
    name: str, rows: pd.DataFrame, schools: pd.DataFrame, homes: pd.DataFrame, column: str
) -> Municipality:
    here, there = homes.loc[rows["pc4"].unique()], schools.loc[rows["location"].unique()]
    choices = school_choice.select(name, rows, column, pairwise_km(here, there))
    chosen, living = schools.loc[choices.distance.columns], homes.loc[choices.distance.index]
    return Municipality(
        name,
        choices,
        chosen[["denomination", "km"]].assign(schoolweging=chosen["schoolweging"] / WEGING_UNIT),
        living[["density"]].assign(share_nonwestern=living["share_nonwestern"] / SHARE_UNIT),
    )


def described(country: list[Municipality]) -> pd.DataFrame:
    """Tell what may explain differences between municipalities.

    Returns
    -------
    DataFrame
        One row each: ``municipality, pupils, schools, postcodes, density`` (addresses per km2), ``urbanicity`` (class
        of CBS) and ``sd_schoolweging`` (standard deviation over its schools, in points; missing for a single school).
    """
    rows = pd.DataFrame(
        [
            {
                "municipality": one.name,
                "pupils": one.n_pupils,
                "schools": one.n_schools,
                "postcodes": one.n_postcodes,
                "density": one.density,
                "sd_schoolweging": one.schools["schoolweging"].std(ddof=1) * WEGING_UNIT,
            }
            for one in country
        ]
    )
    return rows.assign(urbanicity=urbanicity(rows["density"]))


def urbanicity(density: pd.Series) -> pd.Series:
    """Return the class of CBS for addresses per km2; a density that is missing has none."""
    edges = [*sorted(URBANICITY.values()), np.inf]
    classes = pd.cut(density, edges, right=False, labels=list(reversed(URBANICITY)))
    return classes.astype("object").rename("urbanicity")
