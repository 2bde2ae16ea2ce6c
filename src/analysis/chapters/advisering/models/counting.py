r"""Counting shares of pupils, each with its numbers and interval.

Notes
-----
The interval of a share :math:`p` of :math:`n` pupils is Wilson's at the effective number
:math:`n^* = \min(n, p(1-p)/s^2)`, with :math:`s^2 = \frac{G}{G-1}\sum_g(\sum_{i \in g}(y_i - p))^2/n^2` over :math:`G`
schools, and Student's t with :math:`G - 1` degrees of freedom: pupils of one school are alike, and the interval stays
within 0 and 1 (after Korn and Graubard, 1998). Of one school nothing is known of how pupils of a school are alike: its
share has no interval. Where nobody or everybody has the outcome, :math:`n^* = n`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import t as student

from analysis.chapters.advisering.models.definitions import ADVISINGS, HOUSEHOLDS
from analysis.stats.complete import check_complete
from analysis.stats.estimates import in_form
from analysis.stats.fit import correction
from analysis.stats.shares import limits

EVERYONE = "all"
SIZE = "n"
BY = ("school_year", "category")
GROUPS = (
    "hoog",
    "middelbaar",
    "laag",
    "onbekend",
    "none",
    "western",
    "non-western",
    "high",
    "middle",
    "low",
    *HOUSEHOLDS,
    *ADVISINGS,
)
"""The order of groups; others follow as they come."""

NUMBERS = ("estimate", "std_error", "ci_low", "ci_high")


def by_group(
    pupils: pd.DataFrame,
    outcomes: Mapping[str, pd.Series],
    model: str,
    *,
    group: str | None = "education",
    within: Sequence[str] = ("school_year",),
) -> pd.DataFrame:
    """Estimate shares of the pupils of every group and of all of them.

    Parameters
    ----------
    pupils : one row per pupil: ``location``, the group and the columns of `within`
    outcomes
        What they may share: name and 0/1 per pupil, indexed as `pupils`; pupils of whom one is missing are left out.
    model : what the rows describe
    group : column of the groups, whose pupils of no known group are left out; None for all pupils alone
    within : columns, ``school_year`` or ``category``, within which the shares are taken

    Returns
    -------
    DataFrame : tidy estimates, then ``school_year, category, n_with, n_without``; `EVERYONE` is the group of all
    """
    groups = [group] if group else []
    check_complete(pupils, [*within, "location"], model)
    cells = _by_school(pupils, outcomes, [*within, *groups, "location"])
    shares = [_shares(cells.groupby([*within, "location"], observed=True).sum(), within).assign(group=EVERYONE)]
    if group:
        shares.append(_shares(cells, [*within, group]).rename(columns={group: "group"}))
    return _tidy(pd.concat(shares, ignore_index=True), model, list(within), list(outcomes))


def by_groups(
    pupils: pd.DataFrame, outcomes: Mapping[str, pd.Series], model: str, groups: Sequence[str]
) -> pd.DataFrame:
    """Estimate shares by school year for each of several columns of groups.

    Parameters
    ----------
    pupils, outcomes, model : as in `by_group`
    groups : the columns; those that are absent are left out

    Returns
    -------
    DataFrame : as `by_group`; ``category`` is the name of the column
    """
    parts = [
        by_group(pupils.assign(category=_alike(name, pupils)), outcomes, model, group=name, within=BY)
        for name in groups
        if name in pupils
    ]
    return pd.concat(parts, ignore_index=True)


def _alike(word: str, pupils: pd.DataFrame) -> pd.Categorical[str]:
    """Give all pupils one word, held once."""
    return pd.Categorical.from_codes(np.zeros(len(pupils), np.int8), categories=pd.Index([word]))


def _by_school(pupils: pd.DataFrame, outcomes: Mapping[str, pd.Series], keys: Sequence[str]) -> pd.DataFrame:
    """Sum outcomes and pupils by the values of columns, the school among them; a million pupils cost little."""
    y = {name: happens.to_numpy(float, na_value=np.nan) for name, happens in outcomes.items()}
    known = ~np.isnan(np.array(list(y.values()))).any(axis=0)
    values = [pd.Categorical(pupils[name]) for name in keys]
    known &= np.all([own.codes >= 0 for own in values], axis=0)
    shape = tuple(len(own.categories) for own in values)
    cell = np.ravel_multi_index([own.codes[known] for own in values], shape)
    size = np.bincount(cell)
    present = np.flatnonzero(size)
    codes = np.unravel_index(present, shape)
    index = [pd.Categorical.from_codes(code, dtype=own.dtype) for code, own in zip(codes, values, strict=True)]
    sums = {name: np.bincount(cell, happens[known])[present] for name, happens in y.items()}
    return pd.DataFrame({**sums, SIZE: size[present].astype(float)}, pd.MultiIndex.from_arrays(index, names=list(keys)))


def _shares(cells: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Compute the shares of groups from the sums of their schools, outcomes below each other."""
    names, grouped = list(by), cells.groupby(list(by), observed=True)
    totals, schools = grouped.sum(), grouped.size()
    shares = []
    for term in cells.columns.drop(SIZE):
        n, p = totals[SIZE], totals[term] / totals[SIZE]
        expected = cells[SIZE] * grouped[term].transform("sum") / grouped[SIZE].transform("sum")
        squares = (cells[term] - expected).pow(2).groupby(names, observed=True).sum()
        variance = squares / n**2 * correction(schools).where(schools > 1, 1.0)
        shares.append(_intervals(p, n, variance, schools).assign(term=term, n_with=totals[term], n_clusters=schools))
    return pd.concat(shares).reset_index()


def _intervals(p: pd.Series, n: pd.Series, variance: pd.Series, schools: pd.Series) -> pd.DataFrame:
    binomial = p * (1 - p)
    effective = (binomial / variance.where((variance > 0) & (binomial > 0))).fillna(n).clip(upper=n).where(schools > 1)
    critical = student.ppf(0.975, (schools - 1).clip(lower=1))
    low, high = limits(p.to_numpy(), effective.to_numpy(), critical)
    numbers = {"estimate": p, "std_error": np.sqrt(binomial / effective), "ci_low": low, "ci_high": high, "n_obs": n}
    return pd.DataFrame(numbers, index=p.index)


def _tidy(shares: pd.DataFrame, model: str, within: Sequence[str], terms: Sequence[str]) -> pd.DataFrame:
    groups = list(dict.fromkeys([EVERYONE, *GROUPS, *shares["group"].astype(str)]))
    shares = shares.assign(group=shares["group"].astype(str))
    shares = shares.assign(position=shares["term"].map(list(terms).index), rank=shares["group"].map(groups.index))
    shares = shares.sort_values([*within, "position", "rank"])
    counts = {name: shares[name].astype("int64") for name in ("n_obs", "n_with", "n_clusters")}
    shares = shares.assign(**counts, n_without=counts["n_obs"] - counts["n_with"])
    for name in BY:
        shares[name] = shares[name].astype(str) if name in shares else ""
    columns = ["group", "term", *BY, *NUMBERS, "n_obs", "n_clusters", "n_with", "n_without"]
    return in_form(shares[columns], model=model, p_value=np.nan, unit="share of pupils")
