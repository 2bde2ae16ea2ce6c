"""Matrices of choosers by alternatives: kept where they are small, else made for some choosers at a time.

Ten times as many pupils at ten times as many schools have a hundred times as many pairs: 1.3 GB for one number of each.
So nothing that has a value per pair may count on having all of them: who needs them walks over `blocks` of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.stats.conditional_logit.input import Floats, Integers

BUDGET = 32 << 20
"""Bytes of a matrix that are in memory at once; one of no more is kept whole."""
HELD = 40
"""Budgets for the matrices that an estimation reads over and over: they are whole while it goes on, where they fit."""
CACHE = 1 << 19
"""Bytes of a matrix that stay in the processor's cache with what is computed of them."""

Rows = slice | NDArray[Any]


@dataclass(frozen=True, eq=False)
class ByRows:
    """A matrix of which rows are made when they are asked for.

    Parameters
    ----------
    shape : Choosers, alternatives.
    of : Makes rows, which are asked for as those of an array are: by a slice, by positions or by flags.
    """

    shape: tuple[int, int]
    of: Callable[[Rows], Floats]
    dtype = np.dtype(np.float64)

    def __getitem__(self, rows: Rows) -> Floats:
        return self.of(rows)

    def __len__(self) -> int:
        return self.shape[0]


Pairs = Floats | ByRows
"""A matrix, choosers x alternatives."""


class OwnFields:
    """What pickles its fields, and nothing that it has made of them: of pairs that is a hundred times as much."""

    def __getstate__(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}  # type: ignore[arg-type]  # a dataclass


def made(shape: tuple[int, int], of: Callable[[Rows], Floats]) -> Pairs:
    """Make a matrix: at once where it fits in the budget, else by rows.

    Parameters
    ----------
    shape, of : As of `ByRows`.
    """
    return of(slice(None)) if _size(shape) <= BUDGET else ByRows(shape, of)


def held(matrices: Sequence[Pairs]) -> list[Pairs]:
    """Make matrices whole, for as long as what asks for it is there; as they are, where they do not fit together.

    Parameters
    ----------
    matrices : Of the same choosers and alternatives.
    """
    fits = sum(_size(values.shape) for values in matrices) <= HELD * BUDGET
    return [values[:] if fits and isinstance(values, ByRows) else values for values in matrices]


def blocks(shape: tuple[int, ...], budget: int | None = None) -> Iterator[slice]:
    """Yield slices of rows that fit in the budget; of a matrix that is kept, one.

    Parameters
    ----------
    shape : Choosers, alternatives.
    budget : Bytes; `BUDGET` where None.
    """
    step = max(1, (BUDGET if budget is None else budget) // (8 * max(shape[1], 1)))
    return (slice(start, min(start + step, shape[0])) for start in range(0, shape[0], step))


def of_rows(values: Pairs, rows: NDArray[Any]) -> Pairs:
    """Return some rows of a matrix.

    Parameters
    ----------
    values, rows : The matrix; positions or flags.
    """
    if isinstance(values, np.ndarray):
        return np.asarray(values[rows])
    positions = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
    return made((len(positions), values.shape[1]), partial(_some_rows, values, positions))


def of_columns(values: Pairs, columns: NDArray[Any]) -> Pairs:
    """Return some columns of a matrix, in this order.

    Parameters
    ----------
    values, columns : The matrix; positions or flags.
    """
    positions = np.flatnonzero(columns) if columns.dtype == np.bool_ else columns
    if len(positions) == values.shape[1] and (np.diff(positions) == 1).all():
        return values
    return made((values.shape[0], len(positions)), partial(_some_columns, values, positions))


def beside(one: Pairs, other: Pairs) -> Pairs:
    """Put the columns of one matrix after those of another.

    Parameters
    ----------
    one, other : Of the same rows.
    """
    return made((one.shape[0], one.shape[1] + other.shape[1]), partial(_beside, one, other))


def at(values: Pairs, rows: Integers, columns: Integers) -> Floats:
    """Return the values of some pairs.

    Parameters
    ----------
    values, rows, columns : The matrix, and the positions of the pairs.
    """
    if isinstance(values, np.ndarray):
        return np.asarray(values[rows, columns])
    picked = np.empty(len(rows))
    for block in blocks(values.shape):
        here = np.flatnonzero((rows >= block.start) & (rows < block.stop))
        if len(here):
            picked[here] = values[block][rows[here] - block.start, columns[here]]
    return picked


def standardised(values: Pairs) -> tuple[Pairs, float]:
    """Centre a matrix and divide it by its standard deviation.

    Parameters
    ----------
    values : The matrix.

    Returns
    -------
    Pairs, float
        The result, and the standard deviation over all pairs.
    """
    number = values.shape[0] * values.shape[1]
    mean = summed(values, np.sum) / number
    scale = float(np.sqrt(summed(values, lambda block: ((block - mean) ** 2).sum()) / number))
    return made(values.shape, lambda rows: (values[rows] - mean) / scale), scale


def summed(values: Pairs, of: Callable[[Floats], Any]) -> Any:  # noqa: ANN401 - a number or an array
    """Add up what follows from each block of a matrix.

    Parameters
    ----------
    values, of : The matrix, and the function of a block.
    """
    return sum(of(values[rows]) for rows in blocks(values.shape))


def spread(values: Pairs) -> float:
    """Return the largest less the smallest value of a matrix.

    Parameters
    ----------
    values : The matrix.
    """
    ends = [(float(block.min()), float(block.max())) for block in (values[rows] for rows in blocks(values.shape))]
    return max(high for _, high in ends) - min(low for low, _ in ends)


def by_row(values: Pairs, of: Callable[[Floats], Floats]) -> Floats:
    """Return a number of each row of a matrix.

    Parameters
    ----------
    values, of : The matrix, and the function of a block.
    """
    return np.concatenate([of(values[rows]) for rows in blocks(values.shape)])


def _size(shape: tuple[int, int]) -> int:
    return 8 * shape[0] * shape[1]


def _some_rows(values: Pairs, positions: Integers, rows: Rows) -> Floats:
    return values[positions[rows]]


def _some_columns(values: Pairs, positions: Integers, rows: Rows) -> Floats:
    return np.take(values[rows], positions, axis=1)


def _beside(one: Pairs, other: Pairs, rows: Rows) -> Floats:
    return np.hstack([one[rows], other[rows]])
