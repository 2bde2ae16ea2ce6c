"""Where the pupils of groep 1 and 2 are five years on: at the same school, at another, or gone from the city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.codes import FIVE_YEARS_ON as OUTCOMES
from analysis.synthetic.pupils import EDUCATIONS
from analysis.synthetic.shapes import Floats, draw, raked

GRADES = ("lower", "6 or 7", "8")
COLUMNS = ("cohort", "pupil", "location", "education", "grade", "outcome")


@dataclass(frozen=True)
class CohortTruth:
    """One cohort, by the year in which its pupils were in groep 1 or 2."""

    pupils: int  # pupils at scale 1
    grade: tuple[float, float, float]  # shares that are in a lower grade, in groep 6 or 7 and in groep 8 five years on
    outcome: tuple[float, float, float, float]  # shares of the outcomes, in the order of OUTCOMES


def _cohorts() -> dict[int, CohortTruth]:
    return {
        2008: CohortTruth(14_916, (0.145, 0.846, 0.009), (0.65, 0.06, 0.14, 0.15)),
        2010: CohortTruth(14_833, (0.113, 0.880, 0.007), (0.65, 0.06, 0.14, 0.15)),
        2012: CohortTruth(15_402, (0.119, 0.871, 0.010), (0.65, 0.06, 0.14, 0.15)),
        2014: CohortTruth(16_320, (0.108, 0.881, 0.011), (0.55, 0.07, 0.18, 0.20)),
    }


def _moves() -> dict[str, tuple[float, ...]]:
    return {
        "laag": (0.0, 0.25, 0.35, 0.0),
        "middelbaar": (0.0, 0.15, 0.30, 0.10),
        "hoog": (0.25, -0.10, -0.30, 0.0),
        "onbekend": (0.0, 0.0, 0.0, 0.25),
    }


@dataclass(frozen=True)
class RetentionTruth:
    """How pupils stay and move."""

    cohorts: Mapping[int, CohortTruth] = field(default_factory=_cohorts)  # each cohort by its first year
    # By parental education, log-odds of each of OUTCOMES beside what the cohort has.
    education: Mapping[str, tuple[float, ...]] = field(default_factory=_moves)


def make_retention(
    by_pupil: pd.DataFrame, truth: RetentionTruth, scale: float, seed: np.random.SeedSequence
) -> pd.DataFrame:
    """Follow each cohort for five years; its pupils are drawn from groep 1 and 2 with replacement.

    One row per pupil of a cohort: ``cohort`` (first year), ``pupil`` (a number within the cohort), ``location`` (the
    school where it began), ``education, grade`` (lower, 6 or 7, 8) and ``outcome``.
    """
    starters = by_pupil.loc[by_pupil["groep"] <= 2, ["location", "education"]]
    streams = seed.spawn(len(truth.cohorts))
    cohorts = [
        _follow(starters, truth, year, max(1, round(cohort.pupils * scale)), np.random.default_rng(stream))
        for (year, cohort), stream in zip(truth.cohorts.items(), streams, strict=True)
    ]
    return pd.concat(cohorts, ignore_index=True)[list(COLUMNS)]


def _follow(
    starters: pd.DataFrame, truth: RetentionTruth, year: int, number: int, rng: np.random.Generator
) -> pd.DataFrame:
    cohort = truth.cohorts[year]
    frame = starters.iloc[rng.integers(0, len(starters), number)].reset_index(drop=True)
    share = starters["education"].value_counts(normalize=True).reindex(list(EDUCATIONS), fill_value=0.0)
    logits = np.array([truth.education[name] for name in EDUCATIONS])
    weight: Floats = np.asarray(share, dtype=np.float64)
    outcome = raked(logits, weight, np.array(cohort.outcome))
    education = pd.Index(EDUCATIONS).get_indexer(pd.Index(frame["education"]))
    grade = draw(np.tile(np.array(cohort.grade), (number, 1)), rng)
    return frame.assign(
        cohort=year,
        pupil=np.arange(1, number + 1, dtype=np.int64),
        grade=np.array(GRADES, dtype=object)[grade],
        outcome=np.array(OUTCOMES, dtype=object)[draw(outcome[education], rng)],
    )
