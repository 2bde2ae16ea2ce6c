"""A comparison as a person at a terminal reads it: what changed and why, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from analysis.compare.comparison import COUNTED, Comparison, TableChange
from analysis.compare.shares import taken, total
from analysis.compare.wording import interval, reason, striking

SHOWN = 15
REASONS = 3
HEADERS = ("chapter", "table", *COUNTED, "because of")


def show(comparison: Comparison, console: Console) -> None:
    """Print a comparison."""
    before, after = comparison.before.name, comparison.after.name
    console.print(Text(f"{before} -> {after}", style="bold"))
    if not comparison.changed:
        console.print(f"nothing changed: {len(comparison.tables)} tables and every finding are the same")
        return
    console.print(_tables(comparison))
    _print_lines(console, "Estimates whose sign changed or whose intervals lie apart", list(_striking(comparison)))
    _print_lines(console, "Findings that read differently", [f"{f.stem}: {f.name}" for f in comparison.findings])
    _print_lines(console, "What differs", list(_reasons(comparison)), limit=None)
    if not comparison.shares.empty:
        console.print(_shares(comparison))
    for note in comparison.notes:
        console.print(f"note: {note}", soft_wrap=True, markup=False)


def _tables(comparison: Comparison) -> Table:
    grid = Table(*HEADERS, box=None, pad_edge=False)
    for change in comparison.tables:
        if change.state != "same":
            grid.add_row(*_row(change))
    same = sum(change.state == "same" for change in comparison.tables)
    grid.caption = f"{same} tables are the same"
    grid.caption_justify = "left"
    return grid


def _row(change: TableChange) -> Sequence[str]:
    name = change.table.name if change.table.kind == "table" else f"figure {change.table.name.removesuffix('_data')}"
    if change.state != "changed":
        state = change.state.replace("only", "only in the edition")
        return [change.table.stem, name, *([""] * len(COUNTED)), state]
    counts = [str(number or "") for number in change.counts.values()]
    return [change.table.stem, name, *counts, ", ".join(change.kinds) or "nothing that the manifests say"]


def _striking(comparison: Comparison) -> Iterator[str]:
    for row in comparison.striking():
        what = striking({**row, "n_changed": False})
        yield f"{row['stem']}: {row['row']}: {interval(row, 'before')} -> {interval(row, 'after')} ({what})"


def _reasons(comparison: Comparison) -> Iterator[str]:
    for stem in comparison.stems:
        causes = comparison.causes.of(stem)
        notebook = str(comparison.step(stem)["notebook"])
        for kind in dict.fromkeys(cause.kind for cause in causes):
            texts = [reason(cause, notebook) for cause in causes if cause.kind == kind]
            more = f"; and {len(texts) - REASONS} more" if len(texts) > REASONS else ""
            yield f"{stem}: {kind}: {'; '.join(texts[:REASONS])}{more}"


def _shares(comparison: Comparison) -> Table:
    names = taken(comparison.shares)
    grid = Table("chapter", *(f"estimates moved most by {name}" for name in names), "unknown", box=None, pad_edge=False)
    for row in total(comparison.shares, names).itertuples(index=False):
        grid.add_row(*map(str, row))
    return grid


def _print_lines(console: Console, heading: str, lines: Sequence[str], limit: int | None = SHOWN) -> None:
    if lines:
        console.print(f"\n{heading}: {len(lines)}", style="bold", markup=False)
        for line in lines[:limit]:
            console.print(f"  {line}", soft_wrap=True, markup=False, highlight=False)
        if limit is not None and len(lines) > limit:
            console.print(f"  and {len(lines) - limit} more: on the page")
