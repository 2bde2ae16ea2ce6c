"""Where in our own code a cell failed or warned: what to open, and at which line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from analysis.run.job import Job
from analysis.run.numbering import cell_names
from analysis.run.parameters import cells_of

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"File (\S+?\.py):(\d+)")
_IN_CELL = re.compile(r"(?:Cell )?In\[\d+\], line (\d+)")
_WARNING = re.compile(r"^(\S.*?):(\d+): (\w+): (.*)$")
_LIBRARY = re.compile(r".*site-packages[/\\]")
_MOST = 5


def cell_name(job: Job, cell: Mapping[str, Any]) -> str:
    """Return what messages call a cell of the notebook of a job."""
    cells = cells_of(Path(job.source))
    names = {each.get("id"): name for name, each in zip(cell_names(cells), cells, strict=True)}
    return names.get(cell.get("id"), "the cell with the parameters of the run")


def innermost(traceback: Iterable[str], job: Job) -> str:
    """Return file and line of the innermost frame of our own code (``src/analysis/formula.py:20``), or nothing."""
    code = code_of(job)
    frames = [(str(Path(file).expanduser()), line) for file, line in _FRAME.findall(_plain(traceback))]
    own = [f"src{file.removeprefix(code)}:{line}" for file, line in frames if file.startswith(code)]
    return Path(own[-1]).as_posix() if own else ""


def line_in_cell(traceback: Iterable[str]) -> str:
    """Return the line of the cell at which an error came out of it; nothing where that is not known."""
    lines = _IN_CELL.findall(_plain(traceback))
    return lines[-1] if lines else ""


def warnings_in(text: str, job: Job) -> list[str]:
    """Return each warning of a text: file, line, kind and words; on a line below it where in our own code it began."""
    code, found = code_of(job), []
    for line in text.splitlines():
        warning = _WARNING.match(line)
        if warning:
            place = "line" if "ipykernel" in warning[1] else _short(warning[1], code) + ":"
            found.append(f"{place}{' ' * (place == 'line')}{warning[2]}: {warning[3]}: {warning[4]}")
        elif line.startswith(FROM) and found:
            found[-1] += f"\n  {_short(line.strip(), code)}"
    return found[:_MOST] + ([f"and {len(found) - _MOST} more"] if len(found) > _MOST else [])


FROM = "  called at "
"""Begins the line below a warning that says where in our own code it came from."""


def code_of(job: Job) -> str:
    """Return the folder from which a kernel imports the package."""
    return job.code or str(Path(__file__).parents[3])


def _short(path: str, code: str) -> str:
    return _LIBRARY.sub("", path.replace(code, "src"))


def _plain(traceback: Iterable[str]) -> str:
    return _COLOURS.sub("", "\n".join(traceback))
