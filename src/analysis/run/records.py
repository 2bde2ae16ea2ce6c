"""What a step left in an edition's folder: its files, and the record that says which code and data they came from.

The record is written last, and whole. A step without a record did not succeed, whatever lies there.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis.run.chain import Step
from analysis.run.hashes import Hashes
from analysis.run.seal import read_sealed, write_sealed

FORMAT = 1
UNSETTLED = ("internal", "unsettled")
"""What steps wrote themselves of files that were changed when the edition was settled, by stem."""
GATED = ("internal", "gated")
"""What is kept inside of published tables, by stem."""
Key = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Record:
    """The record of one step.

    Parameters
    ----------
    name
        The step's stem, or ``pages``.
    key
        What it came from, by kind; see `analysis.run.keys`.
    outputs
        SHA-256 of every file that it left, by path below the edition's folder.
    tables
        SHA-256 of every internal table that it handed over, by name.
    seconds, peak_mb, kernel
        How it was executed.
    ran
        When it finished, UTC.
    git
        The commit of the code that it ran on, and whether there were changes on top.
    """

    name: str
    key: Key
    outputs: Mapping[str, str]
    tables: Mapping[str, str]
    seconds: float
    peak_mb: float | None
    kernel: str
    ran: str
    git: Mapping[str, Any]


def write(folder: Path, record: Record) -> None:
    """Write a record: from now on the step's result counts."""
    write_sealed(_place(folder, record.name), {"format": FORMAT, **asdict(record)})
    _failure_place(folder, record.name).unlink(missing_ok=True)


def read(folder: Path, name: str) -> Record | None:
    """Return the record of a step, or None when there is no whole one of this format that was written here."""
    with suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
        told = read_sealed(_place(folder, name))
        if told.pop("format") == FORMAT and told["name"] == name:
            return Record(**told)
    return None


def is_of_others(folder: Path, name: str) -> bool:
    """Tell whether there is a record of a step that was not written here: it came with the folder, or was changed."""
    return _place(folder, name).exists() and read(folder, name) is None


def write_failure(folder: Path, name: str, error: str) -> None:
    """Note that a step failed, and with what message."""
    write_sealed(_failure_place(folder, name), {"error": error})


def read_failure(folder: Path, name: str) -> str | None:
    """Return the message with which a step failed in this folder, or None."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return str(read_sealed(_failure_place(folder, name))["error"])
    return None


def damage(folder: Path, record: Record, hashes: Hashes) -> str | None:
    """Return the first file of a step that is missing or was changed since, or None when all are as they were."""
    for path, told in record.outputs.items():
        try:
            if hashes.of(folder / path) != told:
                return f"{path} was changed"
        except OSError:
            return f"{path} is missing"
    return None


def files_of(folder: Path, step: Step) -> Iterator[Path]:
    """Give the files that lie where a step writes: executed notebook, tables, figures, notes, internal tables."""
    yield folder / "notebooks" / f"{step.notebook}.ipynb"
    for kind in ("tables", "figures"):
        yield from sorted(path for path in (folder / kind / step.stem).rglob("*") if path.is_file())
    yield folder / "internal" / "records" / f"{step.stem}.jsonl"
    for kept in (UNSETTLED, GATED):
        yield from sorted(path for path in folder.joinpath(*kept, step.stem).rglob("*") if path.is_file())
    for table in (*step.produces, *step.may_produce):
        yield folder / "internal" / f"{table}.parquet"


def unsettle(folder: Path, step: Step) -> bool:
    """Put back what a step wrote itself; tell whether the edition had been settled otherwise."""
    kept = folder.joinpath(*UNSETTLED, step.stem)
    for path in sorted(path for path in kept.rglob("*") if path.is_file()):
        place = folder / path.relative_to(kept)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
    found = kept.exists()
    shutil.rmtree(kept, ignore_errors=True)
    return found


def outputs_of(folder: Path, step: Step, hashes: Hashes) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a step left: the digest of each file by path, and of each internal table by name."""
    found = {path.relative_to(folder).as_posix(): hashes.of(path) for path in files_of(folder, step) if path.exists()}
    tables = {Path(path).stem: digest for path, digest in found.items() if path.endswith(".parquet")}
    return found, tables


def take_over(record: Record, old: Path, new: Path) -> None:
    """Copy the result of a step from one folder of an edition into another.

    A second name for the same file would be cheaper, and a notebook that writes to it would change what is published.
    """
    for path in record.outputs:
        (new / path).parent.mkdir(parents=True, exist_ok=True)
        (new / path).unlink(missing_ok=True)
        shutil.copy2(old / path, new / path)
    write(new, record)


def remove(folder: Path, step: Step) -> None:
    """Remove what a step left, its record first: half a result must never count."""
    _place(folder, step.stem).unlink(missing_ok=True)
    for path in list(files_of(folder, step)):
        path.unlink(missing_ok=True)


def _place(folder: Path, name: str) -> Path:
    return folder / "internal" / "steps" / f"{name}.json"


def _failure_place(folder: Path, name: str) -> Path:
    return folder / "internal" / "steps" / f"{name}.failed.json"
