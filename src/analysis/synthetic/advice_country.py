"""A country of its own size: every groep-8 pupil of six cohorts, with the region and urbanicity of the school.

The pupils and the advice are those of `advice_national`. Beside that, schools in cities advise higher at equal scores,
more so since the test follows the advice, and regions differ. The made-up regions have numbers and no names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from analysis.synthetic.advice import TEST_BEFORE_ADVICE, make_advice
from analysis.synthetic.advice_national import CHILDREN, PEOPLE, NationalPeople, make_people, national_advice_truth
from analysis.synthetic.advice_truth import AdviceTruth
from analysis.synthetic.labels import numbers_of

REGIONS = 40
URBANICITY_SHARES = (0.21, 0.30, 0.18, 0.19, 0.12)  # of schools, from 1 (most urban) to 5, about as CBS counts homes
MIDDLE = 3
REGION_STEP = 17  # coprime with 40, so that neighbours in number are no neighbours in advice
PLACES = (200,)  # past the children that `advice_national` uses


@dataclass(frozen=True)
class CountryTruth(AdviceTruth):
    """The truth of advice, and what place adds to it."""

    advice_urban: float = 0.03  # shift of the first advice per class of urbanicity above the middle one, in levels
    advice_urban_growth: float = 0.01  # growth of that shift per school year from 2014/15 on
    # Standard deviation of the shift between regions, in levels; the effects are normal scores, see `region_effects`.
    advice_region_sd: float = 0.06

    def by_place(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Shift the advice by urbanicity, year and region of the school."""
        since = np.maximum(frame["year"].to_numpy() - TEST_BEFORE_ADVICE + 1, 0)
        urban = (MIDDLE - frame["urbanicity"].to_numpy()) * (self.advice_urban + self.advice_urban_growth * since)
        return np.asarray(urban + numbers_of(frame["region"], region_effects(self)), dtype=np.float64)


def region_effects(truth: CountryTruth) -> pd.Series:
    """Return the true effect of each region on the advice, in levels."""
    scores = norm.ppf((np.arange(REGIONS) + 0.5) / REGIONS)
    order = np.arange(REGIONS) * REGION_STEP % REGIONS
    return pd.Series(truth.advice_region_sd * scores[order], index=region_names())


def region_names() -> list[str]:
    """Return the regions' numbers as text."""
    return [f"region {number:02d}" for number in range(1, REGIONS + 1)]


def country_truth(years: Sequence[int]) -> CountryTruth:
    """Return the truth of the national draw for other years, with the effects of place."""
    national = national_advice_truth()
    values = {field.name: getattr(national, field.name) for field in fields(AdviceTruth)}
    return CountryTruth(**values | {"region": "country", "years": tuple(years), "year3_last": max(years) - 2})


def make_country(truth: CountryTruth, pupils: int, seed: int, country: NationalPeople = PEOPLE) -> pd.DataFrame:
    """Generate the groep-8 cohorts of a country, with so many pupils each; the same seed gives the same country.

    As `advice.make_advice`, with ``income_quintile``, ``region`` and ``urbanicity`` (1-5, 1 is most urban) besides.
    """
    people, advice, places = (np.random.SeedSequence(seed, spawn_key=(child,)) for child in (*CHILDREN, *PLACES))
    by_pupil, by_location = make_people(replace(country, pupils=pupils), 1.0, np.random.default_rng(people))
    located = _places(by_location, np.random.default_rng(places)).set_index("location")
    school = located.index.get_indexer(pd.Index(by_pupil["location"]))
    by_pupil = by_pupil.assign(
        region=located["region"].array.take(school), urbanicity=located["urbanicity"].to_numpy()[school]
    )
    return make_advice(by_pupil, by_location, truth, advice)


def _places(by_location: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Put schools in regions; parents are more often highly educated where it is more urban."""
    names = np.array(region_names())
    leaning = by_location["share_hoog"].to_numpy() + rng.normal(0, 0.4, len(by_location))
    rank = 1 - leaning.argsort().argsort() / len(by_location)
    urbanicity = 1 + np.searchsorted(np.cumsum(URBANICITY_SHARES)[:-1], rank)
    region = pd.array(names[rng.integers(0, REGIONS, len(by_location))], dtype="str")
    return by_location.assign(region=region, urbanicity=urbanicity)
