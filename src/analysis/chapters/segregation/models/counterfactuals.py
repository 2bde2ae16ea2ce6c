"""The composition of schools if homes alone decided who attends them: residence against choice, by rules alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from analysis.chapters.segregation.models.attendance import CITY, is_expected
from analysis.chapters.segregation.models.estimates import BY_PAIR, INTERACTION
from analysis.errors import ModelError, Reason
from analysis.run.remembered import remembered
from analysis.stats.allocation import NONE, PRIORITY, deferred_acceptance
from analysis.stats.complete import positions

INDICES = (*BY_PAIR, "isolation", INTERACTION, "theil", "theil_between", "theil_within")
CONSIDERED = 30
"""Schools that are looked at first, nearest first; all of them for who finds no place at any of these."""


@remembered
def by_rule(
    by_home: pd.DataFrame, schools: pd.DataFrame, *, slack: float, seed: int, priority: int = PRIORITY
) -> pd.DataFrame:
    """Give every pupil a school by the rules that homes alone decide.

    Parameters
    ----------
    by_home : ``year, area, lat, lon, location, education, background, pupils``: pupils of one kind from one home.
    schools : ``lat, lon`` by location.
    slack : Places of a school, as a multiple of its pupils now.
    seed : Seed of the lottery.
    priority : At how many nearest schools a pupil has priority.

    Returns
    -------
    DataFrame
        The pupils with ``nearest`` and ``nearest_with_capacity``: deferred acceptance with priority at the
        nearest schools and a lottery. Schools have places for all.

    Raises
    ------
    ModelError
        If `slack` is below one and somebody finds no place.
    """
    # Counted pupils each have a place of their own; expected pupils of one home and school are alike to the lottery.
    keys = ["lat", "lon", "location"]
    pair = by_home.groupby(keys).ngroup().to_numpy() if is_expected(by_home) else np.arange(len(by_home))
    numbered = by_home.assign(pair=pair)
    pairs = numbered.groupby("pair").agg({**dict.fromkeys(keys, "first"), "pupils": "sum"})
    number = pairs["pupils"].round().astype(np.int64).to_numpy()
    owner = np.repeat(np.arange(len(pairs)), number)
    attended = positions(schools.index, pd.Index(pairs["location"]), "schools of pupils")
    places = np.ceil(slack * np.bincount(attended, number, len(schools))).astype(np.int64)
    lottery = np.random.default_rng(seed).random(len(owner))
    nearest, got = _placed(pairs, schools, owner, lottery, places, priority)
    units = pd.DataFrame({"pair": owner, "got": got}).value_counts(sort=False).rename("given").reset_index()
    units = units.assign(
        nearest=schools.index.to_numpy()[nearest[units["pair"]]],
        nearest_with_capacity=schools.index.to_numpy()[units["got"]],
        part=units["given"] / number[units["pair"]],
    )
    rows = numbered.merge(units, on="pair")
    given = rows["pupils"] * rows["part"]
    return rows.assign(pupils=given if is_expected(by_home) else given.round().astype(np.int64))


def counterfactuals(indices: pd.DataFrame) -> pd.DataFrame:
    """Select the indices of the whole city in the last year, now and under every rule.

    Parameters
    ----------
    indices : Of `estimate_indices`, over places with the schools of `by_rule`.

    Returns
    -------
    DataFrame
        Its rows, with ``index`` and ``scenario``: now, a rule, ``random_allocation``, or how much higher an index is
        now (``now_minus_`` a rule). They are the same estimates: nothing is resampled again.
    """
    rows: pd.DataFrame = indices[(indices["place"] == CITY) & (indices["year"] == indices["year"].max())].reset_index(
        drop=True
    )
    longest_first = "|".join(sorted(INDICES, key=len, reverse=True))
    parts = rows["term"].str.extract(rf"^({longest_first})_(.+)$")
    return rows.assign(index=parts[0], scenario=parts[1])


def _placed(
    homes: pd.DataFrame,
    schools: pd.DataFrame,
    owner: np.ndarray,
    lottery: np.ndarray,
    places: np.ndarray,
    priority: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest school of every home and the school at which each pupil (home `owner`) gets a place."""
    nearest = _nearest_first(homes, schools, CONSIDERED)
    k = nearest.shape[1]

    def further(pupils: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        every, rows = _nearest_first(homes.iloc[owner[pupils]], schools, len(schools)), np.arange(len(pupils))[:, None]
        first = np.zeros(every.shape, bool)
        first[rows, nearest[owner[pupils]]] = True
        rest = every[~first[rows, every]].reshape(len(pupils), -1)
        return rest, lottery[pupils][:, None] + (np.arange(k, len(schools)) >= priority)

    claim = lottery[:, None] + (np.arange(k) >= priority)
    got = deferred_acceptance(nearest[owner], claim, places, further if k < len(schools) else None)
    if not (got == NONE).any():
        return nearest[:, 0], got
    left = int((got == NONE).sum())
    raise ModelError(
        f"{left} pupils find no place at any school: capacity_slack of segregation must be 1 or more", Reason.EMPTY
    )


def _nearest_first(homes: pd.DataFrame, schools: pd.DataFrame, considered: int) -> np.ndarray:
    stretch = np.array([1.0, np.cos(np.radians(schools["lat"].mean()))])
    k = min(considered, len(schools))
    tree = cKDTree(schools[["lat", "lon"]].to_numpy(float) * stretch)
    _, order = tree.query(homes[["lat", "lon"]].to_numpy(float) * stretch, k=np.arange(1, k + 1))
    return np.asarray(order, dtype=np.int32)  # of many pupils at many schools
