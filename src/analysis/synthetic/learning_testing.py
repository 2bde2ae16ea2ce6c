"""Which tests were sat, when, and whose results may be used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.synthetic.learning_truth import CLOSURE_YEAR, SUBJECTS, YEARS, Bools, Floats, Ints, TestingTruth

LAST_DAY = 366
CLOSED = YEARS.index(CLOSURE_YEAR)


@dataclass(frozen=True)
class Calendar:
    """Days of the tests; shape (schools, years)."""

    m_day: Ints
    e_day: Ints

    def delay(self, truth: TestingTruth) -> Floats:
        """Return the days between the tests beyond the expected number."""
        return np.asarray((self.e_day - self.m_day) - (truth.e_day - truth.m_day), dtype=np.float64)


def calendar(schools: int, truth: TestingTruth, seed: np.random.SeedSequence) -> Calendar:
    """Draw the days on which every school holds its tests, each year anew."""
    rng = np.random.default_rng(seed)
    shape = (schools, len(YEARS))
    m_day = rng.normal(truth.m_day, truth.m_day_sd, shape)
    e_day = rng.normal(truth.e_day, truth.e_day_sd, shape)
    e_day[:, CLOSED] += truth.closure_delay
    # Of thousands of schools some would be tested in the next year: the last day is that of the school year.
    return Calendar(*(np.clip(np.rint(day), 1, LAST_DAY).astype(np.int64) for day in (m_day, e_day)))


@dataclass(frozen=True)
class Sittings:
    """What schools and pupils did about the tests."""

    consent: Bools  # whether the results of the school may be used; shape (schools,)
    # Whether the school held the E-test, by subject and year, from the one before `YEARS`; shape (schools, 1 + years).
    held: dict[str, Bools]
    adaptive: Bools  # whether the pupil is tested adaptively; shape (pupils,)
    # By subject, uniform numbers that decide who is absent from M- and E-test; shape (2, pupils, 1 + years).
    chance: dict[str, Floats]


def sittings(schools: int, pupils: int, truth: TestingTruth, seed: np.random.SeedSequence) -> Sittings:
    """Draw who took part."""
    for_schools, for_pupils, *for_subjects = (np.random.default_rng(s) for s in seed.spawn(2 + len(SUBJECTS)))
    consent = for_schools.permutation(schools) < round(truth.consent * schools)
    times = 1 + len(YEARS)
    rank = for_schools.random((schools, times))
    return Sittings(
        consent=consent,
        held={subject: _held(subject, rank, consent, truth) for subject in SUBJECTS},
        adaptive=for_pupils.random(pupils) < truth.adaptive,
        chance={subject: rng.random((2, pupils, times)) for subject, rng in zip(SUBJECTS, for_subjects, strict=True)},
    )


@dataclass(frozen=True)
class Presence:
    """Who has a result on the E-test of the year before, the M-test and the E-test; shape (pupils, years)."""

    prior: Bools
    middle: Bools
    end: Bools


def present(
    subject: str, school: Ints, level_v: Bools, share_at_risk: Floats, drawn: Sittings, truth: TestingTruth
) -> Presence:
    """Find who has results in a subject, given the row of each pupil's school and who was at level V in 2019/20."""
    absent = np.full((len(school), 1 + len(YEARS)), truth.e_missing)
    absent[:, -1] += level_v * (truth.level_v + truth.level_v_at_risk * share_at_risk[school])
    m_chance, e_chance = drawn.chance[subject]
    consent = drawn.consent[school][:, None]
    end = consent & drawn.held[subject][school] & (e_chance >= absent)
    middle = consent & (m_chance[:, 1:] >= truth.m_missing)
    return Presence(end[:, :-1], middle, end[:, 1:])


def _held(subject: str, rank: Floats, consent: Bools, truth: TestingTruth) -> Bools:
    """Choose the schools without an E-test: as many among those with consent as among the others.

    The same order of schools serves all subjects, so that a school without one of the rarely missed tests has none.
    """
    share = np.full(1 + len(YEARS), truth.e_not_held[subject])
    share[-1] = truth.e_not_held_closure[subject]
    held = np.ones(rank.shape, dtype=bool)
    for group in (np.flatnonzero(consent), np.flatnonzero(~consent)):
        order = np.argsort(np.argsort(rank[group], axis=0), axis=0)
        held[group] = order >= np.rint(share * len(group))
    return held
