"""Whose a folder is: a marker in every folder that we make, and only folders with one are ever removed.

A name proves nothing (a user may have a folder ``staat-2019-2020``), nor does the number of a process: two containers
that share a disk count their processes alike, and a number is given out again. So a marker says which machine made
the folder, since which start of that machine, and when; and who uses the folder holds a lock on the marker, which the
operating system frees when that process ends.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from analysis.errors import InputError
from analysis.run import machine
from analysis.run.workspace import EDITION_FILE, MANIFEST_FILE

MAKER = "staat"
MARKER = ".made-by-staat.json"
OF_EDITION = Path("internal") / "steps" / "folder.json"  # never in what is released: it names the machine
LONGEST = 1 << 20  # bytes; a marker has 200
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def identity() -> dict[str, Any]:
    """Return who makes a folder: the machine, the time since which it runs, the process, and the present moment."""
    boot = None
    with suppress(OSError):
        boot = _BOOT.read_text("ascii").strip()
    since = datetime.now(UTC).isoformat(" ", "seconds")
    return {"made_by": MAKER, "host": socket.gethostname(), "boot": boot, "process": os.getpid(), "since": since}


def mark_edition(folder: Path, edition: str) -> None:
    """Mark a folder in which an edition is built."""
    marker = folder / OF_EDITION
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text(json.dumps({**identity(), "edition": edition}), "utf8", newline="\n")


def is_edition(folder: Path, edition: str) -> bool:
    """Return whether a run made this folder for this edition; one from before there were markers counts too."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    markers = (OF_EDITION, Path("internal") / EDITION_FILE, Path(MANIFEST_FILE))
    return any(_read(folder / marker).get("edition") == edition for marker in markers)


def is_empty(folder: Path) -> bool:
    """Return whether nothing is in a folder."""
    return next(folder.iterdir(), None) is None


def temporary() -> Path:
    """Return the folder of this machine for temporary files."""
    try:
        return Path(tempfile.gettempdir())
    except OSError:
        problem = "no folder for temporary files can be written to"
        raise InputError("TMPDIR", problem, hint="make room in /tmp, or TMPDIR=DIR") from None


@contextmanager
def own_folder(where: Path, prefix: str) -> Iterator[Path]:
    """Give a new folder with a marker, held for as long as the block lasts and then removed.

    Folders beside it that were made in the same way, and whose makers are gone, are removed first: what was killed may
    have left confidential data in them.

    Raises
    ------
    InputError
        When there can be no new folder in `where`.
    """
    try:
        where.mkdir(parents=True, exist_ok=True)
        _clear(where.glob(f"{prefix}*"))
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=where))
    except OSError as error:
        hint = "choose another folder: --outputs DIR for editions, TMPDIR=DIR for what is temporary"
        raise InputError(str(where), f"cannot be written to: {error.strerror}", hint=hint) from None
    try:
        with _held(folder):
            yield folder
    finally:
        with suppress(OSError):
            remove(folder, Path(MARKER))


def remove(folder: Path, marker: Path = OF_EDITION) -> None:
    """Remove a folder, its marker last: what a kill leaves of it is known as ours, and removed by the next run."""
    here = folder
    for part in marker.parts:
        for child in [*here.iterdir()] if here.is_dir() else []:
            if child.name != part:
                _drop(child)
        here = here / part
    shutil.rmtree(folder)


def _drop(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    with (folder / MARKER).open("x", encoding="utf8", newline="\n") as file:
        _lock(file)  # while it is empty: nobody meets a marker that is not held yet
        file.write(json.dumps(identity()))
        file.flush()
        yield


def _clear(folders: Iterable[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            if not folder.is_symlink() and _read(folder / MARKER).get("made_by") == MAKER and _abandoned(folder):
                remove(folder, Path(MARKER))


def _abandoned(folder: Path) -> bool:
    """Return whether nobody holds a folder's marker any more; never where the disk has no locks."""
    with (folder / MARKER).open("r+", encoding="utf8") as file:
        return machine.is_mine(folder.stat()) and _lock(file)


def _lock(file: TextIO) -> bool:
    try:
        return machine.lock(file)
    except OSError:
        return False


def _read(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError, RecursionError):
        if path.is_file() and path.stat().st_size < LONGEST * 64:
            values = json.loads(path.read_text("utf8"))
            return values if isinstance(values, dict) else {}
    return {}
