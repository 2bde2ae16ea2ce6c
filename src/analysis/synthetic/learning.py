"""The M- and E-tests of the synthetic city: skill scores, national percentiles and levels, 2016/17-2019/20.

Every pupil of groep 3-8 in 2019/20 is followed back to 2016/17; pupils who have left groep 8 since are drawn from those
in groep 8, with numbers of their own. Pupils are followed at the school that they attend in 2019/20.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.synthetic.labels import texts
from analysis.synthetic.learning_growth import Class, Standings, standings
from analysis.synthetic.learning_testing import Calendar, Sittings, calendar, present, sittings
from analysis.synthetic.learning_truth import (
    EDUCATIONS,
    LEVEL_V_UPTO,
    LEVELS,
    NORMS,
    SCHOOL_YEARS,
    SUBJECTS,
    YEARS,
    Bools,
    Floats,
    Ints,
    LearningTruth,
    percentile,
)

LEAVERS = len(YEARS) - 2  # cohorts that sat tests in groep 7 and have left groep 8 since
PUPIL_COLUMNS = ("pupil", "groep", "location", "education", "sex", "at_risk")
SCHOOL_COLUMNS = ("location", "share_at_risk", "shortage")
COLUMNS = (
    *("pupil", "year", "groep", "subject", "location", "education", "sex", "at_risk", "m_score", "e_score"),
    *("m_percentile", "e_percentile", "level_m", "level_e", "prior_percentile", "m_day", "e_day"),
    *("adaptive", "consent", "e_missing"),
)


def schools_with_shortage(by_location: pd.DataFrame, by_location_shortage: pd.DataFrame) -> pd.DataFrame:
    """Return schools with the ``shortage`` of October of the closure year, which growth depends on."""
    of_year = by_location_shortage[by_location_shortage["year"] == int(SCHOOL_YEARS[-1][:4])]
    return by_location.assign(shortage=by_location["location"].map(of_year.set_index("location")["shortage"]))


def make_learning(
    by_pupil: pd.DataFrame, by_location: pd.DataFrame, truth: LearningTruth, seed: np.random.SeedSequence
) -> pd.DataFrame:
    """Test pupils of 2019/20 (`PUPIL_COLUMNS`) at schools (`SCHOOL_COLUMNS`): a row per pupil, subject and school year.

    - ``pupil, year`` (school year, as ``2019/20``), ``groep, subject, location``; ``education, sex, at_risk``;
    - ``m_score, e_score`` skill scores in points; ``m_percentile, e_percentile`` national, 0 to 100;
    - ``level_m, level_e`` national quintiles, I the highest; missing with the score;
    - ``prior_percentile`` of the E-test of the year before; missing in a first year of testing (DMT in groep 3);
    - ``m_day, e_day`` days of the school year, 1 is 1 August; missing with the score;
    - ``adaptive`` tested adaptively, not to be analysed; ``consent`` whether the school let its results be used
      (without it all results are missing); ``e_missing`` no result on the E-test.

    Raises InputError if a column is missing, a school is unknown, or a share or a level of education is not one.
    """
    by_person, by_school = _checked(by_pupil, by_location)
    for_people, for_days, for_growth, for_sittings = seed.spawn(4)
    by_person = _with_leavers(by_person, int(by_pupil["pupil"].max()) + 1, np.random.default_rng(for_people))
    days = calendar(len(by_school), truth.testing, for_days)
    tested = Class(by_person, by_school, days.delay(truth.testing))
    drawn = sittings(len(by_school), len(by_person), truth.testing, for_sittings)
    by_subject = standings(tested, truth, for_growth)
    frames = [_rows(subject, tested, by_subject[subject], days, drawn, truth) for subject in SUBJECTS]
    rows = pd.concat(frames, ignore_index=True)
    return rows.sort_values(["year", "subject", "pupil"], ignore_index=True)[list(COLUMNS)]


def analysed(by_pupil_test: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that an analysis of growth may use: both results, with consent, not tested adaptively."""
    both = by_pupil_test["m_score"].notna() & by_pupil_test["e_score"].notna()
    return by_pupil_test[both & by_pupil_test["consent"] & ~by_pupil_test["adaptive"]]


def _checked(by_pupil: pd.DataFrame, by_location: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    for name, frame, columns in (("by_pupil", by_pupil, PUPIL_COLUMNS), ("by_location", by_location, SCHOOL_COLUMNS)):
        absent = [column for column in columns if column not in frame]
        if absent:
            raise InputError(name, "lacks columns that the tests need", given=absent)
    by_school = by_location[by_location["location"].isin(by_pupil["location"].unique())]
    by_school = by_school.sort_values("location")[list(SCHOOL_COLUMNS)].reset_index(drop=True)
    shares = by_school[["share_at_risk", "shortage"]]
    if not ((shares >= 0) & (shares <= 1)).all(axis=None):
        raise InputError("by_location: share_at_risk, shortage", "not from 0 to 1 at every school with pupils")
    by_person = by_pupil[by_pupil["groep"] >= min(NORMS["dmt"].groepen)][list(PUPIL_COLUMNS)]
    if not (by_person["groep"] == 8).any():
        raise InputError("by_pupil: groep", "nobody is in groep 8, from whom the pupils who have left are drawn")
    unknown = set(by_person["education"].unique()) - set(EDUCATIONS)
    if unknown:
        raise InputError("by_pupil: education", "not a level of education", given=sorted(map(str, unknown)))
    row = pd.Index(by_school["location"]).get_indexer(by_person["location"])
    if (row < 0).any():
        raise InputError("by_pupil: location", "a pupil attends a school that by_location does not have")
    return by_person.assign(school=row), by_school


def _with_leavers(by_person: pd.DataFrame, free: int, rng: np.random.Generator) -> pd.DataFrame:
    """Add the cohorts that have left, each as large as groep 8, with numbers from `free` on, which nobody has."""
    oldest = by_person[by_person["groep"] == 8]
    cohorts = [by_person]
    for years_ago in range(1, LEAVERS + 1):
        drawn = oldest.iloc[rng.integers(0, len(oldest), len(oldest))]
        number = free + np.arange(len(drawn))
        cohorts.append(drawn.assign(pupil=number, groep=8 + years_ago))
        free += len(drawn)
    return pd.concat(cohorts, ignore_index=True)


def _rows(
    subject: str, tested: Class, ability: Standings, days: Calendar, drawn: Sittings, truth: LearningTruth
) -> pd.DataFrame:
    """Build the rows of one subject: what holds of a pupil, of the pupil's year, and of the school's year."""
    norm, school, groep = NORMS[subject], tested.school, tested.groep
    tests = np.isin(groep, norm.groepen)
    person, year = np.nonzero(tests)
    m_score, e_score = norm.score(ability.middle, groep, end=False), norm.score(ability.end, groep, end=True)
    m_percentile, e_percentile = norm.percentile(m_score, groep, end=False), norm.percentile(e_score, groep, end=True)
    at_risk = tested.by_school["share_at_risk"].to_numpy()
    had = present(subject, school, m_percentile[:, -1] <= LEVEL_V_UPTO, at_risk, drawn, truth.testing)
    m_day, e_day = days.m_day[school], days.e_day[school]
    traits = tested.by_pupil.iloc[person][["pupil", "location", "education", "sex", "at_risk"]]
    return traits.assign(
        year=texts(year, SCHOOL_YEARS),
        groep=groep[tests],
        subject=subject,
        adaptive=drawn.adaptive[person],
        consent=drawn.consent[school[person]],
        prior_percentile=_prior(subject, ability, groep, had.prior)[tests],
        e_missing=~had.end[tests],
        **_results("m", m_score[tests], m_percentile[tests], m_day[tests], had.middle[tests]),
        **_results("e", e_score[tests], e_percentile[tests], e_day[tests], had.end[tests]),
    )


def _prior(subject: str, ability: Standings, groep: Ints, had_prior: Bools) -> Floats:
    """Return the percentile on the E-test of the year before: as in that year's row, wherever there is one."""
    norm = NORMS[subject]
    in_row = norm.percentile(norm.score(ability.prior, groep - 1, end=True), groep - 1, end=True)
    tested = np.isin(groep - 1, norm.groepen)
    prior = np.where(tested, in_row, percentile(ability.prior))
    never = (groep == min(norm.groepen)) if subject == "dmt" else np.zeros_like(tested)
    return np.where(had_prior & ~never, prior, np.nan)


def _results(test: str, score: Floats, rank: Floats, day: Ints, present: Bools) -> dict[str, Any]:
    quintile = np.ceil(rank / (100 / len(LEVELS))).astype(np.int64) - 1
    return {
        f"{test}_score": np.where(present, score, np.nan),
        f"{test}_percentile": np.where(present, rank, np.nan),
        f"level_{test}": texts(np.where(present, quintile.clip(0, len(LEVELS) - 1), -1), LEVELS),
        f"{test}_day": np.where(present, day, np.nan),
    }
