"""Every index with its interval, and what it would be if pupils were allocated to schools at random."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.segregation.models.attendance import NOW, PlaceYear, Spread
from analysis.codes import Codes
from analysis.run.remembered import remembered
from analysis.stats.estimates import in_form
from analysis.stats.segregation import Array, Tally, dissimilarity_of, exposure, theil
from analysis.stats.segregation_corrected import corrected

INTERVAL = (0.025, 0.975)
NO_INTERVAL = dict.fromkeys(("std_error", "ci_low", "ci_high"), np.nan)
ALLOCATED = "random_allocation"

Pairs = Sequence[tuple[str, str]]
"""Which group is compared with which, where a table has both."""

MIRRORED = ("hoog",)
"""Groups of which the dissimilarity is a row already, as that of the other group."""

UNKNOWN = "onbekend"
EXPECTED = "expected_composition"
NAMES = {"nonwestern": "non-western"}
"""How groups are called in the tables, where it is not as in the data."""

PLAIN, CORRECTED = "dissimilarity", "dissimilarity_corrected"
INTERACTION = "interaction"
"""The one index that is lower where groups are farther apart."""
BY_PAIR = (PLAIN, CORRECTED)
"""Indices that are the same for both groups of a pair."""

Tallies = Mapping[str, Tally]  # by situation
Compute = Callable[[Tally], Array]
Row = dict[str, object]


def pairs_of(codes: Codes) -> Pairs:
    """List the pairs of groups: by education, each migration background against none, and expected numbers.

    Parameters
    ----------
    codes : The backgrounds of an edition.

    Returns
    -------
    list of tuple
        The group, and the one that it is compared with.
    """
    none = codes.backgrounds("none")[0]
    backgrounds = [(name, none) for name in codes.backgrounds() if name != none]
    return [("laag", "hoog"), ("hoog", "laag"), *backgrounds, ("nonwestern", "rest"), ("group", "rest")]


PAIRS = pairs_of(Codes())


@remembered
def estimate_indices(
    places: Iterable[PlaceYear], *, draws: int, random_draws: int, seed: int, pairs: Pairs = PAIRS
) -> pd.DataFrame:
    r"""Estimate dissimilarity, isolation, interaction and Theil's H, with intervals, for every year and place.

    Parameters
    ----------
    places : What `attendance.places` gives.
    draws, random_draws
        Number of resamples of the first place and all of its year; other years have half as many. Number of random
        allocations of the first place; the others have a quarter of these.
    seed : Seed of all; each place has two streams of its own.
    pairs : Which groups are compared.

    Returns
    -------
    DataFrame
        In the form of all estimates, with ``year, characteristic, place`` and ``comparison``; ``term`` is the index and
        the situation: ``now``, a rule such as ``nearest``, ``now_minus_`` a rule, or ``random_allocation`` (mean and
        percentiles over allocations). ``p_value``, of now alone: how often a random allocation is at least as
        segregated. ``n_obs`` are the pupils of the groups that an index compares, or those in all where the numbers are
        expected ones. ``dissimilarity`` is that of the numbers as they are, which is too high: it has no interval.

    Notes
    -----
    Every other index is corrected for what small schools alone add to it (`corrected`, `measures.exposure`,
    `measures.theil`). Intervals are the percentiles of the corrected draws, moved so that their mean is the estimate:
    correcting a resample cannot undo what resampling itself adds, so its level says nothing; their width does. The test
    against random allocation is exact: :math:`p = (1 + \#\{r: \hat\theta_r \ge \hat\theta\}) / (1 + R)` (Davison and
    Hinkley, 1997, section 4.3).
    """
    root = np.random.SeedSequence(seed)
    frames: list[pd.DataFrame] = []
    for place in places:
        for_bootstrap, for_allocation = (np.random.default_rng(stream) for stream in root.spawn(2))
        if not frames:
            latest = place.year
        # The intervals and floors of earlier years are those of the last one but for little, and take long.
        resampled = place.spread.resampled(draws if place.year == latest else max(draws // 2, 50), for_bootstrap)
        allocated = place.spread.allocated(random_draws if not frames else max(random_draws // 4, 20), for_allocation)
        rows = [*_pairs(place.spread, resampled, allocated, pairs), *_information(place, resampled, allocated)]
        frames.append(
            pd.DataFrame(rows).assign(
                model=place.spread.model, year=place.year, characteristic=place.characteristic, place=place.name
            )
        )
    table = pd.concat(frames, ignore_index=True)
    return in_form(table.assign(group=table["group"].replace(NAMES)), unit="index (0-1)")


def _pairs(spread: Spread, resampled: Tallies, allocated: Tally, pairs: Pairs) -> Iterator[Row]:
    observed = spread.observed()
    members = observed[NOW].pupils.sum(axis=1)
    expected = spread.model == EXPECTED
    for group, other in pairs:
        if not {group, other} <= set(spread.groups):
            continue
        a, b = spread.groups.index(group), spread.groups.index(other)
        if min(members[a], members[b]) == 0:
            continue  # a stadsdeel where nobody of a group is at school has no index of it
        labels = {"group": group, "comparison": other, "n_clusters": _schools(observed)}
        both = round(members.sum() if expected else members[[a, b]].sum())
        for name, compute in indices_of(a, b).items():
            if name in BY_PAIR and group in MIRRORED:
                continue
            alone = round(members[a]) if name == "isolation" and not expected else both
            rows = _situations(name, compute, observed, resampled, allocated)
            yield from ({**row, **labels, "n_obs": alone} for row in rows)


def indices_of(a: int, b: int) -> dict[str, Compute]:
    """Define how each index of two groups follows from pupils by group and school.

    Parameters
    ----------
    a, b : Positions of the groups.

    Returns
    -------
    dict
        Functions by name of the index.
    """
    return {
        PLAIN: lambda x: dissimilarity_of(x.pupils[..., a, :], x.pupils[..., b, :]),
        CORRECTED: lambda x: corrected(x.pupils[..., a, :], x.pupils[..., b, :], x.both),
        "isolation": lambda x: exposure(x, a, a),
        INTERACTION: lambda x: exposure(x, a, b),
    }


def _information(place: PlaceYear, resampled: Tallies, allocated: Tally) -> Iterator[Row]:
    """Theil's H of all groups that are known, and its parts where there is more than one stadsdeel."""
    spread = place.spread
    known = [number for number, name in enumerate(spread.groups) if name != UNKNOWN]
    observed, draws = (
        {name: _of(tally, known) for name, tally in tallies.items()} for tallies in (spread.observed(), resampled)
    )
    members = observed[NOW].pupils.sum(axis=1)
    if (members > 0).sum() < 2:
        return  # nothing is mixed where there is one group
    labels = {"group": "all", "comparison": "", "n_clusters": _schools(observed), "n_obs": round(members.sum())}
    for part in ["theil", "theil_between", "theil_within"] if place.stadsdeel.max() > 0 else ["theil"]:
        rows = _situations(part, partial(_theil, place.stadsdeel, part), observed, draws, _of(allocated, known))
        yield from ({**row, **labels} for row in rows)


def _of(tally: Tally, groups: list[int]) -> Tally:
    return Tally(tally.pupils[..., groups, :], tally.mixed)


def _theil(stadsdeel: NDArray[np.intp], part: str, tally: Tally) -> Array:
    return theil(tally, stadsdeel)[part]


def _schools(observed: Tallies) -> int:
    return int((observed[NOW].pupils.sum(axis=0) > 0).sum())


def _situations(name: str, compute: Compute, observed: Tallies, resampled: Tallies, allocated: Tally) -> Iterator[Row]:
    values = {situation: float(compute(tally)) for situation, tally in observed.items()}
    draws = {situation: compute(tally) for situation, tally in resampled.items()}
    by_chance, apart = compute(allocated), -1 if name == INTERACTION else 1
    for rule in [situation for situation in observed if situation != NOW]:
        values[f"{NOW}_minus_{rule}"] = values[NOW] - values[rule]
        draws[f"{NOW}_minus_{rule}"] = draws[NOW] - draws[rule]
    for situation, value in values.items():
        estimate = {"estimate": value} if name == PLAIN else moved_interval(value, draws[situation])
        p_value = more_than_chance(apart * value, apart * by_chance) if situation == NOW else np.nan
        yield {"term": f"{name}_{situation}", "p_value": p_value, **NO_INTERVAL, **estimate}
    low, high = np.quantile(by_chance, INTERVAL)
    estimate = {"estimate": by_chance.mean(), "std_error": by_chance.std(ddof=1), "ci_low": low, "ci_high": high}
    yield {"term": f"{name}_{ALLOCATED}", "p_value": np.nan, **estimate}


def more_than_chance(value: float, by_chance: Array) -> float:
    """Test whether an index is higher than random allocations make it.

    Parameters
    ----------
    value, by_chance : The index, and that of random allocations.

    Returns
    -------
    float
        One-sided p-value, :math:`(1 + k) / (1 + n)` with k of n allocations as high.
    """
    return float((1 + (by_chance >= value).sum()) / (1 + len(by_chance)))


def moved_interval(estimate: float, draws: Array) -> dict[str, float]:
    """Compute an interval from the percentiles of draws, moved so that their mean is the estimate.

    Parameters
    ----------
    estimate, draws : The estimate, and the same of resamples.

    Returns
    -------
    dict
        ``estimate, std_error, ci_low, ci_high``.
    """
    low, high = np.quantile(draws, INTERVAL) - draws.mean() + estimate
    return {"estimate": estimate, "std_error": float(draws.std(ddof=1)), "ci_low": low, "ci_high": high}
