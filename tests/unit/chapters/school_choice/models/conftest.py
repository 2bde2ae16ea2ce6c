from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.chapters.school_choice.models.distances import distances
from analysis.chapters.school_choice.models.groups import ByGroup
from analysis.chapters.school_choice.models.logit import design, probabilities, utilities

FORMULA = "distance_km + share_hoog + C(concept)"
TASTES = {
    "hoog_none": {"distance_km": -0.8, "share_hoog": 0.4, "C(concept)[T.Dalton]": 0.8},
    "laag_migration": {"distance_km": -0.8, "share_hoog": -0.2, "C(concept)[T.Dalton]": -0.2},
}


def known(tastes, sd=0.0, concepts=("none", "Dalton")):
    """A result with these coefficients, all with one standard deviation, of schools of these concepts."""
    params = pd.Series(tastes)
    covariance = pd.DataFrame(np.eye(len(params)) * sd**2, index=params.index, columns=params.index)
    coding = {"concept": concepts}
    return SimpleNamespace(params=params, covariance=covariance, covariance_cluster=None, coding=coding)


@pytest.fixture(scope="session")
def village():
    """Six hundred pupils of two groups, who live in two quarters and choose from seven schools by known tastes."""
    rng = np.random.default_rng(3)
    n, places = 600, [(52.35, 4.86), (52.36, 4.88), (52.37, 4.90), (52.38, 4.92), (52.355, 4.91), (52.375, 4.87)]
    groups = np.where(rng.random(n) < 0.5, "hoog_none", "laag_migration")
    north = np.where(groups == "hoog_none", rng.random(n) < 0.7, rng.random(n) < 0.3)
    homes = pd.DataFrame(
        {
            "group": groups,
            "pc4": np.char.add(np.where(north, "102", "101"), (np.arange(n) % 6).astype(str)),
            "lat": np.where(north, 52.375, 52.355) + rng.normal(0, 0.008, n),
            "lon": 4.89 + rng.normal(0, 0.015, n),
            "education": np.where(groups == "hoog_none", "hoog", "laag"),
        },
        index=pd.RangeIndex(100, 100 + n, name="situation"),
    )
    schools = pd.DataFrame(
        {
            "lat": [lat for lat, _ in places] + [52.365],
            "lon": [lon for _, lon in places] + [4.89],
            "share_hoog": [0.2, 0.6, 0.5, 0.9, 0.4, 0.8, 0.5],
            "concept": pd.Categorical(["none", "Dalton", "none", "Dalton", "none", "none", "none"], ["none", "Dalton"]),
            "pupils": [800, 900, 700, 900, 600, 500, 400],
            "capacity": [1000] * 7,
        },
        index=pd.Index(list("abcdefg"), name="location"),
    )
    nobody = Choosers(homes, schools, distances(homes, schools), pd.Series(dtype=float, index=_pairs([], [])))
    chosen = np.empty(n, dtype=int)
    for group, tastes in TASTES.items():
        rows = (homes["group"] == group).to_numpy()
        shares = probabilities(design(nobody.where(rows), FORMULA), pd.Series(tastes))
        chosen[rows] = (shares.cumsum(axis=1) > rng.random(rows.sum())[:, None]).argmax(axis=1)
    counts = pd.Series(1, index=_pairs(homes.index, schools.index[chosen]), name="pupils")
    return Choosers(homes, schools, distances(homes, schools), counts)


def _pairs(situations, locations):
    return pd.MultiIndex.from_arrays([situations, locations], names=["situation", "location"])


TRUTH = pd.Series({"distance_km": -0.3, "log_distance": -1.4, "share_hoog": 0.3, "C(concept)[T.Dalton]": 0.4})
CITY_FORMULA = "distance_km + log_distance + share_hoog + C(concept)"


@pytest.fixture(scope="session")
def city():
    """Square cities, made by ``city.world(seed, quality_sd)``, with the formula and the truth of their choices."""
    return SimpleNamespace(world=world, formula=CITY_FORMULA, truth=TRUTH)


def world(seed, quality_sd, truth=TRUTH, pupils=1_500, schools=40):
    """Pupils in sixty-four postcodes of a square city, who choose by known tastes and by what nobody measures."""
    rng = np.random.default_rng(seed)
    points = rng.uniform([52.33, 4.85], [52.40, 4.96], (pupils, 2))
    block = (8 * (points - [52.33, 4.85]) / [0.07, 0.11]).astype(int)
    homes = pd.DataFrame(
        {"group": "all", "pc4": 1000 + 8 * block[:, 0] + block[:, 1], "lat": points[:, 0], "lon": points[:, 1]},
        index=pd.RangeIndex(pupils, name="situation"),
    )
    spot = rng.uniform([52.33, 4.85], [52.40, 4.96], (schools, 2))
    by_school = pd.DataFrame(
        {
            "lat": spot[:, 0],
            "lon": spot[:, 1],
            "share_hoog": rng.uniform(0.1, 0.9, schools),
            "concept": pd.Categorical(np.where(rng.random(schools) < 0.3, "Dalton", "none"), ["none", "Dalton"]),
        },
        index=pd.Index([f"s{number:02}" for number in range(schools)], name="location"),
    )
    km = distances(homes, by_school)
    nobody = Choosers(homes, by_school, km, _counted([], []))
    utility = utilities(design(nobody, CITY_FORMULA), truth) + rng.normal(0, quality_sd, schools)
    chosen = (utility + rng.gumbel(size=utility.shape)).argmax(axis=1)
    return Choosers(homes, by_school, km, _counted(homes.index, by_school.index[chosen]))


def _counted(situations, locations):
    return pd.Series(1, index=_pairs(situations, locations), name="pupils", dtype=int)


def by_group(*fits):
    """These models, and no group without one."""
    return ByGroup({(fit.model, fit.group): fit for fit in fits}, pd.DataFrame())
