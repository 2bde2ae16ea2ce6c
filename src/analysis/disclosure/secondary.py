"""What must be withheld too, because it would give a withheld cell away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.audit import Equation, exposed

Columns = tuple[int, ...]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Rows = NDArray[np.intp]
WITH_TOTAL = 3
"""A total and its parts are so many numbers at least."""
MOST_COLUMNS = 8
"""Of so many other columns of a unit, or more, only pairs are tried for a sum."""
SEVERAL = 2
"""Different sums from which on three columns or more do not add up by chance."""

Remainder = tuple[float, int]
"""A number, and the column that it is left of."""


class Group(NamedTuple):
    """Rows that add up: to the row `total`, or to a total that is published elsewhere."""

    rows: Rows
    total: int | None = None


class RepeatedSum(NamedTuple):
    """Rows of which the column `part` adds up to what the column `whole` says in each of them."""

    rows: Rows
    part: int
    whole: int


class Cells(NamedTuple):
    """The numbers of a table, exact, as far as they are known."""

    columns: tuple[str, ...]  # the count columns; numbers that are no column (what a share leaves) come last
    shown: int  # how many of them are columns
    numbers: Floats  # rows by columns; missing where a number is not known
    small: Booleans  # the cells that may not be found out
    widths: Floats  # rows by columns, how wide the interval of such a cell must be
    units: Sequence[str]  # per column what it counts; columns of one unit may add up, and rows of a column that has one
    thresholds: Floats  # per column, from where a number is not small
    nonzero: bool  # whether who sees a withheld cell knows that it is not zero


def protect(
    cells: Cells,
    withheld: Booleans,
    resting: Booleans,
    groups: Sequence[Group],
    sums: Sequence[Columns],
    wholes: Sequence[RepeatedSum] = (),
) -> Booleans:
    """Return what must be withheld so that no small cell can be found: the cells given, and their complements.

    `withheld` is rows by columns, as is the result; `resting` is whether the second column rests on the first. The rows
    of `groups` add up in every column, the columns of `sums` in every row: those before the last one make it up.
    `wholes` are columns that repeat the sum of another one. Where nothing less hides a small cell, the rows of all that
    it adds up with are withheld, in every column.
    """
    withheld = withheld.copy()
    equations, remainders = _equations(cells, groups, sums, wholes)
    numbers = np.append(cells.numbers.ravel(), [number for number, _ in remainders])
    needed = _needed(cells, remainders)
    given_up: set[int] = set()
    while True:
        _settle(cells, withheld, resting, groups)
        exposed_cells = _exposed_cells(cells, numbers, withheld, equations, needed).keys() - given_up
        if not exposed_cells:
            return withheld
        before = withheld.copy()
        for cell in sorted(exposed_cells):
            if not _is_hidden_beside(cell, before, withheld, equations):
                _hide_beside(cell, cells, numbers, withheld, equations)
        if np.array_equal(before, withheld):  # nothing that adds up to them is left: no number beside them can stay
            for cell in exposed_cells:
                withheld[_rows_beside(cell, len(cells.columns), withheld.size, equations)] = True
            given_up |= exposed_cells


def propagate(withheld: Booleans, resting: Booleans) -> Booleans:
    """Return what is withheld when all goes that rests on what is withheld."""
    propagated, before = withheld.copy(), -1
    while before != (before := int(propagated.sum())):
        for count, values in enumerate(resting):
            propagated[:, values] |= propagated[:, [count]]
    return propagated


def _settle(cells: Cells, withheld: Booleans, resting: Booleans, groups: Sequence[Group]) -> None:
    """Withhold what rests on withheld cells, and a second cell where one alone would follow from its total."""
    before = -1
    while before != (before := int(withheld.sum())):
        withheld |= propagate(withheld, resting)
        for group in groups:
            alone = withheld[group.rows, : cells.shown].sum(axis=0) == 1
            for column in np.flatnonzero(alone & ~_loose(cells, group)):
                _hide_smallest(cells, withheld, group.rows, int(column))


def _loose(cells: Cells, group: Group) -> Booleans:
    """Find the columns in which no row follows from a total: it counts more, or they need not add up."""
    loose = np.array([not unit for unit in cells.units[: cells.shown]])
    if group.total is None:
        return loose
    n = cells.numbers[group.rows, : cells.shown]
    more: Booleans = 2 * cells.numbers[group.total, : cells.shown] > n.sum(axis=0)
    return loose | more


def totals_of(rows: Rows, numbers: Floats) -> list[int | None]:
    """Return the rows that may count what the other rows count together, by their numbers; and None for no such row."""
    known = numbers[rows][:, ~np.isnan(numbers[rows]).any(axis=0)]
    added = (2 * known == known.sum(axis=0)) & ((known > 0).sum(axis=0) >= WITH_TOTAL)
    return [*(int(row) for row in rows[added.any(axis=1)]), None]


def repeated(numbers: Floats, units: Sequence[str], groups: Sequence[Rows]) -> list[RepeatedSum]:
    """Return where a column says in every row of a group what another adds up to over these rows.

    Only persons are compared: how many schools there are everybody knows. A column that repeats a sum does so in all
    groups.
    """
    several = [rows for rows in groups if len(rows) > 1]
    return [
        RepeatedSum(rows, part, whole)
        for whole, part in permutations(range(len(units)), 2)
        if units[whole] == units[part] == "persons"
        and several
        and all(_repeats(numbers[rows], whole, part) for rows in groups)
        for rows in several
    ]


def repeated_once(numbers: Floats, units: Sequence[str], groups: Sequence[Rows]) -> list[RepeatedSum]:
    """Return where `repeated` holds of single groups, of three rows or more: in fewer numbers do so by chance."""
    return [
        RepeatedSum(rows, part, whole)
        for whole, part in permutations(range(len(units)), 2)
        if units[whole] == units[part] == "persons"
        for rows in groups
        if len(rows) >= WITH_TOTAL and _repeats(numbers[rows], whole, part)
    ]


def _repeats(numbers: Floats, whole: int, part: int) -> bool:
    return bool((numbers[:, whole] == numbers[:, part].sum()).all()) and numbers[0, whole] > 0


def _hide_smallest(cells: Cells, withheld: Booleans, rows: Rows, column: int) -> None:
    numbers = cells.numbers[rows, column]
    if cells.nonzero and not np.nansum(numbers):
        return  # nobody in the whole group: zeros are published, so that is no secret, and nothing would hide it
    open_ = rows[~withheld[rows, column] & ~np.isnan(numbers)]
    if not len(open_):
        return  # all of it is withheld
    some = open_[cells.numbers[open_, column] > 0]
    among = some if len(some) else open_
    withheld[among[np.argmin(cells.numbers[among, column])], column] = True


def _equations(
    cells: Cells, groups: Sequence[Group], sums: Sequence[Columns], wholes: Sequence[RepeatedSum]
) -> tuple[list[Equation], list[Remainder]]:
    """Return what adds up, and what is left of totals whose parts are not all known: cells after those of the table."""
    width, size = len(cells.columns), cells.numbers.size
    equations: list[Equation] = []
    remainders: list[Remainder] = []
    for group in groups:
        for column in range(width):
            n = cells.numbers[group.rows, column]
            if np.isnan(n).any() or not cells.units[column]:
                continue
            names = tuple(int(row) * width + column for row in group.rows)
            if group.total is None:
                if n.sum() >= cells.thresholds[column]:  # a smaller total is not published either
                    equations.append(Equation(names, (1.0,) * len(names), float(n.sum())))
                continue
            total = cells.numbers[group.total, column]
            remainder = 2 * total - n.sum()
            signs = tuple(-1.0 if row == group.total else 1.0 for row in group.rows)
            if remainder == 0:
                equations.append(Equation(names, signs))
            elif 0 < remainder < cells.thresholds[column]:
                equations.append(Equation((*names, size + len(remainders)), (*signs, 1.0)))
                remainders.append((float(remainder), column))
    known = ~np.isnan(cells.numbers)
    for columns in sums:
        factors = (*[1.0] * (len(columns) - 1), -1.0)
        rows = np.flatnonzero(known[:, columns].all(axis=1)).tolist()
        equations += [Equation(tuple(row * width + column for column in columns), factors) for row in rows]
    return equations + [equation for its in wholes for equation in _of_whole(its, width)], remainders


def _of_whole(its: RepeatedSum, width: int) -> Iterator[Equation]:
    """Give the sum of the parts, and that every row says the same whole."""
    parts = tuple(int(row) * width + its.part for row in its.rows)
    first, *others = (int(row) * width + its.whole for row in its.rows)
    yield Equation((*parts, first), (*[1.0] * len(parts), -1.0))
    yield from (Equation((first, other), (1.0, -1.0)) for other in others)


def _exposed_cells(
    cells: Cells, numbers: Floats, withheld: Booleans, equations: Sequence[Equation], needed: Mapping[int, float]
) -> dict[int, tuple[float, float]]:
    """Return the small cells that can be found out, with what can be known of each."""
    unknown = np.ones(len(numbers), dtype=bool)
    unknown[: withheld.size] = withheld.ravel() | (np.arange(withheld.size) % len(cells.columns) >= cells.shown)
    bottom = np.minimum(np.nan_to_num(numbers), 1.0) if cells.nonzero else np.zeros(len(numbers))
    low, high = np.where(unknown, bottom, numbers), np.where(unknown, np.inf, numbers)
    in_sums = {cell for equation in equations for cell in equation.cells}
    return exposed(low, high, equations, {cell: width for cell, width in needed.items() if cell in in_sums})


def _needed(cells: Cells, remainders: Sequence[Remainder]) -> dict[int, float]:
    small = np.flatnonzero(cells.small.ravel())
    needed = {int(cell): float(cells.widths.flat[cell]) for cell in small}
    least = cells.widths.min(axis=0, initial=np.inf)
    return needed | {cells.numbers.size + n: float(least[column]) for n, (_, column) in enumerate(remainders)}


def _is_hidden_beside(cell: int, before: Booleans, withheld: Booleans, equations: Sequence[Equation]) -> bool:
    """Whether a sum with a cell lost a number since: that may do, so the sums are solved again first."""
    new = set(np.flatnonzero(withheld & ~before).tolist())
    return any(cell in equation.cells and not new.isdisjoint(equation.cells) for equation in equations)


def _hide_beside(cell: int, cells: Cells, numbers: Floats, withheld: Booleans, equations: Sequence[Equation]) -> None:
    """Withhold the smallest published number in one sum with a cell that can be found out, or with what is in them.

    Where all beside it is withheld and it is found nevertheless, what gives it away is in sums farther off.
    """
    width, flat, reached = len(cells.columns), withheld.reshape(-1), {cell}
    while True:
        sums = [equation.cells for equation in equations if not reached.isdisjoint(equation.cells)]
        beside = {name for names in sums for name in names}
        shown = sorted(name for name in beside if name < flat.size and name % width < cells.shown)
        open_ = [name for name in shown if not flat[name] and not np.isnan(numbers[name])]
        if open_:
            flat[min(open_, key=lambda name: (numbers[name] == 0, numbers[name]))] = True
        if open_ or beside <= reached:
            return
        reached |= beside


def _rows_beside(cell: int, width: int, size: int, equations: Sequence[Equation]) -> list[int]:
    """Return the rows of all cells that are connected with a cell by what adds up."""
    reached, before = {cell}, 0
    while before != (before := len(reached)):
        reached |= {name for some in equations if not reached.isdisjoint(some.cells) for name in some.cells}
    return sorted({name // width for name in reached if name < size})


def sums_of(numbers: Floats, units: Sequence[str], *, nonzero: bool = True) -> list[Columns]:
    """Return the columns of one unit that add up in every row where all are known: the parts, then the whole.

    Three parts or more must add up in several rows: in one, numbers do so by chance. Where zeros are withheld too, a
    column of nothing but zeros is a part as well: it follows from the others.
    """
    empty = [] if nonzero else np.flatnonzero((np.nan_to_num(numbers) == 0).all(axis=0)).tolist()
    sums: list[Columns] = []
    for whole, unit in enumerate(units):
        others = [column for column in range(len(units)) if column != whole and unit and units[column] == unit]
        most = len(others) if len(others) < MOST_COLUMNS else 2
        for size in range(2, most + 1):
            sums += [(*parts, whole) for parts in combinations(others, size) if _add_up(numbers, parts, whole)]
    return [(*(column for column in empty if units[column] == units[its[-1]]), *its) for its in sums]


def _add_up(numbers: Floats, parts: Columns, whole: int) -> bool:
    known = numbers[~np.isnan(numbers[:, [*parts, whole]]).any(axis=1)]
    some = known[:, parts]
    rows = 1 if len(parts) == 2 else SEVERAL
    return (
        len(np.unique(known[:, whole])) >= rows
        and bool((some > 0).any(axis=0).all())
        and np.array_equal(some.sum(axis=1), known[:, whole])
    )
