"""A copy of notebooks and code, taken when a run begins: what is executed is what the records name.

A notebook waits for what it needs, a kernel imports a module when its cell does, and meanwhile both may be edited, and
changed back. So a run judges, executes and records one copy, which nobody edits.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import analysis
from analysis.errors import InputError, StaatError
from analysis.run.assess import Project
from analysis.run.machine import changed_ns
from analysis.run.owner import own_folder, temporary

PREFIX = "staat-code-"
_NO_CODE = shutil.ignore_patterns("__pycache__", ".*")
_INDICES = "__pycache__/*.nbi"
"""Of what numba compiled, beside its source: it takes seconds, and counts as long as that file is the same."""


@dataclass(frozen=True)
class Snapshot:
    """The copy that a run works with."""

    project: Project  # with notebooks and package in the copy
    original: Project  # as its user knows it
    begun: int  # when the copy was begun, or before it this process, where it runs the same package (ns)

    def edited(self, names: list[str]) -> Path | None:
        """Return the first of these files of the package that was written since the run was begun, if any was.

        The time of its last change of any kind counts: unlike that of writing, it cannot be put back.
        """
        for name in names:
            file = self.original.package / name
            with suppress(OSError):
                if changed_ns(file.stat()) <= self.begun:
                    continue
            return file
        return None


@contextmanager
def snapshot(project: Project, *, shared: bool) -> Iterator[Snapshot]:
    """Copy notebooks and code for as long as a run lasts; below the outputs when other machines must see the copy.

    Raises
    ------
    InputError
        When they cannot be copied.
    """
    where, prefix = (project.outputs, f".{PREFIX}") if shared else (temporary(), PREFIX)
    begun = _begun(project)
    with own_folder(where, prefix) as folder, _in_their_words(folder, project):
        try:
            package = shutil.copytree(project.package, folder / "src" / project.package.name, ignore=_NO_CODE)
            _carry(project.package, Path(package))
            notebooks = folder / "notebooks"
            notebooks.mkdir()
            for notebook in project.notebooks.glob("*.ipynb"):
                shutil.copy2(notebook, notebooks)
        except (shutil.Error, FileNotFoundError) as error:
            problem = f"notebooks and code cannot be copied for the run: {_first(error)}"
            raise InputError(str(project.root), problem, hint="is a file being saved? the same command again") from None
        yield Snapshot(replace(project, package=package, copied=notebooks), project, begun)
        _carry(Path(package), project.package)


def _begun(project: Project) -> int:
    """Return when what is loaded may have been another version: this process makes the pages, and has begun before."""
    return analysis.LOADED if project.package.resolve() == Path(__file__).resolve().parents[1] else time.time_ns()


def _carry(package: Path, to: Path) -> None:
    """Keep what was compiled of files that are the same in both, an index last.

    An index says of what source its data are, and data say nothing: so none is put over data that are not its own, and
    what it names is read after it.
    """
    for index in sorted(package.rglob(_INDICES)):
        folder = to / index.parent.relative_to(package)
        source = f"{index.name.partition('.')[0]}.py"
        with suppress(OSError):
            content, place = index.read_bytes(), folder / index.name
            of_same = _same(index.parents[1] / source, folder.parent / source)
            if of_same and not (place.is_file() and place.read_bytes() == content):
                place.unlink(missing_ok=True)
                folder.mkdir(exist_ok=True)
                for data in sorted(index.parent.glob(f"{index.stem}.*.nbc")):
                    _put(folder / data.name, data.read_bytes())
                _put(place, content)


def _put(place: Path, content: bytes) -> None:
    partial = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        partial.write_bytes(content)
        partial.replace(place)
    finally:
        partial.unlink(missing_ok=True)


def _same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


@contextmanager
def _in_their_words(folder: Path, project: Project) -> Iterator[None]:
    """Name the files that the user knows in a message about the copy."""
    try:
        yield
    except StaatError as error:
        texts = (str(error).replace(str(folder / "src"), str(project.package.parent)),)
        error.args = tuple(text.replace(str(folder), str(project.root)) for text in texts)
        raise


def _first(error: Exception) -> str:
    reason = error.args[0] if isinstance(error, shutil.Error) and error.args else error
    return str(reason[0][2]) if isinstance(reason, list) and reason else str(reason)
