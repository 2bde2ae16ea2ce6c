"""What a reader knows who lays published tables beside each other: numbers, the sums they share, and what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from analysis.disclosure.audit import SLACK, Equation, Interval, exposed
from analysis.disclosure.linkage.layers import Cell, Layer, PublishedTable, Sheet, layers_of, sheet_of
from analysis.disclosure.linkage.links import Gap, Link, compare
from analysis.disclosure.linkage.sums import sums_of
from analysis.disclosure.profiles import Profile


class Leak(NamedTuple):
    """A withheld cell that can be found, and the sums in which it is."""

    cell: int
    sums: tuple[Link, ...]


class Ledger:
    """The published tables, their numbers, and the sums that they have in common."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.cells: list[Cell] = []
        self.gaps: list[Gap] = []
        self._layers: dict[str, list[Layer]] = {}
        self._sheets: dict[str, Sheet] = {}
        self._totals: dict[str, Mapping[str, frozenset[str]]] = {}
        self._links: list[Link] = []
        self._keys: dict[str, frozenset[str]] = {}
        """The words of each key, of all tables."""
        self._arrays: _Sums | None = None
        self._wide: set[int] = set()

    def add(self, table: PublishedTable, *, among: Iterable[str] | None = None) -> None:
        """Add a table, and compare it with itself and with the tables `among`, else with all."""
        start = len(self.cells)
        self._arrays, self._wide = None, set()
        sheet, cells = self._read(table, start)
        self.cells += cells
        sums = sums_of(sheet)
        self._links += sums.links
        layers = layers_of(sheet, cells, start, sums.totals)
        names = [name for name in (self._sheets if among is None else among) if name in self._sheets]
        others = [layer for name in names for layer in self._layers[name]]
        for number, layer in enumerate(layers):
            for other in (*others, *layers[:number]):
                if other.column == layer.column:
                    links, gaps = compare(layer, other, self.profile)
                    self._links += links
                    self.gaps += gaps
        self._layers[table.name], self._sheets[table.name] = layers, sheet
        self._keys |= {key: self._keys.get(key, frozenset()) | words for key, words in sheet.words.items()}
        self._totals[table.name] = sums.totals

    def _read(self, table: PublishedTable, start: int) -> tuple[Sheet, list[Cell]]:
        """Return the count cells of a table; its keys under the names of those that have the same words, if need be."""
        sheet, cells = sheet_of(table, self.profile, start)
        return (sheet.named_as(self._keys) if self.profile.joined_by == "words" else sheet), cells

    def restate(self, table: PublishedTable, start: int) -> None:
        """State anew the cells of the table that was added last, of which more is withheld.

        The sums stay that were found when more of it was known: who withholds a number does not make it less true.
        """
        sheet, cells = self._read(table, start)
        self.cells[start:] = cells
        self._sheets[table.name] = sheet
        self._layers[table.name] = layers_of(sheet, cells, start, self._totals[table.name])

    def open_gaps(self) -> list[Gap]:
        """Return the gaps of which both sides are still published."""
        return [gap for gap in self.gaps if not any(self.cells[cell].withheld for cell in (*gap.left, *gap.right))]

    def without_last(self, size: int, name: str) -> None:
        """Forget the table `name`, that was added last, when there were `size` cells."""
        self._arrays, self._wide = None, set()
        del self.cells[size:], self._layers[name], self._sheets[name], self._totals[name]
        self._links = [link for link in self._links if max((*link.left, *link.right)) < size]
        self.gaps = [gap for gap in self.gaps if max((*gap.left, *gap.right)) < size]

    def is_known_before(self, since: int) -> set[int]:
        """Return the cells from number `since` on that an earlier table publishes too."""
        names = self._sums().names
        published = {names[cell] for cell in range(since) if not self.cells[cell].withheld}
        return {cell for cell in range(since, len(self.cells)) if names[cell] in published}

    def leaks(self, since: int = 0) -> list[Leak]:
        """Return the withheld cells that can be found with what the cells from number `since` on say."""
        sums = self._sums()
        reached = self._reached(sums, since)
        if not len(reached):
            return []
        within = np.unique(sums.cells[np.isin(sums.owner, reached)])
        hidden = {sums.names[cell]: cell for cell in within.tolist() if self.cells[cell].withheld}
        needed = self._widths(sums.names, within.tolist())
        low, high = _bounds(self.cells, sums.names)
        equations = dict.fromkeys(equation for link in reached.tolist() if (equation := sums.equation(link)))
        intervals = self._exposed(low, high, list(equations), needed)
        leaks = []
        for name, (least, most) in sorted(intervals.items()):
            same = [cell for cell in within.tolist() if sums.names[cell] == name]
            if self._gives_away(set(same), hidden[name], least, most, since):
                inside = np.intersect1d(sums.owner[np.isin(sums.cells, same)], reached)
                leaks.append(Leak(hidden[name], tuple(self._links[link] for link in inside.tolist())))
        return leaks

    def found_before(self, size: int) -> set[int]:
        """Return the withheld cells that can be found without the cells from number `size` on."""
        links = [link for link in self._links if max((*link.left, *link.right)) < size]
        cells = self.cells[:size]
        sums = _Sums.of(links, cells)
        low, high = _bounds(cells, sums.names)
        hidden = [cell for cell in np.unique(sums.cells).tolist() if cells[cell].withheld]
        needed = self._widths(sums.names, hidden)
        equations = dict.fromkeys(equation for link in range(len(links)) if (equation := sums.equation(link)))
        intervals = exposed(low, high, list(equations), needed)
        return {cell for cell in hidden if sums.names[cell] in intervals}

    def _exposed(
        self, low: np.ndarray, high: np.ndarray, equations: Sequence[Equation], needed: Mapping[int, float]
    ) -> dict[int, Interval]:
        """Find the cells with too narrow an interval; what was wide is wide still when more is withheld."""
        intervals = exposed(low, high, equations, {name: needed[name] for name in needed.keys() - self._wide})
        self._wide = needed.keys() - intervals.keys()
        return intervals

    def _gives_away(self, same: set[int], cell: int, least: float, most: float, since: int) -> bool:
        """Whether what can be found of a number was to be withheld: it is small, or nothing published is that number.

        What an earlier table withholds a later one may not publish, for another number may depend on it. That a later
        table withholds what an earlier one published hides nothing, and gives nothing away.
        """
        if self._is_open_zero(most):
            return False
        published = [number for number in same if not self.cells[number].withheld]
        hidden_before = any(self.cells[number].withheld and number < since for number in same)
        shown_again = hidden_before and any(number >= since for number in published)
        narrow = most - least < max(1.0, *(self.cells[number].width for number in same))
        return shown_again or least < self._threshold(cell) or (not published and narrow)

    def _is_open_zero(self, most: float) -> bool:
        """Whether all that is found is that there is nobody, which this profile publishes."""
        return self.profile.zeros == "published" and most < 1 - SLACK

    def _widths(self, names: Sequence[int], cells: Iterable[int]) -> dict[int, float]:
        """Return how wide the interval of each withheld number must be: as wide as any table asks that has it."""
        needed: dict[int, float] = {}
        for number in (number for number in cells if self.cells[number].withheld):
            cell, name = self.cells[number], names[number]
            needed[name] = max(needed.get(name, 0.0), self.profile.width(cell.column), cell.width)
        return needed

    def _threshold(self, cell: int) -> int:
        return self.profile.threshold(self.cells[cell].column)

    def _sums(self) -> _Sums:
        """Return the links as arrays, built once for each table that is added."""
        if self._arrays is None:
            self._arrays = _Sums.of(self._links, self.cells)
        return self._arrays

    def _reached(self, sums: _Sums, since: int) -> np.ndarray:
        """Return the links that are connected with a cell from number `since` on, and with a withheld one."""
        part = sums.parts
        hidden = np.array([cell.withheld for cell in self.cells], dtype=bool)
        wanted = np.intersect1d(part[since:], part[hidden])
        first = sums.cells[np.searchsorted(sums.owner, np.arange(len(self._links)))]
        return np.flatnonzero(np.isin(part[first], wanted))


@dataclass(frozen=True)
class _Sums:
    """The links: their cells one after another, of which link each is, and which cells are the same number."""

    links: Sequence[Link]
    cells: np.ndarray
    owner: np.ndarray
    names: list[int]
    """For every cell the first one that is the same number."""
    parts: np.ndarray
    """For every cell a number that cells have in common which are connected by any links."""
    equations: dict[int, Equation | None] = field(default_factory=dict)

    @classmethod
    def of(cls, links: Sequence[Link], cells: Sequence[Cell]) -> _Sums:
        """Build the arrays of the links between cells."""
        sizes = [len(link.left) + len(link.right) for link in links]
        owner = np.repeat(np.arange(len(links)), sizes)
        flat = np.fromiter(
            chain.from_iterable(chain(link.left, link.right) for link in links), dtype=np.intp, count=len(owner)
        )
        names = _same_cells(links, cells)
        size = len(cells)
        ends = np.concatenate([flat, np.arange(size)]), np.concatenate([owner + size, np.array(names, dtype=np.intp)])
        parts = _connected(*ends, size + len(links))[:size]
        return cls(links, flat, owner, names, parts)

    def equation(self, link: int) -> Equation | None:
        """Return what a link says in numbers that differ; None when both its sides are the same."""
        if link not in self.equations:
            self.equations[link] = _equation(self.links[link], self.names)
        return self.equations[link]


def _bounds(cells: Sequence[Cell], names: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    low, high = (np.array([getattr(cell, side) for cell in cells], dtype=float) for side in ("low", "high"))
    least, most = low.copy(), high.copy()
    np.maximum.at(least, np.array(names, dtype=np.intp), low)
    np.minimum.at(most, np.array(names, dtype=np.intp), high)
    return least, np.maximum(least, most)


def _connected(left: np.ndarray, right: np.ndarray, size: int) -> np.ndarray:
    graph = coo_array((np.ones(len(left), dtype=bool), (left, right)), shape=(size, size))
    labels: np.ndarray = connected_components(graph, directed=False)[1]
    return labels


def _same_cells(links: Sequence[Link], cells: Sequence[Cell]) -> list[int]:
    """Return for every cell the first one that is the same number; where they cannot all be one, each is its own."""
    pairs = [(link.left[0], link.right[0]) for link in links if len(link.left) == len(link.right) == 1]
    size = len(cells)
    known = np.array([(cell.low, cell.high) for cell in cells], dtype=float).reshape(-1, 2)
    ends = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    labels = _connected(ends[:, 0], ends[:, 1], size)
    low, high, first = np.full(size, -np.inf), np.full(size, np.inf), np.full(size, size)
    np.maximum.at(low, labels, known[:, 0])
    np.minimum.at(high, labels, known[:, 1])
    np.minimum.at(first, labels, np.arange(size))
    names: list[int] = np.where((low > high)[labels], np.arange(size), first[labels]).tolist()
    return names


def _equation(link: Link, names: Sequence[int]) -> Equation | None:
    factors: dict[int, float] = {}
    for sign, side in ((1.0, link.left), (-1.0, link.right)):
        for cell in side:
            factors[names[cell]] = factors.get(names[cell], 0.0) + sign
    left = sorted((cell, factor) for cell, factor in factors.items() if factor)
    if not left:
        return None
    turn = left[0][1] / abs(left[0][1])
    return Equation(tuple(cell for cell, _ in left), tuple(turn * factor for _, factor in left))
