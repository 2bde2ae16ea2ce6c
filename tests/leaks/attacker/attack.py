"""The attack on an edition: everything read, everything linked, every withheld number asked for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from attacker.links import between
from attacker.reading import Rules, Table, read_edition
from attacker.solving import solve
from attacker.sums import within


class Pinned(NamedTuple):
    """A withheld number that a reader finds: where it stands, and between what it lies."""

    table: str
    row: int
    column: str
    low: float
    high: float


class Attack(NamedTuple):
    """What an attack found, and on how many withheld cells and sums it was made."""

    withheld: int
    sums: int
    pinned: list[Pinned]

    @property
    def exactly(self) -> list[Pinned]:
        """Those of which no second value is left."""
        return [one for one in self.pinned if one.high - one.low < 1]


def attack(folder: Path, rules: Rules) -> Attack:
    """Read the published files of an edition and return every withheld number that is found too well."""
    tables = read_edition(folder, rules)
    starts = np.cumsum([0, *(table.low.size for table in tables)])
    low, high = (np.concatenate([getattr(table, side).ravel() for table in tables]) for side in ("low", "high"))
    hidden = np.concatenate([(table.there & ~table.open).ravel() for table in tables])
    low, high = np.nan_to_num(low), np.nan_to_num(high, nan=np.inf, posinf=np.inf)
    sums = list(_linked(tables, starts))
    found = solve(low, high, sums, hidden)
    return Attack(int(hidden.sum()), len(sums), list(_pinned(tables, starts, found, rules)))


def _linked(tables: Sequence[Table], starts: np.ndarray):
    for table, start in zip(tables, starts, strict=False):
        yield from within(table, int(start))
    for (one, start), (other, other_start) in combinations(zip(tables, starts, strict=False), 2):
        yield from between(one, other, int(start), int(other_start))


def _pinned(tables: Sequence[Table], starts: np.ndarray, found: dict[int, tuple[float, float]], rules: Rules):
    for cell, (low, high) in sorted(found.items()):
        which = int(np.searchsorted(starts, cell, side="right")) - 1
        table = tables[which]
        row, place = divmod(cell - int(starts[which]), len(table.counts))
        column = table.counts[place]
        small = high < rules.threshold(column)
        nobody = rules.zeros and high < 1
        if not nobody and high - low < (rules.protection(column) if small else 1):
            yield Pinned(table.name, row + 1, column, low, high)
