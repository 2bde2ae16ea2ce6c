"""A copy of notebooks and code, taken when a run begins: what is executed is what the records name.

A notebook waits for what it needs, a kernel imports a module when its cell does, and meanwhile both may be edited, and
changed back. So a run judges, executes and records one copy, which nobody edits.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.errors import InputError, StaatError
from analysis.run.assess import Project
from analysis.run.machine import changed_ns
from analysis.run.owner import own_folder, temporary

PREFIX = "staat-code-"
_NO_CODE = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


@dataclass(frozen=True)
class Snapshot:
    """The copy that a run works with."""

    project: Project  # with notebooks and package in the copy
    original: Project  # as its user knows it
    begun: int  # when the copy was begun (ns)

    def edited(self, names: list[str]) -> Path | None:
        """Return the first of these files of the package that was written since the copy was begun, if any was.

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
    begun = time.time_ns()
    with own_folder(where, prefix) as folder, _in_their_words(folder, project):
        try:
            package = shutil.copytree(project.package, folder / "src" / project.package.name, ignore=_NO_CODE)
            notebooks = folder / "notebooks"
            notebooks.mkdir()
            for notebook in project.notebooks.glob("*.ipynb"):
                shutil.copy2(notebook, notebooks)
        except (shutil.Error, FileNotFoundError) as error:
            problem = f"notebooks and code cannot be copied for the run: {_first(error)}"
            raise InputError(str(project.root), problem, hint="is a file being saved? the same command again") from None
        yield Snapshot(replace(project, package=package, copied=notebooks), project, begun)


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
