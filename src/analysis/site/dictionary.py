"""The data dictionary: what each column of a published table is called, holds and counts, and in which unit."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd

from analysis.disclosure import SUPPRESSED, profile
from analysis.errors import InputError
from analysis.language import header, spoken, term, text, vocabulary
from analysis.language.vocabulary import COLUMNS
from analysis.publish.tables import COUNTED

IN_UNIT = frozenset({"estimate", "std_error", "ci_low", "ci_high", "low", "high"})
"""Columns in the unit that the column ``unit`` of their row names."""


def columns_of(frame: pd.DataFrame, counts: Collection[str], disclosure: str) -> Iterator[dict[str, str]]:
    """Give ``column, words, meaning, type, counts, unit`` of each column, in the language that is spoken.

    Parameters
    ----------
    frame : A published table.
    counts : Its columns that count somebody.
    disclosure : Name of the profile of its edition, which says whom a column counts.
    """
    units = sorted(map(str, frame["unit"].dropna().unique())) if "unit" in frame else []
    for column in map(str, frame.columns):
        yield {
            "column": column,
            "words": words_of(column),
            "meaning": meaning_of(column),
            "type": _type(frame[column]),
            "counts": _counted(column, disclosure) if column in counts else "",
            "unit": "; ".join(map(term, units)) if column in IN_UNIT else "",
        }


def words_of(column: str) -> str:
    """Return what a column is called on pages; its name with spaces where it is on none."""
    if column == SUPPRESSED:
        return text("columns withheld in this row")
    try:
        return header(column)
    except InputError:
        return column.replace("_", " ")


def meaning_of(column: str) -> str:
    """Return what a column holds, in a line; nothing where its words say it."""
    known = vocabulary().word(column, COLUMNS)
    return known.gloss[spoken()] if known and known.gloss else ""


def _type(values: pd.Series) -> str:
    if values.isna().all():
        return text("nothing")
    return text("number") if pd.api.types.is_numeric_dtype(values) else text("words")


def _counted(column: str, disclosure: str) -> str:
    unit = COUNTED.get(column.removeprefix("n_")) or profile(disclosure).unit(column)
    return term(str(unit)) if unit else text("yes")
