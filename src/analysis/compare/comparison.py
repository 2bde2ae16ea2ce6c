"""The comparison of two editions: every table, estimate and finding, each change with its causes. Pure but for reading.

A table whose file is the same to the byte is not opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import pandas as pd

from analysis.compare.causes import Causes, Kind
from analysis.compare.editions import PublishedEdition, Table
from analysis.compare.frames import TOLERANCE, Difference, difference
from analysis.language import from_data

State = Literal["same", "changed", "only before", "only after"]
Name = TypeVar("Name")


@dataclass(frozen=True)
class TableChange:
    """How a table stands in two editions.

    Parameters
    ----------
    table
        The table, as the later edition describes it.
    state
        ``same``, ``changed``, ``only before`` or ``only after``.
    kinds
        What differs that it depends on: ``data``, ``parameters``, ``code``; empty unless it changed.
    difference
        What differs, when it is in both and changed.
    """

    table: Table
    state: State
    kinds: tuple[Kind, ...] = ()
    difference: Difference | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many cells, estimates and rows changed, by kind of change."""
        if self.difference is None:
            return dict.fromkeys(COUNTED, 0)
        found, estimates = self.difference, self.difference.estimates
        flags = {name: int(estimates[name].sum()) if name in estimates else 0 for name in ("sign", "apart")}
        kinds = found.cells["change"].value_counts()
        return {
            "cells": len(found.cells),
            **flags,
            "n": int(kinds.get("n", 0)),
            "withheld": int(kinds.reindex(["withheld", "shown"]).sum()),
            "only before": len(found.rows_before),
            "only after": len(found.rows_after),
        }


COUNTED = ("cells", "sign", "apart", "n", "withheld", "only before", "only after")


@dataclass(frozen=True)
class FindingChange:
    """A finding that reads differently in two editions; a missing side is None."""

    stem: str
    name: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True)
class Comparison:
    """Two editions held against each other.

    Parameters
    ----------
    before, after
        The editions.
    tables
        Every table of either, in the order of the chapters.
    findings
        The findings that differ.
    causes
        Why a chapter's numbers may differ.
    tolerance
        The relative difference below which numbers count as equal.
    shares
        How much of each changed number came from what, when old code was run again; see `analysis.compare.shares`.
    notes
        What a reader must know besides.
    """

    before: PublishedEdition
    after: PublishedEdition
    tables: tuple[TableChange, ...]
    findings: tuple[FindingChange, ...]
    causes: Causes
    tolerance: float = TOLERANCE
    shares: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything differs."""
        return bool(self.findings) or any(change.state != "same" for change in self.tables)

    @property
    def synthetic(self) -> bool:
        """Whether either edition is of made-up data."""
        return any(bool(edition.facts.get("synthetic")) for edition in (self.before, self.after))

    @property
    def stems(self) -> tuple[str, ...]:
        """The chapters of either edition, in the order of the later one."""
        return tuple(dict.fromkeys((*self.after.steps, *self.before.steps)))

    def of(self, stem: str, *states: State) -> list[TableChange]:
        """Return the tables of a chapter that stand in one of these states."""
        return [change for change in self.tables if change.table.stem == stem and change.state in states]

    def estimates(self, stem: str | None = None) -> pd.DataFrame:
        """Return the estimates that changed, of one chapter or all; one that stands in several tables is told once.

        Those whose intervals lie apart come first, then those whose sign changed.
        """
        chosen = [change for change in self.tables if change.difference is not None]
        found = [
            change.difference.estimates.assign(stem=change.table.stem, table=change.table.name)
            for change in sorted(chosen, key=lambda change: change.table.kind != "table")
            if change.difference is not None and stem in (None, change.table.stem)
        ]
        whole = [frame for frame in found if not frame.empty]
        if not whole:
            return pd.DataFrame()
        told = pd.concat(whole, ignore_index=True)
        told = told.drop_duplicates([name for name in told if name != "table"])
        loudness = 2 * told["apart"].astype(int) + told["sign"].astype(int)
        return told.loc[loudness.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)

    def cells(self) -> pd.DataFrame:
        """Return every cell that changed: ``stem, table, row, column, change, before, after, ...``."""
        found = [
            change.difference.cells.assign(stem=change.table.stem, table=change.table.name)
            for change in self.tables
            if change.difference is not None and not change.difference.cells.empty
        ]
        if not found:
            return pd.DataFrame(columns=["stem", "table", "row", "column", "change", "before", "after"])
        cells = pd.concat(found, ignore_index=True)
        return cells[["stem", "table", *(name for name in cells if name not in ("stem", "table"))]]


def compare(before: PublishedEdition, after: PublishedEdition, tolerance: float = TOLERANCE) -> Comparison:
    """Hold two editions against each other.

    Parameters
    ----------
    before, after
        The editions.
    tolerance
        Numbers count as equal when they differ by at most this part of the larger one or of its standard error.
    """
    causes = Causes(before, after)
    tables = tuple(_table_changes(before, after, causes, tolerance))
    return Comparison(before, after, tables, tuple(_finding_changes(before, after)), causes, tolerance)


def _table_changes(
    before: PublishedEdition, after: PublishedEdition, causes: Causes, tolerance: float
) -> Iterator[TableChange]:
    old, new = before.tables, after.tables
    for path in _merged(list(new), list(old)):
        if path not in new:
            yield TableChange(old[path], "only before")
        elif path not in old:
            yield TableChange(new[path], "only after")
        elif before.digest(path) == after.digest(path):
            yield TableChange(new[path], "same")
        else:
            found = difference(before.frame(path), after.frame(path), tolerance)
            state: State = "changed" if found.any else "same"
            kinds = causes.kinds(new[path].stem) if found.any else ()
            yield TableChange(new[path], state, kinds, found if found.any else None)


def _finding_changes(before: PublishedEdition, after: PublishedEdition) -> Iterator[FindingChange]:
    """Give the findings that differ; what a summary repeats is given once."""
    old, new = _findings(before), _findings(after)
    told = set[object]()
    for name in _merged(list(new), list(old)):
        said = _said(old.get(name)), _said(new.get(name))
        if said[0] != said[1] and said not in told:
            told.add(said)
            yield FindingChange(*name, old.get(name), new.get(name))


def _findings(edition: PublishedEdition) -> dict[tuple[str, str], Mapping[str, Any]]:
    steps = edition.steps.items()
    return {(stem, finding["name"]): finding for stem, step in steps for finding in step.get("findings", ())}


def _said(finding: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    return None if finding is None else (from_data(finding["sentence"]), finding.get("n"), finding.get("unit"))


def _merged(first: Sequence[Name], second: Sequence[Name]) -> list[Name]:
    return list(dict.fromkeys((*first, *second)))
