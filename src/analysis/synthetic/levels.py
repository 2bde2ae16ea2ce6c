"""The reference levels (referentieniveaus) that pupils of groep 8 of the synthetic city reach, by subject.

A pupil's score follows from the ability behind the advice (`advice.true_ability`), so that advice and levels agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.reference_levels import COUNTED, FEWEST_COUNTED, LEVELS, SUBJECTS
from analysis.school_years import school_year
from analysis.synthetic.advice import PERSON
from analysis.synthetic.labels import numbers_of, texts

PUPIL_COLUMNS = ("pupil", "year", "location", "subject", "level", *PERSON)
SCHOOL_COLUMNS = (
    *("location", "year", "subject"),
    *(f"{count}_{end}" for count in ("n", *COUNTED) for end in ("low", "high")),
    *("schoolweging", "spread"),
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LevelTruth:
    """What scores are, in standard deviations of ability: level of the last year, pupils, schools; and the cuts.

    Score = loading x ability + school + school in the year + pupil + shift x (year - last year).
    """

    years: tuple[int, ...] = (2016, 2017, 2018)  # the groep-8 cohorts, by the year in which the school year starts
    # What a standard deviation of ability adds, by subject.
    loading: Mapping[str, float] = field(default_factory=lambda: {"lezen": 0.85, "taal": 0.85, "rekenen": 0.85})
    pupil_sd: float = 0.50  # standard deviation of pupils of one ability, at one school
    # Standard deviations between schools of what lasts and of what is of one year, at equal abilities of their pupils;
    # and how what lasts of one subject goes with that of another.
    school_sd: float = 0.28
    school_correlation: float = 0.7
    year_sd: float = 0.10
    # Score below which a pupil is below the fundamental level (1F), and from which at the target level (2F, 1S).
    fundamental: Mapping[str, float] = field(default_factory=lambda: {"lezen": -1.67, "taal": -1.79, "rekenen": -1.27})
    target: Mapping[str, float] = field(default_factory=lambda: {"lezen": -0.54, "taal": -0.24, "rekenen": 0.30})
    # How much higher scores are than a year before.
    shift: Mapping[str, float] = field(default_factory=lambda: {"lezen": 0.145, "taal": 0.02, "rekenen": 0.0})


def make_levels(
    by_pupil_advice: pd.DataFrame,
    ability: Floats,
    by_location: pd.DataFrame,
    truth: LevelTruth,
    seed: np.random.SeedSequence,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return which level each pupil who sat the end test reaches, and how many of each school do, as DUO counts.

    Parameters
    ----------
    by_pupil_advice, ability : The groep-8 cohorts, and the ability of each pupil.
    by_location : The schools, with ``schoolweging, spread``.
    truth, seed : What is true of the levels, and of the random draws.

    Returns
    -------
    tuple of DataFrame
        ``by_pupil_level``: a row per pupil and subject, with `PUPIL_COLUMNS`; ``by_school_level``: a row per school,
        year and subject, with `SCHOOL_COLUMNS`. Of a count from 1 to 4 the least and the most that it may be are told.
    """
    for_schools, for_pupils = (np.random.default_rng(child) for child in seed.spawn(2))
    tested = by_pupil_advice["year"].isin(truth.years).to_numpy() & by_pupil_advice["cet"].notna().to_numpy()
    pupils = by_pupil_advice.loc[tested, ["pupil", "year", "location", *PERSON]].reset_index(drop=True)
    lasting, yearly = _effects(by_location, truth, for_schools)
    parts = []
    for subject in SUBJECTS:
        at = pd.MultiIndex.from_frame(pupils[["location", "year"]])
        school = numbers_of(pupils["location"], lasting[subject]) + yearly[subject].reindex(at).to_numpy()
        moved = truth.shift[subject] * (pupils["year"].to_numpy() - truth.years[-1])
        own = for_pupils.normal(0, truth.pupil_sd, len(pupils))
        score = truth.loading[subject] * ability[tested] + school + moved + own
        reached = np.digitize(score, [truth.fundamental[subject], truth.target[subject]])
        parts.append(pupils.assign(subject=subject, level=texts(reached, LEVELS)))
    by_pupil_level = pd.concat(parts, ignore_index=True)
    by_pupil_level["year"] = [school_year(year) for year in by_pupil_level["year"]]
    return by_pupil_level[list(PUPIL_COLUMNS)], counted(by_pupil_level, by_location)


def counted(by_pupil_level: pd.DataFrame, by_location: pd.DataFrame) -> pd.DataFrame:
    """Count pupils of each school, year and subject by level, with the ends of what a masked count may be.

    Parameters
    ----------
    by_pupil_level : Pupils with ``location, year, subject, level``.
    by_location : Schools with ``schoolweging, spread``.
    """
    keys = ["location", "year", "subject"]
    at_level = pd.DataFrame({level: by_pupil_level["level"] == level for level in LEVELS})
    counts = at_level.groupby([by_pupil_level[key] for key in keys]).sum()
    hidden = (counts > 0) & (counts < FEWEST_COUNTED)
    ends = {"low": counts.mask(hidden, 1), "high": counts.mask(hidden, FEWEST_COUNTED - 1)}
    columns = {
        f"{name}_{end}": values[level]
        for end, values in ends.items()
        for name, level in zip(COUNTED, LEVELS, strict=True)
    }
    sums = {f"n_{end}": values.sum(axis=1) for end, values in ends.items()}
    rows = pd.DataFrame({**columns, **sums}).reset_index()
    schools = by_location.set_index("location")[["schoolweging", "spread"]]
    return rows.join(schools, on="location")[list(SCHOOL_COLUMNS)]


def _effects(
    by_location: pd.DataFrame, truth: LevelTruth, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw what lasts of each school, and what is of one year, by subject."""
    schools, subjects = pd.Index(by_location["location"]), list(SUBJECTS)
    common, own = rng.normal(size=(len(schools), 1)), rng.normal(size=(len(schools), len(subjects)))
    alike = truth.school_correlation
    lasting = truth.school_sd * (np.sqrt(alike) * common + np.sqrt(1 - alike) * own)
    at = pd.MultiIndex.from_product([schools, truth.years], names=["location", "year"])
    yearly = rng.normal(0, truth.year_sd, (len(at), len(subjects)))
    return pd.DataFrame(lasting, schools, subjects), pd.DataFrame(yearly, at, subjects)
