"""The synthetic city as the open data that a researcher would receive, with the gaps that such files have."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from analysis.data.contracts import AGES as AGE_COLUMNS
from analysis.data.contracts import HOME_UNKNOWN, UNKNOWN
from analysis.data.sources import Sources
from analysis.synthetic.city import ELSEWHERE, NONWESTERN, SyntheticCity
from analysis.synthetic.truth import GapsTruth

PARTS = ("homes", "schools", "population")
TRAITS = {"denomination": "DENOMINATIE_VESTIGING", "board": "BEVOEGD_GEZAG_NUMMER"}
KEYS = ["GEMEENTENAAM_LEERLING", "POSTCODE_LEERLING", "location", "SOORT_PO"]


def as_sources(
    city: SyntheticCity,
    frames: Mapping[str, pd.DataFrame],
    truth: GapsTruth,
    municipality: str,
    schoolweging_year: int,
    seed: np.random.SeedSequence,
    nonwestern: Collection[str] = NONWESTERN,
) -> Sources:
    """Aggregate pupils and schools to the contracts of DUO and CBS, and leave out what such files lack."""
    for_homes, for_schools, for_population = (np.random.default_rng(s) for s in seed.spawn(len(PARTS)))
    schools = frames["by_location"].set_index("location")
    regular = schools[~schools["special"].to_numpy(bool)]
    points, weging = _with_gaps(regular, truth, schoolweging_year, for_schools)
    return Sources(
        by_location_pc4=_as_duo(_rows(frames, truth, municipality, for_homes), schools, municipality),
        by_location_point=points,
        by_location_weging=weging,
        by_pc4_population=_population(city, _nonwestern(frames["by_pupil"], nonwestern), truth, for_population),
        by_pc4_point=city.by_pc4[["lat", "lon"]].reset_index(),
        by_outline_point=city.by_outline_point,
        inputs=[],
    )


def _rows(
    frames: Mapping[str, pd.DataFrame], truth: GapsTruth, municipality: str, rng: np.random.Generator
) -> pd.DataFrame:
    """One row per pupil: home, school, its type and age; a few homes are registered elsewhere, or unknown."""
    pupils, special = frames["by_pupil"], frames["by_pupil_special"]
    schools = frames["by_location"].set_index("location")
    kind = {key: "Sbo" if number % 2 else "So" for number, key in enumerate(schools.index[schools["special"]])}
    homes = [(name, pc4) for name, codes in ELSEWHERE.items() for pc4 in codes] + [(UNKNOWN, HOME_UNKNOWN[0])]
    moved = rng.permutation(len(pupils))
    counts = np.full(len(homes), truth.elsewhere * len(pupils) / (len(homes) - 1))
    counts[-1] = truth.unknown_home * len(pupils)
    number = np.maximum(1, rng.poisson(counts))
    home = np.repeat(np.arange(len(homes)), number)
    town, pc4 = np.full(len(pupils), municipality, dtype=object), pupils["pc4"].to_numpy(object, copy=True)
    town[moved[: len(home)]] = np.array([name for name, _ in homes], dtype=object)[home]
    pc4[moved[: len(home)]] = np.array([code for _, code in homes], dtype=object)[home]
    regular = pupils[["location", "age"]].assign(GEMEENTENAAM_LEERLING=town, POSTCODE_LEERLING=pc4, SOORT_PO="Bo")
    others = special[["location", "age"]].assign(
        GEMEENTENAAM_LEERLING=municipality, POSTCODE_LEERLING=special["pc4"], SOORT_PO=special["location"].map(kind)
    )
    return pd.concat([regular, others], ignore_index=True)


def _as_duo(rows: pd.DataFrame, schools: pd.DataFrame, municipality: str) -> pd.DataFrame:
    by_age = rows.pivot_table(index=KEYS, columns="age", aggfunc="size", fill_value=0)
    frame = by_age.rename(columns="LEEFTIJD_{}".format).reindex(columns=pd.Index(AGE_COLUMNS), fill_value=0)
    frame = frame.assign(TOTAAL=frame.sum(axis=1)).reset_index()
    traits = schools[list(TRAITS)].rename(columns=TRAITS)
    return frame.join(traits, on="location").assign(GEMEENTENAAM=municipality)


def _with_gaps(
    schools: pd.DataFrame, truth: GapsTruth, year: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leave a few schools out of the point file and a few others out of the schoolweging file."""
    # Public schools: a small city has so few of the other denominations that the model needs them all.
    mixed = rng.permutation(np.flatnonzero(schools["denomination"] == "Openbaar"))
    no_point = max(1, round(truth.schools_without_point * len(schools)))
    no_weging = max(1, round(truth.schools_without_weging * len(schools)))
    located = schools.drop(schools.index[mixed[:no_point]])
    weighed = schools.drop(schools.index[mixed[no_point : no_point + no_weging]])
    points = located[["lat", "lon"]].reset_index().assign(point_source="2022")
    weging = weighed[["schoolweging", "spread", "pupils"]].reset_index().assign(year=year)
    weging["pupils"] = weging["pupils"].clip(lower=1)
    return points, weging[["location", "year", "schoolweging", "spread", "pupils"]]


def _nonwestern(by_pupil: pd.DataFrame, codes: Collection[str]) -> pd.Series:
    """Return the share of pupils with a non-western background in each postcode."""
    share: pd.Series = by_pupil["background"].isin(codes).groupby(by_pupil["pc4"]).mean()
    return share


def _population(city: SyntheticCity, nonwestern: pd.Series, truth: GapsTruth, rng: np.random.Generator) -> pd.DataFrame:
    """Inhabitants per PC4, in fives as CBS rounds them."""
    number = len(city.by_pc4)
    people = np.maximum(np.round(truth.population * rng.gamma(8.0, 1.0, number) / 8.0 / 5) * 5, 500).astype(np.int64)
    share = truth.population_share * nonwestern.reindex(city.by_pc4.index).fillna(nonwestern.mean())
    rounded = np.round(share.to_numpy(float) * people / 5) * 5 / people
    return pd.DataFrame({"pc4": city.by_pc4.index, "population": people, "share_nonwestern": rounded})
