"""SHA-256 of files, remembered, so that what did not change is not read again."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from pathlib import Path

from analysis.run.seal import read_memory, write_sealed

HEADER = {"format": 2}
# A file written this recently may be written again within one tick of the file system's clock, unseen.
SETTLED_NS = 2_000_000_000
TICK_NS = 20_000_000
REMEMBERED = 20_000


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


class Hashes:
    """The SHA-256 of files and the names in folders.

    A digest is taken from memory only while device, inode, size and times are what they were, and only when the file
    had not been written for two seconds when it was read. One of the times is that of any change: who puts the time of
    writing back changes that one. Under another name a file is the same file. A memory that is damaged, or was not
    written here, is ignored: it costs time, nothing else.
    """

    def __init__(self, memory: Path | None = None) -> None:
        self._memory = memory
        self._known: dict[str, list[object]] = read_memory(memory, HEADER)
        self._changed = False

    def of(self, path: Path) -> str:
        """Return the SHA-256 of a file; OSError when it cannot be read."""
        status = path.stat()
        name, state = f"{status.st_dev}:{status.st_ino}", [status.st_size, status.st_mtime_ns, status.st_ctime_ns]
        known = self._known.get(name)
        if known and known[:-1] == state:
            return str(known[-1])
        since = time.time_ns() - status.st_ctime_ns
        if 0 <= since < TICK_NS:  # its time of writing was put back a moment ago
            time.sleep((TICK_NS - since) / 1e9)
        content = sha256(path)
        if time.time_ns() - status.st_mtime_ns > SETTLED_NS:
            self._known.pop(name, None)
            self._known[name] = [*state, content]
            self._changed = True
        return content

    def of_names(self, folder: Path) -> str:
        """Return the digest of the names in a folder; OSError when it cannot be listed."""
        return digest("\n".join(sorted(path.name for path in folder.iterdir())))

    def save(self) -> None:
        """Remember for the next command; a memory that cannot be written is no reason to fail."""
        if self._memory and self._changed:
            newest = dict(list(self._known.items())[-REMEMBERED:])
            with suppress(OSError):
                write_sealed(self._memory, {**HEADER, "files": newest})
            self._changed = False
