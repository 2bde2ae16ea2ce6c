"""Cities like the edition's groups of parents: quarters of highly educated parents, who live there and go there.

Of the group that is most apart (amsterdam-2020, ``hoog_none``): 202 schools, 10 choosers per school and 20% of the
schools without any, a share of highly educated parents with standard deviation .19 that correlates .77 with that of the
five nearest schools and .68 with how many of the group live near, and a strong taste for it.
"""

import numpy as np
import pandas as pd

from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.chapters.school_choice.models.distances import distances
from analysis.chapters.school_choice.models.logit import design, probabilities

FORMULA = "distance_km + log_distance + share_hoog + C(concept)"
TRUTH = pd.Series({"distance_km": -0.5, "log_distance": -1.2, "share_hoog": 0.9, "C(concept)[T.Dalton]": 0.4})
SOUTH_WEST, SIZE = np.array([52.312, 4.800]), np.array([0.118, 0.208])
SCHOOLS, HOMES = 150, 120


def world(seed, per_school, quality_sd, schools=SCHOOLS, homes=HOMES, truth=TRUTH):
    """Choosers at points of a city, who choose by known tastes and by what nobody measures of a school."""
    rng = np.random.default_rng(seed)
    parents = quarters(rng)
    candidates = rng.uniform(size=(20 * homes, 2))
    dense = np.exp(parents(candidates))
    home = candidates[rng.choice(len(candidates), homes, replace=False, p=dense / dense.sum())]
    spot = rng.uniform(size=(schools, 2))
    share = 0.5 + 0.19 * (0.85 * parents(spot) + np.sqrt(1 - 0.85**2) * rng.normal(size=schools))
    concept = pd.Categorical(np.where(rng.random(schools) < 0.28, "Dalton", "none"), ["none", "Dalton"])
    by_school = located(spot, "location", share_hoog=share.clip(0, 1), concept=concept)
    area = (home * [8, 10]).astype(int) @ [10, 1]
    who = located(home, "situation", group="all", pc4=1000 + area)
    km = distances(who, by_school)
    nobody = Choosers(who, by_school, km, counted(who, by_school, np.zeros(km.shape, dtype=int)))
    quality = rng.normal(0, quality_sd, schools)
    chance = probabilities(design(nobody, FORMULA), truth) * np.exp(quality)
    living = rng.multinomial(per_school * schools, np.full(homes, 1 / homes))
    chosen = rng.multinomial(living, chance / chance.sum(axis=1, keepdims=True))
    return Choosers(who, by_school, km, counted(who, by_school, chosen)).where(living > 0)


def quarters(rng, waves=40):
    """Make a smooth landscape over the city with mean zero and standard deviation one."""
    direction, phase = rng.normal(0, 6.0, (2, waves)), rng.uniform(0, 2 * np.pi, waves)
    return lambda points: np.sqrt(2 / waves) * np.cos(points @ direction + phase).sum(axis=1)


def located(points, name, **columns):
    """Make a frame of points in the unit square, in degrees."""
    point = SOUTH_WEST + SIZE * points
    index = pd.Index([f"{name[0]}{number:03}" for number in range(len(point))], name=name)
    return pd.DataFrame({"lat": point[:, 0], "lon": point[:, 1], **columns}, index=index)


def counted(homes, schools, counts):
    row, column = np.nonzero(counts)
    pairs = pd.MultiIndex.from_arrays([homes.index[row], schools.index[column]], names=["situation", "location"])
    return pd.Series(counts[row, column], index=pairs, name="pupils", dtype=int)
