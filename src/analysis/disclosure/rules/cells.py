"""What a single cell may be: a number, a word or nothing; and no number in disguise."""

from __future__ import annotations

import re
from collections.abc import Collection

import pandas as pd

from analysis.disclosure import SUPPRESSED, Profile
from analysis.disclosure.rules.sentences import refuse_exact
from analysis.errors import DisclosureError

AREA = re.compile(r"pc4|postcode_?4|wijk|buurt|gemeente|cbs")
NUMBER = re.compile(r"\s*[-+]?(\d[\d.,]*|\.\d+)(e[-+]?\d+)?\s*", re.IGNORECASE)
YEAR = re.compile(r"(?:19|20)\d\d")


def refuse_odd_cells(frame: pd.DataFrame, profile: Profile) -> None:
    """Refuse cells that hold more than one value, numbers as text, days, or words that tell few persons.

    Raises
    ------
    DisclosureError
        Naming the column and the row, never the value.
    """
    for column in map(str, frame.columns):
        refuse_exact(column.replace("_", " "), "a column's name", profile, ())
        values = frame[column]
        if pd.api.types.is_datetime64_any_dtype(values):
            raise DisclosureError(f"column {column!r}: days tell persons apart\n  do      publish years or periods")
        if pd.api.types.is_numeric_dtype(values) or column == SUPPRESSED:
            continue
        words = _words(values, column)
        _refuse_numbers(words, column)
        for text, row in words.items():
            refuse_exact(text, f"column {column!r}, row {row}", profile, ())


def _words(values: pd.Series, column: str) -> dict[str, int]:
    """Return the different texts of a column, each with its first row."""
    words: dict[str, int] = {}
    for row, value in enumerate(values.tolist(), start=1):
        if not isinstance(value, str):
            if not pd.api.types.is_scalar(value):
                raise DisclosureError(f"column {column!r}, row {row}: holds more than one value")
            if pd.isna(value):
                continue
        words.setdefault(str(value), row)
    return words


def _refuse_numbers(words: Collection[str], column: str) -> None:
    codes = all(map(YEAR.fullmatch, words)) or AREA.search(column.lower())
    if len(words) > 1 and not codes and all(map(NUMBER.fullmatch, words)):
        problem = f"column {column!r}: numbers as text pass no rule"
        raise DisclosureError(f"{problem}\n  do      make them numbers, and name them in counts= if they count")
