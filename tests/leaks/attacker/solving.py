"""Between what every withheld number must lie: whole-number programs over the sums that hang together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from attacker.sums import Sum

LIMIT = {"time_limit": 20.0}
WIDE = 5
"""No number needs a wider interval than this."""
TRIES = 8


def solve(low: np.ndarray, high: np.ndarray, sums: Sequence[Sum], wanted: np.ndarray) -> dict[int, tuple[float, float]]:
    """Return the interval of every wanted cell that stands in a sum.

    Sums that contradict each other are left out, the least likely first, until what is left can be true.
    """
    found: dict[int, tuple[float, float]] = {}
    for its in _components(low, high, sums):
        cells = np.unique([cell for equation in its for cell in equation.cells])
        ask = cells[wanted[cells]]
        if len(ask):
            found |= _intervals(low, high, sorted(its, key=lambda one: one.chance), cells, ask)
    return found


def _components(low: np.ndarray, high: np.ndarray, sums: Sequence[Sum]) -> Iterator[list[Sum]]:
    rows = [row for row, one in enumerate(sums) for cell in one.cells if high[cell] > low[cell]]
    cells = [cell for one in sums for cell in one.cells if high[cell] > low[cell]]
    size = len(sums) + len(low)
    graph = coo_array((np.ones(len(rows)), (rows, np.array(cells, dtype=int) + len(sums))), shape=(size, size))
    labels = connected_components(graph, directed=False)[1][: len(sums)]
    for label in np.unique(labels):
        yield [sums[place] for place in np.flatnonzero(labels == label)]


def _intervals(
    low: np.ndarray, high: np.ndarray, sums: list[Sum], cells: np.ndarray, ask: np.ndarray
) -> dict[int, tuple[float, float]]:
    while sums:
        program = _Program(low[cells], high[cells], sums, cells)
        if program.possible():
            return {int(cell): program.interval(int(np.searchsorted(cells, cell))) for cell in ask}
        sums = sums[: int(len(sums) * 0.8)]
    return {}


class _Program:
    def __init__(self, low: np.ndarray, high: np.ndarray, sums: Sequence[Sum], cells: np.ndarray) -> None:
        rows = [row for row, one in enumerate(sums) for _ in one.cells]
        columns = [int(np.searchsorted(cells, cell)) for one in sums for cell in one.cells]
        factors = [factor for one in sums for factor in one.factors]
        matrix = csr_array((factors, (rows, columns)), shape=(len(sums), len(cells)))
        self.bounds = Bounds(low, high)
        self.held = LinearConstraint(matrix, [one.low for one in sums], [one.high for one in sums])
        self.size = len(cells)

    def possible(self) -> bool:
        self.seen = self._solve(np.zeros(self.size))
        if self.seen is None:
            return False
        self.least, self.most = self.seen.copy(), self.seen.copy()
        self._spread()
        return True

    def _spread(self) -> None:
        """Look near the first solution for others far apart: most cells are then seen to be wide, all at once."""
        chance, bounds = np.random.default_rng(0), self.bounds
        self.bounds = Bounds(np.maximum(bounds.lb, self.seen - 2 * WIDE), np.minimum(bounds.ub, self.seen + 2 * WIDE))
        for _ in range(TRIES):
            narrow = self.most - self.least < WIDE
            if not narrow.any():
                break
            goal = np.where(narrow, chance.choice([-1.0, 1.0], self.size), 0.0)
            for sign in (1.0, -1.0):
                self._keep(self._solve(sign * goal))
        self.bounds = bounds

    def _keep(self, solved: np.ndarray | None) -> None:
        if solved is not None:
            np.minimum(self.least, solved, out=self.least)
            np.maximum(self.most, solved, out=self.most)

    def interval(self, place: int) -> tuple[float, float]:
        """Return the least and the largest value; none is asked for when what was seen shows the cell to be wide."""
        goal = np.zeros(self.size)
        for sign in (1.0, -1.0):
            if self.most[place] - self.least[place] >= WIDE:
                break
            goal[place] = sign
            solved = self._solve(goal)
            if solved is None:  # no end: as good as wide
                (self.most if sign < 0 else self.least)[place] = np.inf if sign < 0 else 0
            self._keep(solved)
        return float(self.least[place]), float(self.most[place])

    def _solve(self, goal: np.ndarray) -> np.ndarray | None:
        done = milp(goal, constraints=self.held, bounds=self.bounds, integrality=np.ones(self.size), options=LIMIT)
        return None if done.x is None else np.round(done.x)
