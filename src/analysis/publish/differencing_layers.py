"""Published tables as a reader sees them: every number with its bounds, in layers whose rows can be added up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.publish.disclosure.gate import SUPPRESSED, TOTAL_WORDS, Gated
from analysis.publish.disclosure.profiles import Profile

Key = tuple[str, ...]
Sum = tuple[int, ...]


class Told(NamedTuple):
    """A published table: its name (``stem/name``), what it tells, which columns count and which tell rows apart."""

    name: str
    frame: pd.DataFrame
    counts: tuple[str, ...]
    keys: tuple[str, ...]
    signs: pd.DataFrame | None = None
    region: str = ""
    """Of another edition: what tells its population apart."""


class Cell(NamedTuple):
    """A number of a published table, and between what it must lie by itself."""

    table: str
    column: str
    row: int
    low: float
    high: float
    withheld: bool


class Margin(NamedTuple):
    """A sum of cells: which, between what those published lie, and how many are withheld."""

    cells: Sum
    low: float
    high: float
    hidden: int


@dataclass(frozen=True)
class Layer:
    """The cells of one count column in the rows that the same keys tell apart; rows of a total have fewer keys.

    Parameters
    ----------
    table, column
        Where it comes from.
    names
        The keys, by name, sorted.
    cells
        The cells per value of the keys, with their numbers; more than one where rows are not told apart.
    """

    table: str
    column: str
    names: tuple[str, ...]
    cells: dict[Key, list[tuple[int, Cell]]] = field(default_factory=dict)
    _margins: dict[tuple[str, ...], dict[Key, Margin]] = field(default_factory=dict)

    @cached_property
    def withholds(self) -> bool:
        """Whether any of its cells is withheld."""
        return any(cell.withheld for cells in self.cells.values() for _, cell in cells)

    def margin(self, names: tuple[str, ...]) -> dict[Key, Margin]:
        """Return the sum of the cells for each value of some of the keys."""
        if names not in self._margins:
            places = [self.names.index(name) for name in names]
            found: dict[Key, list[tuple[int, Cell]]] = {}
            for key, cells in self.cells.items():
                found.setdefault(tuple(key[place] for place in places), []).extend(cells)
            self._margins[names] = {key: _sum(cells) for key, cells in found.items()}
        return self._margins[names]


def _sum(cells: Sequence[tuple[int, Cell]]) -> Margin:
    told = [cell for _, cell in cells if not cell.withheld]
    low, high = sum(cell.low for cell in told), sum(cell.high for cell in told)
    return Margin(tuple(number for number, _ in cells), low, high, len(cells) - len(told))


def told_of(name: str, gated: Gated) -> Told:
    """Return what a reader sees of a gated table."""
    return Told(name, gated.frame, tuple(gated.resting), gated.keys, gated.suppressed)


def cells_of(told: Told, profile: Profile, start: int) -> tuple[list[Cell], list[Layer]]:
    """Return the numbers of a table, numbered from `start`, and its layers.

    A number that is rounded is known but for its rounding; one that is withheld with the sign that it is small is known
    to be small; of another one nothing is known.
    """
    rows = list(_active(told))
    cells: list[Cell] = []
    layers: dict[tuple[str, tuple[str, ...]], Layer] = {}
    for column in told.counts:
        low, high, withheld = _bounds(told, column, profile)
        for row, (names, key) in enumerate(rows):
            if not withheld[row] and np.isnan(low[row]):
                continue
            layer = layers.setdefault((column, names), Layer(told.name, column, names))
            cell = Cell(told.name, column, row + 1, float(low[row]), float(high[row]), bool(withheld[row]))
            layer.cells.setdefault(key, []).append((start + len(cells), cell))
            cells.append(cell)
    return cells, list(layers.values())


def _active(told: Told) -> Iterator[tuple[tuple[str, ...], Key]]:
    """Yield per row which keys tell it apart, sorted by name, and their values."""
    names = sorted(told.keys)
    words = [told.frame[name].astype("string").fillna("").tolist() for name in names]
    for values in zip(*words, strict=True) if names else ((),) * len(told.frame):
        known = [(name, value) for name, value in zip(names, values, strict=True) if not _everyone(value)]
        yield tuple(name for name, _ in known), tuple(value for _, value in known)


def _everyone(value: str) -> bool:
    return not value or value.lower() in TOTAL_WORDS


def _bounds(told: Told, column: str, profile: Profile) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = pd.to_numeric(told.frame[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    base, least = profile.base(column), profile.threshold(column)
    low, high = n - base // 2, n - base // 2 + base - 1
    low, high = np.where(n > 0, np.maximum(low, least), n), np.where(n > 0, high, n)
    withheld = _withheld(told, column)
    small = np.zeros(len(n), dtype=bool)
    if told.signs is not None:
        small = told.signs[column].astype(str).str.startswith("<").to_numpy()
    first = 1.0 if profile.zeros == "published" else 0.0
    low = np.where(withheld, np.where(small, first, 0.0), low)
    return low, np.where(withheld, np.where(small, least - 1.0, np.inf), high), withheld


def _withheld(told: Told, column: str) -> np.ndarray:
    if SUPPRESSED not in told.frame.columns:
        return np.zeros(len(told.frame), dtype=bool)
    named = told.frame[SUPPRESSED].astype("string").fillna("").tolist()
    return np.array([column in names.split(";") for names in named], dtype=bool)
