"""What a single cell may be: a number, a word or nothing; and no number in disguise."""

from __future__ import annotations

import re

import pandas as pd

from analysis.errors import DisclosureError
from analysis.publish.disclosure import SUPPRESSED, Profile
from analysis.publish.identity import row_number
from analysis.publish.sentences import refuse_exact

AREA = r"pc4|postcode_?4|wijk|buurt|gemeente|cbs"
YEAR = r"(?:19|20)\d\d"


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
        _refuse_containers(values, column)
        _refuse_numbers(values, column)
        for place, words in values.dropna().astype(str).reset_index(drop=True).drop_duplicates().items():
            refuse_exact(words, f"column {column!r}, row {int(str(place)) + 1}", profile, ())


def _refuse_containers(values: pd.Series, column: str) -> None:
    many = [not pd.api.types.is_scalar(value) for value in values]
    if any(many):
        raise DisclosureError(f"column {column!r}, row {row_number(many)}: holds more than one value")


def _refuse_numbers(values: pd.Series, column: str) -> None:
    known = values.dropna().astype(str)
    numbers = pd.to_numeric(known, errors="coerce").notna()
    codes = known.str.fullmatch(YEAR).all() or re.search(AREA, column.lower())
    if len(known) > 1 and numbers.all() and not codes:
        problem = f"column {column!r}: numbers as text pass no rule"
        raise DisclosureError(f"{problem}\n  do      make them numbers, and name them in counts= if they count")
