r"""Pupils and children of each stadsdeel by age over the years: what a cohort becomes, and who enters.

In a stadsdeel g :math:`P(g, a + 1, t + 1) = P(g, a, t) \exp(\mu_a + u_g + d_t + \sqrt{\phi / P} z)`. Cohorts of the
last year are led back from the pupils of the world, so that this year is exactly theirs; those before and after them
start from the births that the truth says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.synthetic.shapes import Floats

FIRST_AGE, LAST_AGE, TO_ELEVEN = 4, 12, 10
AGES = LAST_AGE + 1
YOUNG = slice(FIRST_AGE, 8)


@dataclass(frozen=True)
class CountsTruth:
    """How the numbers of children and pupils came about, and how they go on."""

    # Years of 1 October: the first and the last that are told, and how far the world runs on unseen.
    first: int = 2000
    last: int = 2019
    end: int = 2035
    # What one of an age becomes, net, a year later: children of 0 to 2 on 1 January, those of 3 (of whom pupils of 4
    # come), pupils of 4 to 9, of 10 and of 11.
    children: float = 0.97
    entry: float = 0.93
    stay: float = 0.999
    to_eleven: float = 0.99
    to_twelve: float = 0.165
    # Families who left: log points of the ratio at ages 4 to 7 from this year on.
    left_from: int = 2014
    left: float = -0.015
    spread: float = 0.006  # standard deviation between stadsdelen of the log ratio of pupils
    # Standard deviations of what a year adds to the log ratio of pupils and of entry, and how much of it lasts a year.
    year_sd: float = 0.004
    entry_sd: float = 0.010
    lasting: float = 0.6
    moves: float = 0.15  # variance of a log ratio, times the children: how many come and go
    # Entrants by year, between these years by straight lines; 1 is an eighth of the pupils of the last year.
    entrants: Mapping[int, float] = field(
        default_factory=lambda: {1992: 0.91, 2007: 0.905, 2014: 1.065, 2019: 1.0, 2023: 0.96, 2035: 1.21}
    )
    # Trends of entrants of a stadsdeel beside the others, log points a year: one that ends in the first of these years,
    # and one that begins in the second. Others have none.
    trend_until: int = 2011
    trend: Mapping[str, float] = field(default_factory=lambda: {"Zuidoost": -0.022})
    later_from: int = 2019
    later_trend: Mapping[str, float] = field(default_factory=lambda: {"Centrum": -0.02})


def make_counts(by_pupil: pd.DataFrame, truth: CountsTruth, seed: np.random.SeedSequence) -> dict[str, pd.DataFrame]:
    """Count the pupils of each stadsdeel by age on 1 October of every year, and its children on the 1 January after it.

    Returns
    -------
    dict
        ``by_stadsdeel_age_year`` and ``by_stadsdeel_children`` up to the last year, and ``by_stadsdeel_outturn``, the
        pupils of the years after it: ``area, age, year, pupils`` (or ``children``).
    """
    table = pd.crosstab(by_pupil["stadsdeel"], by_pupil["age"].clip(FIRST_AGE, LAST_AGE))
    now = table.reindex(columns=range(FIRST_AGE, AGES), fill_value=0).to_numpy(float)
    areas = [str(area) for area in table.index]
    counts = _run(now, areas, truth, np.random.default_rng(seed))
    known = truth.last - truth.first + 1
    children = _long(counts[:, :FIRST_AGE, :known], areas, 0, truth.first + 1)
    return {
        "by_stadsdeel_age_year": _long(counts[:, FIRST_AGE:, :known], areas, FIRST_AGE, truth.first),
        "by_stadsdeel_children": children.rename(columns={"pupils": "children"}),
        "by_stadsdeel_outturn": _long(counts[:, FIRST_AGE:, known:], areas, FIRST_AGE, truth.last + 1),
    }


def _run(now: Floats, areas: Sequence[str], truth: CountsTruth, rng: np.random.Generator) -> Floats:
    """Return whole counts, shape (areas, ages, years): all cohorts forward, those of the last year led back, and on."""
    years = np.arange(truth.first, truth.end + 1, dtype=float)
    ratio = _ratios(len(areas), years, truth, rng)
    counts = _born(now, areas, years, truth, rng)
    noise, last = np.sqrt(truth.moves) * rng.normal(size=counts.shape), truth.last - truth.first
    for year in range(last):
        counts[:, 1:, year + 1] = _later(counts[:, :-1, year], ratio[:, :, year], noise[:, 1:, year])
    counts[:, FIRST_AGE:, last] = now
    _lead_back(counts, ratio, noise, last)
    for year in range(last, len(years) - 1):
        counts[:, 1:, year + 1] = _later(counts[:, :-1, year], ratio[:, :, year], noise[:, 1:, year])
    return np.maximum(np.rint(counts), 1)


def _later(before: Floats, ratio: Floats, noise: Floats) -> Floats:
    later: Floats = before * np.exp(ratio + noise / np.sqrt(np.maximum(before, 1)))
    return later


def _lead_back(counts: Floats, ratio: Floats, noise: Floats, last: int) -> None:
    """Lead the cohorts aged 4 to 11 in the last year back, in place; few of 12 are left to tell how many they were."""
    for age in range(FIRST_AGE, LAST_AGE):
        for back in range(1, min(age, last) + 1):
            older = counts[:, age - back + 1, last - back + 1]
            place = (slice(None), age - back, last - back)
            counts[place] = older / np.exp(ratio[place] + noise[place] / np.sqrt(np.maximum(older, 1)))


def _ratios(n_areas: int, years: Floats, truth: CountsTruth, rng: np.random.Generator) -> Floats:
    """Return the log ratio of each stadsdeel, age and year to the next: shape (areas, ages - 1, years)."""
    stay = [truth.stay] * (TO_ELEVEN - FIRST_AGE)
    by_age = np.log([*[truth.children] * (FIRST_AGE - 1), truth.entry, *stay, truth.to_eleven, truth.to_twelve])
    ratio = np.tile(by_age[None, :, None], (n_areas, 1, len(years)))
    pupils, entry = slice(FIRST_AGE, TO_ELEVEN + 1), FIRST_AGE - 1
    ratio[:, pupils] += truth.spread * rng.normal(size=(n_areas, 1, 1))
    ratio[:, pupils] += _lasting(truth.year_sd, truth.lasting, len(years), rng)
    ratio[:, entry] += _lasting(truth.entry_sd, truth.lasting, len(years), rng)
    ratio[:, YOUNG] += truth.left * (years >= truth.left_from)
    return ratio


def _lasting(sd: float, rho: float, n: int, rng: np.random.Generator) -> Floats:
    """Draw years that are like the year before: an autoregression with this standard deviation."""
    shocks = sd * rng.normal(size=n)
    for year in range(1, n):
        shocks[year] = rho * shocks[year - 1] + np.sqrt(1 - rho**2) * shocks[year]
    return shocks


def _born(now: Floats, areas: Sequence[str], years: Floats, truth: CountsTruth, rng: np.random.Generator) -> Floats:
    """Return counts with the children of age 0 in every year and all ages in the first: what entrants expect."""
    to_entry = np.cumprod([1.0, *[1 / truth.entry], *[1 / truth.children] * (FIRST_AGE - 1)])[::-1]
    stay = [truth.stay] * (TO_ELEVEN - FIRST_AGE)
    after = np.cumprod([1.0, *stay, truth.to_eleven, truth.to_twelve])
    of_age = np.concatenate([to_entry[:-1], after])
    counts = np.zeros((len(areas), AGES, len(years)))
    counts[:, 0] = _entrants(now, areas, years + FIRST_AGE, truth) * of_age[0]
    counts[:, :, 0] = _entrants(now, areas, years[0] + FIRST_AGE - np.arange(AGES), truth) * of_age
    return counts * np.exp(rng.normal(size=counts.shape) / np.sqrt(np.maximum(counts, 1)))


def _entrants(now: Floats, areas: Sequence[str], entry: Floats, truth: CountsTruth) -> Floats:
    """Return how many of each stadsdeel are expected to be 4 in these years: shape (areas, years)."""
    path = np.interp(entry, [*truth.entrants], [*truth.entrants.values()])
    trend, later = (np.array([[of.get(area, 0.0)] for area in areas]) for of in (truth.trend, truth.later_trend))
    log_size = trend * np.minimum(entry - truth.trend_until, 0) + later * np.maximum(entry - truth.later_from, 0)
    size = now.sum(axis=1)[:, None] * np.exp(log_size)
    expected: Floats = now.sum() / 8 * path * size / size.sum(axis=0)
    return expected


def _long(counts: Floats, areas: Sequence[str], first_age: int, first_year: int) -> pd.DataFrame:
    ages = range(first_age, first_age + counts.shape[1])
    years = range(first_year, first_year + counts.shape[2])
    index = pd.MultiIndex.from_product([areas, ages, years], names=["area", "age", "year"])
    return pd.Series(counts.ravel().astype(np.int64), index, name="pupils").reset_index()
