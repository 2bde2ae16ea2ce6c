"""The rows of the tables on learning growth that its sentences are about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import pandas as pd

from analysis.chapters.leergroei.phrases import Row
from analysis.publish import units
from analysis.publish.findings import as_rows

Finding = tuple[str, str, int]
Count = Callable[..., int]
"""Counts the pupils, each once, with given values of columns; see `counting.pupils`."""


def known(estimates: pd.DataFrame, **chosen: str) -> list[Row]:
    """Return the estimates with these values of columns that are not withheld."""
    rows = estimates.dropna(subset=["estimate", "ci_low", "ci_high", "n_pupils"])
    for column, value in chosen.items():
        rows = rows[rows[column] == value]
    return rows_of(rows)


def withheld(estimates: pd.DataFrame, model: str) -> list[str]:
    """Return the subjects of a model of all pupils of which the change is withheld or not estimated."""
    of_model = estimates[(estimates["model"] == model) & (estimates["by"] == "")]
    known_ones = {row["outcome"] for row in known(of_model)}
    return [name for name in dict.fromkeys(of_model["outcome"]) if name not in known_ones]


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a frame as mappings."""
    return list(as_rows(frame))


def by_outcome(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Give the rows of every subject, in the order in which they come."""
    for outcome in dict.fromkeys(row["outcome"] for row in rows):
        yield str(outcome), [row for row in rows if row["outcome"] == outcome]


def signs_of(rows: Iterable[Row]) -> tuple[int, ...]:
    """Return the signs that rows establish: none, one, or both."""
    return tuple(sorted({units.direction(row) for row in rows} - {0}))
