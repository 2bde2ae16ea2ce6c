"""Groep-8 cohorts of the synthetic world: scores, test advice, the teacher's advice, bijstelling, position in year 3.

A pupil has an ability. Two noisy measures of it exist: an earlier LOVS score, which the teacher weighs, and the test
score, from which the test's advice follows. Because both are noisy, pupils of a group with a lower mean ability have a
lower LOVS score than others with the same test score: at equal test score their advice is lower even where the teacher
makes no difference. The group effects of the truth are differences at equal LOVS score.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.advice_levels import LEVELS, VWO, advice_of_test, level_at
from analysis.errors import InputError
from analysis.synthetic.advice_truth import AdviceTruth, CutScores, group_dummies
from analysis.synthetic.labels import numbers_of

TEST_BEFORE_ADVICE = 2014  # until 2013/14 the test preceded the advice, so there was nothing to revise
CET_RANGE = (501, 550)
FIRST_NUMBER = 10_000_000
STEPS = ("people", "schools", "ability", "scores", "advice", "revision", "place", "year3")
EDUCATION = ("laag", "middelbaar", "hoog", "onbekend")
PERSON = ["education", "background", "income", "one_parent", "sex"]
COLUMNS = [
    *("pupil", "year", "location", *PERSON, "share_hoog", "cet", "test_advice_low", "test_advice_high"),
    *("advice_first", "advice_final", "revised", "year1", "year3", "lovs"),
]
BESIDES = ["income_quintile", "region", "urbanicity"]

Floats = NDArray[np.float64]
Streams = dict[str, np.random.Generator]


def make_advice(
    by_pupil: pd.DataFrame, by_location: pd.DataFrame, truth: AdviceTruth, seed: np.random.SeedSequence
) -> pd.DataFrame:
    """Generate the groep-8 cohorts, each as large as groep 8: pupils with groups and ``sex`` to resample, at schools.

    One row per pupil: ``pupil, year`` (school year by its first calendar year), ``location``, the groups,
    ``share_hoog, cet`` (501-550; missing where not sat), ``test_advice_low, test_advice_high`` (level numbers; missing
    likewise), ``advice_first, advice_final`` (level numbers), ``revised, year1`` (class in the first year; half numbers
    are classes for two levels), ``year3`` (whole level; missing where not followed), ``lovs`` (sd); and those of
    `BESIDES` that `by_pupil` has. The seed is not changed by the call; every step has a stream of its own.

    Raises InputError without pupils in groep 8; for a pupil at a school without a share of highly educated parents; for
    an unknown level of parental education, which would pass for the reference group.
    """
    _check(by_pupil, by_location)
    streams = _streams(seed)
    frame = _cohorts(by_pupil, by_location, truth, streams["people"])
    schools = school_effects(by_location, truth, seed)
    frame = _add_scores(frame, schools["ability"], truth, streams)
    position = advice_position(frame, schools["advice"], truth) + streams["advice"].logistic(
        0, truth.advice_noise, len(frame)
    )
    frame["advice_first"] = level_at(position, truth.half_width(frame["year"].to_numpy()))
    frame = _add_revision(frame, truth, streams["revision"])
    frame["year1"] = _place(frame, truth, streams["place"])
    frame["year3"] = _year3(frame, truth, streams["year3"])
    return frame[[*COLUMNS, *frame.columns.intersection(BESIDES)]]


def school_effects(by_location: pd.DataFrame, truth: AdviceTruth, seed: np.random.SeedSequence) -> pd.DataFrame:
    """Return the true effects of each school, indexed by location: ``ability`` (sd) and ``advice`` (levels)."""
    normal = _streams(seed)["schools"].normal(size=(2, len(by_location)))
    effects = {"ability": truth.ability_school_sd * normal[0], "advice": truth.advice_school_sd * normal[1]}
    return pd.DataFrame(effects, index=pd.Index(by_location["location"], name="location"))


def true_ability(
    by_pupil_advice: pd.DataFrame, by_location: pd.DataFrame, truth: AdviceTruth, seed: np.random.SeedSequence
) -> Floats:
    """Return the ability, in national sd, of the pupils whom `make_advice` made with this seed, in their order."""
    schools = school_effects(by_location, truth, seed)
    return _ability(by_pupil_advice, schools["ability"], truth, _streams(seed)["ability"])


def advice_position(frame: pd.DataFrame, school_advice: pd.Series, truth: AdviceTruth) -> Floats:
    """Compute where the first advice is on the level scale before the teacher's noise; see `AdviceTruth`.

    Divided by ``advice_noise`` this is the linear predictor of an ordered logit with the thresholds of `cut_points`.
    `school_advice` is the ``advice`` column of `school_effects`.
    """
    lovs, year = frame["lovs"].to_numpy(), frame["year"]
    test = (frame["cet"].to_numpy() - truth.cet_mean) / truth.cet_points
    known = (year < TEST_BEFORE_ADVICE).to_numpy() & ~np.isnan(test)
    weight = np.where(known, truth.test_weight_before_2014, 0.0)
    signal = lovs + weight * np.nan_to_num(test - lovs)
    return np.asarray(
        truth.advice_base
        + year.map(truth.advice_year).fillna(0).to_numpy(float)
        + truth.advice_slope * signal
        + truth.advice.of(group_dummies(frame, truth.nonwestern))
        + truth.advice_share_hoog * (frame["share_hoog"].to_numpy() - 0.5)
        + numbers_of(frame["location"], school_advice)
        + truth.by_place(frame)
    )


def _check(by_pupil: pd.DataFrame, by_location: pd.DataFrame) -> None:
    known = by_location.loc[by_location["share_hoog"].notna(), "location"]
    problems = {
        "location": (set(known), "pupils at schools without a known share_hoog"),
        "education": (set(EDUCATION), "unknown levels of parental education"),
    }
    for column, (allowed, problem) in problems.items():
        if given := set(by_pupil[column].unique()) - allowed:
            raise InputError(f"by_pupil: {column}", problem, given=sorted(map(str, given))[:5])
    if not (by_pupil["groep"] == 8).any():
        raise InputError("by_pupil: groep", "no pupils in groep 8", hint="make the world larger")


def _streams(seed: np.random.SeedSequence) -> Streams:
    # Children are named by their position and not spawned, which would change the caller's seed.
    children = (np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, i)) for i in range(len(STEPS)))
    return {step: np.random.default_rng(child) for step, child in zip(STEPS, children, strict=True)}


def _logistic(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-log_odds))


def _cohorts(
    by_pupil: pd.DataFrame, by_location: pd.DataFrame, truth: AdviceTruth, rng: np.random.Generator
) -> pd.DataFrame:
    size = int((by_pupil["groep"] == 8).sum())
    hoog = (by_pupil["education"] == "hoog").to_numpy(float)
    rows = []
    for year in truth.years:
        weight = np.exp(truth.hoog_growth * (year - truth.years[-1]) * hoog).cumsum()
        rows.append(np.searchsorted(weight, rng.uniform(0, weight[-1], size)))
    people = by_pupil.iloc[np.concatenate(rows)].drop(columns=["pupil", "year", "share_hoog"], errors="ignore")
    share = by_location.set_index("location")["share_hoog"]
    return people.reset_index(drop=True).assign(
        pupil=FIRST_NUMBER + np.arange(len(people)),
        year=np.repeat(truth.years, size),
        share_hoog=numbers_of(people["location"], share),
    )


def _ability(frame: pd.DataFrame, of_school: pd.Series, truth: AdviceTruth, rng: np.random.Generator) -> Floats:
    return np.asarray(
        truth.ability_mean
        + truth.ability.of(group_dummies(frame, truth.nonwestern))
        + numbers_of(frame["location"], of_school)
        + rng.normal(0, truth.ability_sd, len(frame))
    )


def _add_scores(frame: pd.DataFrame, school_ability: pd.Series, truth: AdviceTruth, streams: Streams) -> pd.DataFrame:
    number, ability = len(frame), _ability(frame, school_ability, truth, streams["ability"])
    rng = streams["scores"]
    lovs = ability + rng.normal(0, truth.lovs_noise, number)
    score = truth.cet_mean + truth.cet_points * (ability + rng.normal(0, truth.cet_noise, number))
    absent = rng.uniform(size=number) < _logistic(truth.cet_missing + truth.cet_missing_ability * ability)
    cet = np.where(absent, np.nan, np.clip(np.round(score), *CET_RANGE))
    low, high = _test_advice(cet, frame["year"].to_numpy(), truth.cut_scores)
    return frame.assign(cet=cet, lovs=lovs, test_advice_low=low, test_advice_high=high)


def _test_advice(cet: Floats, year: NDArray[np.int64], schemes: tuple[CutScores, ...]) -> tuple[Floats, Floats]:
    low, high = np.full(len(cet), np.nan), np.full(len(cet), np.nan)
    for scheme in sorted(schemes, key=lambda one: one.first_year):
        valid = (year >= scheme.first_year) & ~np.isnan(cet)
        band = np.searchsorted(scheme.score, cet[valid], "right") - 1
        low[valid], high[valid] = np.array(scheme.low)[band], np.array(scheme.high)[band]
    return low, high


def _add_revision(frame: pd.DataFrame, truth: AdviceTruth, rng: np.random.Generator) -> pd.DataFrame:
    gap = (advice_of_test(frame) - frame["advice_first"]).to_numpy()
    by_year = frame["year"].map(truth.revision_year).to_numpy(float)
    log_odds = by_year + truth.revision.of(group_dummies(frame, truth.nonwestern)) + truth.revision_whole * (gap >= 1)
    # A year without bijstelling has no log odds, and a pupil without test no gap: both compare as false.
    revised = (gap > 0) & (rng.uniform(size=len(frame)) < _logistic(log_odds))
    higher = np.minimum(advice_of_test(frame).to_numpy(), frame["advice_first"] + 1)
    return frame.assign(advice_final=frame["advice_first"].where(~revised, _given_level(higher)), revised=revised)


def _given_level(number: pd.Series) -> pd.Series:
    # Between vso, pro and vmbo-b there is no double advice: such a bijstelling goes up to the whole level.
    return number.where((number >= 1) | (number % 1 == 0), np.ceil(number))


def _gap(frame: pd.DataFrame) -> Floats:
    return np.asarray(np.nan_to_num((advice_of_test(frame) - frame["advice_final"]).to_numpy(float)))


def _place(frame: pd.DataFrame, truth: AdviceTruth, rng: np.random.Generator) -> Floats:
    noise = rng.logistic(0, truth.place_noise, len(frame))
    groups = truth.place.of(group_dummies(frame, truth.nonwestern))
    position = frame["advice_final"].to_numpy() + groups + truth.place_pull * _gap(frame) + noise
    return level_at(position, truth.place_half_width)


def _year3(frame: pd.DataFrame, truth: AdviceTruth, rng: np.random.Generator) -> Floats:
    gap, advice = _gap(frame), frame["advice_final"].to_numpy()
    pull = np.where(gap > 0, truth.year3_pull, truth.year3_pull_down) * gap
    place = truth.year3_place * (frame["year1"].to_numpy() - advice)
    position = advice + place + pull + rng.logistic(0, truth.year3_noise, len(frame))
    lost = rng.uniform(size=len(frame)) < truth.year3_missing
    followed = (frame["year"] <= truth.year3_last).to_numpy() & ~lost
    return np.where(followed, np.clip(np.floor(position + 0.5), LEVELS[0], VWO), np.nan)
