r"""A cohort-component model with shocks that all areas share, and paths drawn from it.

The logarithm of what a cohort becomes in a year is :math:`m_a + u_g + d_{k,t} + \epsilon`: of its age, its area (pulled
to none) and the year, the same for all areas and for the ages of a band k. :math:`d_{k,t}` is a level that wanders, so
that a step of the last years goes on. The errors of a year to come are those of a known one, of all bands and of births
together, so that ages which moved alike go on so. :math:`\epsilon` has the variance :math:`\phi_k / P`. Since areas
share the year, the city is the sum of its areas in every path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError, Reason
from analysis.stats.arrays import Floats
from analysis.stats.forecast.smoothing import Level, fit_level
from analysis.stats.random_effects import tau_squared

LEAST = 0.5
"""What a count of zero counts as, for its logarithm."""
FEWEST_YEARS = 5
NOTHING = 1e-20
"""A variance that is rounding: counts without any chance in them."""
BIRTH_YEARS = 3
"""Years whose mean is the level that births go on from."""


@dataclass(frozen=True)
class Band:
    """Ages that share the shocks of a year.

    Parameters
    ----------
    ages : Positions of the ages that a ratio starts from.
    year : Level of the year's shock.
    phi : Variance of a log ratio times the count that it starts from.
    """

    ages: tuple[int, ...]
    year: Level
    phi: float


@dataclass(frozen=True)
class CohortModel:
    """What cohorts become in a year, and how births grow.

    Parameters
    ----------
    ratio : Log ratio of each area and age to the next, without shocks, shape (areas, ages - 1).
    ratio_sd : Standard error of the part of the area, shape (areas,).
    bands : By age.
    births : Level of their growth, log points a year.
    born : Mean births of the last years, brought forward to the last one by their growth, shape (areas,).
    now : Last counts, shape (areas, ages).
    """

    ratio: Floats
    ratio_sd: Floats
    bands: tuple[Band, ...]
    births: Level
    born: Floats
    now: Floats


def fit_cohorts(counts: Floats, bands: Sequence[tuple[int, ...]], of_area: slice) -> CohortModel:
    """Fit the model to counts.

    Parameters
    ----------
    counts : Shape (areas, ages, years), of single years and ages.
    bands : Positions of the ages, each in one band.
    of_area : Ages whose ratio an area has a part of its own in.

    Raises
    ------
    ModelError : For fewer than `FEWEST_YEARS` years, or ages that are in no band or in several.
    """
    if counts.shape[2] < FEWEST_YEARS or sorted(a for band in bands for a in band) != list(range(counts.shape[1] - 1)):
        raise ModelError(f"cohorts: {FEWEST_YEARS} years, and every age in one band", Reason.INVALID)
    n = np.maximum(counts, LEAST)
    weight, y = n[:, :-1, :-1], np.log(n[:, 1:, 1:] / n[:, :-1, :-1])
    of_age = _mean(y, weight, (0, 2))[None, :]
    left = y - of_age[:, :, None]
    area, variance = _of_area(left[:, of_area], weight[:, of_area])
    left[:, of_area] -= area[:, None, None]
    ratio = np.repeat(of_age, len(n), axis=0)
    ratio[:, of_area] += area[:, None]
    every = tuple(_band(tuple(ages), left[:, ages], weight[:, ages]) for ages in map(list, bands))
    births = fit_level(np.diff(np.log(n[:, 0].sum(axis=0))))
    centre = (BIRTH_YEARS - 1) / 2  # years ago, to which the mean belongs
    born = counts[:, 0, -BIRTH_YEARS:].mean(axis=1) * np.exp(births.now * centre)
    return CohortModel(ratio, np.sqrt(variance), every, births, born, counts[:, :, -1].astype(float))


def _mean(values: Floats, weight: Floats, axes: tuple[int, ...]) -> Floats:
    found: Floats = (values * weight).sum(axis=axes) / weight.sum(axis=axes)
    return found


def _of_area(left: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Pull the mean of each area to none, by how much areas differ beyond chance; and what is left of its variance."""
    raw, total = _mean(left, weight, (1, 2)), weight.sum(axis=(1, 2))
    phi = float((weight * np.square(left - raw[:, None, None])).sum() / (left.size - len(raw)))
    if phi < NOTHING:
        return raw, np.zeros(len(raw))
    v = phi / total
    tau2 = tau_squared(raw, v, np.ones((len(raw), 1))) if len(raw) > 1 else 0.0
    pull = tau2 / (tau2 + v)
    return pull * raw, pull * v


def _band(ages: tuple[int, ...], left: Floats, weight: Floats) -> Band:
    shock = _mean(left, weight, (0, 1))
    phi = float((weight * np.square(left - shock)).sum() / max(left.size - left.shape[2], 1))
    return Band(ages, fit_level(shock), phi)


def years_drawn(model: CohortModel, years: int, draws: int, rng: np.random.Generator | None) -> NDArray[np.intp]:
    """Draw for each year to come the known one whose errors it has, of all ages and births; shape (draws, years)."""
    known = len(model.births.errors)
    return np.zeros((draws, years), np.intp) if rng is None else rng.integers(0, known, (draws, years))


def draw_paths(
    model: CohortModel, years: int, draws: int, damping: float, rng: np.random.Generator | None = None
) -> Floats:
    """Draw counts of the years to come; without a generator one path on which nothing is drawn.

    Parameters
    ----------
    model : Of `fit_cohorts`.
    years : How many.
    draws : Paths.
    damping : Share of the growth of births that goes on from year to year.
    rng : Of parameters, shocks and counts.

    Returns
    -------
    array
        Shape (draws, years, areas, ages).
    """
    draws = 1 if rng is None else draws
    areas, ages = model.now.shape
    ratio = np.repeat(model.ratio[None], draws, axis=0)
    if rng is not None:
        ratio = ratio + (model.ratio_sd * rng.normal(size=(draws, areas)))[:, :, None]
    shocks, phi = np.zeros((draws, years, ages - 1)), np.zeros(ages - 1)
    of = years_drawn(model, years, draws, rng)
    for band in model.bands:
        shocks[:, :, list(band.ages)] = band.year.paths(of, rng)[:, :, None]
        phi[list(band.ages)] = band.phi
    growth = model.births.paths(of, rng, damping).cumsum(axis=1)
    paths = np.empty((draws, years, areas, ages))
    before = np.repeat(model.now[None], draws, axis=0)
    for year in range(years):
        born = model.born * np.exp(growth[:, year, None])
        later = before[:, :, :-1] * np.exp(ratio + shocks[:, year, None, :])
        if rng is not None:
            born = born * np.exp(rng.normal(size=born.shape) / np.sqrt(np.maximum(born, 1)))
            spread = np.sqrt(phi / np.maximum(before[:, :, :-1], 1))
            later = later * np.exp(spread * rng.normal(size=later.shape))
        before = np.concatenate([born[:, :, None], later], axis=2)
        paths[:, year] = before
    return paths
