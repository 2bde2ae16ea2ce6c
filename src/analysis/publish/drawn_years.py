"""Of which years the rows of a figure are, as its title says it: read off the rows, so that no other is printed."""

from __future__ import annotations

import re

import pandas as pd

SCHOOL_YEAR = "school_year"
COLUMNS = (SCHOOL_YEAR, "year", "first_year", "last_year")
YEAR = re.compile(r"\b(?:19|20)\d\d(?:/\d\d)?\b")


def years_in(words: str) -> str:
    """Return the first and the last year that words name, or the one; empty where they name none."""
    years = sorted(set(YEAR.findall(words)))
    return "\N{EN DASH}".join(dict.fromkeys((years[0], years[-1]))) if years else ""


def years_of(rows: pd.DataFrame) -> str:
    """Return the first and the last year that the rows are of, or the one; empty where no column says it.

    Parameters
    ----------
    rows
        What is drawn, with any of the columns `COLUMNS`: numbers, or words such as "2014/15 to 2018/19". Where there
        are school years, they alone count.
    """
    columns = (SCHOOL_YEAR,) if SCHOOL_YEAR in rows and rows[SCHOOL_YEAR].notna().any() else COLUMNS
    values = (value for column in columns if column in rows for value in rows[column].dropna().unique())
    return years_in(" ".join(map(str, values)))
