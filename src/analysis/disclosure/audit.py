r"""What a reader can compute about what is withheld: the interval of every cell, given everything published.

Notes
-----
A reader knows bounds :math:`l_i \le x_i \le u_i` of every cell (a published one is known, or known but for its
rounding) and equations :math:`\sum_i a_{ki} x_i = b_k` (parts add up to totals, and to the same totals in other
tables). What can be concluded about a withheld :math:`x_i` is its smallest and largest value under these: two linear
programs per cell, after Fischetti and Salazar (2001), in whole numbers, as HiGHS solves them. Where the equations
cannot all be true nothing is concluded.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Interval = tuple[float, float]
Bounds = tuple[Floats, Floats]

SLACK = 1e-6

FEW = 3
"""From so many cells on solutions are looked for that show several of them to be wide at once."""

NEAR = 20.0
"""How far from the first solution others are looked for; no withheld number needs an interval as wide."""

MOST_CACHED = 1000
"""Programs that are cached: a chapter asks the same of a table, of its figure and of both beside others."""


class Equation(NamedTuple):
    """One sum that a reader knows: ``factors`` times ``cells`` is ``total``."""

    cells: tuple[int, ...]
    factors: tuple[float, ...]
    total: float = 0.0


def exposed(
    low: Floats,
    high: Floats,
    equations: Sequence[Equation],
    needed: Mapping[int, float],
) -> dict[int, Interval]:
    """Return the cells whose interval is narrower than it needs to be, with that interval.

    `low` and `high` are what is known of every cell without any sum, infinite where nothing is; `needed` is the least
    width per withheld cell. Where sums that hold for sure contradict each other nothing can be concluded.
    """
    alone = {cell: (low[cell], high[cell]) for cell in needed}
    result = {cell: its for cell, its in alone.items() if its[1] - its[0] < needed[cell]}
    for cells, parts in _components(low, high, equations):
        wanted = [index for index, cell in enumerate(cells) if cell in needed]
        if wanted:
            widths = np.array([needed[cells[index]] for index in wanted])
            narrow = _narrow(low[cells], high[cells], parts, wanted, widths)
            result |= {int(cells[index]): interval for index, interval in narrow.items()}
    return result


class _Sums(NamedTuple):
    matrix: Floats
    totals: Floats


def _components(low: Floats, high: Floats, equations: Sequence[Equation]) -> Iterator[tuple[NDArray[np.intp], _Sums]]:
    """Split the equations into sets that have no unknown cell in common, each with its cells."""
    free = high > low
    rows: list[int] = []
    columns: list[int] = []
    factors: list[float] = []
    totals: list[float] = []
    for cells, known, total in equations:
        unknown = [(cell, factor) for cell, factor in zip(cells, known, strict=True) if free[cell]]
        if unknown:
            fixed = sum(factor * low[cell] for cell, factor in zip(cells, known, strict=True) if not free[cell])
            rows += [len(totals)] * len(unknown)
            columns += [cell for cell, _ in unknown]
            factors += [factor for _, factor in unknown]
            totals.append(total - fixed)
    if not totals:
        return
    names, column = np.unique(columns, return_inverse=True)
    links = coo_array((np.ones(len(rows)), (rows, column + len(totals))), shape=(len(totals) + len(names),) * 2)
    labels = connected_components(links, directed=False)[1]
    row = np.array(rows)
    order = np.argsort(labels[row], kind="stable")
    for entries in np.split(order, np.flatnonzero(np.diff(labels[row][order])) + 1):
        its_rows, at_row = np.unique(row[entries], return_inverse=True)
        its_cells, at_cell = np.unique(column[entries], return_inverse=True)
        matrix = np.zeros((len(its_rows), len(its_cells)))
        np.add.at(matrix, (at_row, at_cell), np.array(factors)[entries])
        yield names[its_cells], _Sums(matrix, np.array(totals)[its_rows])


def _narrow(low: Floats, high: Floats, sums: _Sums, wanted: Sequence[int], widths: Floats) -> dict[int, Interval]:
    if len(sums.totals) == 1:
        first, last = _single(low, high, sums)
        width = np.floor(last + SLACK) - np.ceil(first - SLACK)
        return {
            cell: (float(first[cell]), float(last[cell]))
            for cell, least in zip(wanted, widths, strict=True)
            if width[cell] < least
        }
    program = _known(low, high, sums)
    return {} if program is None else program.narrow(wanted, widths)


def _single(low: Floats, high: Floats, sums: _Sums) -> tuple[Floats, Floats]:
    """Solve one equation for each of its cells, the others at their bounds."""
    factor, total = sums.matrix[0], sums.totals[0]
    small = np.where(factor > 0, factor * low, factor * high)
    large = np.where(factor > 0, factor * high, factor * low)
    most = total - _others(small)
    least = total - _others(large)
    first = np.where(factor > 0, least, most) / factor
    last = np.where(factor > 0, most, least) / factor
    return np.maximum(first, low), np.minimum(last, high)


def _others(values: Floats) -> Floats:
    """Sum all but each; infinite ones are counted, for infinity minus infinity is nothing."""
    endless = np.isinf(values)
    rest = np.where(endless, 0.0, values).sum() - np.where(endless, 0.0, values)
    sign = values[endless][0] if endless.any() else 0.0
    return np.where(endless.sum() - endless > 0, sign, rest)


def _known(low: Floats, high: Floats, sums: _Sums) -> _Program | None:
    """Return the program of sums, the one that was solved before where these are the same."""
    digest = hashlib.blake2b(digest_size=16)
    for part in (low, high, sums.matrix, sums.totals):
        digest.update(part.tobytes())
    key = digest.digest()
    if key not in _PROGRAMS:
        program = _Program(low, high, sums)
        _PROGRAMS[key] = program if program.possible else None
    _PROGRAMS.move_to_end(key)
    if len(_PROGRAMS) > MOST_CACHED:
        _PROGRAMS.popitem(last=False)
    return _PROGRAMS[key]


class _Program:
    """The whole-number program of one set of sums, and the least and the largest that its solutions gave each cell."""

    def __init__(self, low: Floats, high: Floats, sums: _Sums) -> None:
        self._bounds = (low, high)
        self._matrix, self._totals = csr_array(sums.matrix), sums.totals
        self._least, self._most = np.full(len(low), np.inf), np.full(len(low), -np.inf)
        self._intervals: dict[int, Interval] = {}
        seen = self._solve(np.zeros(len(low)), self._bounds)
        self.possible = seen is not None
        self._near = self._bounds if seen is None else _around(seen, low, high)

    def narrow(self, wanted: Sequence[int], widths: Floats) -> dict[int, Interval]:
        """Return the intervals that are too narrow: two programs per cell that no other solution shows to be wide."""
        self._widen(np.array(wanted), widths)
        intervals = {cell: self.interval(cell, width) for cell, width in zip(wanted, widths.tolist(), strict=True)}
        return {cell: interval for cell, interval in intervals.items() if interval is not None}

    def _widen(self, cells: NDArray[np.intp], widths: Floats) -> None:
        """Look for solutions that are far apart, in all cells together that are not wide yet, while that shows some."""
        chance = np.random.default_rng(0)
        known = np.isin(cells, list(self._intervals))
        while True:
            open_ = ~known & (self._most[cells] - self._least[cells] < widths)
            if open_.sum() < FEW:
                return
            goal = np.zeros(len(self._least))
            goal[cells[open_]] = chance.choice([-1.0, 1.0], int(open_.sum()))
            self._solve(goal, self._near)
            self._solve(-goal, self._near)
            still = ~known & (self._most[cells] - self._least[cells] < widths)
            if still.sum() > 0.9 * open_.sum():
                return

    def interval(self, cell: int, width: float) -> Interval | None:
        """Return between what a cell must be; None when that is wide enough."""
        if cell not in self._intervals:
            ends = [self._least[cell], self._most[cell]]
            for side, sign in enumerate((1.0, -1.0)):
                if self._most[cell] - self._least[cell] >= width:
                    return None
                goal = np.zeros(len(self._least))
                goal[cell] = sign
                solved = self._solve(goal, self._bounds)
                ends[side] = -sign * np.inf if solved is None else solved[cell]  # no end
            self._intervals[cell] = (float(ends[0]), float(ends[1]))
        least, most = self._intervals[cell]
        return (least, most) if most - least < width else None

    def _solve(self, goal: Floats, bounds: Bounds) -> Floats | None:
        from scipy import optimize  # takes half a second to load, which pages of the same tables do not need

        constraints = optimize.LinearConstraint(self._matrix, self._totals, self._totals)
        whole = np.ones(len(goal))
        done = optimize.milp(goal, constraints=constraints, bounds=optimize.Bounds(*bounds), integrality=whole)
        if done.x is None:
            return None
        values: Floats = np.round(done.x)
        np.minimum(self._least, values, out=self._least)
        np.maximum(self._most, values, out=self._most)
        return values


def _around(seen: Floats, low: Floats, high: Floats) -> Bounds:
    """Return bounds near a solution: within them every goal has an end, and is soon found."""
    return np.maximum(low, seen - NEAR), np.minimum(high, seen + NEAR)


_PROGRAMS: OrderedDict[bytes, _Program | None] = OrderedDict()
"""The programs met last, by what they say; None where the sums contradict each other. The same are met often."""
