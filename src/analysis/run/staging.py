"""Build an edition beside the old one and swap it in whole; one run of an edition at a time.

Folders below the outputs, for the edition ``ci``:

- ``ci``: the published edition, whole;
- ``.ci.building-<token>``: being built by the run that holds the lock; when that run was killed it stays, and what
  succeeded in it counts in the next run;
- ``ci.unfinished``: what a run left that failed or was stopped, for the researcher to look at and the next run to
  go on from.

Each bears a marker (`analysis.run.owner`). A folder without one is somebody's, whatever its name: it is never taken
over, removed or swapped out, unless nothing is in it and it has the name that only runs give.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from analysis.errors import InputError, StaatError
from analysis.run import machine, private
from analysis.run.owner import OF_EDITION, identity, is_edition, is_empty, mark_edition, remove
from analysis.run.strangers import set_aside
from analysis.run.workspace import unfinished

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextmanager
def locked(outputs: Path, edition: str) -> Iterator[None]:
    """Hold the edition's lock; a second run of the same edition is refused with who holds it.

    The operating system frees the lock when its process dies, so there is no stale lock to clean by hand.
    """
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        file = machine.open_here(outputs / f".{edition}.lock", private.FILE)
    except OSError as error:
        raise InputError(str(outputs), f"cannot be written to: {error.strerror}", hint="--outputs DIR") from None
    with file:
        try:
            free = machine.lock(file)
        except OSError as error:
            hint = "choose a folder on a disk that has locks: --outputs DIR"
            raise InputError(str(outputs), f"cannot be locked: {error.strerror}", hint=hint) from None
        if not free:
            raise StaatError(f"{edition}: another run is making this edition: {_holder(file)}")
        _sign(file)
        yield


def begin(outputs: Path, edition: str) -> tuple[Path, list[Path]]:
    """Make an empty folder to build in, and return it with the folders that earlier runs left, the newest first.

    Call it with the lock held. What a killed run was building is renamed: a kernel of it that still lives somewhere
    finds its folder gone, and stops.

    Raises
    ------
    InputError
        When something has the edition's name, or that of its unfinished folder, that no run made.
    """
    _mend_swap(outputs, edition)
    for path in (outputs / edition, unfinished(outputs, edition)):
        refuse_others(path, edition)
    discard(_hollow(outputs, edition))
    left = []
    for old in _ours(outputs, edition, "building"):
        left.append(outputs / f".{edition}.left-{_token()}")
        _move(old, left[-1])
    left += [path for path in _ours(outputs, edition, "left") if path not in left]
    left.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    if unfinished(outputs, edition).exists():
        left.append(unfinished(outputs, edition))
    building = outputs / f".{edition}.building-{_token()}"
    private.make(private.make(building) / private.INTERNAL)
    mark_edition(building, edition)
    return building, left


def refuse_others(path: Path, edition: str) -> None:
    """Refuse to put an edition where something is that no run of this edition made; InputError."""
    hint = "move it away or choose another folder: --outputs DIR"
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise InputError(str(path), "is not a folder of its own, and an edition is replaced as one", hint=hint)
    if path.is_dir() and not is_empty(path) and not is_edition(path, edition):
        problem = f"is a folder that no run of {edition} made; an edition would take its path, and it is left alone"
        raise InputError(str(path), problem, hint=hint)


def leftovers(outputs: Path, edition: str) -> list[Path]:
    """Return the folders that runs left which did not finish, for looking only."""
    paths = (unfinished(outputs, edition), *_ours(outputs, edition, "building"), *_ours(outputs, edition, "left"))
    return [path for path in paths if is_edition(path, edition)]


def swap_in(built: Path, edition: Path) -> Path | None:
    """Put the built edition in the old one's path; a reader sees the old one or the new one, never half of either.

    Return the folder in which files of the old one were set aside that no run had made; None when it had none.
    """
    refuse_others(edition, edition.name)
    private.publish(built)
    if not edition.exists():
        _move(built, edition)
        return None
    _exchange(built, edition)
    strangers = set_aside(built, edition.with_name(f"{edition.name}.kept-{_token()}"))
    remove(built)
    return strangers


def put_in_place(built: Path, path: Path) -> None:
    """Put a folder where there is none, an empty one, or an older one, which is removed."""
    if not path.exists():
        _move(built, path)
        return
    _exchange(built, path)
    remove(built)


def keep_unfinished(built: Path, outputs: Path, edition: str) -> None:
    """Set a build that did not finish aside; the last good edition is untouched."""
    target = unfinished(outputs, edition)
    refuse_others(target, edition)
    built.chmod(private.FOLDER)
    private.close(built / private.INTERNAL)
    put_in_place(built, target)


def discard(folders: list[Path]) -> None:
    """Remove folders that nobody needs any more; what cannot be removed now is removed by the next run."""
    for folder in folders:
        with suppress(OSError):
            remove(folder)


def tidy(outputs: Path, edition: str) -> None:
    """Remove what earlier runs left of an edition that is up to date, unless another run is at it."""
    with suppress(StaatError, OSError), locked(outputs, edition):
        discard([*leftovers(outputs, edition), *_hollow(outputs, edition)])


def _ours(outputs: Path, edition: str, state: str) -> list[Path]:
    return sorted(path for path in outputs.glob(f".{edition}.{state}-*") if is_edition(path, edition))


def _hollow(outputs: Path, edition: str) -> list[Path]:
    """Return the folders that a run was killed in before it had marked them, or as it removed the last of them.

    No file is in them but half a marker.
    """
    named = re.compile(rf"\.{re.escape(edition)}\.(?:building|left)-[0-9a-f]{{8}}")
    return [
        folder
        for folder in outputs.iterdir()
        if named.fullmatch(folder.name)
        and folder.is_dir()
        and not (folder.is_symlink() or is_edition(folder, edition))
        and all(path == folder / OF_EDITION or (path.is_dir() and not path.is_symlink()) for path in folder.rglob("*"))
    ]


def _token() -> str:
    return secrets.token_hex(4)


def _sign(file: TextIO) -> None:
    file.seek(0)
    file.truncate()
    file.write(json.dumps(identity()))
    file.flush()


def _holder(file: TextIO) -> str:
    with suppress(OSError, ValueError, KeyError):
        file.seek(0)
        holder = json.loads(file.read())
        return f"process {holder['process']} on {holder['host']}, since {holder['since']} UTC"
    return "who it is cannot be read"


def _mend_swap(outputs: Path, edition: str) -> None:
    """Bring back an edition that a run set aside and was killed before it had put the new one in its path."""
    aside = _aside(outputs / edition)
    if is_edition(aside, edition) and not (outputs / edition).exists():
        _move(aside, outputs / edition)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name.lstrip('.')}.aside")


def _exchange(one: Path, other: Path) -> None:
    """Swap two folders in one system call; where the file system has none, in two renames."""
    if _exchanged(one, other):
        return
    aside = _aside(other)
    _move(other, aside)
    try:
        _move(one, other)
    except OSError:
        _move(aside, other)  # a program has a file of the new one open, where such a folder cannot be renamed
        raise
    _move(aside, one)


def _exchanged(one: Path, other: Path) -> bool:
    """Swap two folders in one system call, and return whether there is one."""
    if sys.platform == "win32":
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    done: bool = call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0
    if not done and ctypes.get_errno() not in (errno.EINVAL, errno.ENOSYS, errno.EXDEV):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))
    return done


def _move(old: Path, new: Path) -> None:
    """Rename a folder; copy it where the file system cannot rename it, such as one below another that is read only."""
    try:
        machine.rename(old, new)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copytree(old, new, symlinks=True)
        remove(old)
