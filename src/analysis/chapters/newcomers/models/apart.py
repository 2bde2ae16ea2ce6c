"""How unevenly newcomers and internationals are over schools: observed, by chance alone, and freed of chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.newcomers.models.rates import ENOUGH, KINDS, kinds
from analysis.errors import ModelError, Reason
from analysis.run.remembered import remembered
from analysis.stats.arrays import Floats
from analysis.stats.estimates import error_of, in_form, with_reasons
from analysis.stats.freed_of_chance import INTERVAL, Freed, freed_of_chance
from analysis.stats.segregation import dissimilarity_of
from analysis.stats.segregation_corrected import corrected

OBSERVED, CHANCE, DENSITY, FREED = "observed", "by chance alone", "density correction", "freed of chance"
FEWEST, TENTH = 3, 0.1
"""Schools with most of a group that are told of together: a tenth of all, and never fewer."""


def _by_school(pupils: pd.DataFrame, kind: str) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Count the group and all pupils per school, and the pupils of the group per family."""
    has = pupils[KINDS[kind]]
    by_school = has.groupby(pupils["location"]).agg(["sum", "size"])
    return by_school["sum"].to_numpy(float), by_school["size"].to_numpy(float), _families(pupils[has])


def _families(own: pd.DataFrame) -> NDArray[np.int64]:
    """Count pupils per family; one at two schools is two, and a child of whom no family is known is one of its own."""
    if "household" not in own:
        return np.ones(len(own), dtype=np.int64)
    known = own.dropna(subset="household").groupby(["household", "location"]).size().to_numpy(np.int64)
    return np.concatenate([known, np.ones(int(own["household"].isna().sum()), dtype=np.int64)])


@remembered
def apart(pupils: pd.DataFrame, year: int, *, draws: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    r"""Estimate the dissimilarity of each group and all others over schools, and the part of it at few schools.

    Parameters
    ----------
    pupils : Of `rates.select`.
    year : Of which.
    draws, seed : Number of random allocations for each spread, and their seed.

    Returns
    -------
    tuple of DataFrame
        Estimates; ``group``, and ``term``: `OBSERVED` (with the p-value of a test against chance), `CHANCE` (mean and
        percentiles of random allocations of families), `DENSITY` (the correction of 02_segregation, which stays above
        zero where schools are alike) and `FREED` (`stats.freed_of_chance`). ``n_obs`` are pupils of the group,
        ``n_clusters`` schools. And a row per group of the schools with most of them: ``group, share`` of the group
        there, ``chance`` the same of random allocations, ``schools, pupils_of_group``.
    """
    rng, rows, most = np.random.default_rng(seed), [], []
    of_year = pupils[pupils["year"] == year]
    for kind in kinds(of_year):
        a, t, sizes = _by_school(of_year, kind)
        labels = {"group": kind, "n_obs": int(a.sum()), "n_clusters": len(t)}
        try:
            _check(a, t)
            freed = freed_of_chance(a, t, sizes, draws=draws, rng=rng)
        except ModelError as error:
            error.raise_unless_of_the_data()
            rows += [{**labels, **_NONE, "term": term, "reason": error.reason.value} for term in (OBSERVED, FREED)]
            continue
        rows += [{**labels, **_NONE, **row, "reason": ""} for row in _indices(a, t, freed)]
        most.append({"group": kind, **_most(a, freed)})
    table = with_reasons(in_form(pd.DataFrame(rows), model=str(year), unit="index (0-1)"))
    columns = ["group", "share", "chance", "schools", "pupils_of_group"]
    return table, pd.DataFrame(most, columns=columns)


_NONE = dict.fromkeys(("estimate", "std_error", "ci_low", "ci_high", "p_value"), np.nan)


def _check(a: Floats, t: Floats) -> None:
    if a.sum() == 0 or a.sum() == t.sum():
        raise ModelError("newcomers: everybody or nobody is one", Reason.EMPTY)
    if (a > 0).sum() < ENOUGH:
        raise ModelError("newcomers: at hardly a school", Reason.TOO_FEW_CLUSTERS)


def _indices(a: Floats, t: Floats, freed: Freed) -> list[dict[str, float | str]]:
    observed, chance = float(dissimilarity_of(a, t - a)), freed.by_chance
    low, high = np.quantile(chance, INTERVAL)
    # Exact: how often a random allocation is as uneven (Davison and Hinkley, 1997, section 4.3).
    p_value = float((1 + (chance >= observed).sum()) / (1 + len(chance)))
    return [
        {"term": OBSERVED, "estimate": observed, "p_value": p_value},
        {"term": CHANCE, "estimate": float(chance.mean()), "std_error": float(chance.std(ddof=1)),
         "ci_low": float(low), "ci_high": float(high)},
        {"term": DENSITY, "estimate": float(corrected(a, t - a))},
        {"term": FREED, "estimate": freed.estimate, "std_error": float(error_of(freed.low, freed.high)),
         "ci_low": freed.low, "ci_high": freed.high},
    ]  # fmt: skip


def _most(a: Floats, freed: Freed) -> dict[str, float]:
    """Return the part of the group at the schools with most of it, and what chance alone puts at as many schools."""
    number = max(FEWEST, int(np.ceil(TENTH * len(a))))
    share, chance = (_largest(rows, number) for rows in (a[None], freed.pupils))
    return {
        "share": float(share[0]),
        "chance": float(chance.mean()),
        "schools": number,
        "pupils_of_group": int(a.sum()),
    }


def _largest(rows: Floats, number: int) -> Floats:
    return np.asarray(np.sort(rows, axis=1)[:, -number:].sum(axis=1) / rows.sum(axis=1))
