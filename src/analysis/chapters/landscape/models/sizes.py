r"""Schools by size over the years: who is small, who stays small, who is gone; and whether that was to be foreseen.

A location that is gone has size 0, not a missing one: it may have merged, and its pupils changed no school. The chance
to be small five years on is :math:`\Phi((\log norm - \log N - m) / s)`, with :math:`m = a + b \log N + c g` for
a growth :math:`g` of the municipality and :math:`s^2 = \exp(g_0 + g_1 \log N)`, for locations that are still there.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import logit, ndtr

from analysis.chapters.landscape.models.panel import FEWEST_SCHOOLS, KEY, in_municipalities
from analysis.errors import InputError, ModelError
from analysis.received import received
from analysis.stats.arrays import Floats
from analysis.stats.fit import mean
from analysis.stats.logit import maximise

YEARS = (2012, 2017, 2019, 2024)
SMALL, MEDIUM, LARGE = SIZES = ("small", "medium", "large")
GONE, NEW, NOT_TOLD = "gone", "new", "not told"
STATES = (*SIZES, GONE, NEW, NOT_TOLD)
LEARNT, TESTED = (2012, 2017), (2019, 2024)
LOG_CHI2 = -1.2703628454614782
"""Mean of the logarithm of a chi-squared variable with one degree of freedom."""
NEVER = 1e-6
MODEL, AS_OFTEN, AS_BEFORE = "by the model", "as often as before", "as before"


def states(by_location_count: pd.DataFrame, edges: tuple[float, ...]) -> pd.DataFrame:
    """Return the size class of every location in every year: one row per location, a column per year.

    Parameters
    ----------
    by_location_count : As its contract in `data.count_files` says.
    edges : Pupils from which a school is medium, and large.

    Returns
    -------
    DataFrame
        `GONE` where the location is not on the list of a year; `NOT_TOLD` where it is, without its pupils. Locations of
        municipalities without a file of 2017 have no row.
    """
    known = in_municipalities(by_location_count)
    told = known.assign(pupils=known["pupils"].astype(float))
    listed: pd.DataFrame = pd.crosstab(told["location"], told["year"]) > 0
    wide = told.pivot_table(index="location", columns="year", values="pupils").reindex_like(listed)
    named = pd.DataFrame(np.array(SIZES)[np.digitize(wide.fillna(0), edges)], wide.index, wide.columns)
    return named.where(listed, GONE).mask(listed & wide.isna(), NOT_TOLD)


def transitions(
    by_location_count: pd.DataFrame, edges: tuple[float, ...], years: tuple[int, ...] = YEARS
) -> pd.DataFrame:
    """Count the locations that went from one size to another between the years of the files.

    Parameters
    ----------
    by_location_count : As its contract in `data.count_files` says.
    edges : Pupils from which a school is medium, and large.
    years : Each is compared with the next. Of few schools two tell less than all: what a size has in a year would be
        a total of the years before and after it.

    Returns
    -------
    DataFrame
        ``from_year, to_year, size_before, size_after, schools`` and ``share`` of those of that size before, of the
        locations that have a size in one of the two years; `NEW` before is who had none: not on the list, or on it
        without its pupils.
    """
    received(by_location_count, "by_location_count", ("location", "area", "year", "pupils"), key=KEY, years=years)
    state, rows = states(by_location_count, edges), []
    for first, last in pairwise(years):
        pairs = state[[first, last]].set_axis(["size_before", "size_after"], axis=1)
        pairs = pairs[pairs.isin(SIZES).any(axis=1)]
        pairs["size_before"] = pairs["size_before"].replace([GONE, NOT_TOLD], NEW)
        schools = pairs.groupby(["size_before", "size_after"]).size().reindex(_known(pairs), fill_value=0)
        sizes = schools.rename("schools").reset_index()
        rows.append(sizes.assign(from_year=first, to_year=last))
    table = pd.concat(rows, ignore_index=True)
    total = table.groupby(["from_year", "size_before"])["schools"].transform("sum")
    order = ["from_year", "size_before", "size_after"]
    ranked: pd.DataFrame = table.assign(share=table["schools"] / total).sort_values(
        order, key=lambda column: column.map(STATES.index) if column.name != "from_year" else column
    )
    return ranked[["from_year", "to_year", "size_before", "size_after", "schools", "share"]].reset_index(drop=True)


def _known(pairs: pd.DataFrame) -> pd.MultiIndex:
    """Return every pair of sizes that there can be in two years: none of a size is a number, no gap."""
    before, after = ([state for state in STATES if (pairs[name] == state).any()] for name in pairs)
    every = pd.MultiIndex.from_product([before, after], names=[*pairs])
    return every.drop([(NEW, GONE), (NEW, NOT_TOLD)], errors="ignore")


def by_year(by_location_count: pd.DataFrame, edges: tuple[float, ...]) -> pd.DataFrame:
    """Count schools and pupils by size and year: ``year, size, schools, pupils, share`` of the schools.

    Municipalities without a file of 2017 are in no year.
    """
    told = in_municipalities(by_location_count).dropna(subset="pupils").astype({"pupils": "int64"})
    size = pd.Series(np.array(SIZES)[np.digitize(told["pupils"], edges)], index=told.index)
    found = told.groupby(["year", size.rename("size")])["pupils"].agg(schools="size", pupils="sum").reset_index()
    return found.assign(share=found["schools"] / found.groupby("year")["schools"].transform("sum"))


def told_by_year(by_location_count: pd.DataFrame, edges: tuple[float, ...], least: int) -> pd.DataFrame:
    """Count schools and pupils by size and year, where every number of them may be told; see `by_year`.

    Parameters
    ----------
    by_location_count, edges : As of `by_year`.
    least : Fewest pupils that may be told.

    Raises
    ------
    InputError
        A size has so few schools in a year that its number would be withheld: what became of the other sizes tells
        theirs, and beside the number of all schools the one that is withheld.
    """
    found = by_year(by_location_count, edges)
    if ((found["schools"] < FEWEST_SCHOOLS) | found["pupils"].between(1, least - 1)).any():
        problem = f"a size has fewer than {FEWEST_SCHOOLS} schools or {least} pupils in a year"
        hint = "choose pupils between which more schools lie in every year"
        raise InputError("landscape.size_edges", problem, given=", ".join(f"{edge:g}" for edge in edges), hint=hint)
    return found


def chances(by_location_count: pd.DataFrame, growth: pd.DataFrame, norm: int) -> pd.DataFrame:
    """Forecast which locations will be small, from what became of those of 2012; and set it beside what came.

    Parameters
    ----------
    by_location_count : As its contract says.
    growth : ``area``, and log growth expected of it over five years from 2012, ``learnt``, and from 2019, ``tested``.
    norm : Pupils up to which a school is small.

    Returns
    -------
    DataFrame
        One row per location that was there in 2019 and in 2024: ``location, area, pupils``, ``chance``, ``rate`` (how
        many that were small in 2012, or that were not, were small in 2017) and ``small``.
    """
    learnt, tested = (
        _pairs(by_location_count, years).merge(growth[["area", name]].rename(columns={name: "growth"}), on="area")
        for years, name in ((LEARNT, "learnt"), (TESTED, "tested"))
    )
    X, log_ratio = _terms(learnt), np.log((learnt["later"] / learnt["pupils"]).to_numpy(float))
    b = np.linalg.lstsq(X, log_ratio, rcond=None)[0]
    left = np.square(log_ratio - X @ b)
    g = np.linalg.lstsq(X[:, :2], np.log(left + NEVER) - LOG_CHI2, rcond=None)[0]
    new = _terms(tested)
    middle = np.log(tested["pupils"].to_numpy()) + new @ b
    chance = ndtr((np.log(norm + 0.5) - middle) / np.exp(new[:, :2] @ g / 2))
    rate = (learnt["later"] <= norm).groupby(learnt["pupils"] <= norm).mean()
    rates = (tested["pupils"] <= norm).map(rate).astype(float)
    return tested.assign(chance=chance, rate=rates, small=tested["later"] <= norm)


def _pairs(by_location_count: pd.DataFrame, years: tuple[int, int]) -> pd.DataFrame:
    known = by_location_count.dropna(subset=["pupils", "area"])
    first, last = (known[(known["year"] == year) & (known["pupils"] > 0)] for year in years)
    later = last[["location", "pupils"]].rename(columns={"pupils": "later"})
    return first[["location", "area", "pupils"]].merge(later, on="location").astype({"pupils": float, "later": float})


def _terms(rows: pd.DataFrame) -> Floats:
    return np.column_stack([np.ones(len(rows)), np.log(rows["pupils"]), rows["growth"]])


def reliability(found: pd.DataFrame, bins: int = 10) -> pd.DataFrame:
    """Set the chance to be small beside how many were, by bins of the chance.

    Returns
    -------
    DataFrame
        Per bin that has locations, ``bin, schools, expected`` (mean chance) and ``observed`` (share that was small).
    """
    number = (found["chance"] * bins).astype(int).clip(upper=bins - 1)
    table = found.groupby(number.rename("bin")).agg(
        schools=("small", "size"), expected=("chance", "mean"), observed=("small", "mean")
    )
    return table.reset_index()


def quality(found: pd.DataFrame, norm: int) -> pd.DataFrame:
    """Score the chances, beside what is known without them.

    `AS_OFTEN` gives a school the share of those of 2012 that were small, or were not, who were small in 2017: a chance
    that knows of no growth and no size but that. `AS_BEFORE` says for sure that nothing changes.

    Returns
    -------
    DataFrame
        ``rule, brier, slope, schools``; of the other rules ``estimate, ci_low, ci_high``, the Brier score of the
        model less theirs over the same schools, clustered by municipality, and ``n_clusters``.

    Notes
    -----
    The slope is that of a logit of what came on the log odds of the chance: 1 is calibrated, less is too sure. There is
    none where the chance tells all small schools from all others.
    """
    if found["small"].nunique() < 2:
        problem = "of the schools that are followed all or none come to have at most so many pupils"
        raise InputError("landscape.norm", problem, given=norm, hint="choose a number of pupils that some schools have")
    small, chance = found["small"].to_numpy(float), np.clip(found["chance"].to_numpy(), NEVER, 1 - NEVER)
    stays = (found["pupils"].to_numpy() <= norm).astype(float)
    miss = np.square(chance - small)
    rows = [{"rule": MODEL, "brier": float(miss.mean()), "slope": _slope(chance, small)}]
    for rule, given in ((AS_OFTEN, found["rate"].to_numpy(float)), (AS_BEFORE, stays)):
        other = np.square(given - small)
        paired = mean(miss - other, found["area"]).estimates("quality", "", "points").iloc[0]
        ends = {name: float(paired[name]) for name in ("estimate", "ci_low", "ci_high")}
        rows.append({"rule": rule, "brier": float(other.mean()), "slope": np.nan, **ends})
    return pd.DataFrame(rows).assign(schools=len(found), n_clusters=found["area"].nunique())


def _slope(chance: Floats, small: Floats) -> float:
    X = np.column_stack([np.ones(len(small)), logit(chance)])
    try:
        return float(maximise(X, np.ones(len(small)), small).beta[1])
    except ModelError as error:
        error.raise_unless_of_the_data()
        return np.nan
