"""Values of single persons and schools, as chapters load them: a column that shows them is no statistic."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd

from analysis.chain import AGGREGATE, AREA, rows_of
from analysis.errors import DisclosureError
from analysis.publish.chance import Column, Floats, Own, best_shift, changes, evidence, whole

ENOUGH = 4.5
"""Evidence from which values are those of rows; as powers of ten."""

CHANGED = 7.0
"""The same where values were changed in one of many ways, of which one fits by chance the sooner."""

ALL_ROWS = 3.0
"""The same for a column with as many values as the table has: no statistic of its rows has."""

NUMBER = re.compile(r"(?<![\w.,])[-+−]?\d+(?:[.,]\d+)?")
SLICES = 40
"""Most values of a column of words by which numbers in long form are looked at apart."""


class Loaded:
    """The internal tables that a chapter has loaded or made.

    Parameters
    ----------
    kinds
        What a row of an internal table is, by the table's name.
    """

    def __init__(self, kinds: Callable[[str], str] = rows_of) -> None:
        self._kind = kinds
        self._microdata = False
        self.tables: dict[str, pd.DataFrame] = {}
        self._known: dict[str, dict[str, Own]] = {}
        self._seen: dict[bytes, str | None] = {}

    def add(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Remember a table, and return it."""
        kind = self._kind(name)
        self._microdata |= kind != AGGREGATE
        if kind not in (AGGREGATE, AREA):
            self.tables[name] = frame
            self._known.pop(name, None)
            self._seen.clear()
        return frame

    @property
    def microdata(self) -> bool:
        """Whether any of the tables is not an aggregate: what is published must then say what it rests on."""
        return self._microdata

    def refuse(self, frame: pd.DataFrame) -> None:
        """Refuse a frame with a column of which most values are those of single rows, changed or not.

        Raises
        ------
        DisclosureError
            Naming the column and the internal table from which its values come.
        """
        if not self.tables:
            return
        for column, numbers in _numbers_of(frame):
            table = self._source(numbers)
            if table is not None:
                problem = f"column {column!r} shows values of the rows of {table}, not statistics of them"
                raise DisclosureError(f"{problem}\n  do      publish means, shares or counts of enough rows")

    def own(self, table: str) -> Mapping[str, Own]:
        """Return the different numbers of a table by column; only what is published asks for them."""
        if table not in self._known:
            numbers = {str(name): as_numbers(values) for name, values in self.tables[table].items()}
            self._known[table] = {name: Own.of(values) for name, values in numbers.items() if values is not None}
        return self._known[table]

    def _source(self, numbers: Floats) -> str | None:
        """Return the table whose rows' values these are."""
        column = Column.of(numbers)
        key = column.values.tobytes()
        if key not in self._seen:
            self._seen[key] = next((table for table in self.tables if self._shows(column, table)), None)
        return self._seen[key]

    def _shows(self, column: Column, table: str) -> bool:
        return any(_is_own(column, own) for own in self.own(table).values())


def as_numbers(values: pd.Series) -> Floats | None:
    """Return a column as numbers: durations, decimals and fractions too; None where it holds none."""
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return None
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if pd.api.types.is_timedelta64_dtype(values):
        return values.dt.total_seconds().to_numpy(float, na_value=np.nan) / 86_400
    if pd.api.types.is_complex_dtype(values):
        return np.concatenate([np.real(values.to_numpy()), np.imag(values.to_numpy())])
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(float, na_value=np.nan)
    if values.dtype == object and all(_is_number(value) for value in values.dropna().head()) and values.notna().any():
        return np.array([float(value) if _is_number(value) else np.nan for value in values])
    return None


def _is_number(value: object) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, str | bytes | bool | np.bool_)


def _is_own(column: Column, own: Own) -> bool:
    """Tell whether a published column shows the values of a column of rows."""
    if len(column.values) < 3 or len(own.values) < 3:
        return False
    first, *others = changes(own)
    return (
        evidence(column, own.values, first) > ENOUGH
        or whole(column, own.values) >= ALL_ROWS
        or any(evidence(column, own.values, undo, tried=len(others)) > ENOUGH for undo in others)
        or best_shift(column, own.values) > CHANGED
    )


def _numbers_of(frame: pd.DataFrame) -> Iterator[tuple[str, Floats]]:
    """Give the numbers of each column, those in its words too, and of each of its parts by a column of words."""
    words = [name for name in frame if as_numbers(frame[name]) is None]
    for name in frame:
        numbers = as_numbers(frame[name])
        parts = _in_words(frame[name]) if numbers is None else [numbers]
        for numbers in parts:
            yield str(name), numbers
            if len(numbers) == len(frame):
                yield from ((str(name), numbers[rows]) for rows in _slices(frame, words))


def _slices(frame: pd.DataFrame, words: list[str]) -> Iterator[np.ndarray]:
    for name in words:
        groups = frame.groupby(name, observed=True).indices
        if 1 < len(groups) <= SLICES:
            yield from groups.values()


def _in_words(values: pd.Series) -> list[Floats]:
    """Return the first, second, ... number in the words of a column."""
    found = [NUMBER.findall(str(value)) for value in values.dropna().unique()]
    most = max(map(len, found), default=0)
    return [np.array([_read(told[place]) for told in found if len(told) > place]) for place in range(min(most, 6))]


def _read(number: str) -> float:
    return float(number.replace("−", "-").replace(",", "."))
