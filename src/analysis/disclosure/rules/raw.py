"""Values of single persons and schools, as chapters load them: a column that shows them is no statistic."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from analysis.declare import AGGREGATE, AREA, BOARD, PERSON, SCHOOL
from analysis.disclosure.rules.chance import FEWEST, Column, Floats, Own, best_shift, changes, evidence, likely, whole
from analysis.disclosure.rules.names import Names, named_in, places_in
from analysis.disclosure.rules.spans import Labels, Spans
from analysis.errors import DisclosureError

ENOUGH = 5.5
"""Evidence from which values are those of rows; as powers of ten."""

CHANGED = 7.0
"""The same where values were changed in one of many ways, of which one fits by chance the sooner."""

CERTAIN = 8.0
"""Evidence from which it is no coincidence, in however many columns one looks: the author published rows."""

ALL_ROWS = 3.0
"""The same for a column with as many values as the table has: no statistic of its rows has."""

NONE = ("", 0.0)

NUMBER = re.compile(r"(?<![\w.,])[-+−]?\d+(?:[.,]\d+)?")
UNITS = ("location", "brin", "school", "board")
"""Columns that name the school or board of a row; the first one that a table has counts."""

NUMBERED = ("pupil", "teacher", "situation", "person")
"""Columns that number rows: no values."""

MANY_ROWS, MANY_UNITS = 10, 3
"""A value that so many rows of so many schools have is nobody's own."""

SLICES = 40
"""Most values of a column of words by which numbers in long form are looked at apart."""


class Loaded:
    """The internal tables that a chapter has loaded or made.

    Parameters
    ----------
    rows : What a row of an internal table is, by the table's name; of a table that is not here, a person.
    """

    def __init__(self, rows: Mapping[str, str]) -> None:
        self._row = rows
        self._microdata = False
        self._areas = np.empty(0)
        self.tables: dict[str, pd.DataFrame] = {}
        self._known: dict[str, dict[str, Own]] = {}
        self._rows: dict[str, dict[str, Floats]] = {}
        self._labels: dict[str, list[Labels]] = {}
        self._spans: dict[str, Spans] = {}
        self._seen: dict[tuple[bytes, bool], tuple[str, float]] = {}
        self._passed: set[float] = set()
        self._names: Names | None = None

    def passed(self, frame: pd.DataFrame) -> None:
        """Remember the numbers that left the gate: they were looked at before they were rounded.

        What is rounded lies on a coarse grid, where rows have values by chance; so have its percentage points.
        """
        numbers = frame.select_dtypes("number")
        for column in (numbers[name] for name in numbers):
            known = _digits(column.to_numpy(float, na_value=np.nan))
            self._passed.update(known.tolist(), _digits(100 * known).tolist())

    def has_passed(self, numbers: Floats) -> np.ndarray:
        """Return which numbers are among those that left the gate."""
        known = np.array(sorted(self._passed))
        return np.isin(_twelve(numbers), known)

    def _is_new(self, values: pd.Series) -> bool:
        numbers = as_numbers(values)
        return numbers is None or not self._passed.issuperset(_digits(numbers).tolist())

    def add(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Remember a table, and return it."""
        kind = self._row.get(name, PERSON)
        self._microdata |= kind != AGGREGATE
        if kind == AREA:
            numbers = (as_numbers(values) for _, values in frame.items())
            self._areas = np.unique(np.concatenate([self._areas, *(found for found in numbers if found is not None)]))
        elif kind != AGGREGATE:
            # Words as numbers of words: the rows are held as long as the notebook runs.
            words = [column for column, kind in frame.dtypes.items() if isinstance(kind, pd.StringDtype)]
            self.tables[name] = frame.astype(dict.fromkeys(words, "category"))
            self._names = None
        self._known.clear()
        self._rows.clear()
        self._labels.clear()
        self._spans.clear()
        self._seen.clear()
        return frame

    @property
    def microdata(self) -> bool:
        """Whether any of the tables is not an aggregate: what is published must then say what it rests on."""
        return self._microdata

    @property
    def names(self) -> Names:
        """The names of schools and boards in the tables."""
        if self._names is None:
            self._names = Names(named_in(self.tables.items()), places_in(self.tables.items()))
        return self._names

    def columns_of_rows(self, frame: pd.DataFrame) -> set[str]:
        """Return the columns of which most values are those of single rows, changed or not.

        In small data that may be a coincidence, so that a column is to be withheld; where it is none, it is an error.

        Raises
        ------
        DisclosureError
            Naming the column and the internal table from which its values come.
        """
        if not self.tables:
            return set()
        new, columns = {str(name) for name, values in frame.items() if self._is_new(values)}, set()
        for name, column, part in _columns_of(frame):
            table, strength = self._source(column, part=part) if name in new else ("", 0.0)
            if strength > CERTAIN:
                problem = f"column {name!r} shows values of the rows of {table}, not statistics of them"
                raise DisclosureError(f"{problem}\n  do      publish means, shares or counts of enough rows")
            if strength > 0:
                columns.add(name)
        return columns

    def few(self, table: str) -> int:
        """Return from how many rows of a table on nothing is said of one of them."""
        return MANY_UNITS if self._row.get(table, PERSON) in (SCHOOL, BOARD) else MANY_ROWS

    def own(self, table: str) -> Mapping[str, Own]:
        """Return the different numbers of a table by column; only what is published asks for them."""
        if table not in self._known:
            numbers = self.numbers(table)
            unit = next((self.tables[table][name] for name in UNITS if name in self.tables[table]), None)
            self._known[table] = {
                name: Own.of(values, _owned(values, unit) & ~np.isin(values, self._areas))
                for name, values in numbers.items()
            }
        return self._known[table]

    def numbers(self, table: str) -> Mapping[str, Floats]:
        """Return the columns of a table that hold numbers, row by row."""
        if table not in self._rows:
            named = self.tables[table].drop(columns=[*NUMBERED], errors="ignore")
            columns = {str(name): as_numbers(values) for name, values in named.items()}
            self._rows[table] = {name: values for name, values in columns.items() if values is not None}
        return self._rows[table]

    def labels(self, table: str) -> list[Labels]:
        """Return the columns of a table that hold words; only what is published asks for them."""
        if table not in self._labels:
            words = self.tables[table].select_dtypes(["object", "string", "category"])
            factors = (pd.factorize(values) for _, values in words.items())
            self._labels[table] = [
                Labels(codes.astype(np.min_scalar_type(-len(known) - 1)), {w: place for place, w in enumerate(known)})
                for codes, known in factors
            ]
        return self._labels[table]

    def spans(self, table: str) -> Spans:
        """Return the ranges and midranges of a table; only what is published asks for them."""
        if table not in self._spans:
            owned = {name: own.values for name, own in self.own(table).items()}  # noqa: PD011 - a field of Own
            self._spans[table] = Spans(self.numbers(table), owned, self.labels(table), len(self.tables[table]))
        return self._spans[table]

    def _source(self, column: Column, *, part: bool) -> tuple[str, float]:
        """Return the table whose rows' values these most probably are, and the evidence; 0 where they are none's."""
        key = (column.values.tobytes(), part)  # noqa: PD011 - a field of Column
        if key not in self._seen and len(column.values) >= FEWEST:
            every = ((table, own) for table in self.tables for own in self._known_of(table))
            sources = ((table, _own_values(column, own, part)) for table, own in every)
            self._seen[key] = max(sources, key=lambda pair: pair[1], default=NONE)
        return self._seen.get(key, NONE)

    def _known_of(self, table: str) -> list[Own]:
        return [own for own in self.own(table).values() if len(own.values) >= FEWEST]


def as_numbers(values: pd.Series) -> Floats | None:
    """Return a column as numbers: durations, decimals and fractions too; None where it holds none."""
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return None
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if pd.api.types.is_timedelta64_dtype(values):
        return np.asarray(values.dt.total_seconds().to_numpy(float, na_value=np.nan) / 86_400, dtype=np.float64)
    if pd.api.types.is_complex_dtype(values):
        return np.concatenate([np.real(values.to_numpy()), np.imag(values.to_numpy())])
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(float, na_value=np.nan)
    if values.dtype == object and all(_is_number(value) for value in values.dropna().head()) and values.notna().any():
        return np.array([float(value) if _is_number(value) else np.nan for value in values])
    return None


def _owned(values: Floats, unit: pd.Series | None) -> np.ndarray:
    """Return which values few rows have, or many rows of few schools: those of larger areas are nobody's own."""
    _, place, rows = np.unique(values, return_inverse=True, return_counts=True)
    owned = rows[place] < MANY_ROWS
    if unit is not None and not owned.all():
        shared = pd.DataFrame({"value": place[~owned], "unit": pd.factorize(unit)[0][~owned]}).drop_duplicates()
        schools = np.bincount(shared["value"], minlength=len(rows))
        owned |= schools[place] < MANY_UNITS
    return owned


def _is_number(value: object) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, str | bytes | bool | np.bool_)


def _own_values(column: Column, own: Own, part: bool) -> float:
    """Return the evidence that a published column, or a part of one, shows the values of a column of rows; or 0."""
    if not part and (all_rows := whole(column, own)) >= ALL_ROWS:
        return all_rows
    undos = [*changes(own, rounded=column.rounded or part)]
    likely_ones = likely(column, own.values, undos)
    strengths = (
        evidence(column, own.values, undo, tried=1.0 if undo is undos[0] else len(undos)) for undo in likely_ones
    )
    strength = max(strengths, default=0.0)
    if strength > ENOUGH:
        return strength
    shifted = 0.0 if part else best_shift(column, own.values)
    return shifted if shifted > CHANGED else 0.0


def _digits(numbers: Floats) -> Floats:
    """Write numbers with twelve significant digits, so that one that was computed in two ways is one."""
    return _twelve(numbers[np.isfinite(numbers) & (numbers != 0)])


def _twelve(numbers: Floats) -> Floats:
    size = np.where(np.isfinite(numbers) & (numbers != 0), np.abs(numbers), 1.0)
    scale = 10.0 ** np.clip(11 - np.floor(np.log10(size)), -300, 300)  # next to nothing is no value of a row
    return np.asarray(np.round(numbers * scale) / scale)


def _columns_of(frame: pd.DataFrame) -> Iterator[tuple[str, Column, bool]]:
    """Give the numbers of each column, those in its words too, and (then True) of its parts by a column of words."""
    numbers = {name: as_numbers(values) for name, values in frame.items()}
    slices = [*_slices(frame, [str(name) for name, found in numbers.items() if found is None])]
    for name, found in numbers.items():
        for values in _in_words(frame[name]) if found is None else [found]:
            yield str(name), Column.of(values), False
            if len(values) == len(frame):
                yield from ((str(name), Column.of(values[rows]), True) for rows in slices)


def _slices(frame: pd.DataFrame, words: list[str]) -> Iterator[np.ndarray]:
    for name in words:
        groups = frame.groupby(name, observed=True).indices
        if 1 < len(groups) <= SLICES:
            yield from map(np.asarray, groups.values())


def _in_words(values: pd.Series) -> list[Floats]:
    """Return the first, second, ... number in the words of a column."""
    numbers = [NUMBER.findall(str(value)) for value in values.dropna().unique()]
    most = max(map(len, numbers), default=0)
    return [np.array([_read(values[nth]) for values in numbers if len(values) > nth]) for nth in range(min(most, 6))]


def _read(number: str) -> float:
    return float(number.replace("−", "-").replace(",", "."))
