"""The room that memories take: of what is kept in a folder that goes first which was used longest ago."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path


def use(entry: Path) -> None:
    """Note that an entry, a file or a folder, was used now."""
    with suppress(OSError):
        os.utime(entry)


def by_use(entries: list[Path]) -> list[Path]:
    """Return entries with the one that was used last first; one that has gone is the last."""
    return sorted(entries, key=_used, reverse=True)


def make_room(folder: Path, most: int) -> None:
    """Remove what was used longest ago, down to `most` bytes, and what a killed run left half."""
    left = most
    for entry in by_use([*folder.glob("*")]):
        left -= _size(entry)
        if left < 0 or entry.name.startswith("."):
            with suppress(OSError):
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _used(entry: Path) -> float:
    with suppress(OSError):
        return entry.stat().st_mtime
    return 0.0


def _size(entry: Path) -> int:
    with suppress(OSError):
        files = [entry] if entry.is_file() else [file for file in entry.rglob("*") if file.is_file()]
        return sum(file.stat().st_size for file in files)
    return 0
