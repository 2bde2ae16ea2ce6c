r"""Pupils with the same row of terms, counted together by school, so that regressions on a million cost seconds.

Nothing is approximated. The normal equations and scores of a regression are sums over pupils, and pupils of one cell
add the same row :math:`x_c` to them; what differs between schools is how many of a cell they have, a sparse matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.stats.complete import check_complete

Floats = NDArray[np.floating[Any]]

BITS = 50
"""Number of 0/1 terms that one number represents exactly."""


@dataclass(frozen=True)
class PupilCells:
    """Pupils counted by cell and school.

    Parameters
    ----------
    X : Terms of each cell, shape (cells, terms), without intercept.
    n, y : Number of pupils and sum of their outcomes, sparse (schools, cells), with entries for the same cells.
    schools : Names of the schools.
    """

    X: pd.DataFrame
    n: csr_array
    y: csr_array
    schools: pd.Index

    @property
    def count(self) -> Floats:
        """Pupils of each cell."""
        return np.bincount(self.n.indices, self.n.data, minlength=len(self.X)).astype(float)

    @property
    def outcome(self) -> Floats:
        """Sum of the outcome in each cell."""
        return np.bincount(self.y.indices, self.y.data, minlength=len(self.X)).astype(float)

    def only(self, terms: Sequence[str]) -> PupilCells:
        """Return the same pupils with some of the terms, cells that have become alike put together."""
        X = self.X[list(terms)]
        codes = equal_row_codes(X)
        _, first = np.unique(codes, return_index=True)
        # Renamed and not added up: sums over entries with the same name come out the same.
        n, y = (
            csr_array((cells.data, codes[cells.indices], cells.indptr), (len(self.schools), len(first)))
            for cells in (self.n, self.y)
        )
        return PupilCells(X.iloc[first].reset_index(drop=True), n, y, self.schools)


def collapse(
    rows: pd.DataFrame, columns: Sequence[str], layout: Callable[[pd.DataFrame], pd.DataFrame], outcome: str = "y"
) -> PupilCells:
    """Count pupils by cell and school.

    Parameters
    ----------
    rows : One row per pupil: ``location``, `columns` and `outcome`.
    columns : The columns from which the terms follow.
    layout : From rows to their terms.
    outcome : Column.

    Returns
    -------
    PupilCells
        A cell for every combination of values of `columns`.
    """
    check_complete(rows, [*columns, outcome, "location"], outcome)
    codes = row_codes(rows, columns)
    _, first = np.unique(codes, return_index=True)
    school, schools = pd.factorize(rows["location"])
    shape = (len(schools), len(first))
    ones, y = np.ones(len(rows)), rows[outcome].to_numpy(float)
    return PupilCells(
        layout(rows.iloc[first]).astype(float).reset_index(drop=True),
        csr_array((ones, (school, codes)), shape=shape),
        csr_array((y, (school, codes)), shape=shape),
        pd.Index(schools, name="location"),
    )


def row_codes(rows: pd.DataFrame, columns: Sequence[str]) -> NDArray[np.int64]:
    """Return numbers for the combinations of values.

    Parameters
    ----------
    rows, columns : The frame, and those of its columns that count.

    Returns
    -------
    array
        The same number for rows with the same values, counted from 0 in order of appearance.
    """
    codes = np.zeros(len(rows), dtype=np.int64)
    for name in columns:
        codes = _joined(codes, rows[name])
    return codes


def equal_row_codes(X: pd.DataFrame) -> NDArray[np.int64]:
    """Return numbers for equal rows of terms; 0/1 terms are the bits of one number, which alone is compared.

    Parameters
    ----------
    X : Terms, shape (rows, terms).

    Returns
    -------
    array
        The same number for equal rows, counted from 0 in order of appearance.
    """
    numbers = X.to_numpy()
    zero_one = ((numbers == 0) | (numbers == 1)).all(axis=0)
    codes = np.zeros(len(X), dtype=np.int64)
    for start in range(0, int(zero_one.sum()), BITS):
        bits = numbers[:, zero_one][:, start : start + BITS]
        codes = _joined(codes, bits @ 2.0 ** np.arange(bits.shape[1]))
    for column in numbers[:, ~zero_one].T:
        codes = _joined(codes, column)
    return codes


def _joined(codes: NDArray[np.int64], values: Floats | pd.Series) -> NDArray[np.int64]:
    own, known = pd.factorize(values)
    joined: NDArray[np.int64] = pd.factorize(codes * len(known) + own)[0]
    return joined


def weighted_counts(cells: PupilCells, values: Floats) -> csr_array:
    """Multiply the number of pupils of each school and cell by a value of the cell.

    Parameters
    ----------
    cells : The pupils.
    values : Of each cell, shape (cells,).

    Returns
    -------
    csr_array
        Shape (schools, cells).
    """
    return csr_array((cells.n.data * values[cells.n.indices], cells.n.indices, cells.n.indptr), shape=cells.n.shape)


def residuals(cells: PupilCells, expected: Floats) -> csr_array:
    """Sum the residuals by school and cell.

    Parameters
    ----------
    cells : The pupils.
    expected : Outcome of a pupil of each cell, shape (cells,).

    Returns
    -------
    csr_array
        Shape (schools, cells).
    """
    summed = cells.y.data - cells.n.data * expected[cells.n.indices]
    return csr_array((summed, cells.n.indices, cells.n.indptr), shape=cells.n.shape)
