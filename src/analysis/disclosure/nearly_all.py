"""Group disclosure: what nearly all of a published group have in common, or hardly any have, is known of each of them.

A share near 0 or 1 says it, and so does a number of persons in one category that is nearly all of a row's total. Both
are withheld as a small number is, with what would give them away; what is asked of the rest is only more: an interval
so wide that the group may as well be mixed. Numbers of who left a selection say nothing of anybody, and are spared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.disclosure.profiles import LEAVERS, RESIDUAL_DF, Profile
from analysis.disclosure.ratios import Ratio
from analysis.disclosure.secondary import Columns, Group, RepeatedSum
from analysis.disclosure.steps import Bools, Floats

Numbers = Mapping[str, Floats]
CLOSE = 1e-6
PAIR = 2
"""A part and what it leaves of its whole."""


TOLD = "of "
"""How the name of a number begins that a share tells, and that is no column; what it leaves has it in its name."""


class Told(NamedTuple):
    """The numbers of persons that shares tell beside a count: by name, with the share and the count of each."""

    numbers: dict[str, pd.Series]
    shares: dict[str, str]
    wholes: dict[str, str]


def told_by(
    frame: pd.DataFrame,
    numbers: Mapping[str, pd.Series],
    rests_on: Mapping[str, Sequence[str]],
    profile: Profile,
    *,
    computed: Collection[str],
) -> Told:
    """Return what columns of shares tell of a count of persons that they rest on: share times count, where it is whole.

    `numbers` are the count columns as whole numbers; a share of which the part is among them tells nothing new. What is
    `computed` from estimates, as limits and errors are, is no share.
    """
    told = Told({}, {}, {})
    persons = [name for name in numbers if _persons(name, profile)]
    known = {name: numbers[name].to_numpy(dtype=float, na_value=np.nan) for name in persons}
    for column in dict.fromkeys(chain(*(rests_on[name] for name in persons))):
        if column in numbers or column in computed or not pd.api.types.is_float_dtype(frame[column]):
            continue
        share = frame[column].to_numpy(dtype=float, na_value=np.nan)
        counts = [name for name in persons if column in rests_on[name]]
        parts = {name: _part(share, known[name]) for name in counts}
        whole = max(counts, key=lambda name: int(np.isfinite(parts[name]).sum()))
        part, inside = parts[whole], (share > 0) & (share < 1)
        if (np.isfinite(part) & inside).any() and not any(_same(part, its) for its in known.values()):
            name = f"{TOLD}{whole}: {column}"
            told.numbers[name] = pd.Series(part, frame.index, name=name).astype("Int64")
            told.shares[name], told.wholes[name] = column, whole
    return told


def nearly_all(
    numbers: Numbers,
    there: Mapping[str, Bools],
    ratios: Collection[Ratio],
    sums: Sequence[Columns],
    wholes: Sequence[RepeatedSum],
    categories: Sequence[Group],
    profile: Profile,
) -> dict[str, Floats]:
    """Return, per column, the groups of which a cell is nearly all or hardly any; missing where it is neither.

    Parameters
    ----------
    numbers : The numbers of the table by column, those that no column has last.
    there : Which of them there are, known or withheld: a sum holds where all its numbers are.
    ratios : Parts of wholes: of a part that is one category of several only its being nearly all is too much.
    sums : Columns that add up, the whole last.
    wholes : Which columns repeat the sum of another over several rows: that one has several categories.
    categories : Rows that are the categories of one group.
    profile : The rules.
    """
    found = {name: np.full(len(n), np.nan) for name, n in numbers.items()}
    names = list(numbers)
    several = _several(names, sums, wholes, len(next(iter(found.values()), ())))
    for part, whole in ratios:
        n = numbers[whole] if isinstance(whole, str) else np.full(len(numbers[part]), whole)
        if not _persons(part, profile) or LEAVERS.fullmatch(part):
            continue
        alone = isinstance(whole, str) & ~several[part, str(whole)]
        _mark(found, part, np.where(alone, profile.near(numbers[part], n), profile.nearly_all(numbers[part], n)), n)
        _mark(found, f"{whole}_minus_{part}", alone & profile.near(numbers[part], n), n)
    left = {f"{whole}_minus_{part}" for part, whole in ratios}
    for *parts, whole in (tuple(names[column] for column in its) for its in sums):
        if _persons(whole, profile) and left.isdisjoint(parts) and not any(map(LEAVERS.fullmatch, parts)):
            holds = np.logical_and.reduce([there[name] for name in (*parts, whole)])
            for part in parts:
                near = profile.nearly_all(numbers[part], numbers[whole]) & holds
                if len(parts) == PAIR:  # most are in none of several categories: that says nothing of each of them
                    near &= ~np.logical_or.reduce([several[one, whole] for one in parts if one != part])
                _mark(found, part, near, numbers[whole])
    own = [name for name in names if _persons(name, profile) and not is_told(name) and name not in left]
    for name in (name for name in own if not LEAVERS.fullmatch(name)):
        for group in categories:
            _mark_category(found[name], numbers[name], there[name], group, profile)
    return found


def _several(
    names: Sequence[str], sums: Sequence[Columns], wholes: Sequence[RepeatedSum], rows: int
) -> dict[tuple[str, str], Bools]:
    """Return, per part and whole, the rows in which the part is one category of several of the whole."""
    several: dict[tuple[str, str], Bools] = defaultdict(lambda: np.zeros(rows, dtype=bool))
    for its in wholes:
        several[names[its.part], names[its.whole]][its.rows] = True
    for columns in (columns for columns in sums if len(columns) > 3):
        for part in columns[:-1]:
            several[names[part], names[columns[-1]]][:] = True
    return several


def is_told(name: str) -> bool:
    """Whether a number is no column of its table: a share tells it, or what it leaves of its whole."""
    return f"_{TOLD}" in f"_{name}"


def _mark_category(found: Floats, n: Floats, there: Bools, group: Group, profile: Profile) -> None:
    """Mark the category that is nearly all of what the rows of a group count."""
    rows = group.rows[there[group.rows]]
    rows = rows[rows != group.total] if group.total is not None else rows
    whole = np.nansum(n[rows])
    if len(rows) > 1 and group.total in (None, *np.flatnonzero(n == whole)):  # else they are no parts of that total
        near = profile.nearly_all(n[rows], np.full(len(rows), whole))
        found[rows[near]] = np.fmax(found[rows[near]], whole)


def _mark(found: dict[str, Floats], name: str, near: Bools, whole: Floats) -> None:
    if name in found:
        found[name] = np.where(near, np.fmax(found[name], whole), found[name])


def _part(share: Floats, n: Floats) -> Floats:
    """Return share times count where it is the whole number that it must be; else it is missing."""
    part = share * n
    with np.errstate(invalid="ignore"):
        fits = (np.abs(part - np.round(part)) <= CLOSE * (n + 1)) & (share >= 0) & (share <= 1) & (n > 1)
    return np.where(fits, np.round(part), np.nan)


def _same(one: Floats, other: Floats) -> bool:
    known = np.isfinite(one) & np.isfinite(other)
    return bool(known.any() and (one[known] == other[known]).all())


def _persons(name: str, profile: Profile) -> bool:
    return profile.unit(name) == "persons" and name not in RESIDUAL_DF
