"""What a single cell may be: a number, a word or nothing; and no number in disguise, or without end."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd

from analysis.disclosure import SUPPRESSED, Profile
from analysis.disclosure.rules.sentences import refuse_exact
from analysis.errors import DisclosureError

AREA = re.compile(r"pc4|postcode_?4|wijk|buurt|gemeente|cbs")
NUMBER = re.compile(r"\s*[-+]?(\d[\d.,]*|\.\d+)(e[-+]?\d+)?\s*", re.IGNORECASE)
YEAR = re.compile(r"(?:19|20)\d\d")


def refuse_odd_cells(frame: pd.DataFrame, profile: Profile) -> None:
    """Refuse cells with more than one value, numbers that no rule rounds, days, or words that count few persons.

    Raises
    ------
    DisclosureError
        Naming the column and the row, never the value.
    """
    for column in map(str, frame.columns):
        refuse_exact(column.replace("_", " "), "a column's name", profile, ())
        values = frame[column]
        if pd.api.types.is_datetime64_any_dtype(values):
            raise DisclosureError(f"column {column!r}: days single persons out\n  do      publish years or periods")
        if pd.api.types.is_complex_dtype(values) or pd.api.types.is_timedelta64_dtype(values):
            raise DisclosureError(f"column {column!r}: holds {values.dtype} values, which no rule rounds{_AS_FLOATS}")
        if pd.api.types.is_numeric_dtype(values) or column == SUPPRESSED:
            continue
        words = _words(values, column)
        _refuse_numbers(words, column)
        for text, row in words.items():
            refuse_exact(text, f"column {column!r}, row {row}", profile, ())


def endless(frame: pd.DataFrame, spared: Collection[str]) -> pd.DataFrame:
    """Return which cells are without end, as an estimate is that too few bear; `spared` are counts and free columns."""
    cells = pd.DataFrame(data=False, index=frame.index, columns=frame.columns)
    for column in frame.select_dtypes("number").columns.difference([*spared]):
        cells[column] = np.isinf(frame[column].to_numpy(float, na_value=np.nan))
    return cells


def _words(values: pd.Series, column: str) -> dict[str, int]:
    """Return the different texts of a column, each with its first row."""
    words: dict[str, int] = {}
    for row, value in enumerate(values.tolist(), start=1):
        if not isinstance(value, str):
            if not pd.api.types.is_scalar(value):
                raise DisclosureError(f"column {column!r}, row {row}: holds more than one value")
            if pd.isna(value):
                continue
            if isinstance(value, bytes | bytearray | memoryview | pd.Interval):
                problem = f"column {column!r}, row {row}: holds {type(value).__name__} values, which no rule reads"
                raise DisclosureError(f"{problem}\n  do      write them as words")
            if _is_odd_number(value, column):
                raise DisclosureError(f"column {column!r}, row {row}: a number among words passes no rule{_AS_FLOATS}")
        words.setdefault(str(value), row)
    return words


def _is_odd_number(value: object, column: str) -> bool:
    """Return whether a value is a number, in a column that is not numeric; years and areas may stand there."""
    if isinstance(value, bool | np.bool_) or YEAR.fullmatch(str(value)) or AREA.search(column.lower()):
        return False
    return hasattr(value, "__float__") or isinstance(value, complex)


def _refuse_numbers(words: Collection[str], column: str) -> None:
    codes = all(map(YEAR.fullmatch, words)) or AREA.search(column.lower())
    if len(words) > 1 and not codes and all(map(NUMBER.fullmatch, words)):
        problem = f"column {column!r}: numbers as text pass no rule"
        raise DisclosureError(f"{problem}\n  do      make them numbers, and name them in counts= if they count")


_AS_FLOATS = "\n  do      make the whole column floats"
