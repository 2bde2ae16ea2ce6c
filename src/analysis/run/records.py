"""What a step left in an edition's folder: its files, and the record that says which code and data they came from.

The record is written last, and whole. A step without a record did not succeed, whatever files there are.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.run import machine
from analysis.run.chain import Step
from analysis.run.hashes import Hashes
from analysis.run.seal import read_sealed, write_sealed

FORMAT = 1
UNSETTLED = ("internal", "unsettled")
"""What steps wrote themselves of files that were changed when the edition was settled, by stem."""
GATED = ("internal", "gated")
"""The published tables with what only insiders see, by stem."""
Key = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Record:
    """The record of one step."""

    name: str  # the step's stem, or ``pages``
    key: Key  # what it came from, by kind; see `analysis.run.keys`
    outputs: Mapping[str, str]  # SHA-256 of every file that it left, by path below the edition's folder
    tables: Mapping[str, str]  # SHA-256 of every internal table that it wrote, by name
    seconds: float
    peak_mb: float | None
    kernel: str
    ran: str  # when it finished, UTC
    git: Mapping[str, Any]  # the commit of the code that it ran on, and whether there were changes on top
    edition: str = ""  # whose name its files bear; empty in records that do not say


def write(folder: Path, record: Record) -> None:
    """Write a record: from now on the step's result counts."""
    write_sealed(_path(folder, record.name), {"format": FORMAT, **vars(record)})
    _failure_path(folder, record.name).unlink(missing_ok=True)


def read(folder: Path, name: str) -> Record | None:
    """Return the record of a step, or None when there is no whole one of this format that was written here."""
    with suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
        values = read_sealed(_path(folder, name))
        if values.pop("format") == FORMAT and values["name"] == name:
            return Record(**values)
    return None


def is_of_others(folder: Path, name: str) -> bool:
    """Return whether there is a record of a step that was not written here: it came with the folder, or was changed."""
    return _path(folder, name).exists() and read(folder, name) is None


def write_failure(folder: Path, name: str, error: str) -> None:
    """Note that a step failed, and with what message."""
    write_sealed(_failure_path(folder, name), {"error": error})


def read_failure(folder: Path, name: str) -> str | None:
    """Return the message with which a step failed in this folder, or None."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return str(read_sealed(_failure_path(folder, name))["error"])
    return None


def damage(folder: Path, record: Record, hashes: Hashes) -> str | None:
    """Return the first file of a step that is missing or was changed since, or None when all are as they were."""
    for path, digest in record.outputs.items():
        try:
            if hashes.of(folder / path) != digest:
                return f"{path} was changed"
        except OSError:
            return f"{path} is missing"
    return None


def files_of(folder: Path, step: Step) -> Iterator[Path]:
    """Give the files of a step: executed notebook, tables, figures, notes, internal tables."""
    yield folder / "notebooks" / f"{step.notebook}.ipynb"
    for kind in ("tables", "figures"):
        yield from sorted(path for path in (folder / kind / step.stem).rglob("*") if path.is_file())
    yield folder / "internal" / "records" / f"{step.stem}.jsonl"
    for parts in (UNSETTLED, GATED):
        yield from sorted(path for path in folder.joinpath(*parts, step.stem).rglob("*") if path.is_file())
    for table in (*step.produces, *step.may_produce):
        yield folder / "internal" / f"{table}.parquet"


def unsettle(folder: Path, step: Step) -> bool:
    """Put back what a step wrote itself; return whether the edition had been settled otherwise."""
    original = folder.joinpath(*UNSETTLED, step.stem)
    settled = original.exists()
    for path in sorted(path for path in original.rglob("*") if path.is_file()):
        target = folder / path.relative_to(original)
        target.parent.mkdir(parents=True, exist_ok=True)
        machine.replace(path, target)
    shutil.rmtree(original, ignore_errors=True)
    return settled


def outputs_of(folder: Path, step: Step, hashes: Hashes) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a step left: the digest of each file by path, and of each internal table by name."""
    files = {path.relative_to(folder).as_posix(): hashes.of(path) for path in files_of(folder, step) if path.exists()}
    tables = {Path(path).stem: digest for path, digest in files.items() if path.endswith(".parquet")}
    return files, tables


def take_over(record: Record, old: Path, new: Path) -> None:
    """Copy the result of a step from one folder of an edition into another.

    A second name for the same file would be cheaper, and a notebook that writes to it would change what is published.
    """
    for path in record.outputs:
        (new / path).parent.mkdir(parents=True, exist_ok=True)
        (new / path).unlink(missing_ok=True)
        shutil.copy2(old / path, new / path)
    write(new, record)


def _path(folder: Path, name: str) -> Path:
    return folder / "internal" / "steps" / f"{name}.json"


def _failure_path(folder: Path, name: str) -> Path:
    return folder / "internal" / "steps" / f"{name}.failed.json"
