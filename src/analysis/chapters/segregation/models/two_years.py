"""Pupils of two years, of whom many are the same: resampled as pupils, so that years go along as they do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.chapters.segregation.models.attendance import summed
from analysis.errors import ModelError, Reason
from analysis.stats.segregation import Array


@dataclass(frozen=True)
class TwoYears:
    """Pupils of two years by group and school, and which of them are the same.

    Parameters
    ----------
    groups : Names of the groups.
    schools : Keys of the schools of each year.
    before, after : Pupils, shape (n_groups, n_schools of that year).
    stayed : Pupils of both years: group and school before, group and school after, number; shape (n_cells, 5).
    """

    groups: tuple[str, ...]
    schools: tuple[pd.Index, pd.Index]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    stayed: NDArray[np.int64]

    @classmethod
    def of(cls, before: pd.DataFrame, after: pd.DataFrame, by_stay: pd.DataFrame, kind: str) -> TwoYears:
        """Build from pupils by school and group in either year, and from those of both; see `decompose`."""
        groups = before.columns.union(after.columns)
        first, last = (table.reindex(columns=groups, fill_value=0).to_numpy(np.int64).T for table in (before, after))
        sides = (
            groups.get_indexer(pd.Index(by_stay[f"first_{kind}"])),
            before.index.get_indexer(pd.Index(by_stay["first_location"])),
            groups.get_indexer(pd.Index(by_stay[f"last_{kind}"])),
            after.index.get_indexer(pd.Index(by_stay["last_location"])),
            by_stay["pupils"].to_numpy(np.int64),
        )
        return cls(tuple(map(str, groups)), (before.index, after.index), first, last, np.column_stack(sides))

    def once(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pupils of the first year who left, and those of the last who came."""
        once = []
        for table, columns in ((self.before, (0, 1)), (self.after, (2, 3))):
            stayed = np.zeros_like(table)
            known = (self.stayed[:, columns] >= 0).all(axis=1)
            np.add.at(stayed, tuple(self.stayed[known][:, columns].T), self.stayed[known, 4])
            if not known.all() or (stayed > table).any():
                raise ModelError("more pupils are in both years than there are at a school in one", Reason.INVALID)
            once.append(table - stayed)
        return once[0], once[1]

    def resampled(self, draws: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Resample pupils within the groups of both years, shape (draws, n_groups, n_schools) for each year."""
        drawn = [_resampled(table, draws, rng) for table in self.once()]
        for pair in np.unique(self.stayed[:, [0, 2]], axis=0):
            cells = self.stayed[(self.stayed[:, [0, 2]] == pair).all(axis=1)]
            number = cells[:, 4]
            again = rng.multinomial(number.sum(), number / number.sum(), draws)
            for year, (group, column) in enumerate(((pair[0], 1), (pair[1], 3))):
                drawn[year][:, group] += summed(again, cells[:, column].astype(np.intp), drawn[year].shape[-1])
        return drawn[0], drawn[1]


def _resampled(table: NDArray[np.int64], draws: int, rng: np.random.Generator) -> Array:
    drawn = [rng.multinomial(row.sum(), row / max(row.sum(), 1), draws) for row in table]
    return np.stack(drawn, axis=1).astype(float)
