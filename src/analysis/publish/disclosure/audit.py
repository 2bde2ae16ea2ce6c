r"""What a reader can compute about what is withheld: the interval of every cell, given everything published.

Notes
-----
A reader knows bounds :math:`l_i \le x_i \le u_i` of every cell (a published one is known, or known but for its
rounding) and equations :math:`\sum_i a_{ki} x_i = b_k` (parts add up to totals, and to the same totals in other
tables). What can be concluded about a withheld :math:`x_i` is its smallest and largest value under these: two linear
programs per cell, after Fischetti and Salazar (2001), as HiGHS solves them. Whole numbers can be narrower than that,
which is not looked into.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Interval = tuple[float, float]

SLACK = 1e-6


class Equation(NamedTuple):
    """One sum that a reader knows: ``factors`` times ``cells`` is ``total``."""

    cells: tuple[int, ...]
    factors: tuple[float, ...]
    total: float = 0.0


def exposed(
    low: Floats, high: Floats, equations: Sequence[Equation], needed: Mapping[int, float]
) -> dict[int, Interval]:
    """Return the cells whose interval is narrower than it needs to be, with that interval.

    Parameters
    ----------
    low, high
        What is known of every cell without any sum; infinite where nothing is.
    equations
        The sums.
    needed
        The least width per withheld cell.

    Returns
    -------
    dict
        Interval per exposed cell. Where the sums contradict each other nobody can conclude anything, so nothing is.
    """
    alone = {cell: (low[cell], high[cell]) for cell in needed}
    found = {cell: known for cell, known in alone.items() if known[1] - known[0] < needed[cell]}
    for cells, parts in _components(low, high, equations):
        wanted = [place for place, cell in enumerate(cells) if cell in needed]
        if wanted:
            widths = np.array([needed[cells[place]] for place in wanted])
            narrow = _narrow(low[cells], high[cells], parts, wanted, widths)
            found |= {int(cells[place]): interval for place, interval in narrow.items()}
    return found


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
    names, places = np.unique(columns, return_inverse=True)
    links = coo_array((np.ones(len(rows)), (rows, places + len(totals))), shape=(len(totals) + len(names),) * 2)
    labels = connected_components(links, directed=False)[1]
    row, column = np.array(rows), places
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
            place: (float(first[place]), float(last[place]))
            for place, least in zip(wanted, widths, strict=True)
            if width[place] < least
        }
    return _by_programs(low, high, sums, wanted, widths)


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


def _by_programs(low: Floats, high: Floats, sums: _Sums, wanted: Sequence[int], widths: Floats) -> dict[int, Interval]:
    """Solve two programs per cell, but none for a cell that other solutions show to be wide already."""
    bounds = np.column_stack([low, high])
    seen_low, seen_high = np.full(len(low), np.inf), np.full(len(low), -np.inf)
    found: dict[int, Interval] = {}
    for place, least in zip(wanted, widths, strict=True):
        ends = [seen_low[place], seen_high[place]]
        for side, sign in enumerate((1.0, -1.0)):
            if seen_high[place] - seen_low[place] >= least:
                break
            goal = np.zeros(len(low))
            goal[place] = sign
            solved = linprog(goal, A_eq=sums.matrix, b_eq=sums.totals, bounds=bounds, method="highs")
            if solved.status == 2:  # infeasible: some sum is not what a reader takes it for
                return {}
            if solved.x is None:  # unbounded
                ends[side] = -sign * np.inf
                continue
            ends[side] = sign * solved.fun
            np.minimum(seen_low, solved.x, out=seen_low)
            np.maximum(seen_high, solved.x, out=seen_high)
        else:
            if np.floor(ends[1] + SLACK) - np.ceil(ends[0] - SLACK) < least:
                found[place] = (float(ends[0]), float(ends[1]))
    return found
