"""Results of steps that earlier runs made, kept by what they came from: what is changed back is not computed again.

Below the memory of the outputs is ``results/``, a folder per result, laid out as an edition is. What was computed on
registers of persons is never kept there. The results that were used last stay, up to `MOST` bytes.

A shared folder (``--cache DIR``) holds the same for colleagues. What is taken from it is data: tables, pictures, notes
and the executed notebook, each checked by its digest, and nothing in it is executed. No seal vouches for it, so who may
write in that folder may put a number into the edition of who reads from it.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

from analysis.run import private, records
from analysis.run.chain import Step
from analysis.run.hashes import digest, sha256
from analysis.run.records import Record
from analysis.run.room import by_use, make_room, use

FOLDER, RECORD = "results", "record.json"
MOST = 2 << 30
"""Bytes of kept results; an edition of a large city has a tenth of it."""
ENDINGS = {
    "notebooks": {".ipynb"},
    "tables": {".csv", ".json", ".xlsx"},
    "figures": {".png", ".svg"},
    "internal": {".parquet", ".json", ".jsonl"},
}
"""What a result may consist of."""


class Earlier:
    """The results that are kept below the outputs, and which steps are under way; `claims` are by key."""

    def __init__(self, memory: Path, most: int = MOST) -> None:
        self.folder, self.most = memory / FOLDER, most
        self.claims: dict[str, object] = {}  # who is at the result of a key

    def folders(self, stem: str) -> list[Path]:
        """Return the folders that hold results of a step, the last used first."""
        return by_use([*self.folder.glob(f"{stem}-*")])

    def keep(self, record: Record, built: Path) -> Path | None:
        """Keep the result of a step that `built` holds; None where it cannot be written, which is no fault."""
        place = self.folder / name_of(record)
        with suppress(OSError):
            private.make(self.folder)
            shutil.rmtree(place, ignore_errors=True)  # it was not taken: it is damaged, or was to be made anew
            _put(place, lambda partial: records.take_over(record, built, private.make(partial)))
            return place
        return None

    def use(self, place: Path) -> None:
        """Note that a kept result was used, so that it stays."""
        if place.parent == self.folder:
            use(place)

    def tidy(self) -> None:
        """Make room for what comes."""
        make_room(self.folder, self.most)


class Shared:
    """The results in a folder that colleagues share.

    Parameters
    ----------
    folder : The folder; it is made where there is none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, record: Record, kept: Path) -> None:
        """Copy a kept result into the folder; one that is there stays. A folder that is full or closed is no fault."""
        place = self.folder / name_of(record)
        if place.exists():
            return
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            _put(place, lambda partial: _copy(record, kept, partial))

    def take(self, step: Step, valid: Callable[[Record], bool], earlier: Earlier) -> bool:
        """Keep here what the folder holds of a step, if it is whole and `valid`; return whether there was any."""
        for place in sorted(self.folder.glob(f"{step.stem}-*")):
            record = _read(place, step)
            if record and name_of(record) == place.name and valid(record):
                with suppress(OSError, ValueError):
                    if earlier.keep(record, _checked(place, record, step)):
                        return True
        return False


def name_of(record: Record) -> str:
    """Return the name of the folder of a result: its step and the digest of what it came from."""
    return f"{record.name}-{digest(json.dumps(record.key, sort_keys=True, default=str))[:32]}"


def _put(place: Path, write: Callable[[Path], object]) -> None:
    """Write a folder that appears whole; where another run put one meanwhile, that one stays."""
    partial = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        write(partial)
        partial.rename(place)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _copy(record: Record, kept: Path, to: Path) -> None:
    for path in record.outputs:
        (to / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(kept / path, to / path)
    (to / RECORD).write_text(json.dumps(asdict(record), ensure_ascii=False, default=str), "utf8", newline="\n")


def _read(place: Path, step: Step) -> Record | None:
    """Return the record of a shared result; None where it is none, or of files that no step of this name leaves."""
    with suppress(OSError, ValueError, TypeError, AttributeError, RecursionError):
        values: dict[str, Any] = json.loads((place / RECORD).read_text("utf8"))
        record = Record(**values)
        named = all(isinstance(each, Mapping) for each in (record.key, record.outputs, record.tables, record.git))
        plain = all(isinstance(each, str) for each in (record.kernel, record.ran, record.edition))
        timed = isinstance(record.seconds, int | float) and isinstance(record.peak_mb, int | float | None)
        if (
            record.name == step.stem
            and named
            and plain
            and timed
            and all(_is_of(path, step) for path in record.outputs)
        ):
            return record
    return None


def _is_of(path: str, step: Step) -> bool:
    """Return whether a path is one of the files that a step may leave."""
    parts = PurePosixPath(path).parts
    if len(parts) < 2 or ".." in parts or "\\" in path or PurePosixPath(path).as_posix() != path:
        return False
    return PurePosixPath(path).suffix in ENDINGS.get(parts[0], ()) and _place(parts, step)


def _place(parts: tuple[str, ...], step: Step) -> bool:
    match parts:
        case ("notebooks", name):
            return name == f"{step.notebook}.ipynb"
        case ("tables" | "figures", stem, _):
            return stem == step.stem
        case ("internal", "records", name):
            return name == f"{step.stem}.jsonl"
        case ("internal", "gated", stem, _):
            return stem == step.stem
        case ("internal", name):
            return PurePosixPath(name).stem in (*step.produces, *step.may_produce)
    return False


def _checked(place: Path, record: Record, step: Step) -> Path:
    """Return the folder of a shared result whose every file is the one that its record names, and no link.

    Raises
    ------
    ValueError
        For one that is not.
    """
    for path, known in record.outputs.items():
        parts = PurePosixPath(path).parts
        linked = any((place / Path(*parts[:depth])).is_symlink() for depth in range(1, len(parts) + 1))
        if linked or sha256(place / path) != known:
            raise ValueError(f"{step.stem}: {path} is not the file that its record names")
    tables = {Path(path).stem: known for path, known in record.outputs.items() if path.endswith(".parquet")}
    if tables != dict(record.tables):
        raise ValueError(f"{step.stem}: its tables are not those that its record names")
    return place


def bases(outputs: Path, edition: str) -> Iterator[Path]:
    """Give the folder of the edition that a variant is of; an edition of its own has none."""
    base, variant, _ = edition.partition("+")
    if variant:
        yield outputs / base
