"""Values of single pupils and schools, as chapters load them: a column that shows them is no statistic."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import DisclosureError
from analysis.publish.names import Names, named_in, places_in

UNITS = ("by_pupil", "by_school", "by_location")
"""How the names of internal tables begin whose rows are pupils or schools."""

FEWEST = 3
DENSE = 0.2
FINE = 10
"""A value counts as somebody's own when it is finer than one decimal: coarser ones are equal by accident."""


class Loaded:
    """The internal tables that a chapter has loaded, with the fine values of their columns."""

    def __init__(self) -> None:
        self._tables: dict[str, pd.DataFrame] = {}
        self._known: dict[str, dict[str, np.ndarray]] = {}
        self._names, self._of = Names(()), 0

    def add(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Remember a table that was loaded, and return it."""
        if name.startswith(UNITS):
            self._tables[name] = frame
        return frame

    @property
    def names(self) -> Names:
        """The names of schools and boards in what was loaded."""
        if len(self._tables) != self._of:
            self._names = Names(named_in(self._tables.items()), places_in(self._tables.items()))
            self._of = len(self._tables)
        return self._names

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
                    if _among(values, own) > 0.5:
                        problem = f"column {column!r} shows values of the rows of {table}, not statistics of them"
                        raise DisclosureError(f"{problem}\n  do      publish means, shares or counts of enough rows")

    def _columns(self, table: str) -> dict[str, np.ndarray]:
        """Return the fine values of a table by column; only what is published asks for them."""
        if table not in self._known:
            floats = self._tables[table].select_dtypes("float")
            self._known[table] = {str(column): _own(floats[column]) for column in floats}
        return self._known[table]


def _among(values: np.ndarray, own: np.ndarray) -> float:
    """Return the share of values that are among the sorted `own`."""
    if not len(own):
        return 0.0
    place = np.minimum(np.searchsorted(own, values), len(own) - 1)
    return float((own[place] == values).mean())


def _own(values: pd.Series) -> np.ndarray:
    """Return the values of a column that others have by accident only.

    Where a column has values of more than three decimals, those of three are simple shares such as an eighth, or one of
    two hundred; likewise for two. Where it has none, there must not be so many that most numbers of two decimals are
    among them.
    """
    fine = _fine(values)
    for grid in (1_000, 100):
        finer: np.ndarray = fine[_off(grid * fine)]
        if len(finer):
            return finer
    if not len(fine):
        return fine
    low, high = np.quantile(fine, [0.1, 0.9])
    return fine[:0] if 0.8 * len(fine) > DENSE * 100 * (high - low) else fine


def _fine(values: pd.Series) -> np.ndarray:
    """Return the different values of a column that are finer than one decimal, sorted."""
    numbers = np.unique(values.dropna().to_numpy(dtype=float))
    finite = numbers[np.isfinite(numbers)]
    fine: np.ndarray = finite[_off(FINE * finite)]
    return fine


def _off(values: np.ndarray) -> np.ndarray:
    """Tell which values are not whole."""
    whole: np.ndarray = np.abs(values - np.round(values)) > 1e-6
    return whole
