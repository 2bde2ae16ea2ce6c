"""Files in an edition's folder that no run made: a user's notes are not lost when another edition takes its place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from analysis.run.workspace import MANIFEST_FILE

# Where runs write, for an edition whose manifest cannot be read.
_FOLDERS = ("figures", "html", "internal", "notebooks", "public", "tables")
_PAGES = (".html", ".csv", ".json")
_OF_PROGRAMS = (".DS_Store", "Thumbs.db", "desktop.ini")
_FOLDERS_OF_PROGRAMS = (".ipynb_checkpoints", "__pycache__")


def set_aside(old: Path, aside: Path) -> Path | None:
    """Move the files of an old edition that no run made to the folder `aside`; return it, or None if there are none."""
    paths = list(strangers(old))
    for path in paths:
        target = aside / path.relative_to(old)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
    return aside if paths else None


def strangers(folder: Path) -> Iterator[Path]:
    """Give the files of an edition that no run made: its manifest does not name them."""
    named = _named(folder)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not (path.is_file() or path.is_symlink()) or name.parts[0] == "internal" or _of_program(name):
            continue
        known = name.as_posix() in named if named is not None else _is_where_runs_write(name)
        if not known:
            yield path


def _named(folder: Path) -> set[str] | None:
    with suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
        return {*json.loads((folder / MANIFEST_FILE).read_text("utf8"))["outputs"], MANIFEST_FILE}
    return None


def _is_where_runs_write(name: Path) -> bool:
    return name.parts[0] in _FOLDERS if len(name.parts) > 1 else name.suffix in _PAGES


def _of_program(name: Path) -> bool:
    return name.name in _OF_PROGRAMS or any(part in _FOLDERS_OF_PROGRAMS for part in name.parts)
