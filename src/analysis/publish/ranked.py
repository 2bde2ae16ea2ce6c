"""Whether the row with the largest estimate of a table is known to be the largest, so that a sentence may say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.stats.estimates import error_of
from analysis.stats.ranks import Range, is_largest, is_smallest, range_test, rank_sets

Row = Mapping[Any, Any]
COLUMNS = ("estimate", "ci_low", "ci_high")


def leads(rows: Iterable[Row], value: str = COLUMNS[0], low: str = COLUMNS[1], high: str = COLUMNS[2]) -> bool:
    """Return whether it is established which row has the largest value; see `ranks.rank_sets`.

    Parameters
    ----------
    rows : Independent estimates with 95% intervals.
    value, low, high
        Names of the estimate and of the ends of its interval. A row without an interval is not known to be anything.
    """
    values, error = _with_errors(rows, value, low, high)
    return bool(np.isfinite(error).all()) and is_largest(values, error)


def trails(rows: Iterable[Row], value: str = COLUMNS[0], low: str = COLUMNS[1], high: str = COLUMNS[2]) -> bool:
    """Return whether it is established which row has the smallest value."""
    values, error = _with_errors(rows, value, low, high)
    return bool(np.isfinite(error).all()) and is_smallest(values, error)


def larger(first: Row | pd.Series, second: Row | pd.Series) -> int:
    """Return the sign of the difference of two independent estimates, 0 where it is not established."""
    if not leads((dict(first), dict(second))):
        return 0
    return 1 if first[COLUMNS[0]] > second[COLUMNS[0]] else -1


def ranks(rows: Iterable[Row]) -> pd.DataFrame:
    """Return the ranks of each row that are not excluded.

    Returns
    -------
    DataFrame
        A row per row: ``rank, rank_low, rank_high``, 1 is the largest; see `ranks.rank_sets`.
    """
    return rank_sets(*_with_errors(rows, *COLUMNS))


def spread(rows: Iterable[Row]) -> Range:
    """Return the range of the rows' estimates beside the one that equal rows would have; see `ranks.range_test`."""
    return range_test(*_with_errors(rows, *COLUMNS))


def furthest_apart(rows: Iterable[Row]) -> bool:
    """Return whether it is established which row is the largest and which the smallest."""
    rows = list(rows)
    return leads(rows) and trails(rows)


def _with_errors(rows: Iterable[Row], value: str, low: str, high: str) -> tuple[np.ndarray, np.ndarray]:
    wide = np.array([[row.get(name, np.nan) for name in (value, low, high)] for row in rows], dtype=float)
    return wide[:, 0], error_of(wide[:, 1], wide[:, 2])
