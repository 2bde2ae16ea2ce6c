"""What `staat check` says of an edition: the office's tables, column by column, and the chapters that can run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.edition.own import intakes_beside, mapping_of
from analysis.edition.params import read_edition
from analysis.edition.readiness import Readiness, readiness
from analysis.variables import CACHE_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

READY, SOME, WRONG = 0, 1, 2
WIDTH = 27


def check_edition(path: Path, settings: Sequence[str], root: Path, memory: Path) -> tuple[str, int]:
    """Examine the registers of an edition, and say what is there, missing, unmapped or in violation, in counts.

    Returns
    -------
    tuple
        The report, and the exit code: 0 all chapters can run, 1 some cannot, 2 the mapping or the files are wrong.
    """
    edition = read_edition(path, settings)
    if not edition.intake:
        kind = "synthetic data" if edition.synthetic else "open data, whose files `staat run` compares with their cards"
        return f"{edition.edition} stands on {kind}: it has no mapping to check", READY
    from analysis.registers import examine
    from analysis.registers.secret import advice

    mapping = mapping_of(edition, intakes_beside(path, root))
    found = readiness(edition.given, mapping.columns(), mapping.years)
    cache = Path(os.environ.get(CACHE_VARIABLE) or memory / "registers")
    folder = Path(os.path.abspath(root / edition.folder))  # noqa: PTH100 - links stay links
    report = examine(mapping, folder, codes=edition.codes, seed=edition.seed, cache=cache)
    unkept = "" if edition.synthetic else advice(folder)
    lines = [str(report), *([f"{'secret':<{WIDTH}}{unkept}"] if unkept else []), *_of_chapters(found)]
    if report.errors():
        return "\n".join(lines), WRONG
    return "\n".join(lines), SOME if any(each.lacks for each in found.values()) else READY


def _of_chapters(found: Mapping[str, Readiness]) -> Iterator[str]:
    yield "chapters"
    for stem, each in found.items():
        yield f"  {stem:<{WIDTH - 2}}{_said(each)}"


def _said(each: Readiness) -> str:
    if each.lacks:
        columns = [str(lack) for lack in each.lacks if lack.column]
        tables = [f"no table {lack.table}" for lack in each.lacks if not lack.column]
        return "cannot run: " + ", ".join([*tables, *(f"no column {column}" for column in columns)])
    left_out = sorted({f"{what} (no {lack})" for what, lack in each.left_out})
    return "; ".join(["ready, leaves out", *left_out]).replace("; ", ": ", 1) if left_out else "ready"
