"""What a reader knows who lays published tables beside each other: numbers, the sums they share, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from analysis.publish.differencing_layers import Cell, Layer, Sheet, Told, layers_of, sheet_of
from analysis.publish.differencing_links import Gap, Link, compare
from analysis.publish.differencing_sums import sums_of
from analysis.publish.differencing_words import same_numbers
from analysis.publish.disclosure.audit import SLACK, Equation, exposed
from analysis.publish.disclosure.profiles import Profile


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
        self._sheets: dict[str, Sheet] = {}
        self._totals: dict[str, Mapping[str, frozenset[str]]] = {}
        self._links: list[Link] = []

    def add(self, told: Told, *, among: Iterable[str] | None = None) -> None:
        """Add a table, and compare it with itself and with the tables `among`, else with all."""
        start = len(self.cells)
        sheet, cells = sheet_of(told, self.profile, start)
        self.cells += cells
        found = sums_of(sheet)
        self._links += found.links
        layers = layers_of(sheet, cells, start, found.totals)
        names = [name for name in (self._sheets if among is None else among) if name in self._sheets]
        for name in names:
            self._links += same_numbers(sheet, self._sheets[name])
        others = [layer for name in names for layer in self._layers[name]]
        for place, layer in enumerate(layers):
            for other in (*others, *layers[:place]):
                if other.column == layer.column:
                    links, gaps = compare(layer, other, self.profile)
                    self._links += links
                    self.gaps += gaps
        self._layers[told.name], self._sheets[told.name] = layers, sheet
        self._totals[told.name] = found.totals

    def restate(self, told: Told, start: int) -> None:
        """State anew the cells of the table that was added last, of which more is withheld.

        The sums stay that were found when more of it was told: who withholds a number does not make it less true.
        """
        sheet, cells = sheet_of(told, self.profile, start)
        self.cells[start:] = cells
        self._sheets[told.name] = sheet
        self._layers[told.name] = layers_of(sheet, cells, start, self._totals[told.name])

    def open_gaps(self) -> list[Gap]:
        """Return the gaps of which both sides are still published."""
        return [gap for gap in self.gaps if not any(self.cells[cell].withheld for cell in (*gap.left, *gap.right))]

    def without_last(self, size: int, name: str) -> None:
        """Forget the table `name`, that was added last, when there were `size` cells."""
        del self.cells[size:], self._layers[name], self._sheets[name], self._totals[name]
        self._links = [link for link in self._links if max((*link.left, *link.right)) < size]
        self.gaps = [gap for gap in self.gaps if max((*gap.left, *gap.right)) < size]

    def is_known_before(self, since: int) -> set[int]:
        """Return the cells from number `since` on that an earlier table publishes too."""
        names = self._same_cells()
        told = {names[cell] for cell in range(since) if not self.cells[cell].withheld}
        return {cell for cell in range(since, len(self.cells)) if names[cell] in told}

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
        return [
            Leak(hidden[name], tuple(link for link in links if not members[name].isdisjoint((*link.left, *link.right))))
            for name, (least, most) in sorted(found.items())
            if self._gives_away(members[name], hidden[name], least, most, since)
        ]

    def _gives_away(self, same: set[int], cell: int, least: float, most: float, since: int) -> bool:
        """Tell whether what can be found of a number was to be kept: it is small, or nothing published is that number.

        What an earlier table withholds a later one may not publish, for another number may hang on it. That a later
        table withholds what an earlier one published keeps nothing back, and gives nothing away.
        """
        if self._is_open_zero(most):
            return False
        told = [number for number in same if not self.cells[number].withheld]
        kept_before = any(self.cells[number].withheld and number < since for number in same)
        retold = kept_before and any(number >= since for number in told)
        return retold or least < self._threshold(cell) or (not told and most - least < 1)

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
        """Return for every cell the first one that is the same number; no two that cannot be."""
        names = list(range(len(self.cells)))
        known = {cell: (one.low, one.high) for cell, one in enumerate(self.cells)}
        for left, right, _ in sorted(self._links, key=lambda link: link.chance):
            if len(left) == len(right) == 1:
                one, other = sorted((_root(names, left[0]), _root(names, right[0])))
                low, high = (pick(known[one][side], known[other][side]) for side, pick in enumerate((max, min)))
                if one != other and low <= high:
                    names[other], known[one] = one, (low, high)
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


def _equations(links: Iterable[Link], names: Sequence[int]) -> Iterator[Equation]:
    for link in links:
        factors: dict[int, float] = {}
        for sign, side in ((1.0, link.left), (-1.0, link.right)):
            for cell in side:
                factors[names[cell]] = factors.get(names[cell], 0.0) + sign
        left = sorted((cell, factor) for cell, factor in factors.items() if factor)
        if left:
            turn = left[0][1] / abs(left[0][1])
            yield Equation(
                tuple(cell for cell, _ in left), tuple(turn * factor for _, factor in left), 0.0, link.chance
            )


def _root(names: list[int], cell: int) -> int:
    while names[cell] != cell:
        names[cell] = names[names[cell]]
        cell = names[cell]
    return cell
