"""A national draw beside the city: pupils of the whole country, for figures that were published for the country.

The advice part is the same; its truth and its pupils differ. The city's pupils cannot stand for the country: their
parents are more often highly educated and the advice is higher at equal scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.synthetic.advice import EDUCATION, make_advice
from analysis.synthetic.advice_truth import AdviceTruth, GroupEffects
from analysis.synthetic.labels import texts

BACKGROUND = ("none", "western", "moroccan", "turkish", "surinamese", "other_nonwestern")
CHILDREN = (100, 101)  # past the steps of `advice`, so that city and country may share a seed
INCOME_OF_QUINTILE = ("low", "low", "middle", "middle", "high")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NationalPeople:
    """Who the country's groep-8 pupils are."""

    # Pupils per cohort at scale 1: a third of the country's, enough for the shares at one test score.
    pupils: int = 60_000
    pupils_per_school: int = 25  # pupils in a groep 8
    # Shares of laag (at most mbo level 1), middelbaar, hoog and unknown.
    education: tuple[float, ...] = (0.10, 0.46, 0.38, 0.06)
    # Standard deviation between schools of the latent variable behind education, relative to 1 within schools.
    school_sd: float = 0.6
    backgrounds: tuple[str, ...] = BACKGROUND
    # Shares of these by parental education, one row per level of `EDUCATION`.
    background: tuple[tuple[float, ...], ...] = (
        (0.45, 0.07, 0.18, 0.13, 0.04, 0.13),
        (0.78, 0.07, 0.04, 0.04, 0.03, 0.04),
        (0.85, 0.09, 0.01, 0.01, 0.01, 0.03),
        (0.55, 0.15, 0.05, 0.05, 0.04, 0.16),
    )
    # Mean of the latent variable behind the household's income (within-group sd 1) by parental education.
    income: tuple[float, ...] = (-0.9, -0.1, 0.8, -0.5)
    one_parent: tuple[float, ...] = (0.35, 0.22, 0.12, 0.08, 0.06)  # share of one-parent households by income quintile


PEOPLE = NationalPeople()


def national_advice_truth() -> AdviceTruth:
    """Return the truth of the national draw; the years are those for which national figures were published."""
    return AdviceTruth(
        region="national",
        years=(2013, 2014, 2015, 2018),
        hoog_growth=0.0,
        ability_mean=0.408,
        ability=GroupEffects(-0.80, -0.55, -0.55, -0.22, -0.05, 0.04, -0.08),
        ability_sd=0.828,
        advice_base=3.591,
        advice_slope=1.54,
        advice=GroupEffects(-0.10, -0.08, -0.10, -0.02, -0.048, 0.048, -0.05),
        advice_share_hoog=0.73,
        advice_noise=0.211,
        advice_year={2014: 0.043, 2015: 0.102},
        half_width_start=0.175,
        half_width_step=0.0125,
        revision=GroupEffects(-0.45, -0.15, -0.20, 0.30, -0.07, -0.06),
        revision_year={2014: -3.40, 2015: -2.59, 2018: -1.228},
        place=GroupEffects(-0.32, -0.08, -0.08),
        place_pull=0.0,
        place_noise=0.41,
        place_half_width=0.70,
    )


def make_advice_national(
    truth: AdviceTruth, scale: float, seed: np.random.SeedSequence, people: NationalPeople = PEOPLE
) -> pd.DataFrame:
    """Generate the country's groep-8 cohorts: as `advice.make_advice`, with ``income_quintile`` (1-5, household)."""
    make, advise = (np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, child)) for child in CHILDREN)
    by_pupil, by_location = make_people(people, scale, np.random.default_rng(make))
    return make_advice(by_pupil, by_location, truth, advise)


def make_people(truth: NationalPeople, scale: float, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the pupils of one cohort, and their schools with the share of highly educated parents."""
    number = max(500, round(truth.pupils * scale))
    schools = -(-number // truth.pupils_per_school)
    school = np.arange(number) % schools
    education = _education(truth, truth.school_sd * rng.normal(size=schools)[school], rng)
    background = _pick(np.array(truth.background)[education], rng)
    latent = np.array(truth.income)[education] + rng.normal(size=number)
    quintile = latent.argsort().argsort() * 5 // number
    by_pupil = pd.DataFrame(
        {
            "groep": 8,
            "location": texts(school, [f"N{number}" for number in range(schools)]),
            "education": texts(education, EDUCATION),
            "background": texts(background, truth.backgrounds),
            "income": texts(quintile, INCOME_OF_QUINTILE),
            "income_quintile": quintile + 1,
            "one_parent": rng.uniform(size=number) < np.array(truth.one_parent)[quintile],
            "sex": np.where(rng.uniform(size=number) < 0.5, "m", "v"),
        }
    )
    share = (by_pupil["education"] == "hoog").groupby(by_pupil["location"]).mean()
    return by_pupil, share.rename("share_hoog").reset_index()


def _education(truth: NationalPeople, school: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    latent = school + rng.normal(size=len(school))
    *known, unknown = truth.education
    thresholds = np.quantile(latent, np.cumsum(known)[:-1] / sum(known))
    level = np.searchsorted(thresholds, latent)
    return np.where(rng.uniform(size=len(school)) < unknown, len(known), level)


def _pick(shares: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    passed = rng.uniform(size=(len(shares), 1)) >= shares.cumsum(axis=1)[:, :-1]
    return np.asarray(passed.sum(axis=1), dtype=np.int64)
