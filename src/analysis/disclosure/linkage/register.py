"""What tables reveal together: a withheld cell of one may follow from another, and two may differ by a few persons.

A `Register` compares each table with those that were published before, and withholds in the new one what would give a
small number away: a chapter's own while it runs, and that of the whole edition before its pages are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from analysis.disclosure.gate import CROSS, SUPPRESSED, Gated
from analysis.disclosure.linkage.layers import Cell, PublishedTable, published_table
from analysis.disclosure.linkage.ledger import Leak, Ledger
from analysis.disclosure.profiles import Profile
from analysis.errors import WithheldError
from analysis.language import text

Place = tuple[int, str]
"""Row, counted from 0, and column of a cell."""


class Register:
    """The tables that are published under the rules of an edition, one after another."""

    def __init__(self, profile: Profile) -> None:
        self._ledger = Ledger(profile)
        self._names: dict[str, PublishedTable] = {}
        self._before: dict[str, list[PublishedTable]] = {}
        self._last = ("", 0)
        """The table that was admitted last, and how many cells there were before."""

    def admit(self, name: str, gated: Gated) -> Gated:
        """Return a gated table as it may be published beside what was published before, with more withheld if need be.

        Cells are withheld first: of those that are in a sum with a number that can be found the smallest, and so in the
        end its total too. A table of the same name is replaced, as a cell that is run again does. Raises WithheldError
        when the table and earlier ones give a small number away and nothing in the new one can hide it.
        """
        if not gated.resting:
            return gated
        if name in self._names:
            self._rebuild(without=name)
        size = len(self._ledger.cells)
        self._add(published_table(name, gated))
        while judged := self._judge(size):
            hidden = sorted(cell for cell in judged if cell is not None)
            if len(hidden) < len(judged) or not _left(gated, hidden):
                self._ledger.without_last(size, name)
                raise WithheldError(text("Not shown: beside what else is published it would give a small number away."))
            gated = _withhold(gated, [self._ledger.cells[cell] for cell in hidden])
            self._ledger.restate(published_table(name, gated), size)
        self._names[name], self._last = published_table(name, gated), (name, size)
        return gated

    def keep(self, table: PublishedTable) -> None:
        """Take in a table of an earlier release, called ``edition: stem/name``; the new one must agree with it."""
        release, _, name = table.name.partition(": ")
        known = self._before.setdefault(name, [])
        known.append(table._replace(name=f"{release} ({len(known) + 1}): {name}"))
        self._ledger.add(known[-1], among=())

    def published(self) -> list[PublishedTable]:
        """Return the tables that were admitted."""
        return list(self._names.values())

    def forget(self, name: str) -> None:
        """Forget a table that is not published after all."""
        last, size = self._last
        if name == last and name in self._names:
            self._ledger.without_last(size, name)
            del self._names[name]
            return
        self._rebuild(without=name)

    def _add(self, table: PublishedTable) -> None:
        self._ledger.add(table, among=[*self._names, *(old.name for old in self._before.get(table.name, ()))])

    def _judge(self, size: int) -> set[int | None]:
        """Return what must be withheld in the table after the first `size` cells; None in it when that would not do."""
        small = {
            min((cell for cell in (*gap.left, *gap.right) if cell >= size), default=None)
            for gap in self._ledger.open_gaps()
        }
        leaks = self._ledger.leaks(since=size)
        known = self._ledger.is_known_before(size) if leaks else set()
        beside = {leak.cell: _smallest_beside(leak, self._ledger.cells, size, known) for leak in leaks}
        if None in beside.values():
            # What earlier tables reveal by themselves is no reason to withhold this one: it would keep nothing back.
            old = self._ledger.found_before(size)
            beside = {cell: hides for cell, hides in beside.items() if hides is not None or cell not in old}
        return small | set(beside.values())

    def _rebuild(self, without: str) -> None:
        names = {name: table for name, table in self._names.items() if name != without}
        self._ledger, self._names, self._last = Ledger(self._ledger.profile), {}, ("", 0)
        for table in (old for known in self._before.values() for old in known):
            self._ledger.add(table, among=())
        for name, table in names.items():
            self._add(table)
            self._names[name] = table


def _left(gated: Gated, hidden: Sequence[int]) -> bool:
    """Whether cells can be withheld and leave a count that is published."""
    return int(gated.frame[[*gated.resting]].notna().to_numpy().sum()) > len(hidden)


def _smallest_beside(leak: Leak, cells: Sequence[Cell], since: int, known: set[int]) -> int | None:
    """Return the smallest published cell of the new table that is in a sum with the leak.

    One that an earlier table publishes too hides nothing: it goes last, as does a zero.
    """
    beside = {cell for link in leak.sums for cell in (*link.left, *link.right) if cell >= since}
    open_ = [cell for cell in beside if not cells[cell].withheld]
    return min(open_, key=lambda cell: (cell in known, cells[cell].high == 0, cells[cell].low, cell), default=None)


def _withhold(gated: Gated, cells: Iterable[Cell]) -> Gated:
    """Return a table without some of its counts, and without what rests on them."""
    places: list[Place] = []
    for cell in cells:
        names = [cell.column]
        for name in names:
            names += [value for value in gated.resting.get(name, ()) if value not in names]
        places += [(cell.row - 1, name) for name in names]
    return without(gated, places)


def without(gated: Gated, places: Iterable[Place]) -> Gated:
    """Return a table in which the cells at these places are withheld too."""
    signs, frame = gated.suppressed.to_numpy(object, copy=True), gated.frame.copy()
    columns = gated.suppressed.columns
    for row, column in places:
        signs[row, columns.get_loc(column)] = CROSS
    hidden = signs != ""
    frame[columns] = frame[columns].mask(hidden)
    frame[SUPPRESSED] = [";".join(columns[row]) for row in hidden]
    signs[hidden] = CROSS
    return gated._replace(frame=frame, suppressed=pd.DataFrame(signs, index=gated.suppressed.index, columns=columns))


def withheld_since(before: Gated, after: Gated) -> list[Place]:
    """Return the places of the cells that are withheld in a table, and were not before."""
    more = ((after.suppressed != "") & (before.suppressed == "")).to_numpy()
    return [(int(row), str(before.suppressed.columns[column])) for row, column in np.argwhere(more)]
