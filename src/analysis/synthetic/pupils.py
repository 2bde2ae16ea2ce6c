"""The pupils of the synthetic city: home, age, parents and risk of educational disadvantage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.synthetic.city import NONWESTERN, CityTruth, SyntheticCity
from analysis.synthetic.shapes import Floats, degrees, draw, kilometres, raked

EDUCATIONS = ("laag", "middelbaar", "hoog", "onbekend")
INCOMES = ("low", "middle", "high")
GROEPEN = tuple(range(1, 9))
CONTINENTS = ("Netherlands", "Africa", "Europe", "Asia", "America and Oceania")
MOTIVES = ("none", "classic", "asylum", "labour and study")
GENERATIONS = ("none", "first", "second, both parents", "second, one parent")
STATUS_ON_EDUCATION = (-1.0, -0.35, 1.0, -0.45)  # how status moves the log-odds of EDUCATIONS, before its strength

Table = Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class PupilsTruth:
    """Who the pupils are; every share is of all pupils of the city."""

    pupils: int = 61_919  # pupils at regular basisscholen at scale 1
    # Share of each background.
    background: Mapping[str, float] = field(
        default_factory=lambda: {
            "none": 0.39,
            "moroccan": 0.17,
            "turkish": 0.07,
            "surinamese": 0.05,
            "other_nonwestern": 0.14,
            "western": 0.18,
        }
    )
    # By background, shares of parental education: laag, middelbaar, hoog, onbekend.
    education: Table = field(
        default_factory=lambda: {
            "none": (0.05, 0.21, 0.66, 0.08),
            "moroccan": (0.39, 0.27, 0.2, 0.14),
            "turkish": (0.39, 0.28, 0.19, 0.14),
            "surinamese": (0.2, 0.37, 0.3, 0.13),
            "other_nonwestern": (0.28, 0.25, 0.27, 0.2),
            "western": (0.08, 0.18, 0.53, 0.21),
        }
    )
    # Log-odds of hoog against all that one unit of the status of the buurt adds (laag: as much less).
    education_status: float = 0.45
    # Log-odds of each background that one unit of status adds.
    background_status: Mapping[str, float] = field(
        default_factory=lambda: {
            "none": 0.5,
            "moroccan": -0.7,
            "turkish": -0.9,
            "surinamese": -0.4,
            "other_nonwestern": -0.4,
            "western": 0.4,
        }
    )
    # By parental education, odds of household income (low, middle, high) in a buurt of status zero.
    income: Table = field(
        default_factory=lambda: {
            "laag": (0.58, 0.36, 0.06),
            "middelbaar": (0.33, 0.50, 0.17),
            "hoog": (0.10, 0.36, 0.54),
            "onbekend": (0.48, 0.37, 0.15),
        }
    )
    # Log-odds of a low income, and of less of a high one, that a non-western background adds and that one unit of the
    # status of the buurt takes away.
    income_nonwestern: float = 0.7
    income_status: float = 1.15
    # By background, share of one-parent households.
    one_parent: Mapping[str, float] = field(
        default_factory=lambda: {
            "none": 0.20,
            "moroccan": 0.23,
            "turkish": 0.21,
            "surinamese": 0.52,
            "other_nonwestern": 0.45,
            "western": 0.24,
        }
    )
    one_parent_low: float = 2.0  # how many times as common these are at a low income as at another
    # By parental education, probability of risk of educational disadvantage at a low, middle and high income.
    at_risk: Table = field(
        default_factory=lambda: {
            "laag": (1.0, 0.90, 0.45),
            "middelbaar": (0.84, 0.28, 0.04),
            "hoog": (0.15, 0.02, 0.0),
            "onbekend": (0.85, 0.30, 0.05),
        }
    )
    # By background, shares of the continents of origin, in the order of CONTINENTS.
    continent: Table = field(
        default_factory=lambda: {
            "none": (1.0, 0.0, 0.0, 0.0, 0.0),
            "moroccan": (0.0, 1.0, 0.0, 0.0, 0.0),
            "turkish": (0.0, 0.0, 1.0, 0.0, 0.0),
            "surinamese": (0.0, 0.0, 0.0, 0.0, 1.0),
            "other_nonwestern": (0.0, 0.43, 0.0, 0.42, 0.15),
            "western": (0.0, 0.0, 0.61, 0.12, 0.27),
        }
    )
    # By background and continent, shares of the motives of migration, in the order of MOTIVES.
    motive: Mapping[str, Table] = field(
        default_factory=lambda: {
            "none": {"Netherlands": (1.0, 0.0, 0.0, 0.0)},
            "moroccan": {"Africa": (0.0, 1.0, 0.0, 0.0)},
            "turkish": {"Europe": (0.0, 1.0, 0.0, 0.0)},
            "surinamese": {"America and Oceania": (0.0, 1.0, 0.0, 0.0)},
            "other_nonwestern": {
                "Africa": (0.0, 0.0, 1.0, 0.0),
                "Asia": (0.0, 0.0, 0.51, 0.49),
                "America and Oceania": (0.0, 0.33, 0.0, 0.67),
            },
            "western": {
                "Europe": (0.0, 0.0, 0.0, 1.0),
                "Asia": (0.0, 0.14, 0.0, 0.86),
                "America and Oceania": (0.0, 0.0, 0.0, 1.0),
            },
        }
    )
    # By background, shares in the order of GENERATIONS.
    generation: Table = field(
        default_factory=lambda: {
            "none": (1.0, 0.0, 0.0, 0.0),
            "moroccan": (0.0, 0.04, 0.60, 0.36),
            "turkish": (0.0, 0.04, 0.60, 0.36),
            "surinamese": (0.0, 0.03, 0.45, 0.52),
            "other_nonwestern": (0.0, 0.28, 0.49, 0.23),
            "western": (0.0, 0.27, 0.26, 0.47),
        }
    )
    delayed: float = 0.16  # probability to be a year older than the groep, gained evenly over groep 1 to 8 (at groep 8)
    ahead: float = 0.012  # probability to be a year younger
    nonwestern: tuple[str, ...] = field(default=NONWESTERN, repr=False)  # which backgrounds are non-western

    @property
    def none(self) -> str:
        """The code of no migration background, which stands first."""
        return next(iter(self.background))


def make_children(
    truth: PupilsTruth, city_truth: CityTruth, city: SyntheticCity, scale: float, seed: np.random.SeedSequence
) -> pd.DataFrame:
    """Make the pupils before they choose a school: one row each, all columns but ``location`` and ``distance_km``."""
    for_homes, for_parents, for_ages = (np.random.default_rng(s) for s in seed.spawn(3))
    number = round(truth.pupils * scale)
    buurt = for_homes.choice(len(city.by_buurt), number, p=city.by_buurt["weight"].to_numpy())
    homes = city.by_buurt[["pc4", "wijk", "stadsdeel"]].iloc[buurt].reset_index(drop=True)
    point = kilometres(city.by_buurt)[buurt] + for_homes.normal(0, city_truth.home_km, (2, number)).T
    parents = _parents(truth, city.by_buurt, buurt, for_parents)
    frame = pd.DataFrame({"pupil": np.arange(1, number + 1, dtype=np.int64), **_ages(truth, number, for_ages)})
    frame["sex"] = np.where(for_ages.random(number) < 0.5, "m", "v")
    return pd.concat([frame, homes.assign(**degrees(point[:, 0], point[:, 1])), parents], axis=1)


def background_by_buurt(truth: PupilsTruth, by_buurt: pd.DataFrame) -> Floats:
    """Share of each background among the children of each buurt, shape (n_buurten, n_backgrounds)."""
    status = by_buurt["status"].to_numpy(float)
    logits = [
        truth.background_status[name] * status + by_buurt[f"log_{name}"].to_numpy(float) for name in truth.background
    ]
    shares = np.array([truth.background[name] for name in truth.background])
    return raked(np.column_stack(logits), by_buurt["weight"].to_numpy(float), shares / shares.sum())


def _parents(
    truth: PupilsTruth, by_buurt: pd.DataFrame, buurt: NDArray[np.intp], rng: np.random.Generator
) -> pd.DataFrame:
    shares = background_by_buurt(truth, by_buurt)
    background = draw(shares[buurt], rng)
    education = _education(truth, by_buurt, shares, buurt, background, rng)
    income = _income(truth, education, background, by_buurt["status"].to_numpy(float)[buurt], rng)
    alone = _one_parent(truth, background, income, rng)
    at_risk = np.array([truth.at_risk[name] for name in EDUCATIONS])[education, income]
    names = np.array(list(truth.background), dtype=object)[background]
    return pd.DataFrame(
        {
            "education": np.array(EDUCATIONS, dtype=object)[education],
            "background": names,
            **_origin(truth, names, rng),
            "income": np.array(INCOMES, dtype=object)[income],
            "one_parent": alone,
            "at_risk": rng.random(len(buurt)) < at_risk,
        }
    )


def _education(
    truth: PupilsTruth,
    by_buurt: pd.DataFrame,
    shares: Floats,
    buurt: NDArray[np.intp],
    background: NDArray[np.intp],
    rng: np.random.Generator,
) -> NDArray[np.intp]:
    logits = truth.education_status * np.outer(by_buurt["status"].to_numpy(float), STATUS_ON_EDUCATION)
    weight = by_buurt["weight"].to_numpy(float)
    tables = [
        raked(logits, weight * shares[:, column], np.array(truth.education[name]))
        for column, name in enumerate(truth.background)
    ]
    return draw(np.stack(tables)[background, buurt], rng)


def _income(
    truth: PupilsTruth,
    education: NDArray[np.intp],
    background: NDArray[np.intp],
    status: Floats,
    rng: np.random.Generator,
) -> NDArray[np.intp]:
    odds = np.array([truth.income[name] for name in EDUCATIONS])[education]
    nonwestern = np.array([name in truth.nonwestern for name in truth.background])[background]
    poorer = np.exp(truth.income_nonwestern * nonwestern - truth.income_status * status)
    odds = odds * np.column_stack([poorer, np.ones(len(poorer)), 1 / poorer])
    return draw(odds / odds.sum(axis=1, keepdims=True), rng)


def _one_parent(
    truth: PupilsTruth, background: NDArray[np.intp], income: NDArray[np.intp], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Households of one parent: more often at a low income, while each background keeps its share."""
    low = income == 0
    poor = np.array(
        [low[background == code].mean() if (background == code).any() else 0.0 for code in range(len(truth.background))]
    )
    share = np.array([truth.one_parent[name] for name in truth.background])
    elsewhere = share / (1 - poor + truth.one_parent_low * poor)
    probability = elsewhere[background] * np.where(low, truth.one_parent_low, 1.0)
    return np.asarray(rng.random(len(low)) < probability)


def _origin(truth: PupilsTruth, background: NDArray[np.object_], rng: np.random.Generator) -> dict[str, object]:
    code = pd.Categorical(background, categories=list(truth.background)).codes
    continent = draw(np.array([truth.continent[name] for name in truth.background])[code], rng)
    nowhere = (1.0, 0.0, 0.0, 0.0)
    motives = [[truth.motive[name].get(where, nowhere) for where in CONTINENTS] for name in truth.background]
    motive = draw(np.array(motives)[code, continent], rng)
    generation = draw(np.array([truth.generation[name] for name in truth.background])[code], rng)
    return {
        "continent": np.array(CONTINENTS, dtype=object)[continent],
        "motive": np.array(MOTIVES, dtype=object)[motive],
        "generation": np.array(GENERATIONS, dtype=object)[generation],
    }


def _ages(truth: PupilsTruth, number: int, rng: np.random.Generator) -> dict[str, NDArray[np.int64]]:
    groep = rng.integers(GROEPEN[0], GROEPEN[-1] + 1, number)
    delayed = rng.random(number) < truth.delayed * groep / GROEPEN[-1]
    ahead = ~delayed & (groep > 1) & (rng.random(number) < truth.ahead)
    return {"groep": groep, "age": groep + 3 + delayed.astype(np.int64) - ahead.astype(np.int64)}
