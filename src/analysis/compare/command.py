"""What `staat diff` does: read, compare, attribute if asked, show, write the page."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shlex import quote

from rich.console import Console

from analysis.compare import editions, terminal
from analysis.compare.comparison import Comparison, compare
from analysis.compare.page import page
from analysis.compare.rerun import stages
from analysis.compare.shares import shares
from analysis.errors import InputError
from analysis.publish.tables import write_csv
from analysis.run.whole import write_whole

WIDTH = 160
PAGE, CELLS, ESTIMATES, SHARES = "diff.html", "diff.csv", "estimates.csv", "shares.csv"


def diff(
    given: tuple[str, str],
    outputs: Path,
    root: Path,
    *,
    tolerance: float,
    data: Path | None = None,
    to: Path | None = None,
) -> bool:
    """Compare two editions, the earlier named first; show it and write a page. Return whether anything changed.

    With a folder `data` of source files the changes are split by running the earlier code on them. The page goes
    `to` a folder, by default beside the editions. Numbers within the relative `tolerance` count as equal.
    """
    if not (math.isfinite(tolerance) and 0 <= tolerance < 1):
        allowed = "from 0 up to 1, such as 1e-9"
        raise InputError("--tolerance", "is a part of a number", given=tolerance, allowed=allowed)
    before, after = (editions.read(editions.find(name, outputs)) for name in given)
    folder = to or outputs / f"{before.name}..{after.name}.diff"
    comparison = compare(before, after, tolerance)
    with _split(comparison, root, data) as split:
        terminal.show(split, Console(width=None if sys.stdout.isatty() else WIDTH, markup=False, emoji=False))
        _write(split, folder, f"staat diff {quote(given[0])} {quote(given[1])}{' --attribute' if data else ''}")
    sys.stdout.write(f"read it: {folder / PAGE}\n")
    return comparison.changed


@contextmanager
def _split(comparison: Comparison, root: Path, data: Path | None) -> Iterator[Comparison]:
    if data is None or not comparison.changed:
        yield comparison
        return
    for reruns, notes in stages(comparison.before, comparison.after, root, data, _say):
        yield replace(comparison, shares=shares(comparison, reruns), notes=tuple(notes))


def _write(comparison: Comparison, folder: Path, command: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_csv(comparison.cells(), folder / CELLS)
        for name, frame in ((ESTIMATES, comparison.estimates()), (SHARES, comparison.shares)):
            (folder / name).unlink(missing_ok=True)
            if not frame.empty:
                write_csv(frame, folder / name)
        write_whole(folder / PAGE, page(comparison, command))
    except OSError as error:
        raise InputError(str(folder), f"cannot be written to: {error.strerror}", hint="--to DIR") from None


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
