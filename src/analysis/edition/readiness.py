"""Which chapters an edition on own registers can run: known from its mapping, before anything is read.

The tables of an office, by column; what follows from them; what each chapter uses with the parameters in force.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.chapters import chapters
from analysis.chapters.data.tables import OF_OPEN_DATA, of_registers
from analysis.data.complete import PUPILS, YEARS
from analysis.data.microdata import MICRODATA
from analysis.data.sources import CONTRACTS
from analysis.declare import Block, Source

Columns = Mapping[str, frozenset[str]]
"""Columns by table."""


@dataclass(frozen=True)
class Lack:
    """A column that is not there; a whole table where the column is empty."""

    table: str
    column: str = ""

    def __str__(self) -> str:
        """Name it as a mapping does."""
        return f"{self.table}.{self.column}" if self.column else self.table


@dataclass(frozen=True)
class Readiness:
    """Whether a chapter can run.

    Parameters
    ----------
    lacks : What it needs and the office does not have; empty when it can run.
    left_out : What it leaves out, each with what it lacks for it.
    """

    lacks: tuple[Lack, ...] = ()
    left_out: tuple[tuple[str, Lack], ...] = ()


def readiness(blocks: Mapping[str, Block], delivered: Columns, years: Sequence[int]) -> dict[str, Readiness]:
    """Return for each chapter of an edition, but for the one that brings the data in, whether it can run.

    Parameters
    ----------
    blocks : The blocks of the edition, by stem.
    delivered : The columns that the office's mapping delivers, by table.
    years : The calendar years that it has pupils of.
    """
    available = following(delivered, years)
    stems = [stem for stem, block in blocks.items() if not isinstance(block, Source)]
    return {
        stem: Readiness(tuple(_lacks(stem, blocks, available)), _left_out(stem, blocks, available)) for stem in stems
    }


def following(delivered: Columns, years: Sequence[int]) -> Columns:
    """Return the internal tables that follow from an office's, by column: built of tables that have no rows."""
    empty = {name: _empty(name, columns) for name, columns in delivered.items() if name not in CONTRACTS}
    built = of_registers(empty, "", years)
    open_data = OF_OPEN_DATA if CONTRACTS.keys() <= delivered.keys() else {}
    return {**{name: frozenset(map(str, frame)) for name, frame in built.items()}, **open_data}


def _empty(name: str, columns: frozenset[str]) -> pd.DataFrame:
    schema = MICRODATA.get(PUPILS if name == YEARS else name)
    types = {column: str(rule.dtype) for column, rule in schema.columns.items()} if schema is not None else {}
    return pd.DataFrame({column: pd.Series(dtype=types.get(column, "object")) for column in sorted(columns)})


def _lacks(stem: str, blocks: Mapping[str, Block], available: Columns) -> Iterator[Lack]:
    chapter = chapters()[stem]
    uses = chapter.columns(blocks)
    for table in dict.fromkeys((*chapter.needs, *uses)):
        required = uses[table].required if table in uses else frozenset()
        if table in available:
            yield from (Lack(table, column) for column in sorted(required - available[table]))
        elif required or table in chapter.needs:
            yield Lack(table)


def _left_out(stem: str, blocks: Mapping[str, Block], available: Columns) -> tuple[tuple[str, Lack], ...]:
    return tuple(
        (what, Lack(table, column))
        for table, use in chapters()[stem].columns(blocks).items()
        for column, what in use.optional.items()
        if column not in available.get(table, ())
    )
