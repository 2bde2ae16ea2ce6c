"""The mark of made-up data, which neither real nor made-up files lose unnoticed.

Parquet and SPSS files carry it themselves; files that cannot lie in a folder with a file ``SYNTHETIC``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow.parquet as pq

from analysis.data.tables import KIND
from analysis.errors import InputError
from analysis.registers.formats import reading, spss_label
from analysis.registers.mapping import EXTENSIONS, File

MARK = "SYNTHETIC"
"""Name of the file that marks a folder, and label of an SPSS file."""


def mark(folder: Path) -> None:
    """Mark a folder: all files below it are made up."""
    (folder / MARK).write_text("Made up: about no real child, school or board.\n", "utf8", newline="\n")


def check_marks(synthetic: bool, folder: Path, files: Mapping[str, Iterable[Path]]) -> None:
    """Refuse real files in a mapping of made-up ones, and the reverse.

    Parameters
    ----------
    synthetic : What the mapping says of its files.
    folder : The folder of the edition; a mark in it, or below it beside a file, counts.
    files : The files by role.
    """
    for role, paths in files.items():
        for path in paths:
            with reading(role, File(path=path.name, format=EXTENSIONS.get(path.suffix.lower(), "csv"))):
                made_up = is_marked(path, folder)
            if synthetic and not made_up:
                hint = (
                    "synthetic: false for real data; made-up files keep the file SYNTHETIC of `staat world` beside them"
                )
                raise InputError(
                    f"files.{role}", "bears no mark of made-up data, and the mapping says synthetic", hint=hint
                )
            if made_up and not synthetic:
                hint = "synthetic: true, or the real file"
                raise InputError(
                    f"files.{role}", "bears the mark of made-up data, and the mapping says real", hint=hint
                )


def is_marked(path: Path, folder: Path) -> bool:
    """Tell whether a file bears the mark of made-up data, or lies below a folder that does."""
    parents = [parent for parent in path.parents if parent == folder or folder in parent.parents]
    return any((parent / MARK).exists() for parent in parents) or _of_itself(path)


def _of_itself(path: Path) -> bool:
    kind = EXTENSIONS.get(path.suffix.lower())
    if kind == "parquet":
        return (pq.read_schema(path).metadata or {}).get(KIND) == b"synthetic"
    return kind == "sav" and spss_label(path).upper().startswith(MARK)
