"""Build an edition beside the old one and swap it in whole; one run of an edition at a time."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.errors import InputError, StaatError

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextmanager
def locked(outputs: Path, edition: str) -> Iterator[None]:
    """Hold the edition's lock; a second run of the same edition is refused with who holds it.

    The kernel frees the lock when its process dies, so there is no stale lock to clean by hand.
    """
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        file = (outputs / f".{edition}.lock").open("a+", encoding="utf8")
    except OSError as error:
        raise InputError(str(outputs), f"cannot be written to: {error.strerror}", hint="--outputs DIR") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise StaatError(f"{edition}: another run is making this edition (process {file.read().strip()})") from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield


def fresh(outputs: Path, edition: str) -> Path:
    """Return an empty folder to build the edition in."""
    folder = outputs / f"{edition}.building"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def swap_in(built: Path, edition: Path) -> None:
    """Put the built edition in the old one's place; a reader sees the old one or the new one, never half of either."""
    if edition.exists():
        _exchange(built, edition)
        shutil.rmtree(built)
    else:
        built.rename(edition)


def keep_failed(built: Path, edition: Path) -> Path:
    """Set a failed build aside, for the researcher to look at; the last good edition is untouched."""
    failed = edition.with_name(f"{edition.name}.failed")
    shutil.rmtree(failed, ignore_errors=True)
    return built.rename(failed)


def _exchange(one: Path, other: Path) -> None:
    """Swap two folders in one system call; where the file system has none, in two renames."""
    libc = ctypes.CDLL(None, use_errno=True)
    call = getattr(libc, "renameat2", None)
    if call is not None:
        if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
            return
        if ctypes.get_errno() not in (errno.EINVAL, errno.ENOSYS):
            raise OSError(ctypes.get_errno(), f"cannot swap {one} with {other}")
    aside = other.with_name(f"{other.name}.old")
    other.rename(aside)
    one.rename(other)
    aside.rename(one)
