"""The comparison of two editions: every table, estimate and finding, each change with its causes. Pure but for reading.

A table whose file is the same to the byte is not opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast

import pandas as pd

from analysis.compare.causes import Causes, Kind
from analysis.compare.editions import PublishedEdition, Table
from analysis.compare.frames import TOLERANCE, Difference, difference
from analysis.language import from_data

State = Literal["same", "changed", "only before", "only after"]
Name = TypeVar("Name")


@dataclass(frozen=True)
class TableChange:
    """What became of a table from one edition to the next."""

    table: Table  # the table, as the later edition describes it
    state: State  # ``same``, ``changed``, ``only before`` or ``only after``
    # What differs that it depends on: ``data``, ``parameters``, ``code``; empty unless it changed.
    kinds: tuple[Kind, ...] = ()
    difference: Difference | None = None  # what differs, when it is in both and changed

    @property
    def counts(self) -> dict[str, int]:
        """How many cells, estimates and rows changed, by kind of change."""
        if self.difference is None:
            return dict.fromkeys(COUNTED, 0)
        cells, estimates = self.difference.cells, self.difference.estimates
        flags = {name: int(estimates[name].sum()) if name in estimates else 0 for name in ("sign", "apart")}
        kinds = cells["change"].value_counts()
        return {
            "cells": len(cells),
            **flags,
            "n": int(kinds.get("n", 0)),
            "withheld": int(kinds.reindex(["withheld", "shown"]).sum()),
            "only before": len(self.difference.rows_before),
            "only after": len(self.difference.rows_after),
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
    """Two editions, compared."""

    before: PublishedEdition
    after: PublishedEdition
    tables: tuple[TableChange, ...]  # every table of either, in the order of the chapters
    findings: tuple[FindingChange, ...]  # the findings that differ
    causes: Causes  # why a chapter's numbers may differ
    tolerance: float = TOLERANCE  # the relative difference below which numbers count as equal
    # How much of each changed number came from what, when old code was run again; see `analysis.compare.shares`.
    shares: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = ()  # what a reader must know besides

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
        """Return the tables of a chapter that are in one of these states."""
        return [change for change in self.tables if change.table.stem == stem and change.state in states]

    def estimates(self, stem: str | None = None) -> pd.DataFrame:
        """Return the estimates that changed, of one chapter or all; one that is in several tables is given once.

        Those whose intervals do not overlap come first, then those whose sign changed.
        """
        changes = sorted(self.tables, key=lambda change: change.table.kind != "table")
        frames = [
            change.difference.estimates.assign(stem=change.table.stem, table=change.table.name)
            for change in changes
            if change.difference and not change.difference.estimates.empty and stem in (None, change.table.stem)
        ]
        if not frames:
            return pd.DataFrame()
        estimates = pd.concat(frames, ignore_index=True)
        estimates = estimates.drop_duplicates([name for name in estimates if name != "table"])
        loudness = 2 * estimates["apart"].astype(int) + estimates["sign"].astype(int)
        return estimates.loc[loudness.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)

    def striking(self) -> list[dict[str, Any]]:
        """Return the estimates whose sign changed or whose intervals do not overlap."""
        estimates = self.estimates()
        if estimates.empty:
            return []
        return cast("list[dict[str, Any]]", estimates[estimates["sign"] | estimates["apart"]].to_dict("records"))

    def step(self, stem: str) -> Mapping[str, Any]:
        """Return what the manifests have of a chapter: the later one, if the chapter is in it."""
        return self.after.steps.get(stem) or self.before.steps[stem]

    def cells(self) -> pd.DataFrame:
        """Return every cell that changed: ``stem, table, row, column, change, before, after, ...``."""
        frames = [
            change.difference.cells.assign(stem=change.table.stem, table=change.table.name)
            for change in self.tables
            if change.difference is not None and not change.difference.cells.empty
        ]
        if not frames:
            return pd.DataFrame(columns=["stem", "table", "row", "column", "change", "before", "after"])
        cells = pd.concat(frames, ignore_index=True)
        return cells[["stem", "table", *(name for name in cells if name not in ("stem", "table"))]]


def compare(before: PublishedEdition, after: PublishedEdition, tolerance: float = TOLERANCE) -> Comparison:
    """Compare two editions; numbers are equal that differ by at most this part of the larger or of its error."""
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
            differs = difference(before.frame(path), after.frame(path), tolerance)
            if differs.any:
                yield TableChange(new[path], "changed", causes.kinds(new[path].stem), differs)
            else:
                yield TableChange(new[path], "same")


def _finding_changes(before: PublishedEdition, after: PublishedEdition) -> Iterator[FindingChange]:
    """Give the findings that differ; what a summary repeats is given once."""
    old, new = _findings(before), _findings(after)
    seen = set[object]()
    for name in _merged(list(new), list(old)):
        reading = _reading(old.get(name)), _reading(new.get(name))
        if reading[0] != reading[1] and reading not in seen:
            seen.add(reading)
            yield FindingChange(*name, old.get(name), new.get(name))


def _findings(edition: PublishedEdition) -> dict[tuple[str, str], Mapping[str, Any]]:
    steps = edition.steps.items()
    return {(stem, finding["name"]): finding for stem, step in steps for finding in step.get("findings", ())}


def _reading(finding: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    return None if finding is None else (from_data(finding["sentence"]), finding.get("n"), finding.get("unit"))


def _merged(first: Sequence[Name], second: Sequence[Name]) -> list[Name]:
    return list(dict.fromkeys((*first, *second)))
