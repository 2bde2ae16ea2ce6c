"""How far the values of a group of rows lie apart: a range or midrange gives an end away to whoever knows the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from analysis.disclosure.rules.chance import Floats

Rows = np.ndarray
"""Places of rows in their table."""

Codes = tuple[tuple[int, ...], ...]
"""Per column of words, the numbers of those that are named."""


class Labels(NamedTuple):
    """A column of words of an internal table: the number of each row's word, and the number of each word."""

    codes: np.ndarray
    place: Mapping[str, int]


class Ends(NamedTuple):
    """Numbers that give an end away of a column of a group, and how many rows lie at that end."""

    values: Floats
    rows: Floats

    def of_at_most(self, rows: int) -> Floats:
        """Return the different numbers that are of at most so many rows, sorted."""
        return np.unique(self.values[self.rows <= rows])


class Spans:
    r"""Ranges and midranges of the columns of an internal table, in all rows and in groups of them.

    With :math:`a` the lowest and :math:`b` the highest value of a group they are :math:`b - a` and :math:`(a + b) / 2`.

    Parameters
    ----------
    numbers : The columns, row by row.
    owned : Their values that are somebody's own.
    labels : The columns of words, which make the groups.
    rows : How many the table has.
    """

    def __init__(
        self, numbers: Mapping[str, Floats], owned: Mapping[str, Floats], labels: Sequence[Labels], rows: int
    ) -> None:
        # Not one array of all columns: those of a million pupils would be held twice.
        whole = {name: values for name, values in numbers.items() if len(values) == rows}
        self._columns = [(values, np.isin(values, owned[name])) for name, values in whole.items()]
        self._labels, self._all = labels, rows
        self._rows = [_rows_of(label) for label in labels]
        self._known: dict[Codes, Ends] = {}

    def ends(self, words: Collection[str]) -> Ends:
        """Return what would give the ends away of the groups that words name: all, those of each word, of all words."""
        named = [tuple(sorted(label.place[w] for w in words if w in label.place)) for label in self._labels]
        every: Codes = ((),) * len(named)
        ones = {(*every[:position], codes, *every[position + 1 :]) for position, codes in enumerate(named)}
        parts = [self._group(codes) for codes in {every, tuple(named), *ones}]
        return Ends(*map(np.concatenate, zip(*parts, strict=True)))

    def _group(self, codes: Codes) -> Ends:
        """Return what would give the ends away of one group; it is kept, as many rows and tables have the same."""
        if codes not in self._known:
            rows = self._rows_with(codes)
            self._known[codes] = self._of(rows) if len(rows) else Ends(np.empty(0), np.empty(0))
        return self._known[codes]

    def _rows_with(self, codes: Codes) -> Rows:
        """Return the rows that have one of the words of each column of which any is named."""
        named = [position for position, own in enumerate(codes) if own]
        rows_of = {
            position: np.concatenate([self._rows[position][code] for code in codes[position]]) for position in named
        }
        if not rows_of:
            return np.arange(self._all)
        smallest = min(named, key=lambda position: len(rows_of[position]))  # few rows are then looked at
        rows = rows_of[smallest]
        for position in named:
            rows = rows if position == smallest else rows[np.isin(self._labels[position].codes[rows], codes[position])]
        return rows

    def _of(self, rows: Rows) -> Ends:
        """Return the ranges and midranges of all columns in a group."""
        found = [_ends_of(values[rows], owned[rows]) for values, owned in self._columns]
        # A column without any value in this group shows nothing.
        low, high, fewest = np.array([ends for ends in found if np.isfinite(ends[0])]).reshape(-1, 3).T
        return Ends(np.concatenate([high - low, (high + low) / 2]), np.concatenate([fewest, fewest]))


def _ends_of(values: Floats, owned: np.ndarray) -> tuple[float, float, float]:
    """Return the lowest and the highest value, and the rows at the end that fewer have."""
    known = np.isfinite(values)
    low, high = values.min(where=known, initial=np.inf), values.max(where=known, initial=-np.inf)
    return float(low), float(high), min(_at(values, end, owned) for end in (low, high))


def _at(values: Floats, end: float, owned: np.ndarray) -> float:
    """Count the rows at an end of a column; an end that is nobody's own has infinitely many."""
    here = values == end
    return float(here.sum()) if (here & owned).any() else np.inf


def _rows_of(label: Labels) -> list[Rows]:
    """Return the rows that hold each word of a column."""
    order = np.argsort(label.codes, kind="stable").astype(np.min_scalar_type(len(label.codes)))
    ends = np.searchsorted(label.codes[order], np.arange(len(label.place) + 1))
    return [order[first:last] for first, last in pairwise(ends)]
