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
    """Compare two editions; show it at the terminal and write a page. Return whether anything changed.

    Parameters
    ----------
    given
        The earlier and the later edition, as named by the user.
    outputs, root
        The folder of all editions, and of the project.
    tolerance
        The relative difference below which numbers count as equal.
    data
        Folder with the source files of the later edition, to split the changes by running the earlier code on them;
        None leaves that out.
    to
        Folder of the page; by default beside the editions.
    """
    if not (math.isfinite(tolerance) and 0 <= tolerance < 1):
        raise InputError(
            "--tolerance", "is a part of a number", given=tolerance, allowed="from 0 up to 1, such as 1e-9"
        )
    before, after = (editions.read(editions.find(name, outputs)) for name in given)
    folder = to or outputs / f"{before.name}..{after.name}.diff"
    comparison = compare(before, after, tolerance)
    with _split(comparison, root, data) as told:
        terminal.show(told, Console(width=None if sys.stdout.isatty() else WIDTH, markup=False, emoji=False))
        _write(told, folder, f"staat diff {quote(given[0])} {quote(given[1])}{' --attribute' if data else ''}")
    sys.stdout.write(f"read it: {folder / PAGE}\n")
    return comparison.changed


@contextmanager
def _split(comparison: Comparison, root: Path, data: Path | None) -> Iterator[Comparison]:
    if data is None or not comparison.changed:
        yield comparison
        return
    for made, notes in stages(comparison.before, comparison.after, root, data, _say):
        yield replace(comparison, shares=shares(comparison, made), notes=tuple(notes))


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
