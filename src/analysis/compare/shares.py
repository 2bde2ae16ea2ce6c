"""How much of each changed number came from what: successive differences along a chain of editions.

Between the two editions are runs that take over one thing at a time: first the data of the later edition, then its
parameters, last its code. A number's change is then the sum of its changes from each to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.compare.comparison import Comparison, TableChange
from analysis.compare.editions import PublishedEdition
from analysis.compare.frames import by_row, numbers

KEYS = ["stem", "table", "row", "column"]


@dataclass(frozen=True)
class Stage:
    """An edition on the way from the earlier to the later one."""

    taken: str  # what it took over from the later edition, against the stage before it
    edition: PublishedEdition  # its results


def shares(comparison: Comparison, stages: Sequence[Stage]) -> pd.DataFrame:
    """Return the change of every number that changed, split over the stages, the last of which is the later edition.

    ``stem, table, row, column, before``, one column per stage with its share, ``after``. A share is missing where a
    stage does not have the number, and with it the share of the next stage.
    """
    changed = [change for change in comparison.tables if change.difference is not None]
    parts = [part for change in changed if not (part := _of_table(change, comparison.before, stages)).empty]
    names = [stage.taken for stage in stages]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*KEYS, "before", *names, "after"])


def taken(split: pd.DataFrame) -> list[str]:
    """Return the names of the stages of a split."""
    return [str(name) for name in split if name not in (*KEYS, "before", "after")]


def of_estimates(split: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of estimates; one that is in several tables is given once."""
    if split.empty:
        return split
    return split[split["column"] == "estimate"].drop_duplicates([name for name in split if name != "table"])


def total(split: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return per chapter how many estimates each stage moved most: ``stem``, one column per stage, ``unknown``."""
    estimates = of_estimates(split)
    if estimates.empty:
        return pd.DataFrame(columns=["stem", *names, "unknown"])
    sizes = estimates[list(names)].abs()
    most = sizes.fillna(-1.0).idxmax(axis=1).where(sizes.notna().all(axis=1), "unknown")
    counts = pd.crosstab(estimates["stem"], most).reindex(columns=[*names, "unknown"], fill_value=0)
    return counts.reset_index().rename_axis(columns=None)


def _of_table(change: TableChange, before: PublishedEdition, stages: Sequence[Stage]) -> pd.DataFrame:
    assert change.difference is not None
    cells, keys = change.difference.cells, change.difference.keys
    cells = cells.loc[cells["change"].isin(["value", "n"]), ["row", "column"]]
    if cells.empty:
        return pd.DataFrame()
    values = [_values(edition, change.table.path, keys, cells) for edition in (before, *(s.edition for s in stages))]
    steps = {
        stage.taken: after - earlier for stage, earlier, after in zip(stages, values[:-1], values[1:], strict=True)
    }
    split = pd.DataFrame({"before": values[0], **steps, "after": values[-1]})
    names = {"stem": change.table.stem, "table": change.table.name}
    return pd.concat([cells.assign(**names)[KEYS].reset_index(drop=True), split], axis=1)


def _values(edition: PublishedEdition, path: str, keys: Sequence[str], cells: pd.DataFrame) -> pd.Series:
    frame = edition.frame(path) if path in edition.tables else None
    if frame is None or not set(keys) <= set(frame.columns):
        return pd.Series(float("nan"), range(len(cells)))
    long = by_row(frame, keys).reset_index().melt("row", var_name="column").set_index(["row", "column"])["value"]
    names = pd.MultiIndex.from_frame(cells[["row", "column"]])
    return numbers(long.reindex(names)).reset_index(drop=True)
