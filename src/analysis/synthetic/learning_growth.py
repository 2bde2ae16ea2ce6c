"""Abilities of pupils at every test: their level, how they grow, what the closure took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.synthetic.labels import numbers_of
from analysis.synthetic.learning_truth import (
    CLOSURE_YEAR,
    LAST_YEAR,
    LEVEL_ONE_ABOVE,
    NORMS,
    SUBJECTS,
    YEARS,
    AbilityTruth,
    Bools,
    ClosureTruth,
    Floats,
    GrowthTruth,
    Ints,
    LearningTruth,
)

CLOSED = YEARS.index(CLOSURE_YEAR)
TIMES = 1 + 2 * len(YEARS)  # the E-test before the first year, and the M- and E-test of every year


@dataclass(frozen=True)
class Class:
    """Who is tested, where and when."""

    # ``pupil, groep`` (in 2019/20, counting on past 8 for those who have left), ``school`` (row of `by_school`),
    # ``education, sex``.
    by_pupil: pd.DataFrame
    by_school: pd.DataFrame  # ``location, share_at_risk, shortage`` (share of fte in October 2019)
    delay: Floats  # days between the tests beyond the expected number; shape (schools, years)

    @property
    def school(self) -> Ints:
        """Row of each pupil's school."""
        return self.by_pupil["school"].to_numpy()

    @property
    def groep(self) -> Ints:
        """Groep in every year; shape (pupils, years)."""
        return np.asarray(self.by_pupil["groep"].to_numpy()[:, None] - (LAST_YEAR - np.array(YEARS)))


@dataclass(frozen=True)
class Standings:
    """Abilities in one subject, in national standard deviations; shape (pupils, years).

    ``prior`` is the E-test of the year before, ``middle`` and ``end`` are the tests of the year.
    """

    prior: Floats
    middle: Floats
    end: Floats


@dataclass(frozen=True)
class _Common:
    """What the subjects share: effects of schools on level and growth (per year), and pupils' ability, which stays."""

    level: Floats
    growth: Floats
    general: Floats


def standings(tested: Class, truth: LearningTruth, seed: np.random.SeedSequence) -> dict[str, Standings]:
    """Draw the abilities of all pupils at all tests, by subject.

    What the subjects share of true ability stays; what is a subject's own changes from test to test (autoregressive).
    Both lie about a mean that stays with the pupil's traits and school; an error of measurement comes on top, from
    which regression to the mean follows.
    """
    for_common, *for_subjects = seed.spawn(1 + len(SUBJECTS))
    common = _common(tested, truth, np.random.default_rng(for_common))
    return {
        subject: _standings(subject, tested, common, truth, np.random.default_rng(stream))
        for subject, stream in zip(SUBJECTS, for_subjects, strict=True)
    }


def closure_effect(
    subject: str, groep: Ints, level_one: Bools, share_at_risk: Floats, shortage: Floats, truth: ClosureTruth
) -> Floats:
    """Compute what the closure took from pupils in sd, but for what is particular to their school or to themselves.

    The arguments are arrays that broadcast; see `ClosureTruth` for the terms.
    """
    return (
        _by_groep(truth.groep[subject], groep)
        + truth.level_one[subject] * level_one
        + truth.at_risk[subject] * (share_at_risk - truth.at_risk_centre)
        + truth.shortage * shortage * (1 - share_at_risk)
    )


def _common(tested: Class, truth: LearningTruth, rng: np.random.Generator) -> _Common:
    level, growth, slope = rng.normal(size=(3, len(tested.by_school)))
    by_year = np.repeat(truth.growth.school_sd * growth[:, None], len(YEARS), axis=1)
    by_year[:, CLOSED] += truth.closure.school_sd * slope
    return _Common(truth.ability.school_sd * level, by_year, rng.normal(size=len(tested.by_pupil)))


def _standings(
    subject: str, tested: Class, common: _Common, truth: LearningTruth, rng: np.random.Generator
) -> Standings:
    school = tested.school
    expected = _expected(subject, tested.by_pupil, truth.ability) + common.level[school]
    apart = _apart(subject, common.general, truth.ability, rng)
    middle = expected[:, None] + apart[:, 1::2]
    end = expected[:, None] + truth.ability.spread_end * apart[:, 0::2]
    growth = common.growth[school] + _growth(subject, tested.groep, tested.delay[school], truth.growth)
    end[:, 1:] += growth
    end[:, 0] += growth[:, 0]  # the year before the first is like the first
    end[:, 1 + CLOSED] += _closure(subject, tested, middle[:, CLOSED], truth.closure, rng)
    return Standings(prior=end[:, :-1], middle=middle, end=end[:, 1:])


def _closure(subject: str, tested: Class, middle: Floats, truth: ClosureTruth, rng: np.random.Generator) -> Floats:
    by_school, groep, norm = tested.by_school.iloc[tested.school], tested.groep[:, CLOSED], NORMS[subject]
    score = norm.score(middle, groep, end=False)  # the level follows from the score as it is reported
    level_one = norm.percentile(score, groep, end=False) > LEVEL_ONE_ABOVE
    at_risk, shortage = by_school["share_at_risk"].to_numpy(), by_school["shortage"].to_numpy()
    effect = closure_effect(subject, groep, level_one, at_risk, shortage, truth)
    return effect + truth.pupil_sd * rng.normal(size=len(effect))


def _expected(subject: str, by_pupil: pd.DataFrame, truth: AbilityTruth) -> Floats:
    half = truth.girl[subject] / 2
    return np.where(by_pupil["sex"] == "v", half, -half) + numbers_of(by_pupil["education"], truth.education)


def _path(number: int, truth: AbilityTruth, rng: np.random.Generator) -> Floats:
    """Draw what is a subject's own, changing from test to test, standard normal at each; shape (pupils, tests)."""
    path = rng.normal(size=(number, TIMES))
    correlation = np.resize([truth.kept_over_summer, truth.kept_over_spring], TIMES - 1)
    correlation[-2] = truth.kept_over_last_summer
    for time, rho in enumerate(correlation, start=1):
        path[:, time] = rho * path[:, time - 1] + np.sqrt(1 - rho**2) * path[:, time]
    return path


def _apart(subject: str, general: Floats, truth: AbilityTruth, rng: np.random.Generator) -> Floats:
    """Draw how far pupils are from pupils like them at every test, error of measurement included."""
    shared, reliable = truth.between_subjects, truth.reliability[subject]
    true = np.sqrt(shared) * general[:, None] + np.sqrt(1 - shared) * _path(len(general), truth, rng)
    error = rng.normal(size=true.shape)
    return np.asarray(truth.pupil_sd * (np.sqrt(reliable) * true + np.sqrt(1 - reliable) * error))


def _growth(subject: str, groep: Ints, delay: Floats, truth: GrowthTruth) -> Floats:
    years = np.array(YEARS) - (CLOSURE_YEAR - 1)
    return _by_groep(truth.groep[subject], groep) + truth.trend[subject] * years + truth.per_day[subject] * delay


def _by_groep(effects: Mapping[int, float], groep: Ints) -> Floats:
    """Look up an effect by groep; nothing for a groep whose tests are not analysed."""
    table = np.zeros(20)
    table[list(effects)] = list(effects.values())
    return table[groep]
