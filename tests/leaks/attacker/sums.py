"""Which numbers of one table add up, found by the numbers alone, whatever rows and columns are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from attacker.reading import SCHOOLS, Table

CHANCE = 0.05
"""How likely a sum may be to hold by chance when a reader takes it for one."""

LIKELY = 0.25
"""How much sooner a reader takes a row for the total of all others than for a sum of some of them."""

MOST_VALUES, MOST_COLUMNS = 9, 7


class Sum(NamedTuple):
    """What a reader takes for true: `low` <= factors times cells <= `high`; the chance that it is not."""

    cells: tuple[int, ...]
    factors: tuple[float, ...]
    chance: float
    low: float = 0.0
    high: float = 0.0


class Sides(NamedTuple):
    """Bounds of sums of cells, one per line: known part, and how far withheld cells can add to it."""

    low: np.ndarray
    high: np.ndarray
    known: np.ndarray
    """Upper bound of the published cells alone."""


def within(table: Table, start: int) -> Iterator[Sum]:
    """Give the sums within one table; cells are numbered from `start`, row by row."""
    columns = len(table.counts)
    numbers = start + np.arange(table.low.size).reshape(table.low.shape)
    yield from _columns(table, numbers)
    for key in table.reduced:
        places = _lines(table, key)
        if places is None:
            continue
        kinds = _kinds(table, key)
        for column in range(columns):
            yield from _rows(table, numbers, places, column, kinds)
            yield from _wholes(table, numbers, places, column)
    yield from _told(table, numbers)


def _lines(table: Table, key: str) -> np.ndarray | None:
    """Return the rows as lines (of the other keys) by values of one key; -1 where there is none."""
    keys, others = table.keys, [name for name in table.reduced if name != key]
    lines = keys.groupby(others, sort=False).ngroup().to_numpy() if others else np.zeros(len(keys), dtype=int)
    values = pd.factorize(keys[key])[0]
    if len(keys) and pd.Series(list(zip(lines, values, strict=True))).duplicated().any():
        return None
    places = np.full((lines.max(initial=-1) + 1, values.max(initial=-1) + 1), -1)
    places[lines, values] = np.arange(len(keys))
    return places


def _kinds(table: Table, key: str) -> list[str]:
    """Return, per value of a key, what it is a value of, where a column says so: "" of the total, which is of none."""
    by_value = table.keys.groupby(key, sort=False)
    for name in table.keys.columns.difference([key], sort=False):
        if by_value[name].nunique().eq(1).all() and "" in set(table.keys[name]) and table.keys[name].nunique() > 2:
            return by_value[name].first().tolist()
    return ["all"] * by_value.ngroups


def sides(table: Table, places: np.ndarray, column: int) -> Sides:
    """Return the bounds of the sum over the second axis of the cells of a column; -1 is no cell."""
    some = (places >= 0) & table.there[places, column]
    low = np.where(some, table.low[places, column], 0.0).sum(axis=-1)
    high = np.where(some, table.high[places, column], 0.0).sum(axis=-1)
    open_ = some & table.open[places, column]
    return Sides(low, high, np.where(open_, table.high[places, column], 0.0).sum(axis=-1))


def chance(one: Sides, other: Sides, tries: float = 1.0) -> float:
    """Return how likely two rows of sums agree by chance; 1 where they do not agree everywhere."""
    if ((one.low > other.high) | (other.low > one.high)).any():
        return 1.0
    size = np.maximum(one.known, other.known)
    free = np.where(np.isinf(one.high) | np.isinf(other.high))
    width = (np.minimum(one.high, 1e9) - one.low) + (np.minimum(other.high, 1e9) - other.low)
    width[free] = np.abs(one.known - other.known)[free]
    told = (np.minimum(one.known, other.known) > 0) & (size > 0)
    distinct = np.unique(np.column_stack([one.low, one.high, other.low, other.high])[told], axis=0, return_index=True)[
        1
    ]
    parts = np.minimum(1.0, (width[told][distinct] + 1) / (size[told][distinct] + 1))
    return float(np.prod(parts) * tries) if len(parts) else 1.0


def _rows(table: Table, numbers: np.ndarray, places: np.ndarray, column: int, kinds: Sequence[str]) -> Iterator[Sum]:
    there = (places >= 0) & table.there[places, column]
    if not (there & ~table.open[places, column]).any():
        return
    for value in range(places.shape[1]):
        others = [other for other in range(places.shape[1]) if other != value]
        whole = [tuple(other for other in others if kinds[other] == kind) for kind in dict.fromkeys(kinds)]
        whole = [some for some in whole if some]
        sets: list[tuple[int, ...]] = [*whole]
        if len(others) <= MOST_VALUES:
            sets += [some for size in range(1, len(others)) for some in combinations(others, size)]
        for some in sets:
            lines = there[:, value] & (there[:, list(some)].sum(axis=1) >= min(2, len(some)))
            if not lines.any():
                continue
            tries = LIKELY if some in whole and len(some) > 1 else len(sets)
            its = places[lines][:, [value]], places[lines][:, list(some)]
            yield from _agreed(table, numbers, *its, column, tries, every=some in whole)


def _agreed(
    table: Table,
    numbers: np.ndarray,
    whole: np.ndarray,
    parts: np.ndarray,
    column: int,
    tries: float,
    *,
    every: bool,
) -> Iterator[Sum]:
    """Give a sum, line by line; not where some rows, all published, make up the total: others there are no part of it.

    Where all rows are tried at once (`every`) what is left of the total is taken for nothing.
    """
    one_side, other_side = sides(table, whole, column), sides(table, parts, column)
    likely = chance(one_side, other_side, tries)
    if likely <= CHANCE:
        full = (other_side.known >= one_side.low) & (one_side.known > 0) & ~np.bool_(every)
        hidden = (other_side.high > other_side.known) & full
        for one, some in zip(whole[~hidden], parts[~hidden], strict=True):
            yield _sum(numbers[one[one >= 0], column], numbers[_there(table, some, column), column], likely)


def _there(table: Table, places: np.ndarray, column: int) -> np.ndarray:
    places = places[places >= 0]
    return places[table.there[places, column]]


def _sum(whole: np.ndarray, parts: np.ndarray, likely: float) -> Sum:
    cells = (*map(int, whole), *map(int, parts))
    return Sum(cells, (*[1.0] * len(whole), *[-1.0] * len(parts)), likely)


def _columns(table: Table, numbers: np.ndarray) -> Iterator[Sum]:
    columns = range(len(table.counts))
    if len(table.counts) > MOST_COLUMNS + 1 or table.open.all():
        return
    for whole in columns:
        others = [column for column in columns if column != whole]
        sets = [some for size in range(1, len(others) + 1) for some in combinations(others, size)]
        for some in sets:
            kinds = {bool(SCHOOLS.fullmatch(table.counts[column])) for column in (whole, *some)}
            if len(kinds) > 1 and len(some) > 1:
                continue
            rows = table.there[:, [whole, *some]].all(axis=1)
            one = Sides(*(values[rows, whole] for values in (table.low, table.high, _known(table))))
            parts = Sides(
                *(values[rows][:, list(some)].sum(axis=1) for values in (table.low, table.high, _known(table)))
            )
            if rows.any() and (likely := chance(one, parts, len(sets))) <= CHANCE:
                for row in np.flatnonzero(rows):
                    yield _sum(numbers[row, [whole]], numbers[row, list(some)], likely)


def _known(table: Table) -> np.ndarray:
    return np.where(table.open, table.high, 0.0)


def _wholes(table: Table, numbers: np.ndarray, places: np.ndarray, column: int) -> Iterator[Sum]:
    """Give the sums over a line that another column repeats in each of its rows."""
    for whole in range(len(table.counts)):
        kinds = {bool(SCHOOLS.fullmatch(table.counts[place])) for place in (whole, column)}
        if whole == column or len(kinds) > 1:
            continue
        there = (places >= 0) & table.there[places, whole]
        low = np.where(there, table.low[places, whole], -np.inf).max(axis=1)
        high = np.where(there, table.high[places, whole], np.inf).min(axis=1)
        lines = there.any(axis=1) & ((places >= 0) & table.there[places, column]).sum(axis=1).astype(bool)
        if (low > high)[lines].any() or not lines.any():
            continue
        parts = sides(table, places[lines], column)
        known = np.where(there & table.open[places, whole], table.high[places, whole], 0).max(axis=1)
        likely = chance(Sides(low[lines], high[lines], known[lines]), parts, len(table.counts))
        if likely > CHANCE:
            continue
        for line in np.flatnonzero(lines):
            its = _there(table, places[line], whole)
            yield _sum(numbers[its[:1], whole], numbers[_there(table, places[line], column), column], likely)
            for other in its[1:]:
                yield _sum(numbers[its[:1], whole], numbers[[other], whole], likely)


def _told(table: Table, numbers: np.ndarray) -> Iterator[Sum]:
    """Give the sums of whole columns that stand as a number in a caption, a note or a picture."""
    for column, name in enumerate(table.counts):
        rows = np.flatnonzero(table.there[:, column])
        if not len(rows) or table.open[rows, column].all():
            continue
        parts = sides(table, rows[None, :], column)
        for text in table.texts:
            slack = 0 if SCHOOLS.fullmatch(name) else 2
            told = Sides(*(np.array([float(text + by)]) for by in (-slack, slack, slack)))
            if (likely := chance(told, parts, len(table.texts))) <= CHANCE:
                cells = tuple(int(cell) for cell in numbers[rows, column])
                yield Sum(cells, (1.0,) * len(cells), likely, text - slack, text + slack)
