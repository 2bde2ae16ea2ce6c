"""Folders and files that nobody but their owner may open, whatever the umask: they hold data of persons."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

FOLDER, FILE = 0o700, 0o600
INTERNAL = "internal"


def make(folder: Path) -> Path:
    """Make a folder for the owner alone; one that is there already is closed to others."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=FOLDER, exist_ok=True)
    folder.chmod(FOLDER)
    return folder


def close(folder: Path) -> None:
    """Close a folder and everything in it to others; what goes meanwhile needs no closing."""
    for path, _, files in os.walk(folder):
        with suppress(FileNotFoundError):
            Path(path).chmod(FOLDER)
        for name in files:
            with suppress(FileNotFoundError):
                Path(path, name).chmod(FILE)


def publish(folder: Path) -> None:
    """Open an edition to whom the umask lets read; what is internal in it stays closed."""
    umask = os.umask(0o077)
    os.umask(umask)
    for path, folders, files in os.walk(folder):
        if Path(path) == folder and INTERNAL in folders:
            folders.remove(INTERNAL)
            close(folder / INTERNAL)
        Path(path).chmod(0o777 & ~umask)
        for name in files:
            Path(path, name).chmod(0o666 & ~umask)


def opener(path: str, flags: int) -> int:
    """Open a file that, when it is new, is the owner's alone: for `open(..., opener=...)`."""
    return os.open(path, flags, FILE)
