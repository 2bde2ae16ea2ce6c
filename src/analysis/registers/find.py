"""The files that a path of a mapping means: any case, and of several versions (V1, V2) the newest."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path, PurePosixPath

from analysis.errors import InputError, nearest
from analysis.registers.mapping import File, in_year

VERSION = re.compile(r"V(\d+)$", re.IGNORECASE)


def find(folder: Path, role: str, file: File, year: int) -> list[Path]:
    """Return the file of a year; of a file that may be several, all of them by name.

    Raises
    ------
    InputError : There is none, or more than one that is not an older version of another.
    """
    if not folder.is_dir():
        raise InputError("data.folder", "there is no such folder", hint="set data.folder, or STAAT_DATA")
    pattern = in_year(file.path, year)
    where = f"files.{role}"
    try:
        found = [path for path in _matching(folder, pattern) if path.is_file()]
    except OSError as error:  # its words name the folder
        hint = "who runs this must be allowed to list the folders of the path"
        raise InputError(where, f"cannot be looked for: {error.strerror}", hint=hint) from None
    if not found:
        raise InputError(where, f"no file matches {pattern!r}", hint=_hint(folder, pattern))
    newest = _newest(found, where)
    if len(newest) > 1 and not file.several:
        hint = "make the path more exact, or write `several: true` to take them all"
        raise InputError(where, f"{len(newest)} files match {pattern!r}, and they are not versions of one", hint=hint)
    return sorted(newest, key=lambda path: path.name.casefold())


def _matching(folder: Path, pattern: str) -> list[Path]:
    found = [folder]
    for part in PurePosixPath(pattern).parts:
        form = re.compile(re.escape(part).replace(r"\*", ".*"), re.IGNORECASE)
        found = [path for parent in found if parent.is_dir() for path in parent.iterdir() if form.fullmatch(path.name)]
    return found


def _newest(paths: list[Path], where: str) -> list[Path]:
    versions: dict[tuple[str, str], list[tuple[int, Path]]] = defaultdict(list)
    for path in paths:
        version = VERSION.search(path.stem)
        name = path.stem[: version.start()] if version else path.stem
        versions[str(path.parent), name.casefold()].append((int(version[1]) if version else 0, path))
    for files in versions.values():
        files.sort(reverse=True)
        if len(files) > 1 and files[0][0] == files[1][0]:
            raise InputError(where, "two files are the newest version", hint="remove the one that does not count")
    return [files[0][1] for files in versions.values()]


def _hint(folder: Path, pattern: str) -> str | None:
    *parents, name = PurePosixPath(pattern).parts
    beside = [
        path.name for parent in _matching(folder, "/".join(parents)) if parent.is_dir() for path in parent.iterdir()
    ]
    if nearest(name.casefold(), [other.casefold() for other in beside]):  # it is not shown: of whom is the file?
        return "a name in that folder is much like it: look for what differs"
    return f"{len(beside)} files are in that folder; is it the right one?"
