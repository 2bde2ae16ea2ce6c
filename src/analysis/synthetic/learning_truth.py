"""The truth of the learning part: every number that generates M- and E-tests.

Ability and growth are in standard deviations of the national distribution of the test (sd): a pupil at ability 0 is at
the national median. Inside this part a school year goes by its first calendar year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

FIRST_YEAR, LAST_YEAR = 2016, 2019
YEARS = tuple(range(FIRST_YEAR, LAST_YEAR + 1))
CLOSURE_YEAR = LAST_YEAR
SCHOOL_YEARS = tuple(f"{year}/{(year + 1) % 100:02d}" for year in YEARS)
LEVELS = ("V", "IV", "III", "II", "I")  # national quintiles, lowest first
LEVEL_V_UPTO, LEVEL_ONE_ABOVE = 20.0, 80.0  # percentiles
EDUCATIONS = ("laag", "middelbaar", "hoog", "onbekend")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Norm:
    """The national distribution of a test's skill score, by groep."""

    groepen: tuple[int, ...]  # the groepen whose tests are analysed, without gaps
    # National mean of the M- and the E-test, in points of the skill score; one per groep.
    middle: tuple[float, ...]
    end: tuple[float, ...]
    sd: float  # national standard deviation, in points; the same for both tests and all groepen

    def score(self, ability: Floats, groep: Ints, end: bool) -> Floats:
        """Convert abilities to skill scores, to a tenth of a point; NaN in groepen without the test."""
        return np.round(self._mean(groep, end) + self.sd * ability, 1)

    def ability(self, score: Floats, groep: Ints, end: bool) -> Floats:
        """Convert skill scores to national standard deviations."""
        ability: Floats = (score - self._mean(groep, end)) / self.sd
        return ability

    def percentile(self, score: Floats, groep: Ints, end: bool) -> Floats:
        """Convert skill scores to national percentiles, 0 to 100."""
        return percentile(self.ability(score, groep, end))

    def _mean(self, groep: Ints, end: bool) -> Floats:
        mean = np.full(20, np.nan)
        mean[list(self.groepen)] = self.end if end else self.middle
        return mean[groep]


def percentile(ability: Floats) -> Floats:
    """Convert abilities to national percentiles, 0 to 100."""
    share: Floats = 100 * ndtr(ability)
    return share


# The scales are this world's own: gains per half year shrink with the groep, as the publication says they do.
NORMS: Mapping[str, Norm] = {
    "lezen": Norm((5, 6, 7), (134.0, 152.0, 168.0), (144.0, 161.0, 174.0), 24.0),
    "rekenen": Norm((4, 5, 6, 7), (150.0, 190.0, 222.0, 248.0), (172.0, 207.0, 236.0, 258.0), 26.0),
    "dmt": Norm((3, 4), (22.0, 50.0), (36.0, 60.0), 14.0),
    "spelling": Norm((4, 5, 6, 7), (200.0, 256.0, 300.0, 336.0), (230.0, 280.0, 320.0, 352.0), 50.0),
}
SUBJECTS = tuple(NORMS)


@dataclass(frozen=True)
class AbilityTruth:
    """How able pupils are, and how fast they change place."""

    # Mean ability by parental education, sd.
    education: Mapping[str, float] = field(
        default_factory=lambda: {"laag": -0.525, "middelbaar": -0.15, "hoog": 0.22, "onbekend": -0.12}
    )
    # Girls' distance from boys by subject, sd.
    girl: Mapping[str, float] = field(
        default_factory=lambda: {"lezen": 0.23, "rekenen": -0.37, "dmt": 0.10, "spelling": 0.11}
    )
    school_sd: float = 0.12  # standard deviation of school means beyond their pupils' traits, sd
    # Standard deviation of pupils with the same traits at the same school on an M-test, with error of measurement, sd.
    pupil_sd: float = 0.972
    # Share of that variance that is not error of measurement, by subject.
    reliability: Mapping[str, float] = field(
        default_factory=lambda: {"lezen": 0.860, "rekenen": 0.950, "dmt": 0.900, "spelling": 0.9025}
    )
    between_subjects: float = 0.475  # correlation of a pupil's true abilities in two subjects
    # Correlation of what is a subject's own in true ability at the E-test with the next M-test; the last is from
    # 2018/19 to 2019/20. What the subjects share stays.
    kept_over_summer: float = 0.699
    kept_over_last_summer: float = 0.765
    kept_over_spring: float = 0.840  # the same, of the M-test with the next E-test
    spread_end: float = 1.014  # standard deviation between such pupils on an E-test, relative to that on the M-test


@dataclass(frozen=True)
class GrowthTruth:
    """Growth from M- to E-test relative to the national norm, without a closure."""

    # Growth in 2018/19 by subject and groep, after the expected number of days, sd.
    groep: Mapping[str, Mapping[int, float]] = field(
        default_factory=lambda: {
            "lezen": {5: -0.020, 6: 0.100, 7: 0.060},
            "rekenen": {4: 0.026, 5: 0.026, 6: 0.026, 7: 0.026},
            "dmt": {3: 0.045, 4: 0.045},
            "spelling": {4: 0.0385, 5: 0.0385, 6: 0.0385, 7: 0.0385},
        }
    )
    # Change of growth per school year, by subject, sd.
    trend: Mapping[str, float] = field(
        default_factory=lambda: {"lezen": 0.0255, "rekenen": 0.0110, "dmt": 0.0320, "spelling": 0.0313},
    )
    # Growth per day that the E-test comes later than expected, by subject, sd.
    per_day: Mapping[str, float] = field(
        default_factory=lambda: {"lezen": 0.0005, "rekenen": 0.0014, "dmt": 0.0003, "spelling": 0.0018},
    )
    school_sd: float = 0.059  # standard deviation of schools' growth, the same in all years and subjects, sd


@dataclass(frozen=True)
class ClosureTruth:
    """What the closure of spring 2020 took from growth in 2019/20; the terms add up."""

    # By subject and groep, for a pupil below level I at a school with `at_risk_centre` at risk and no shortage, sd.
    groep: Mapping[str, Mapping[int, float]] = field(
        default_factory=lambda: {
            "lezen": {5: -0.157, 6: -0.132, 7: -0.033},
            "rekenen": {4: -0.060, 5: -0.069, 6: -0.081, 7: -0.088},
            "dmt": {3: -0.085, 4: -0.085},
            "spelling": {4: -0.106, 5: -0.106, 6: -0.106, 7: -0.106},
        }
    )
    # What differs for a pupil at level I on the M-test, by subject, sd.
    level_one: Mapping[str, float] = field(
        default_factory=lambda: {"lezen": 0.140, "rekenen": -0.120, "dmt": 0.0, "spelling": 0.080}
    )
    # Per unit of the school's share of pupils at risk, by subject, sd.
    at_risk: Mapping[str, float] = field(
        default_factory=lambda: {"lezen": -0.09, "rekenen": -0.17, "dmt": 0.0, "spelling": -0.17}
    )
    at_risk_centre: float = 0.35  # the share at which that term is zero
    # Per unit of the school's shortage (share of fte) in October 2019, at a school without pupils at risk; it shrinks
    # to nothing at a school with pupils at risk only, sd.
    shortage: float = -0.20
    school_sd: float = 0.091  # standard deviation of schools that are alike in all this, sd (the random slope)
    pupil_sd: float = 0.15  # standard deviation of pupils who are alike in all this, sd


@dataclass(frozen=True)
class TestingTruth:
    """When tests are sat, and which are not."""

    __test__ = False  # pytest takes a class whose name begins with Test for a test

    # Expected day of the M- and the E-test; day 1 is 1 August.
    m_day: float = 178.0
    e_day: float = 318.0
    # Standard deviation of these days between schools and years, days.
    m_day_sd: float = 5.0
    e_day_sd: float = 12.0
    closure_delay: float = 11.0  # how much later the E-test came in 2019/20, days
    consent: float = 0.80  # share of schools whose results may be used
    adaptive: float = 0.05  # share of pupils tested adaptively, all years
    # Share of pupils absent from an M- or E-test that their school held.
    m_missing: float = 0.02
    e_missing: float = 0.02
    # Share of schools that did not hold the E-test of a subject, in an ordinary year and in 2019/20. A school without
    # the test of a subject lacks those of all subjects with a greater share.
    e_not_held: Mapping[str, float] = field(
        default_factory=lambda: {"lezen": 0.125, "rekenen": 0.04, "dmt": 0.03, "spelling": 0.025},
    )
    e_not_held_closure: Mapping[str, float] = field(
        default_factory=lambda: {"lezen": 0.19, "rekenen": 0.10, "dmt": 0.08, "spelling": 0.10},
    )
    # Share of pupils at level V who were absent from the E-test of 2019/20 on top of that: at a school without pupils
    # at risk, and how much more at a school with pupils at risk only.
    level_v: float = 0.05
    level_v_at_risk: float = 0.30


@dataclass(frozen=True)
class LearningTruth:
    """All that is true of the M- and E-tests."""

    ability: AbilityTruth = field(default_factory=AbilityTruth)
    growth: GrowthTruth = field(default_factory=GrowthTruth)
    closure: ClosureTruth = field(default_factory=ClosureTruth)
    testing: TestingTruth = field(default_factory=TestingTruth)
