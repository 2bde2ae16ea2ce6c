"""Which numbers of one table add up: as its chapter declares, and totals that are found by their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from analysis.disclosure.linkage.layers import Sheet
from analysis.disclosure.linkage.links import Link

SUSPECT = 0.5
"""How likely chance may be where a row is taken for the total of all others."""


class TableSums(NamedTuple):
    """Sums of a table, and which words of which key were found to be totals."""

    links: list[Link]
    totals: dict[str, frozenset[str]]


class _Sides(NamedTuple):
    """Bounds of sums, one per line, and the upper bound of what is published of each."""

    low: np.ndarray
    high: np.ndarray
    known: np.ndarray


def sums_of(sheet: Sheet) -> TableSums:
    """Return the sums within a table that are declared, and the words of rows that count what all others count.

    Notes
    -----
    A row is taken for a total when it can be one in every line of the table, and would hardly be by chance. A line in
    which :math:`s` is published and the parts leave :math:`w` values open agrees by chance in about
    :math:`(w+1)/(s+1)` of cases; lines are independent.
    """
    links, totals = [*_again(sheet)], {key: {word} for key, word in sheet.linked.totals.items()}
    for key in sheet.independent:
        row_of = _lines(sheet, key)
        if row_of is None:
            continue
        words = _words(sheet, key)
        for column in range(len(sheet.counts)):
            if sheet.linked.totals.get(key) in words:
                links += _declared(sheet, row_of, column, words.index(sheet.linked.totals[key]))
            totals.setdefault(key, set()).update(words[value] for value in _totals(sheet, row_of, column))
            links += _wholes(sheet, key, row_of, column)
    return TableSums(links, {key: frozenset(words) for key, words in totals.items() if words})


def _again(sheet: Sheet) -> Iterator[Link]:
    """Yield that rows count the same which differ in nothing but declared labels."""
    if not sheet.linked.labels or sheet.keys.empty:
        return
    for rows in sheet.keys.groupby([*sheet.keys], sort=False).indices.values():
        for column in sheet.numbers[np.asarray(rows)].T:
            first, *others = [int(number) for number in column if number >= 0] or [-1]
            yield from (Link((first,), (other,)) for other in others)


def _words(sheet: Sheet, key: str) -> list[str]:
    return list(dict.fromkeys(sheet.keys[key]))


def _lines(sheet: Sheet, key: str) -> np.ndarray | None:
    """Return the rows as lines (one for each set of other keys) by values of a key; -1 where there is none."""
    others = [name for name in sheet.independent if name != key]
    rows = len(sheet.keys)
    lines = sheet.keys.groupby(others, sort=False).ngroup().to_numpy() if others else np.zeros(rows, dtype=int)
    index = {word: number for number, word in enumerate(_words(sheet, key))}
    values = np.array([index[word] for word in sheet.keys[key]], dtype=int)
    if len({*zip(lines.tolist(), values.tolist(), strict=True)}) < rows:
        return None
    row_of = np.full((lines.max(initial=-1) + 1, len(index)), -1)
    row_of[lines, values] = np.arange(rows)
    return row_of


def _declared(sheet: Sheet, row_of: np.ndarray, column: int, total: int) -> Iterator[Link]:
    """Yield, line by line, that one value of a key counts what all others count."""
    for line in row_of:
        whole, parts = _cells(sheet, line[[total]], column), _cells(sheet, np.delete(line, total), column)
        if whole and parts:
            yield Link(whole, parts)


def _totals(sheet: Sheet, row_of: np.ndarray, column: int) -> Iterator[int]:
    """Yield the values of a key that count what all others count, by their numbers."""
    there = (row_of >= 0) & sheet.there[row_of, column]
    for value in range(row_of.shape[1]) if row_of.shape[1] > 2 else ():
        others = np.delete(np.arange(row_of.shape[1]), value)
        lines = there[:, value] & (there[:, others].sum(axis=1) > 1)
        whole, parts = (_sides(sheet, row_of[lines][:, its], column) for its in ([value], others))
        if lines.any() and _chance(whole, parts) <= SUSPECT:
            yield value


def _sides(sheet: Sheet, row_of: np.ndarray, column: int) -> _Sides:
    """Return the bounds of sums over the second axis of the cells of a column."""
    some = (row_of >= 0) & sheet.there[row_of, column]
    low, high = (np.where(some, bound[row_of, column], 0.0).sum(axis=1) for bound in (sheet.low, sheet.high))
    known = np.where(some & sheet.open[row_of, column], sheet.high[row_of, column], 0.0).sum(axis=1)
    return _Sides(low, high, known)


def _chance(one: _Sides, other: _Sides) -> float:
    """Return how likely two rows of sums agree by chance; 1 where they do not agree everywhere."""
    if ((one.low > other.high) | (other.low > one.high)).any():
        return 1.0
    endless = np.isinf(one.high) | np.isinf(other.high)
    size, least = np.maximum(one.known, other.known), np.minimum(one.known, other.known)
    with np.errstate(invalid="ignore"):
        width = np.where(endless, size - least, one.high - one.low + other.high - other.low)
    known = least > 0
    lines = np.column_stack([one.low, one.high, other.low, other.high])[known]
    first = np.unique(lines, axis=0, return_index=True)[1]
    parts = np.minimum(1.0, (width[known][first] + 1) / (size[known][first] + 1))
    return float(np.prod(parts)) if len(parts) else 1.0


def _cells(sheet: Sheet, rows: np.ndarray, column: int) -> tuple[int, ...]:
    numbers = sheet.numbers[rows[rows >= 0], column]
    return tuple(int(number) for number in numbers[numbers >= 0])


def _wholes(sheet: Sheet, key: str, row_of: np.ndarray, column: int) -> Iterator[Link]:
    """Yield the sums over lines that another column is declared to repeat in each row of them."""
    for whole, name in enumerate(sheet.counts):
        if sheet.linked.whole.get(name) == (sheet.counts[column], key):
            for line in row_of:
                first, *others = _cells(sheet, line, whole) or (-1,)
                parts = _cells(sheet, line, column)
                if first >= 0 and parts:
                    yield Link((first,), parts)
                    yield from (Link((first,), (other,)) for other in others)
