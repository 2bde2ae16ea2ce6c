"""The pupils of the synthetic city: where they live, how old they are, which school they chose."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.models.conditional_logit import probabilities
from analysis.models.geography import pairwise_km
from analysis.models.school_choice import Choices, attributes
from analysis.synthetic.city import City
from analysis.synthetic.truth import ChoiceTruth, Truth

AGES = tuple(range(4, 13))
# Shares of the ages at a basisschool on 1 October; few are still there at twelve.
AGE_SHARES = np.array([0.122, 0.125, 0.123, 0.122, 0.121, 0.121, 0.120, 0.118, 0.028])
ELSEWHERE = {"Zaanstad": ("1501", "1502", "1503"), "Amstelveen": ("1181", "1182"), "Diemen": ("1111", "1112")}

Counts = NDArray[np.int64]


def choice_probabilities(city: City, truth: ChoiceTruth) -> pd.DataFrame:
    """Compute the true probability of every school for a child of every postcode; rows add up to one."""
    denomination = city.by_school["DENOMINATIE_VESTIGING"].map(
        {"Openbaar": "openbaar", "Rooms-Katholiek": "rk", "Protestants-Christelijk": "pc"}
    )
    schools = city.by_school.assign(denomination=denomination.fillna("other"))
    distance = pairwise_km(city.by_pc4, schools)
    nobody = pd.Series(dtype=float)
    terms = attributes(Choices("truth", nobody, distance, 0), schools, city.by_pc4)
    probability = probabilities(truth.as_series(), terms).to_numpy().reshape(distance.shape)
    return pd.DataFrame(probability, index=distance.index, columns=distance.columns)


def regular_pupils(city: City, truth: Truth, scale: float, seed: np.random.SeedSequence) -> pd.DataFrame:
    """Let every child of the city choose a regular school.

    Returns
    -------
    DataFrame
        One row per postcode and school with at least one pupil: ``POSTCODE_LEERLING, location`` and the pupils by
        age, columns 4 to 12.
    """
    rng = np.random.default_rng(seed)
    number = round(truth.pupils * scale * (1 - truth.share_elsewhere - truth.share_unknown_home))
    at_home: Counts = rng.multinomial(number, city.by_pc4["weight"].to_numpy())
    by_age: Counts = rng.multinomial(at_home, AGE_SHARES)
    probability = choice_probabilities(city, truth.choice).to_numpy()
    chosen: Counts = rng.multinomial(by_age.T, probability)
    pairs = chosen.transpose(1, 2, 0).reshape(-1, len(AGES))
    index = pd.MultiIndex.from_product([city.by_pc4.index, city.by_school.index])
    frame = pd.DataFrame(pairs, columns=list(AGES), index=index.set_names(["POSTCODE_LEERLING", "location"]))
    return frame[frame.sum(axis=1) > 0].reset_index()


def pupils_from_elsewhere(city: City, truth: Truth, scale: float, seed: np.random.SeedSequence) -> pd.DataFrame:
    """Add pupils who live outside the city or whose home is not known; they attend schools at random."""
    rng = np.random.default_rng(seed)
    homes = [(name, pc4) for name, codes in ELSEWHERE.items() for pc4 in codes] + [("Onbekend", "40")]
    total = truth.pupils * scale
    expected = np.full(len(homes), truth.share_elsewhere * total / (len(homes) - 1))
    expected[-1] = truth.share_unknown_home * total
    number: Counts = np.maximum(1, rng.poisson(expected))
    home = np.repeat(np.arange(len(homes)), number)
    school = rng.integers(0, len(city.by_school), len(home))
    frame = pd.DataFrame(rng.multinomial(1, AGE_SHARES, len(home)), columns=list(AGES))
    frame.insert(0, "location", city.by_school.index[school])
    frame.insert(0, "POSTCODE_LEERLING", [homes[h][1] for h in home])
    frame.insert(0, "GEMEENTENAAM_LEERLING", [homes[h][0] for h in home])
    keys = ["GEMEENTENAAM_LEERLING", "POSTCODE_LEERLING", "location"]
    return frame.groupby(keys, as_index=False).sum()
