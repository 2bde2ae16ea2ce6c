"""What tables tell together: a withheld cell of one may follow from another, and two may differ by a few persons.

A chapter's `Register` compares each table with those that the chapter published before, and withholds in the new one
what would give an old one away. `check_differences` compares all tables of an edition once more, with each other and
with those of earlier editions of the same region, and refuses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.errors import DisclosureError
from analysis.publish.differencing_layers import Cell, Layer, Sum, Told, cells_of, told_of
from analysis.publish.differencing_links import Gap, Link, compare
from analysis.publish.disclosure.audit import SLACK, Equation, exposed
from analysis.publish.disclosure.gate import CROSS, SUPPRESSED, Gated
from analysis.publish.disclosure.profiles import Profile, profile
from analysis.run.workspace import MANIFEST_FILE

TIME = frozenset({"school_year", "schooljaar", "year", "jaar", "cohort"})


class Leak(NamedTuple):
    """A withheld cell that can be found, and the sums in which it stands."""

    cell: int
    sums: tuple[Link, ...]


class Ledger:
    """The published tables, their numbers, and the sums that they have in common.

    Parameters
    ----------
    profile
        The rules of the edition.
    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.cells: list[Cell] = []
        self.gaps: list[Gap] = []
        self._layers: dict[str, list[Layer]] = {}
        self._links: list[Link] = []

    def add(self, told: Told, *, among: Iterable[Layer] | None = None) -> list[Layer]:
        """Add a table, compare it with itself and with the layers `among` (else with all), and return its layers."""
        cells, layers = cells_of(told, self.profile, len(self.cells))
        self.cells += cells
        others = [layer for known in self._layers.values() for layer in known] if among is None else list(among)
        for place, layer in enumerate(layers):
            for other in (*others, *layers[:place]):
                if other.column == layer.column:
                    links, gaps = compare(layer, other, self.profile)
                    self._links += links
                    self.gaps += gaps
        self._layers.setdefault(told.name, []).extend(layers)
        return layers

    def without_last(self, size: int, name: str) -> None:
        """Forget the table `name`, that was added last, when there were `size` cells."""
        del self.cells[size:], self._layers[name]
        self._links = [link for link in self._links if max((*link.left, *link.right)) < size]
        self.gaps = [gap for gap in self.gaps if max((*gap.left, *gap.right)) < size]

    def leaks(self, since: int = 0) -> list[Leak]:
        """Return the withheld cells that can be found with what the cells from number `since` on tell."""
        names = self._same_cells()
        links = self._reached(names, since)
        if not links:
            return []
        low, high = self._bounds(names)
        members = self._members(links, names)
        hidden = {name: n for name, same in members.items() for n in sorted(same) if self.cells[n].withheld}
        needed = {name: float(self.profile.width(self.cells[n].column)) for name, n in hidden.items()}
        found = exposed(low, high, list(dict.fromkeys(_equations(links, names))), needed)
        told = {name for name in needed if not all(self.cells[n].withheld for n in members[name])}
        return [
            Leak(hidden[name], tuple(link for link in links if not members[name].isdisjoint((*link.left, *link.right))))
            for name, (least, most) in sorted(found.items())
            if (name in told or least < self._threshold(name)) and not self._is_open_zero(most)
        ]

    def _members(self, links: Iterable[Link], names: Sequence[int]) -> dict[int, set[int]]:
        """Return for every number in the sums the cells that tell it."""
        found: dict[int, set[int]] = {}
        for link in links:
            for cell in (*link.left, *link.right):
                found.setdefault(names[cell], set()).add(cell)
        return found

    def _is_open_zero(self, most: float) -> bool:
        """Tell whether all that is found is that there is nobody, which this profile publishes."""
        return self.profile.zeros == "published" and most < 1 - SLACK

    def _threshold(self, cell: int) -> int:
        return self.profile.threshold(self.cells[cell].column)

    def _same_cells(self) -> list[int]:
        """Return for every cell the first one that is the same number."""
        names = list(range(len(self.cells)))
        for left, right in self._links:
            if len(left) == len(right) == 1:
                one, other = _root(names, left[0]), _root(names, right[0])
                names[max(one, other)] = min(one, other)
        return [_root(names, cell) for cell in names]

    def _bounds(self, names: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        low = np.array([cell.low for cell in self.cells])
        high = np.array([cell.high for cell in self.cells])
        place = np.array(names)
        least, most = low.copy(), high.copy()
        np.maximum.at(least, place, low)
        np.minimum.at(most, place, high)
        most = np.maximum(least, most)
        return least, most

    def _reached(self, names: Sequence[int], since: int) -> list[Link]:
        """Return the links that hang together with a cell from number `since` on, and with a withheld one."""
        links = self._links
        parent = list(range(len(self.cells)))
        for link in links:
            cells = [names[cell] for cell in (*link.left, *link.right)]
            for cell in cells[1:]:
                one, other = _root(parent, cells[0]), _root(parent, cell)
                parent[max(one, other)] = min(one, other)
        new = {_root(parent, names[cell]) for cell in range(since, len(self.cells))}
        hidden = {_root(parent, names[place]) for place, cell in enumerate(self.cells) if cell.withheld}
        wanted = new & hidden
        return [link for link in links if _root(parent, names[link.left[0]]) in wanted]


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


def _equations(links: Iterable[Link], names: Sequence[int]) -> Iterator[Equation]:
    for link in links:
        factors: dict[int, float] = {}
        for sign, side in ((1.0, link.left), (-1.0, link.right)):
            for cell in side:
                factors[names[cell]] = factors.get(names[cell], 0.0) + sign
        left = sorted((cell, factor) for cell, factor in factors.items() if factor)
        if left:
            turn = left[0][1] / abs(left[0][1])
            yield Equation(tuple(cell for cell, _ in left), tuple(turn * factor for _, factor in left))


def _root(names: list[int], cell: int) -> int:
    while names[cell] != cell:
        names[cell] = names[names[cell]]
        cell = names[cell]
    return cell


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
