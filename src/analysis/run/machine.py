"""What the system of this machine has, and what does the same where it has less.

Windows has no fork, no sockets of the file system, no groups of processes; it renames nothing that a program has open,
and tells of a file when it was made rather than when it last changed in any way.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

WINDOWS = sys.platform == "win32"
FORKS = sys.platform == "linux"  # that of macOS is not safe with its own libraries loaded
# Sockets of the file system, which no network reaches.
LOCAL_SOCKETS = not WINDOWS
# Seconds between two looks while the main thread waits: one of Windows does not hear Ctrl-C while it waits without end.
LOOK_EVERY = 0.5 if WINDOWS else None
# What a user may not change but every program reads: its own folders, besides those below the root of other systems.
SYSTEM_FOLDERS = tuple(folder for name in ("SYSTEMROOT", "PROGRAMDATA") if WINDOWS and (folder := os.environ.get(name)))

_FAR = 1 << 30  # bytes; a lock of Windows keeps others from reading what it is on, so it is on nothing
_PATIENCE = 2.0  # seconds; a scanner of viruses looks at what was just written, and lets go


def lock(file: TextIO) -> bool:
    """Lock an open file until it is closed; return False when another process holds it.

    Raises
    ------
    OSError
        The disk has no locks.
    """
    try:
        if sys.platform == "win32":
            _lock_far(file.fileno())
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            raise
        return False
    return True


def open_here(path: Path, mode: int) -> TextIO:
    """Open a file for reading and writing, new if need be, never what a link of its name leads to."""
    wanted = ("O_NOFOLLOW", "O_CLOEXEC", "O_BINARY", "O_NOINHERIT")
    flags = os.O_RDWR | os.O_CREAT
    for name in wanted:
        flags |= getattr(os, name, 0)
    return os.fdopen(os.open(path, flags, mode), "r+", encoding="utf8", newline="\n")


def replace(old: Path, new: Path) -> None:
    """Give a file the path of another, which is then gone; readers meet the one or the other, whole."""
    patiently(lambda: old.replace(new))


def rename(old: Path, new: Path) -> None:
    """Give a folder another path."""
    patiently(lambda: old.rename(new))


def patiently(call: Callable[[], object], patience: float = _PATIENCE if WINDOWS else 0.0) -> None:
    """Call, and again for some seconds while another program has the file open: Windows renames nothing that is."""
    deadline = time.monotonic() + patience
    while True:
        try:
            call()
        except PermissionError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.02)
        else:
            return


def changed_ns(status: os.stat_result) -> int:
    """Return when a file last changed (ns), as far as the system tells.

    Where it tells of a change of any kind, that time can be neither put back nor on; Windows tells when a file was
    made, and when it was written, which can.
    """
    return max(status.st_ctime_ns, status.st_mtime_ns) if WINDOWS else status.st_ctime_ns


def is_mine(status: os.stat_result) -> bool:
    """Return whether a file or folder is this user's; Windows says nothing of it, and refuses what is not."""
    if sys.platform == "win32":
        return True
    return status.st_uid == os.getuid()


def spellings(folder: str) -> tuple[str, ...]:
    r"""Return how a text may write a folder of Windows: as it is, with ``/``, and within quotes with ``\\``."""
    return tuple(dict.fromkeys((folder, folder.replace("\\", "/"), folder.replace("\\", "\\\\"))))


def _lock_far(number: int) -> None:
    if sys.platform == "win32":
        here = os.lseek(number, 0, os.SEEK_CUR)
        try:
            os.lseek(number, _FAR, os.SEEK_SET)
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(number, here, os.SEEK_SET)
