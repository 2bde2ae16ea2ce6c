"""The teachers of the city's basisscholen in 2016/17 and 2018/19, with known truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]

BEFORE, AFTER = 2016, 2018  # school years 2016/17 and 2018/19, by first calendar year
YOUNGEST, OLDEST = 21, 67
BANDS = ("under 35", "35-44", "45-54", "55 or over")
BAND_STARTS = (YOUNGEST, 35, 45, 55, OLDEST + 1)
SCALES = ("L10", "L11", "L12")

COLUMNS = (
    *("teacher", "year", "location", "sex", "age", "background", "fte", "scale", "salary", "in_city", "distance_km"),
    *("came", "left"),
)


@dataclass(frozen=True)
class TeachersTruth:
    """What generated `by_teacher`.

    Numbers of teachers and the shares of flows, scales, residence and distance are from section 5 of the city's report;
    how ages, hours and salaries vary around their means is assumed. Values whose digits it has lost are not used.
    """

    teachers: int = 4555  # at basisscholen in 2018/19, at scale 1
    growth: float = -0.028  # of their number since 2016/17
    left: float = 1312 / 5445  # of the teachers of 2016/17, by 2018/19
    left_young: float = 0.35  # log-odds of leaving: under 35, and from 60 on, above those between
    starters: float = 0.80  # of those who came; the others taught in another city
    left_for_other_city: float = 0.36  # of those who left; the others left education
    men: float = 0.17
    ages: tuple[float, ...] = (0.28, 0.22, 0.22, 0.28)  # of 2016/17, in `BANDS`
    ages_new: tuple[float, ...] = (0.60, 0.20, 0.13, 0.07)  # of those who came
    western: float = 0.12  # of teachers without a non-western background
    nonwestern: float = -3.525  # log-odds at a school without non-western pupils
    nonwestern_pupils: float = 3.465  # log-odds per share of non-western pupils: 4% at a share of .1, 25% at .7
    fte: Mapping[int, float] = field(default_factory=lambda: {BEFORE: 0.79, AFTER: 0.75})
    fte_middle: float = -0.05  # between 25 and 45, against others
    fte_men: float = 0.05
    fte_nonwestern: float = 0.02
    fte_precision: float = 5.0  # a + b of the Beta of hours
    scales_women: tuple[float, ...] = (0.64, 0.29, 0.07)  # in `SCALES`
    scales_men: tuple[float, ...] = (0.56, 0.33, 0.11)
    salary: tuple[float, ...] = (2560.0, 2690.0, 2690.0)  # lowest step of a scale, gross euros a month, full time
    salary_steps: tuple[float, ...] = (1300.0, 1680.0, 2160.0)  # from there to the highest step, reached in 15 years
    salary_growth: float = 0.11  # from 2016/17 to 2018/19
    in_city: float = 0.60
    km_in_city: float = 3.6  # mean, log-normal
    km_in_city_sd: float = 0.7  # of the logarithm
    km_outside: float = 19.7  # mean, Gamma
    km_outside_shape: float = 2.0


def make_teachers(
    by_location: pd.DataFrame, truth: TeachersTruth, scale: float, seed: np.random.SeedSequence
) -> pd.DataFrame:
    """Make the teachers of the city's basisscholen in two years, `by_teacher`: a row per teacher and year.

    ``left`` (of the teachers of 2016/17) and ``came`` (of those of 2018/19) say what happened between the years;
    ``none`` where nothing did or the other year would show it. Special schools have no teachers here.
    """
    rng = np.random.default_rng(seed)
    schools = by_location[~by_location["special"] & (by_location["pupils"] > 0)].reset_index(drop=True)
    after = max(4, round(truth.teachers * scale))
    before = max(4, round(after / (1 + truth.growth)))
    first = _people(before, schools, truth, rng)
    leaves = _leavers(first, truth, rng)
    stayers = first[~leaves]
    newcomers = _people(max(1, after - len(stayers)), schools, truth, rng, young=True)
    newcomers["teacher"] += before
    first = _in_year(first, BEFORE, truth, rng).assign(came="none")
    first["left"] = np.where(
        leaves, _one_of(("other city", "left education"), truth.left_for_other_city, before, rng), "none"
    )
    second = pd.concat([stayers.assign(age=stayers["age"] + 2, came="none"), newcomers], ignore_index=True)
    new = second["came"].isna()
    second.loc[new, "came"] = _one_of(("starter", "other city"), truth.starters, int(new.sum()), rng)
    second = _in_year(second, AFTER, truth, rng).assign(left="none")
    by_teacher = pd.concat([first, second], ignore_index=True)
    return by_teacher.sort_values(["year", "teacher"], ignore_index=True)[list(COLUMNS)]


def _people(
    number: int, schools: pd.DataFrame, truth: TeachersTruth, rng: np.random.Generator, *, young: bool = False
) -> pd.DataFrame:
    """Draw what lasts of a teacher: school, sex, age, background, scale and home."""
    at = rng.choice(len(schools), number, p=(schools["pupils"] / schools["pupils"].sum()).to_numpy())
    shares = truth.ages_new if young else truth.ages
    band = rng.choice(len(BANDS), number, p=np.array(shares) / sum(shares))
    low, high = np.array(BAND_STARTS[:-1])[band], np.array(BAND_STARTS[1:])[band]
    man = rng.random(number) < truth.men
    pupils = schools["share_nonwestern"].fillna(0.0).to_numpy()[at]
    nonwestern = rng.random(number) < expit(truth.nonwestern + truth.nonwestern_pupils * pupils)
    western = rng.random(number) < truth.western
    in_city = rng.random(number) < truth.in_city
    return pd.DataFrame(
        {
            "teacher": np.arange(number),
            "location": schools["location"].to_numpy()[at],
            "sex": np.where(man, "m", "v"),
            "age": rng.integers(low, high),
            "background": np.select([nonwestern, western], ["nonwestern", "western"], "none"),
            "scale": _scales(man, truth, rng),
            "in_city": in_city,
            "distance_km": _distances(in_city, truth, rng),
        }
    )


def _scales(man: NDArray[np.bool_], truth: TeachersTruth, rng: np.random.Generator) -> NDArray[np.str_]:
    edges = np.cumsum(np.where(man[:, None], truth.scales_men, truth.scales_women), axis=1)
    scale = (rng.random(len(man))[:, None] > edges).sum(axis=1)
    return np.asarray(np.array(SCALES)[np.minimum(scale, len(SCALES) - 1)], dtype=np.str_)


def _distances(in_city: NDArray[np.bool_], truth: TeachersTruth, rng: np.random.Generator) -> Floats:
    centre = np.log(truth.km_in_city) - truth.km_in_city_sd**2 / 2
    near = rng.lognormal(centre, truth.km_in_city_sd, len(in_city))
    far = rng.gamma(truth.km_outside_shape, truth.km_outside / truth.km_outside_shape, len(in_city))
    return np.asarray(np.minimum(np.where(in_city, near, far), 100.0).round(2), dtype=np.float64)


def _leavers(people: pd.DataFrame, truth: TeachersTruth, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Choose as many to leave as the truth says, likelier among the young and those near their pension."""
    restless = ((people["age"] < 35) | (people["age"] >= 60)).to_numpy()
    order = truth.left_young * restless + rng.logistic(size=len(people))
    order[(people["age"] > OLDEST - 2).to_numpy()] = np.inf  # past the pension age two years on
    leaves = np.zeros(len(people), dtype=bool)
    leaves[np.argsort(-order)[: round(truth.left * len(people))]] = True
    return leaves


def _in_year(people: pd.DataFrame, year: int, truth: TeachersTruth, rng: np.random.Generator) -> pd.DataFrame:
    """Add what differs between years: hours and salary."""
    own = (
        truth.fte_middle * people["age"].between(25, 44)
        + truth.fte_men * (people["sex"] == "m")
        + truth.fte_nonwestern * (people["background"] == "nonwestern")
    ).to_numpy()
    mean = np.clip(truth.fte[year] + own - own.mean(), 0.05, 0.98)
    fte = rng.beta(mean * truth.fte_precision, (1 - mean) * truth.fte_precision)
    scale = people["scale"].map({name: number for number, name in enumerate(SCALES)}).to_numpy()
    step = np.clip((people["age"] - YOUNGEST) / 15, 0, 1).to_numpy()
    salary = np.array(truth.salary)[scale] + step * np.array(truth.salary_steps)[scale]
    prices = 1.0 if year == AFTER else 1 / (1 + truth.salary_growth)
    return people.assign(year=year, fte=np.clip(fte, 0.01, 1).round(3), salary=(salary * prices).round(0))


def _one_of(names: Sequence[str], chance: float, number: int, rng: np.random.Generator) -> NDArray[np.str_]:
    """Draw the first of two names with a chance, else the second."""
    return np.where(rng.random(number) < chance, names[0], names[1])
