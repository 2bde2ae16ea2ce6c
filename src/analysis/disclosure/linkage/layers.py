"""Published tables as a reader sees them: every number with its bounds, in layers whose rows can be added up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.disclosure.declared import TOTAL_WORDS, independent
from analysis.disclosure.gate import SUPPRESSED, Gated
from analysis.disclosure.linked import NOTHING_DECLARED, Linked
from analysis.disclosure.profiles import Profile

Key = tuple[str, ...]
Sum = tuple[int, ...]


class PublishedTable(NamedTuple):
    """A published table: its name (``stem/name``), its frame, which columns count and which identify rows."""

    name: str
    frame: pd.DataFrame
    counts: tuple[str, ...]
    keys: tuple[str, ...]
    signs: pd.DataFrame | None = None
    linked: Linked = NOTHING_DECLARED
    """What its chapter declares of it: totals, wholes, and keys that other tables call otherwise."""
    guarded: Mapping[str, Sequence[float]] = MappingProxyType({})
    """Per count column and row how wide the interval of a withheld number must be, where that is more than of any."""


class Cell(NamedTuple):
    """A number of a published table, and its bounds by itself."""

    table: str
    column: str
    row: int
    low: float
    high: float
    withheld: bool
    width: float = 0.0
    """How wide its interval must be where it is nearly all of a group."""


class Margin(NamedTuple):
    """A sum of cells: which, the bounds of those published, and how many are withheld."""

    cells: Sum
    low: float
    high: float
    hidden: int


@dataclass(frozen=True)
class Layer:
    """The cells of one count column in the rows that the same keys identify; rows of a total have fewer keys."""

    table: str
    column: str
    names: tuple[str, ...]  # the keys, by name, sorted
    # The cells per value of the keys, with their numbers; more than one where nothing identifies rows.
    cells: dict[Key, list[tuple[int, Cell]]] = field(default_factory=dict)
    _margins: dict[tuple[str, ...], dict[Key, Margin]] = field(default_factory=dict)

    @cached_property
    def withholds(self) -> bool:
        """Whether any of its cells is withheld."""
        return any(cell.withheld for cells in self.cells.values() for _, cell in cells)

    def margin(self, names: tuple[str, ...]) -> dict[Key, Margin]:
        """Return the sum of the cells for each value of some of the keys."""
        if names not in self._margins:
            positions = [self.names.index(name) for name in names]
            groups: dict[Key, list[tuple[int, Cell]]] = {}
            for key, cells in self.cells.items():
                groups.setdefault(tuple(key[position] for position in positions), []).extend(cells)
            self._margins[names] = {key: _sum(cells) for key, cells in groups.items()}
        return self._margins[names]


def _sum(cells: Sequence[tuple[int, Cell]]) -> Margin:
    shown = [cell for _, cell in cells if not cell.withheld]
    low, high = sum(cell.low for cell in shown), sum(cell.high for cell in shown)
    return Margin(tuple(number for number, _ in cells), low, high, len(cells) - len(shown))


@dataclass(frozen=True)
class Sheet:
    """The count cells of a table as arrays, rows by columns, and the words that identify its rows."""

    # Of the table; the keys under the names that other tables know them by.
    name: str
    counts: tuple[str, ...]
    keys: pd.DataFrame
    linked: Linked  # what is declared of it
    # The bounds of each cell by itself.
    low: np.ndarray
    high: np.ndarray
    open: np.ndarray  # which cells are published with their number
    numbers: np.ndarray  # the number of each cell in the ledger; -1 where there is none

    @cached_property
    def there(self) -> np.ndarray:
        """Which cells there are."""
        return np.asarray(self.numbers >= 0)

    @cached_property
    def words(self) -> dict[str, frozenset[str]]:
        """The words in each key."""
        return {str(key): frozenset(self.keys[key]) - {""} for key in self.keys}

    def named_as(self, known: Mapping[str, frozenset[str]]) -> Sheet:
        """Return the sheet with its keys called as `known` ones of which they share their words, by name."""
        names: dict[str, str] = {}
        for key, words in self.words.items():
            alike = (
                name
                for name, others in known.items()
                if name not in self.words and name not in names.values() and len(words & others) > 1
            )
            best = max(alike, key=lambda name: len(words & known[name]), default=key)
            if key not in known or len(words & known[key]) < len(words & known.get(best, NO_WORDS)):
                names[key] = best
        keys = self.keys.rename(columns=names)
        totals = {names.get(key, key): word for key, word in self.linked.totals.items()}
        whole = {column: (part, names.get(key, key)) for column, (part, key) in self.linked.whole.items()}
        return replace(self, keys=keys, linked=replace(self.linked, totals=totals, whole=whole))

    @cached_property
    def codes(self) -> dict[str, np.ndarray]:
        """The words in each key, as numbers."""
        return {str(key): pd.factorize(self.keys[key])[0] for key in self.keys}

    @cached_property
    def independent(self) -> list[str]:
        """The keys without those that follow from the others, such as labels put together of them."""
        return independent(self.keys)


def published_table(name: str, gated: Gated) -> PublishedTable:
    """Return what a reader sees of a gated table."""
    counts = tuple(gated.resting)
    return PublishedTable(name, gated.frame, counts, gated.keys, gated.suppressed, gated.linked, gated.guarded)


def sheet_of(table: PublishedTable, profile: Profile, start: int) -> tuple[Sheet, list[Cell]]:
    """Return the count cells of a table, numbered from `start`.

    A number that is rounded is known but for its rounding; one that is withheld with the sign that it is small is known
    to be small; of another one nothing is known.
    """
    shape = (len(table.frame), len(table.counts))
    low, high, withheld = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
    for number, name in enumerate(table.counts):
        low[:, number], high[:, number], withheld[:, number] = _bounds(table, name, profile)
    there = withheld | ~np.isnan(low)
    numbers = np.full(shape, -1)
    numbers[there] = start + np.arange(int(there.sum()))
    cells = [
        Cell(
            table.name,
            table.counts[number],
            int(row) + 1,
            float(low[row, number]),
            float(high[row, number]),
            bool(hidden),
            float(table.guarded[table.counts[number]][row]) if table.counts[number] in table.guarded else 0.0,
        )
        for (row, number), hidden in zip(np.argwhere(there), withheld[there], strict=True)
    ]
    named = {key: table.linked.same.get(key, key) for key in table.keys}
    apart = [key for key in table.keys if key not in table.linked.labels]
    keys = table.frame[apart].astype("string").fillna("").rename(columns=named).astype(object)
    return Sheet(
        table.name, table.counts, _split_labels(keys), table.linked, low, high, there & ~withheld, numbers
    ), cells


def _split_labels(keys: pd.DataFrame) -> pd.DataFrame:
    """Split labels that are put together ("G5, below 24"): first words, which may also be alone, and rest."""
    for key in [key for key in keys if keys[key].str.contains(", ").any()]:
        rest, part = keys[key], 0
        while (joined := rest.str.contains(", ")).any():
            first = set(rest[joined].str.split(", ").str[0])
            words = [value.split(", ") for value in rest]
            keys = keys.assign(**{f"{key} {part}": [its[0] if its[0] in first else "" for its in words]})
            rest = pd.Series(
                [", ".join(its[1:] if its[0] in first else its) for its in words], keys.index, dtype=object
            )
            part += 1
        keys = keys.assign(**{str(key): rest})
    return keys


def layers_of(sheet: Sheet, cells: Sequence[Cell], start: int, totals: Mapping[str, frozenset[str]]) -> list[Layer]:
    """Return the layers of a table: rows of a total have fewer keys."""
    layers: dict[tuple[str, tuple[str, ...]], Layer] = {}
    rows = list(_active(sheet, totals))
    for row, position in np.argwhere(sheet.there):
        column, (names, key) = sheet.counts[position], rows[row]
        number = int(sheet.numbers[row, position])
        layer = layers.setdefault((column, names), Layer(sheet.name, column, names))
        same_key = layer.cells.setdefault(key, [])
        if not same_key or not sheet.linked.labels:  # rows that differ in labels alone count the same
            same_key.append((number, cells[number - start]))
    return sorted(layers.values(), key=lambda layer: sheet.counts.index(layer.column))


def _active(sheet: Sheet, totals: Mapping[str, frozenset[str]]) -> Iterator[tuple[tuple[str, ...], Key]]:
    """Yield per row which keys identify it, sorted by name, and their values."""
    names = sorted(key for key, known in sheet.words.items() if known)
    words = [sheet.keys[name].tolist() for name in names]
    for values in zip(*words, strict=True) if names else ((),) * len(sheet.keys):
        known = [
            (name, value)
            for name, value in zip(names, values, strict=True)
            if value.lower() not in TOTAL_WORDS and value not in totals.get(name, NO_WORDS)
        ]
        yield tuple(name for name, _ in known), tuple(value for _, value in known)


NO_WORDS: frozenset[str] = frozenset()


def _bounds(table: PublishedTable, column: str, profile: Profile) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = pd.to_numeric(table.frame[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    profile = profile.on(table.counts)
    base, least = profile.base(column), profile.threshold(column)
    low, high = n - base // 2, n - base // 2 + base - 1
    low, high = np.where(n > 0, np.maximum(low, least), n), np.where(n > 0, high, n)
    withheld = _withheld(table, column)
    small = np.zeros(len(n), dtype=bool)
    if table.signs is not None:
        small = table.signs[column].astype(str).str.startswith("<").to_numpy()
    first = 1.0 if profile.zeros == "published" else 0.0
    low = np.where(withheld, np.where(small, first, 0.0), low)
    return low, np.where(withheld, np.where(small, least - 1.0, np.inf), high), withheld


def _withheld(table: PublishedTable, column: str) -> np.ndarray:
    if SUPPRESSED not in table.frame.columns:
        return np.zeros(len(table.frame), dtype=bool)
    named = table.frame[SUPPRESSED].astype("string").fillna("").tolist()
    return np.array([column in names.split(";") for names in named], dtype=bool)
