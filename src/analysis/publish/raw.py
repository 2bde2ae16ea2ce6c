"""Values of single pupils and schools, as chapters load them: a column that shows them is no statistic."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import DisclosureError

UNITS = ("by_pupil", "by_school", "by_location")
"""How the names of internal tables begin whose rows are pupils or schools."""

FEWEST = 3
FINE = 10
"""A value counts as somebody's own when it is finer than one decimal: coarser ones are equal by accident."""


class Loaded:
    """The internal tables that a chapter has loaded, with the fine values of their columns."""

    def __init__(self) -> None:
        self._tables: dict[str, pd.DataFrame] = {}
        self._known: dict[str, dict[str, np.ndarray]] = {}

    def add(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Remember a table that was loaded, and return it."""
        if name.startswith(UNITS):
            self._tables[name] = frame
        return frame

    def refuse(self, frame: pd.DataFrame) -> None:
        """Refuse a frame with a column of which most values are those of single pupils or schools.

        Raises
        ------
        DisclosureError
            Naming the column and the internal table from which its values come.
        """
        for column in frame.select_dtypes("number"):
            values = _fine(frame[column])
            if len(values) < FEWEST:
                continue
            for table in self._tables:
                for own in self._columns(table).values():
                    if np.isin(values, own).mean() > 0.5:
                        problem = f"column {column!r} shows values of the rows of {table}, not statistics of them"
                        raise DisclosureError(f"{problem}\n  do      publish means, shares or counts of enough rows")

    def _columns(self, table: str) -> dict[str, np.ndarray]:
        """Return the fine values of a table by column; only what is published asks for them."""
        if table not in self._known:
            floats = self._tables[table].select_dtypes("float")
            self._known[table] = {str(column): _fine(floats[column]) for column in floats}
        return self._known[table]


def _fine(values: pd.Series) -> np.ndarray:
    """Return the different values of a column that are finer than one decimal, sorted."""
    numbers = np.unique(values.dropna().to_numpy(dtype=float))
    finite = numbers[np.isfinite(numbers)]
    tenths = FINE * finite
    fine: np.ndarray = finite[np.abs(tenths - np.round(tenths)) > 1e-6]
    return fine
