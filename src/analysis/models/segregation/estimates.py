"""Every index with its interval, its floor under random allocation and, for dissimilarity, its bias corrected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.models.estimates import in_form
from analysis.models.segregation.attendance import NOW, Place, Spread
from analysis.models.segregation.correction import corrected
from analysis.models.segregation.measures import Array, exposure, theil, uneven

INTERVAL = (0.025, 0.975)
INDEX_COUNTS = {count: ["estimate", "std_error", "ci_low", "ci_high"] for count in ("n_obs", "n_clusters")}
ALLOCATED = "random_allocation"

PAIRS = (
    ("laag", "hoog"),
    ("hoog", "laag"),
    *((name, "none") for name in ("moroccan", "turkish", "surinamese", "other_nonwestern", "western")),
    ("nonwestern", "rest"),
    ("group", "rest"),
)
"""Which group is held against which, where a table has both."""

MIRRORED = ("hoog",)
"""Groups of which the dissimilarity is told already, as that of the other group."""

UNKNOWN = "onbekend"
EXPECTED = "expected_composition"
NAMES = {"nonwestern": "non-western"}
"""How groups are called in the tables, where it is not as in the data."""

Draws = Mapping[str, Array]
Compute = Callable[[Array], Array]


def estimate_indices(places: Iterable[Place], *, draws: int, random_draws: int, seed: int) -> pd.DataFrame:
    r"""Estimate dissimilarity, isolation, interaction and Theil's H, with intervals, for every year and place.

    Parameters
    ----------
    places
        What `attendance.places` gives.
    draws, random_draws
        Number of resamples of the first place and all of its year; other years have half as many. Number of random
        allocations of the first place; the others have a quarter of these.
    seed
        Seed of all; each place has two streams of its own.

    Returns
    -------
    DataFrame
        In the form of all estimates, with ``year, characteristic, place`` and ``comparison``; ``term`` is the index and
        the situation: ``now``, ``nearest``, ``now_minus_nearest`` or ``random_allocation``; of dissimilarity between
        counted groups ``corrected`` too. ``n_obs`` are the pupils of the groups that an index compares, or those in all
        where the numbers are expected ones. An index has no null hypothesis of zero, so no p-value.

    Notes
    -----
    Intervals are basic bootstrap intervals, :math:`2\hat\theta - q_{.975}` to :math:`2\hat\theta - q_{.025}`
    (Davison and Hinkley, 1997, section 5.2): resampling adds to the upward bias of D, so that percentiles of the
    draws lie too high. That of the corrected D are the percentiles of the corrected draws, moved so that their mean is
    the estimate. Those under random allocation are percentiles of the draws.
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
        rows = [*_pairs(place.spread, resampled, allocated), *_information(place, resampled, allocated)]
        frames.append(
            pd.DataFrame(rows).assign(
                model=place.spread.model, year=place.year, characteristic=place.characteristic, place=place.name
            )
        )
    found = pd.concat(frames, ignore_index=True)
    found = found.assign(group=found["group"].replace(NAMES))
    return in_form(found, p_value=np.nan, unit="index (0-1)")


def _pairs(spread: Spread, resampled: Draws, allocated: Array) -> Iterator[dict[str, object]]:
    observed = spread.observed()
    members = observed[NOW].sum(axis=1)
    expected = spread.model == EXPECTED
    for group, other in PAIRS:
        if not {group, other} <= set(spread.groups):
            continue
        a, b = spread.groups.index(group), spread.groups.index(other)
        if min(members[a], members[b]) == 0:
            continue  # a stadsdeel where nobody of a group is at school has no index of it
        told = {"group": group, "comparison": other, "n_clusters": _schools(observed)}
        both = round(members.sum() if expected else members[[a, b]].sum())
        for name, compute in indices_of(a, b).items():
            if name == "dissimilarity" and group in MIRRORED:
                continue
            alone = round(members[a]) if name == "isolation" and not expected else both
            rows = _situations(name, compute, observed, resampled, allocated)
            yield from ({**row, **told, "n_obs": alone} for row in rows)
        if not expected and group not in MIRRORED:
            row = _corrected(observed[NOW][[a, b]], resampled[NOW][:, [a, b]])
            yield {**row, **told, "n_obs": both}


def indices_of(a: int, b: int) -> dict[str, Compute]:
    """Return how each index of group `a` against group `b` follows from pupils by group and school."""
    return {
        "dissimilarity": lambda x: uneven(x[..., a, :], x[..., b, :]),
        "isolation": lambda x: exposure(x[..., a, :], x[..., a, :], x.sum(axis=-2)),
        "interaction": lambda x: exposure(x[..., a, :], x[..., b, :], x.sum(axis=-2)),
    }


def _information(place: Place, resampled: Draws, allocated: Array) -> Iterator[dict[str, object]]:
    """Theil's H of all groups that are known, and its parts where there is more than one stadsdeel."""
    spread = place.spread
    known = [number for number, name in enumerate(spread.groups) if name != UNKNOWN]
    observed = {name: counted[known] for name, counted in spread.observed().items()}
    draws = {name: drawn[:, known] for name, drawn in resampled.items()}
    told = {"group": "all", "comparison": "", "n_clusters": _schools(spread.observed())}
    told["n_obs"] = round(observed[NOW].sum())
    parts = ["theil", "theil_between", "theil_within"] if place.stadsdeel.max() > 0 else ["theil"]
    for part in parts:
        compute = partial(_theil, part=part, stadsdeel=place.stadsdeel)
        rows = _situations(part, compute, observed, draws, allocated[:, known])
        yield from ({**row, **told} for row in rows)


def _theil(counted: Array, part: str, stadsdeel: NDArray[np.intp]) -> Array:
    return theil(counted, stadsdeel)[part]


def _schools(observed: Draws) -> int:
    return int((observed[NOW].sum(axis=0) > 0).sum())


def _situations(
    name: str, compute: Compute, observed: Draws, resampled: Draws, allocated: Array
) -> Iterator[dict[str, object]]:
    values = {situation: float(compute(counted)) for situation, counted in observed.items()}
    draws = {situation: compute(drawn) for situation, drawn in resampled.items()}
    for rule in [situation for situation in observed if situation != NOW]:
        values[f"{NOW}_minus_{rule}"] = values[NOW] - values[rule]
        draws[f"{NOW}_minus_{rule}"] = draws[NOW] - draws[rule]
    for situation, value in values.items():
        yield {"term": f"{name}_{situation}", **basic_interval(value, draws[situation])}
    by_chance = compute(allocated)
    low, high = np.quantile(by_chance, INTERVAL)
    told = {"estimate": by_chance.mean(), "std_error": by_chance.std(ddof=1), "ci_low": low, "ci_high": high}
    yield {"term": f"{name}_{ALLOCATED}", **told}


def basic_interval(estimate: float, draws: Array) -> dict[str, float]:
    """Return an estimate with its standard error and basic bootstrap interval."""
    low, high = np.quantile(draws, INTERVAL)
    error = float(draws.std(ddof=1))
    return {"estimate": estimate, "std_error": error, "ci_low": 2 * estimate - high, "ci_high": 2 * estimate - low}


def _corrected(pair: Array, resampled: Array) -> dict[str, object]:
    estimate, draws = float(corrected(*pair)), corrected(resampled[:, 0], resampled[:, 1])
    return {"term": "dissimilarity_corrected", **moved_interval(estimate, draws)}


def moved_interval(estimate: float, draws: Array) -> dict[str, float]:
    """Return an estimate with the percentiles of its draws, moved so that their mean is the estimate.

    Correcting a resample cannot undo what resampling itself adds, so its level says nothing; its spread does.
    """
    low, high = np.quantile(draws, INTERVAL) - draws.mean() + estimate
    return {"estimate": estimate, "std_error": float(draws.std(ddof=1)), "ci_low": low, "ci_high": high}
