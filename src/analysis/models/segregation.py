"""How unevenly two groups are spread over schools, as it is and if everyone attended the nearest school.

Group membership of single pupils is not in open data. What is measured there is the spread of *expected* counts: every
pupil counts for the share of the group in its postcode. Sorting within a postcode stays invisible, so these indices
are lower bounds of those on pupil data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.errors import ModelError
from analysis.models.estimates import in_form
from analysis.models.school_bands import share_at_home

Array = NDArray[np.float64]

INTERVAL = (0.025, 0.975)

INDEX_COUNTS = {count: ["estimate", "std_error", "ci_low", "ci_high"] for count in ("n_obs", "n_clusters")}


def dissimilarity(group: ArrayLike, comparison: ArrayLike) -> float:
    r"""Dissimilarity index of two groups over schools.

    Parameters
    ----------
    group, comparison
        Pupils (or expected pupils) of either group per school, shape (n_schools,). Two groups, never a group and
        the total: pupils of neither group stay out.

    Returns
    -------
    float
        Between 0 (the same spread) and 1 (never at one school): the share of either group that would have to change
        schools for an even spread.

    Raises
    ------
    ModelError
        If a group is empty, a count is negative or missing, or the two are not of the same schools in one order.

    Notes
    -----
    :math:`D = \tfrac12 \sum_j | a_j / A - b_j / B |` (Duncan and Duncan, 1955).
    """
    _of_the_same_schools(group, comparison)
    a, b = _counts(group, "group"), _counts(comparison, "comparison")
    return float(0.5 * np.abs(a / a.sum() - b / b.sum()).sum())


def isolation(group: ArrayLike, total: ArrayLike) -> float:
    r"""Isolation index: the share of the own group at the school of an average member.

    Parameters
    ----------
    group
        Pupils (or expected pupils) of the group per school, shape (n_schools,).
    total
        All pupils per school, of whatever group.

    Notes
    -----
    :math:`P^* = \sum_j (a_j / A)(a_j / t_j)` (Lieberson, 1981).
    """
    _of_the_same_schools(group, total)
    a, t = _counts(group, "group"), _counts(total, "total")
    if (a > t * (1 + 1e-12)).any():
        raise ModelError("isolation: a school has more pupils of the group than pupils")
    share = np.divide(a, t, out=np.zeros_like(a), where=t > 0)
    return float((a / a.sum() * share).sum())


def indices(group: ArrayLike, rest: ArrayLike) -> dict[str, float]:
    """Return dissimilarity (group against rest) and isolation of the group, from expected pupils per school."""
    a, b = np.asarray(group, float), np.asarray(rest, float)
    return {"dissimilarity": dissimilarity(a, b), "isolation": isolation(a, a + b)}


@dataclass(frozen=True)
class City:
    """Pupils by postcode and school as plain arrays, so that a resample costs a count and no join.

    Parameters
    ----------
    pupils
        Pupils per pair of postcode and school, shape (n_pairs,).
    share
        The group's share in the postcode of each pair, 0-1.
    school, nearest
        Position of the school attended and of the school nearest to the postcode, per pair.
    n_schools
        Number of schools.
    """

    pupils: NDArray[np.int64]
    share: Array
    school: NDArray[np.intp]
    nearest: NDArray[np.intp]
    n_schools: int

    @classmethod
    def from_frames(cls, by_pc4_school: pd.Series, share: pd.Series, nearest: pd.Series) -> City:
        """Build from pupils by (pc4, location), the group's share per pc4 and the nearest location per pc4."""
        pc4 = by_pc4_school.index.get_level_values("pc4")
        schools = pd.Index(sorted({*by_pc4_school.index.get_level_values("location"), *nearest}))
        if not pc4.isin(nearest.index).all():
            raise ModelError("a postcode with pupils has no nearest school")
        pupils = _counts(by_pc4_school, "pupils")
        if (pupils % 1 != 0).any():
            raise ModelError("pupils: resampling needs whole pupils")
        return cls(
            pupils=pupils.astype(np.int64),
            share=share_at_home(by_pc4_school, share),
            school=schools.get_indexer(by_pc4_school.index.get_level_values("location")),
            nearest=schools.get_indexer(nearest.reindex(pc4)),
            n_schools=len(schools),
        )

    def indices(self, pupils: ArrayLike, school: NDArray[np.intp]) -> dict[str, float]:
        """Compute the indices of the expected composition if `pupils` attend `school`, pair by pair."""
        counts = np.asarray(pupils, float)
        group = np.bincount(school, counts * self.share, self.n_schools)
        rest = np.bincount(school, counts * (1 - self.share), self.n_schools)
        return indices(group, rest)

    def situations(self, pupils: ArrayLike) -> dict[tuple[str, str], float]:
        """Compute the indices as it is now, at the nearest school, and how much higher they are now."""
        now, near = self.indices(pupils, self.school), self.indices(pupils, self.nearest)
        found = {(name, "now"): value for name, value in now.items()}
        found |= {(name, "nearest"): value for name, value in near.items()}
        return found | {(name, "now_minus_nearest"): now[name] - near[name] for name in now}


def bootstrap(city: City, draws: int, rng: np.random.Generator) -> pd.DataFrame:
    """Resample the city's pupils with replacement and compute every index anew; one row per draw."""
    n, p = int(city.pupils.sum()), city.pupils / city.pupils.sum()
    return pd.DataFrame([city.situations(rng.multinomial(n, p)) for _ in range(draws)])


def random_allocation(city: City, draws: int, rng: np.random.Generator) -> pd.DataFrame:
    """Allocate pupils to schools at random, school sizes kept, and compute every index; one row per draw.

    Its mean is what an index would show without any segregation: the floor that small schools alone cause.
    """
    share = np.repeat(city.share, city.pupils)
    school = np.repeat(city.school, city.pupils)
    rows = []
    for _ in range(draws):
        mixed = rng.permutation(share)
        group = np.bincount(school, mixed, city.n_schools)
        rows.append(indices(group, np.bincount(school, 1 - mixed, city.n_schools)))
    return pd.DataFrame(rows)


def estimate_indices(city: City, *, group: str, draws: int, random_draws: int, seed: int) -> pd.DataFrame:
    r"""Dissimilarity and isolation, now and at the nearest school, with intervals, and under random allocation.

    Parameters
    ----------
    city
        Pupils by postcode and school.
    group
        Name of the group, for the table.
    draws, random_draws
        Number of resamples and of random allocations.
    seed
        Seed of both; each has a stream of its own.

    Returns
    -------
    DataFrame
        In the form of all estimates; ``term`` is the index and the situation: ``now``, ``nearest``,
        ``now_minus_nearest`` or ``random_allocation``. An index has no null hypothesis of zero, so no p-value.

    Notes
    -----
    Intervals are basic bootstrap intervals, :math:`2\hat\theta - q_{.975}` to :math:`2\hat\theta - q_{.025}`
    (Davison and Hinkley, 1997, section 5.2): resampling adds to the upward bias of D, so that percentiles of the
    draws lie too high. Those under random allocation are percentiles of the draws.
    """
    for_bootstrap, for_allocation = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(2))
    resampled = bootstrap(city, draws, for_bootstrap)
    allocated = random_allocation(city, random_draws, for_allocation)
    rows = [
        _row(name, situation, value, resampled[(name, situation)].to_numpy(float))
        for (name, situation), value in city.situations(city.pupils).items()
    ]
    rows += [_row_of_draws(str(name), allocated[name].to_numpy(float)) for name in allocated]
    frame = pd.DataFrame(rows).sort_values("term", kind="stable", ignore_index=True)
    return in_form(
        frame,
        model="expected_composition",
        group=group,
        p_value=np.nan,
        n_obs=int(city.pupils.sum()),
        n_clusters=int((np.bincount(city.school, city.pupils) > 0).sum()),
        unit="index (0-1)",
    )


def _row(name: str, situation: str, estimate: float, draws: Array) -> dict[str, object]:
    low, high = np.quantile(draws, INTERVAL)
    return {
        "term": f"{name}_{situation}",
        "estimate": estimate,
        "std_error": draws.std(ddof=1),
        "ci_low": 2 * estimate - high,
        "ci_high": 2 * estimate - low,
    }


def _row_of_draws(name: str, draws: Array) -> dict[str, object]:
    low, high = np.quantile(draws, INTERVAL)
    return {
        "term": f"{name}_random_allocation",
        "estimate": draws.mean(),
        "std_error": draws.std(ddof=1),
        "ci_low": low,
        "ci_high": high,
    }


def _of_the_same_schools(one: ArrayLike, other: ArrayLike) -> None:
    if np.shape(one) != np.shape(other):
        raise ModelError(f"counts of {np.size(one)} and of {np.size(other)} schools cannot be compared")
    if isinstance(one, pd.Series) and isinstance(other, pd.Series) and not one.index.equals(other.index):
        raise ModelError("the counts are not of the same schools in the same order")


def _counts(values: ArrayLike, name: str) -> Array:
    counts = np.asarray(values, float)
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise ModelError(f"{name}: counts must be finite and not negative")
    if counts.sum() <= 0:
        raise ModelError(f"{name}: nobody is in the group")
    return counts
