"""What tables tell together: a withheld cell of one may follow from another, and two may differ by a few persons.

A chapter's `Register` compares each table with those that the chapter published before, and withholds in the new one
what would give an old one away. `check_differences` compares all tables of an edition once more, with each other and
with those of earlier editions of the same region, and refuses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import DisclosureError
from analysis.publish.differencing_layers import Cell, Sum, Told, told_of
from analysis.publish.differencing_ledger import Leak, Ledger
from analysis.publish.differencing_links import Gap
from analysis.publish.disclosure.gate import CROSS, SUPPRESSED, Gated
from analysis.publish.disclosure.profiles import Profile, profile
from analysis.run.workspace import MANIFEST_FILE

TIME = frozenset({"school_year", "schooljaar", "year", "jaar", "cohort"})


class Register:
    """The tables that one chapter publishes, one after another.

    Parameters
    ----------
    profile
        The rules of the edition.
    """

    def __init__(self, profile: Profile) -> None:
        self._ledger = Ledger(profile)
        self._names: dict[str, Told] = {}

    def admit(self, name: str, gated: Gated) -> Gated:
        """Return a gated table as it may be published beside what was published before, with more withheld if need be.

        Parameters
        ----------
        name
            Of the table; one of the same name is replaced, as a cell that is run again does.
        gated
            What the gate let through.

        Raises
        ------
        DisclosureError
            When the table and an earlier one give a small number away and nothing in the new one can hide it; naming
            both tables, column and row, never the value.
        """
        if not gated.resting:
            return gated
        if name in self._names:
            self._rebuild(without=name)
        size = len(self._ledger.cells)
        while True:
            self._ledger.add(told := told_of(name, gated))
            refused, hidden = self._judge(size)
            if not hidden and refused is None:
                self._names[name] = told
                return gated
            self._ledger.without_last(size, name)
            if refused is not None:
                raise refused
            gated = _withhold(gated, hidden)

    def _judge(self, size: int) -> tuple[DisclosureError | None, list[Cell]]:
        """Return why the table after the first `size` cells is refused, else what must be withheld in it."""
        cells = self._ledger.cells
        if self._ledger.gaps:
            return _gap_refused(self._ledger.gaps[0], cells), []
        leaks = self._ledger.leaks(since=size)
        hidden = {_smallest_beside(leak, cells, size) for leak in leaks}
        if None in hidden:
            leak = next(leak for leak in leaks if _smallest_beside(leak, cells, size) is None)
            return _leak_refused(leak, cells), []
        return None, [cells[cell] for cell in sorted(cell for cell in hidden if cell is not None)]

    def _rebuild(self, without: str) -> None:
        self._names.pop(without)
        self._ledger = Ledger(self._ledger.profile)
        for told in self._names.values():
            self._ledger.add(told)


def check_differences(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse an edition whose tables, with each other or with those of other editions, give a small number away.

    Parameters
    ----------
    folder
        The edition, with ``tables/<stem>/<name>.csv`` and a JSON file beside each that tells what counts. Other
        editions beside it count when they are whole and may be about the same persons.
    manifest
        The record of the run: ``edition``, ``facts`` and ``parameters``.

    Raises
    ------
    DisclosureError
        Naming both tables, column and row, never the value.
    """
    facts = manifest["facts"]
    ledger, layers = Ledger(profile(facts.get("disclosure", "default"))), {}
    for told in _published(folder):
        layers[told.name] = ledger.add(told)
    _refuse(ledger)
    for edition, theirs in _others(folder.parent, manifest):
        same_time = facts.get("school_years") == theirs.get("school_years")
        for told in _published(edition):
            own = [layer for layer in layers.get(told.name, ()) if same_time or TIME & {*layer.names}]
            if own:
                ledger.add(told._replace(name=f"{edition.name}: {told.name}"), among=own)
        _refuse(ledger)


def _refuse(ledger: Ledger) -> None:
    if ledger.gaps:
        raise _gap_refused(ledger.gaps[0], ledger.cells)
    leaks = ledger.leaks()
    if leaks:
        raise _leak_refused(leaks[0], ledger.cells)


def _published(folder: Path) -> Iterator[Told]:
    for path in sorted((folder / "tables").glob("*/*.csv")):
        sidecar = path.with_suffix(".json")
        about = json.loads(sidecar.read_text("utf8")) if sidecar.exists() else {}
        if about.get("counts"):
            frame = pd.read_csv(path, dtype=dict.fromkeys((*about["keys"], SUPPRESSED), str))
            name = f"{path.parent.name}/{path.stem}"
            yield Told(name, frame, tuple(about["counts"]), tuple(about["keys"]))


def _others(outputs: Path, manifest: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for path in sorted(outputs.glob(f"[!.]*/{MANIFEST_FILE}")):
        told = json.loads(path.read_text("utf8"))
        if told.get("edition") != manifest["edition"] and _population(told) == _population(manifest):
            yield path.parent, told.get("facts", {})


def _population(manifest: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what tells whether two editions can be about the same persons; made-up worlds have none in common."""
    facts, parameters = manifest.get("facts", {}), manifest.get("parameters", {})
    if not facts.get("synthetic"):
        return facts.get("region"), False
    worlds = [json.dumps(parameters.get(block), sort_keys=True) for block in ("data", "country")]
    return facts.get("region"), True, parameters.get("seed"), *worlds


def _smallest_beside(leak: Leak, cells: Sequence[Cell], since: int) -> int | None:
    """Return the smallest published cell of the new table that stands in a sum with the leak."""
    beside = {cell for link in leak.sums for cell in (*link.left, *link.right) if cell >= since}
    open_ = [cell for cell in beside if not cells[cell].withheld and cells[cell].low > 0]
    return min(open_, key=lambda cell: (cells[cell].low, cell), default=None)


def _withhold(gated: Gated, cells: Iterable[Cell]) -> Gated:
    signs, frame = gated.suppressed.copy(), gated.frame.copy()
    for cell in cells:
        names = [cell.column]
        for name in names:
            names += [value for value in gated.resting.get(name, ()) if value not in names]
            signs.loc[signs.index[cell.row - 1], name] = CROSS
    hidden = signs != ""
    frame[signs.columns] = frame[signs.columns].mask(hidden)
    frame[SUPPRESSED] = [";".join(row.index[row]) for _, row in hidden.iterrows()]
    return gated._replace(frame=frame, suppressed=signs.where(~hidden, CROSS))


def _leak_refused(leak: Leak, cells: Sequence[Cell]) -> DisclosureError:
    cell, beside = cells[leak.cell], [n for link in leak.sums for n in (*link.left, *link.right)]
    return DisclosureError(
        f"{_tables(leak.cell, beside, cells)}: column {cell.column!r}, row {cell.row} of {cell.table} is withheld, and "
        "can be found from what else is published\n  do      withhold or leave out what adds up to it"
    )


def _gap_refused(gap: Gap, cells: Sequence[Cell]) -> DisclosureError:
    cell = cells[max(*gap.left, *gap.right)]
    return DisclosureError(
        f"{_tables(cells.index(cell), (*gap.left, *gap.right), cells)}: column {cell.column!r}, row {cell.row} of "
        f"{cell.table}: the difference counts too few\n  do      publish one of the two, or with the same persons"
    )


def _tables(cell: int, beside: Sum | Sequence[int], cells: Sequence[Cell]) -> str:
    names = dict.fromkeys([cells[cell].table, *(cells[other].table for other in beside)])
    one, *others = names
    return f"tables {one} and {others[0]}" if others else f"table {one}"
