"""Notebooks without what their cells have shown: for git at every commit, and for JupyterLab at every save.

``python -m analysis.desk.strip`` is a filter of git: a notebook in, the same without outputs out. With ``--install`` it
sets itself up in the repository of the project (`make install` does), for the files that ``.gitattributes`` names.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from typing import Any

from analysis.run.versions import run_git

FILTER = "staat-notebook"
_KEPT = ("tags",)


def without_outputs(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return a notebook without outputs and counts, and without what editors note with a cell but its tags."""
    return {**notebook, "cells": [_bare(cell) for cell in notebook["cells"]]}


def written(notebook: Mapping[str, Any]) -> str:
    """Return the text of a notebook as it is kept under version control."""
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _bare(cell: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {name: note for name, note in (cell.get("metadata") or {}).items() if name in _KEPT}
    empty: dict[str, Any] = {"execution_count": None, "outputs": []} if cell["cell_type"] == "code" else {}
    return {**cell, "metadata": metadata, "source": _lines(cell["source"]), **empty}


def _lines(source: str | list[str]) -> list[str]:
    return "".join(source).splitlines(keepends=True)


def install(root: Path) -> str:
    """Have git strip the notebooks of a project at every commit, and return what was done in one line.

    The filter is required: where it cannot run, a notebook is not committed at all. A project that is in the repository
    of something else is left alone.
    """
    top = run_git(root, ["rev-parse", "--show-toplevel"])
    if top is None or top.returncode or Path(top.stdout.strip()).resolve() != root.resolve():
        return "not a git repository of its own: outputs of notebooks are not stripped at commit"
    command = f"{quote(Path(sys.executable).as_posix())} -m analysis.desk.strip"
    for name, value in {"clean": command, "smudge": "cat", "required": "true"}.items():
        run_git(root, ["config", f"filter.{FILTER}.{name}", value])
    return "git strips the outputs of notebooks at every commit"


def main() -> None:
    """Filter standard input to standard output; what is no notebook is refused."""
    if sys.argv[1:] == ["--install"]:
        sys.stdout.write(f"{install(Path.cwd())}\n")
        return
    text = sys.stdin.buffer.read()
    try:
        stripped = written(without_outputs(json.loads(text))).encode()
    except (ValueError, LookupError, TypeError):
        sys.exit("a notebook that cannot be read may hold rows of data: it is not committed; save it with JupyterLab")
    sys.stdout.buffer.write(stripped)


if __name__ == "__main__":
    main()
