"""Small multiples of what changed: both editions' estimates with their intervals, one panel per table."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.compare.comparison import Comparison, TableChange
from analysis.compare.frames import SEPARATOR, numbers
from analysis.compare.wording import label
from analysis.language import term, text
from analysis.publish.forms import points
from analysis.publish.forms.marks import ENDS, zero_line

ROWS_PER_PANEL = 7
PANELS = 10
LABEL_WIDTH, TITLE_WIDTH = 50, 60


@dataclass(frozen=True)
class Panel:
    """One of the small multiples: the rows of a table that changed most, and how many others did.

    ``row`` and ``estimate, ci_low, ci_high``, each with ``_before`` and ``_after``.
    """

    title: str
    axis: str
    rows: pd.DataFrame
    left_out: int  # how many rows of the table changed that it does not show


def panels(comparison: Comparison, stem: str) -> list[Panel]:
    """Return the panels of a chapter: figures first, then tables for what no figure shows; none twice."""
    seen: set[tuple[object, ...]] = set()
    changes = sorted(comparison.of(stem, "changed"), key=lambda change: change.table.kind == "table")
    return [panel for change in changes for panel in _panels_of(change, seen)]


def small_multiples(shown: Sequence[Panel], before: str, after: str) -> Figure:
    """Draw the panels below each other, both editions in each, by the names that the legend gives them."""
    rows = pd.concat([_in_long_form(panel, number) for number, panel in enumerate(shown)], ignore_index=True)
    figure = points(
        rows,
        line="line",
        lines=rows.set_index("line")["label"].to_dict().__getitem__,
        series="edition",
        names={"before": before, "after": after},
        panel="panel",
        titles={number: _cut(panel.title, TITLE_WIDTH, 2) for number, panel in enumerate(shown)},
        zero="free",
        apart=True,
    )
    for area, panel in zip(figure.axes, shown, strict=True):
        if _is_about_zero(panel.rows):
            zero_line(area)
        more = f" ({text('{n:,} more rows in the table below', n=panel.left_out)})" if panel.left_out else ""
        area.set_xlabel(panel.axis + more)
    return figure


def _in_long_form(panel: Panel, number: int) -> pd.DataFrame:
    """Return ``panel, line, label, edition`` and the estimates: a row per edition of each row."""
    lines = panel.rows.assign(
        panel=number,
        line=[f"{number} {line}" for line in range(len(panel.rows))],
        label=[_cut(name, LABEL_WIDTH, 1) for name in _short_labels(panel.rows["row"])],
    )
    return pd.concat(
        [
            lines[["panel", "line", "label"]].assign(edition=side, **{end: lines[f"{end}_{side}"] for end in ENDS})
            for side in ("before", "after")
        ]
    )


def _cut(words: str, width: int, lines: int) -> str:
    return textwrap.fill(words, width, max_lines=lines, placeholder="…")


def _panels_of(change: TableChange, seen: set[tuple[object, ...]]) -> Iterator[Panel]:
    assert change.difference is not None
    rows = change.difference.estimates
    by_axis = rows.groupby("unit", sort=False) if not rows.empty else _largest_column(change)
    for axis, group in by_axis:
        identities = _identities(change, group)
        fresh = group[[identity not in seen for identity in identities]]
        seen |= set(identities)
        moved = fresh[fresh[["estimate_before", "estimate_after"]].notna().any(axis=1)]
        if not moved.empty:
            most = moved.loc[_size(moved).sort_values(ascending=False, kind="stable").index[:ROWS_PER_PANEL]]
            yield Panel(change.table.caption, term(str(axis)), most.sort_index(), len(moved) - len(most))


def _largest_column(change: TableChange) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give, of a table without estimates, the column in which most cells changed."""
    assert change.difference is not None
    cells = change.difference.cells
    values = cells[cells["change"] == "value"]
    if values.empty:
        return
    column = str(values["column"].value_counts(sort=True).index[0])
    chosen = values[values["column"] == column].reset_index(drop=True)
    missing = dict.fromkeys(("ci_low_before", "ci_high_before", "ci_low_after", "ci_high_after"), np.nan)
    sides = {f"estimate_{side}": numbers(chosen[side]) for side in ("before", "after")}
    yield column.replace("_", " "), chosen[["row"]].assign(**sides, **missing)


def _identities(change: TableChange, rows: pd.DataFrame) -> list[tuple[object, ...]]:
    columns = ["row", "estimate_before", "estimate_after"]
    return [(change.table.stem, *values) for values in rows[columns].astype(str).itertuples(index=False, name=None)]


def _size(rows: pd.DataFrame) -> pd.Series:
    """Return how far an estimate moved, in widths of its intervals where it has any; what stands out comes first."""
    moved = (rows["estimate_after"] - rows["estimate_before"]).abs()
    width = (rows["ci_high_before"] - rows["ci_low_before"]).where(lambda widths: widths > 0, 1.0)
    loud = rows["sign"].astype(float) + rows["apart"].astype(float) if "sign" in rows else 0.0
    return (moved / width).fillna(0.0) + 1e6 * loud


def _short_labels(rows: pd.Series) -> list[str]:
    """Return the names of rows without the parts that all share."""
    parts = [row.split(SEPARATOR) for row in rows]
    if len(parts) == 1 or len({len(part) for part in parts}) > 1:
        return [label(row) for row in rows]
    varying = [i for i in range(len(parts[0])) if len({part[i] for part in parts}) > 1]
    return [label(SEPARATOR.join(part[i] for i in varying)) for part in parts]


def _is_about_zero(rows: pd.DataFrame) -> bool:
    """Tell whether estimates are on both sides of zero, so that a line of no effect says something."""
    ends = rows.drop(columns=["row"]).select_dtypes("number").to_numpy(float)
    low, high = np.nanmin(ends), np.nanmax(ends)
    return bool(math.isfinite(low) and low <= 0 <= high)
