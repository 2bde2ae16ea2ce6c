"""The messages when a notebook does not succeed: what happened, where, and how to look into it."""

from __future__ import annotations

import errno
import os
import shlex
import signal
from pathlib import Path
from typing import Any

from analysis.errors import InputError, RegisterError
from analysis.run.job import Job
from analysis.run.kernel.confidential import ERRNO, OWN
from analysis.run.kernel.offspring import KILL
from analysis.run.kernel.where import cell_name, innermost, line_in_cell, warnings_in

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
_CLOSED = frozenset((errno.EROFS, errno.EACCES))
_LAST_LINES = 12
_LONGEST = 200  # characters


def of_cell(job: Job, error: Any, cell: Any, seconds: float) -> tuple[str, int]:  # noqa: ANN401 - papermill ships no types
    """Return the message about a cell that raised, from papermill's error, and the exit code."""
    where = _where(job, error, cell)
    if error.ename in (InputError.__name__, RegisterError.__name__):
        return f"{job.notebook} stopped: {error.evalue}\n  in      {where}", InputError.exit_code
    unwritable = _disk_trouble(job, error.ename, str(error.evalue))
    if unwritable:
        return unwritable, InputError.exit_code
    text = _text(error.ename, str(error.evalue))
    if error.ename.endswith("MemoryError"):
        text += "\n    the notebook ran out of memory"
    head = f"{job.notebook} failed after {seconds:.1f} s, in {where}"
    return f"{head}\n  error\n    {text}\n{_circumstances(job, error.source)}", 1


def of_warning(job: Job, cell: Any, said: str, seconds: float) -> str:  # noqa: ANN401 - a notebook's cell
    """Return the message about a cell that warns, or writes to stderr otherwise; a finished page holds neither."""
    lines = warnings_in(said, job)
    kind = "warns" if lines else "writes to stderr"
    shown = "".join(f"    {line}\n" for text in lines or said.splitlines()[:_LAST_LINES] for line in text.splitlines())
    head = f"{job.notebook} failed after {seconds:.1f} s, in {cell_name(job, cell)}: it {kind}; cure that"
    return f"{head}\n  said\n{shown}{_circumstances(job, cell.source)}"


def of_kernel(job: Job, end: str, seconds: float, *, cell: Any = None, peak_mb: float | None = None) -> str:  # noqa: ANN401 - a notebook's cell
    """Return the message about a kernel that is no more; `end` says how it ended."""
    memory = "" if peak_mb is None else f", having held {peak_mb:,.0f} MB at most"
    head = f"{job.notebook}: the kernel stopped after {seconds:.1f} s: {end}{memory}"
    return f"{head}\n{_circumstances(job, None if cell is None else cell.source)}"


def of_timeout(job: Job, cell: Any) -> str:  # noqa: ANN401 - a notebook's cell
    """Return the message about a notebook that took too long."""
    head = f"{job.notebook}: stopped after {job.timeout:g} s, the limit; raise `timeout` to give it longer"
    return f"{head}\n{_circumstances(job, None if cell is None else cell.source)}"


def of_disk(path: str | os.PathLike[str], error: OSError) -> str:
    """Return the message about a file or folder that the run cannot use."""
    return str(InputError(str(path), _writing(error.errno) or error.strerror or str(error)))


def of_reads(job: Job, refused: list[str]) -> str:
    """Return the message about reads that the notebook did not declare and went on without."""
    many = f"    {len(refused)} files, which are not named: a file of persons may be named after one"
    files = many if job.confidential else "\n".join(f"    {path}" for path in refused)
    return (
        f"{job.notebook} failed: it reads what its step does not declare, and went on when it was refused\n"
        f"  read\n{files}\n  do\n    add it to the step's reads, or let another step write it as a table\n"
        f"{_look(job)}"
    )


def how_it_ended(returncode: int | None, killed_for_memory: bool, log: str) -> str:
    """Return how a kernel ended: its return code, negative for a signal, and the last lines of its log.

    `killed_for_memory` is whether the machine has killed something of this control group meanwhile.
    """
    if returncode is not None and returncode < 0:
        end = f"killed by {_signal(-returncode)}"
    else:
        end = f"it ended with exit code {returncode}"
    if returncode == -KILL:
        end += ": out of memory" if killed_for_memory else ": most likely out of memory"
    return end + _last_words(log)


def _signal(number: int) -> str:
    known = {int(each): each.name for each in signal.Signals}
    return known.get(number, f"signal {number}")


def silence(log: str) -> str:
    """Return that a kernel never answered."""
    return "it did not answer" + _last_words(log)


def _last_words(log: str) -> str:
    last = "".join(f"\n    {line}" for line in log.splitlines()[-_LAST_LINES:])
    return f"; its last words were{last}\n " if last else ""


def _text(name: str, message: str) -> str:
    """Return what an exception says; of those that are not our own one short line, for they may hold data."""
    if name in OWN:
        return f"{name}: {message}".replace("\n", "\n    ")
    first = message.strip().partition("\n")[0]
    short = first if len(first) <= _LONGEST else f"{first[:_LONGEST]}..."
    more = "" if short == message.strip() else "\n    (all that it says is in the executed notebook)"
    return f"{name}: {short}{more}"


def _disk_trouble(job: Job, name: str, message: str) -> str | None:
    match = ERRNO.search(message)
    if not match or not name.endswith(("Error", "Exception")):
        return None
    number = int(match[1])
    if number in _FULL or (number in _CLOSED and job.folder in message):
        return of_disk(job.folder, OSError(number, os.strerror(number)))
    return None


def _writing(number: int | None) -> str | None:
    if number in _FULL:
        return "cannot be written to: the disk is full"
    if number in _CLOSED:
        return "cannot be written to: it is read-only, or belongs to someone else"
    return None


def _circumstances(job: Job, source: str | None) -> str:
    code = "" if source is None else "  cell\n" + "\n".join(f"    {line}" for line in source.splitlines()) + "\n"
    values = "\n".join(f"    {name} = {value!r}" for name, value in job.parameters.items())
    return f"{code}  parameters\n{values}\n{_look(job)}"


def _where(job: Job, error: Any, cell: Any) -> str:  # noqa: ANN401 - papermill ships no types
    """Return cell, its line, and the innermost line of our own code."""
    line, own = line_in_cell(error.traceback), innermost(error.traceback, job)
    name = f"cell [{error.exec_count}]" if cell is None else cell_name(job, cell)
    return ", ".join(filter(None, [name, line and f"line {line}", own and f"at {own}"]))


def _look(job: Job) -> str:
    outputs, edition = Path(job.folder).parent, job.edition.partition("+")[0]
    elsewhere = "" if outputs == job.project / "outputs" else f"--outputs {shlex.quote(str(outputs))}"
    words = " ".join(filter(None, ["staat lab", edition, job.stem, "--failed", job.settings, elsewhere]))
    return f"  look\n    {words}\n    as executed: {job.executed}"
