"""The synthetic city as the sources that a researcher would receive, under the same contracts as the real files."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.data.contracts import AGES as AGE_COLUMNS
from analysis.data.sources import Sources
from analysis.synthetic.city import City, location_keys, make_city
from analysis.synthetic.pupils import AGES, pupils_from_elsewhere, regular_pupils
from analysis.synthetic.truth import Truth

# Each part draws from a stream of its own, so that a change in one leaves the draws of the others alone.
PARTS = ("city", "regular pupils", "pupils from elsewhere", "special schools", "gaps")


def make_sources(
    municipality: str, schoolweging_year: int, scale: float, seed: int, truth: Truth | None = None
) -> Sources:
    """Make a city and its pupils.

    Parameters
    ----------
    municipality
        The name that the city bears.
    schoolweging_year
        The year that its schoolweging bears.
    scale
        Size; 1 is about 62,000 pupils at 213 schools in 80 postcodes.
    seed
        The same seed gives the same city, to the last bit.
    truth
        What generated it; by default the published truth.

    Returns
    -------
    Sources
        Checked like real ones, gaps included: pupils from elsewhere, schools without a point or a schoolweging.
    """
    truth = truth or Truth()
    streams = dict(zip(PARTS, np.random.SeedSequence(seed).spawn(len(PARTS)), strict=True))
    city = make_city(truth, scale, streams["city"])
    regular = regular_pupils(city, truth, scale, streams["regular pupils"])
    elsewhere = pupils_from_elsewhere(city, truth, scale, streams["pupils from elsewhere"])
    rows = pd.concat([regular.assign(GEMEENTENAAM_LEERLING=municipality), elsewhere], ignore_index=True)
    special = _special_pupils(city, truth, scale, municipality, np.random.default_rng(streams["special schools"]))
    points, weging = _with_gaps(city, rows, truth, schoolweging_year, np.random.default_rng(streams["gaps"]))
    return Sources(
        by_location_pc4=_as_duo(pd.concat([_at_schools(rows, city), special], ignore_index=True), municipality),
        by_location_point=points,
        by_location_weging=weging,
        by_pc4_population=city.by_pc4[["population", "share_nonwestern"]].reset_index(),
        by_pc4_point=city.by_pc4[["lat", "lon"]].reset_index(),
        by_outline_point=city.by_outline_point,
        inputs=[],
    )


def _at_schools(rows: pd.DataFrame, city: City) -> pd.DataFrame:
    traits = ["DENOMINATIE_VESTIGING", "BEVOEGD_GEZAG_NUMMER"]
    return rows.join(city.by_school[traits], on="location").assign(SOORT_PO="Bo")


def _special_pupils(
    city: City, truth: Truth, scale: float, municipality: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Pupils of special schools (Sbo, So), who do not belong to the analysis and must be seen to leave it."""
    keys = location_keys(89, max(3, round(26 * scale)))
    number = max(20, round(truth.pupils * scale * truth.share_special))
    school = rng.integers(0, len(keys), number)
    home = rng.choice(city.by_pc4.index, number, p=city.by_pc4["weight"].to_numpy())
    frame = pd.DataFrame(rng.multinomial(1, np.full(len(AGES), 1 / len(AGES)), number), columns=list(AGES))
    frame = (
        frame.assign(location=[keys[s] for s in school], POSTCODE_LEERLING=home)
        .groupby(["POSTCODE_LEERLING", "location"], as_index=False)
        .sum()
    )
    kind = {key: "Sbo" if place % 2 else "So" for place, key in enumerate(keys)}
    return frame.assign(
        GEMEENTENAAM_LEERLING=municipality,
        SOORT_PO=frame["location"].map(kind),
        DENOMINATIE_VESTIGING="Algemeen bijzonder",
        BEVOEGD_GEZAG_NUMMER="90001",
    )


def _with_gaps(
    city: City, rows: pd.DataFrame, truth: Truth, year: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leave a few schools out of the point file and a few others out of the schoolweging file."""
    schools = city.by_school
    mixed = rng.permutation(len(schools))
    no_point = max(2, round(truth.schools_without_point * len(schools)))
    no_weging = max(1, round(truth.schools_without_weging * len(schools)))
    located = schools.drop(schools.index[mixed[:no_point]])
    weighed = schools.drop(schools.index[mixed[no_point : no_point + no_weging]])
    pupils = rows.groupby("location")[list(AGES)].sum().sum(axis=1)
    points = located[["lat", "lon"]].reset_index().assign(point_source="2022")
    weging = weighed[["schoolweging", "spread"]].reset_index()
    weging = weging.assign(year=year, pupils=weging["location"].map(pupils).fillna(0).clip(lower=1).astype("int64"))
    return points, weging[["location", "year", "schoolweging", "spread", "pupils"]]


def _as_duo(rows: pd.DataFrame, municipality: str) -> pd.DataFrame:
    frame = rows.rename(columns={age: f"LEEFTIJD_{age}" for age in AGES}).assign(GEMEENTENAAM=municipality)
    absent = {name: 0 for name in AGE_COLUMNS if name not in frame}
    frame = frame.assign(**absent)
    return frame.assign(TOTAAL=frame[list(AGE_COLUMNS)].sum(axis=1))
