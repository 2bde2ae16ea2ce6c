"""What a step may read: a hook that sees every file a kernel opens and refuses what the step did not declare.

A file that is read without being declared is one that no record names and whose change reruns nothing. The guard is
against mistakes, not against malice: a program that a notebook starts is not watched.
"""
# The hook is in the way of every file that is opened, and Path takes several times as long as os.path.
# ruff: noqa: PTH109, PTH111, PTH112, PTH118

from __future__ import annotations

import json
import os
import site
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from analysis.errors import StaatError
from analysis.run.kernel.readers import watch_readers
from analysis.run.machine import SYSTEM_FOLDERS
from analysis.variables import CACHE_VARIABLE

Kind = Literal["file", "folder", "refused"]

_SYSTEM = ("/proc", "/sys", "/dev", "/usr", "/etc", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/opt", "/var/cache")
_FONTS_OF_WINDOWS = "AppData/Local/Microsoft/Windows/Fonts"
_CACHES = (
    ".cache",
    ".config/matplotlib",
    ".matplotlib",
    ".fonts",
    ".fontconfig",
    ".local/share/fonts",
    _FONTS_OF_WINDOWS,
)
_ACCESS = os.O_RDONLY | os.O_WRONLY | os.O_RDWR
_OPENED = "open"
_DATABASE = "sqlite3.connect"
_LISTED = frozenset(("os.listdir", "os.scandir"))
_EVENTS = frozenset((_OPENED, _DATABASE, *_LISTED))


class UndeclaredReadError(StaatError):
    """A notebook reads what its step does not declare."""


class Guard:
    """Decides about paths and keeps the record of what was read.

    The runner describes the step: ``notebook`` (its file), ``project`` (its folder), ``stem``, ``folder`` (of the
    edition being built), ``needs``, ``produces`` (internal tables) and ``reads`` (files and folders).
    """

    def __init__(self, step: Mapping[str, Any]) -> None:
        self.notebook = os.path.realpath(step["notebook"])
        self.building = os.path.realpath(step["folder"])
        self.reads = tuple(os.path.realpath(path) for path in step["reads"])
        self.project = os.path.realpath(step.get("project") or Path(self.notebook).parents[1])
        self.record = record_path(step["folder"], step["stem"])
        self.code = _code_folders()
        self.inside_code = tuple(folder + os.sep for folder in self.code)
        self.own = self._own(step)
        self.system = _system_folders()
        self.noted: set[tuple[Kind, str]] = set()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Look at one audit event."""
        if event not in _EVENTS or sys.is_finalizing():
            return
        if event == _OPENED:
            if _reads(arguments[2]):
                self.check(arguments[0])
        elif event == _DATABASE:
            if arguments[0] not in (":memory:", b":memory:", ""):
                self.check(arguments[0])
        else:
            self.check("." if arguments[0] is None else arguments[0], listing=True)

    def check(self, path: object, *, listing: bool = False) -> None:
        """Note that a file is read, or a folder listed.

        Raises
        ------
        UndeclaredReadError
            If the step does not declare it.
        """
        if not isinstance(path, str | bytes | os.PathLike):
            return  # a number of a file that is open already
        given = os.fsdecode(path)
        if given.startswith(self.inside_code) and os.pardir not in given:
            return  # an import, which is most of what is opened, spared the price of the next line
        real = os.path.realpath(given)
        if _below(real, self.code) or not os.path.lexists(real):
            return
        if _below(real, self.reads):
            self._note("folder" if os.path.isdir(real) else "file", real)
        elif not self._allowed(real, listing):
            self._note("refused", real)
            raise UndeclaredReadError(self._refusal(real))

    def _allowed(self, path: str, listing: bool) -> bool:
        if path in self.own or _below(path, self.own):
            return True
        if listing and (path == os.path.realpath(os.getcwd()) or path in map(os.path.realpath, sys.path)):
            return True  # what an import looks at
        return not _below(path, (self.building, self.project)) and _below(path, self.system)

    def _own(self, step: Mapping[str, Any]) -> tuple[str, ...]:
        inside = Path(self.building)
        tables = (inside / "internal" / f"{name}.parquet" for name in (*step["needs"], *step["produces"]))
        folders = (inside / kind / step["stem"] for kind in ("tables", "figures"))
        records = (inside / "internal" / "records" / f"{step['stem']}.{kind}" for kind in ("jsonl", "reads"))
        known = (inside / "internal" / "edition.json", *tables, *folders, *records)
        # A kernel's own temporary folder may be anywhere; what other programs keep in theirs is not its business.
        # What was read of registers is kept; the registers themselves are noted, whether read again or not.
        kept = [os.path.realpath(folder)] if (folder := os.environ.get(CACHE_VARIABLE)) else []
        kept += [os.path.realpath(step["remembers"])] if step.get("remembers") else []
        return (self.notebook, os.path.realpath(tempfile.gettempdir()), *kept, *map(str, known))

    def _note(self, kind: Kind, path: str) -> None:
        if (kind, path) in self.noted:
            return
        self.noted.add((kind, path))
        line = json.dumps({"kind": kind, "path": path}, ensure_ascii=False) + "\n"
        self.record.parent.mkdir(exist_ok=True)  # not its parents: where these are gone, the run has ended
        with self.record.open("a", encoding="utf8", newline="\n") as file:
            file.write(line)

    def _refusal(self, path: str) -> str:
        what = "lists the folder" if os.path.isdir(path) else "reads the file"
        if path.startswith(os.path.join(self.building, "internal")) and path.endswith(".parquet"):
            name = Path(path).stem
            hint = f"add the table {name!r} to needs, or wants, of its declaration"
            return f"{path}: the notebook {what} without declaring it; {hint}"
        problem = f"{path}: the notebook {what} without declaring it"
        return f"{problem}; add it to the step's reads, or let another step write it as a table"


def install(step: Mapping[str, Any]) -> Guard:
    """Watch what this process reads from now on; there is no way back."""
    guard = Guard(step)
    watch_readers(guard.check)
    sys.addaudithook(guard)
    return guard


def record_path(folder: str | Path, stem: str) -> Path:
    """Return the file with the record of what a step has read."""
    return Path(folder) / "internal" / "records" / f"{stem}.reads"


def read_record(folder: str | Path, stem: str) -> list[dict[str, str]]:
    """Return what a step has read and what it was refused: ``kind`` (file, folder, refused) and ``path``."""
    path = record_path(folder, stem)
    return [json.loads(line) for line in path.read_text("utf8").splitlines()] if path.exists() else []


def _reads(flags: int) -> bool:
    """Return whether a file that is opened with these flags is read: not when it is written only, or emptied first."""
    return flags & _ACCESS != os.O_WRONLY and not flags & (os.O_TRUNC | os.O_EXCL)


def _below(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + os.sep) for folder in folders)


def _code_folders() -> tuple[str, ...]:
    """Return where code lives: the interpreter, installed packages, this package."""
    standard = (sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    package = Path(__file__).parents[2]
    installed = (sys.prefix, sys.base_prefix, *standard, *site.getsitepackages(), site.getusersitepackages())
    return tuple({os.path.realpath(folder) for folder in (*installed, str(package)) if folder})


def _system_folders() -> tuple[str, ...]:
    """Return what belongs to the machine: its system, fonts and caches of fonts."""
    home = os.path.expanduser("~")
    caches = (os.path.join(home, cache) for cache in _CACHES)
    return tuple({os.path.realpath(path) for path in (*_SYSTEM, *SYSTEM_FOLDERS, os.devnull, *caches)})
