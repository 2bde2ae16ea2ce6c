"""The parameters cell as an interface: its names and those of the params block must agree both ways.

papermill runs on the default when a name is misspelt, on a stale value when the cell computes one from another, and
on the default again when the tag is missing or there twice. All of these are refused here, before anything runs.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.errors import InputError, StaatError, nearest
from analysis.run.code.syntax import parsed
from analysis.run.numbering import cell_names

UNSEEN_TAGS = frozenset({"raises-exception", "skip-execution"})
"""With these, a cell that failed passes for one that succeeded, or one that did not run for one that did."""

CELL_NOTES = frozenset({"papermill", "execution", "tags", "editable", "deletable", "collapsed", "jupyter"})
"""What may be noted with a cell: by papermill and by JupyterLab itself."""


def injected(notebook: Path, block: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to inject into a notebook: its whole block and the shared parameters that its cell names.

    Raises
    ------
    InputError
        If a name is in the block but not in the cell, or the other way round, or has another type there.
    """
    defaults = cell_parameters(notebook)
    stem = notebook.stem.partition("_")[2]
    for name in block:
        if name not in defaults:
            _refuse(notebook, f"{stem}.{name} is a parameter that the parameters cell does not have", name, defaults)
    for name in defaults:
        if name not in block and name not in shared:
            _refuse(notebook, f"its parameters cell has {name!r}, which no params key fills", name, {**block, **shared})
    values = {name: {**shared, **block}[name] for name in defaults}
    for name, value in values.items():
        _same_type(notebook, name, defaults[name], value)
    return values


def cell_parameters(notebook: Path) -> dict[str, Any]:
    """Read names and default values from the one cell tagged ``parameters``; they must be literals."""
    cells = [cell for cell in _code_cells(notebook) if _is_tagged(cell)]
    if len(cells) != 1:
        raise InputError(str(notebook), "must have exactly one cell tagged `parameters`", given=len(cells))
    values: dict[str, Any] = {}
    for statement in _statements(notebook, cells[0]):
        name, value = _assignment(notebook, statement)
        if name in values:
            raise InputError(str(notebook), f"its parameters cell assigns {name!r} twice")
        values[name] = value
    return values


def as_given(cell: str, injected: str) -> str:
    """Return the source of a parameters cell with the values of the injected cell in the place of its own."""
    given = dict(_literals(injected))
    lines = cell.encode().splitlines(keepends=True)  # positions are those of bytes
    for name, value in reversed(_literals(cell)):
        if name in given:
            first, last = value.lineno - 1, (value.end_lineno or value.lineno) - 1
            before, after = lines[first][: value.col_offset], lines[last][value.end_col_offset :]
            lines[first : last + 1] = [before + ast.unparse(given[name]).encode() + after]
    return b"".join(lines).decode()


def as_values(source: str) -> dict[str, Any]:
    """Return the values that a cell of literals assigns, by name."""
    return {name: ast.literal_eval(value) for name, value in _literals(source)}


def _literals(source: str) -> list[tuple[str, ast.expr]]:
    return [
        (statement.targets[0].id, statement.value)
        for statement in parsed(source).body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    ]


def code_cells(notebook: Path) -> dict[int, str]:
    """Return the code cells of a notebook by number, counted from 1; without the parameters cell."""
    cells = enumerate(_code_cells(notebook), start=1)
    return {number: "".join(cell["source"]) for number, cell in cells if not _is_tagged(cell)}


def title_of(notebook: Path, tag: str = "") -> str:
    """Return the first heading of a notebook; of the cells with this tag, where any of them has one."""
    texts = [cell for cell in cells_of(notebook) if cell["cell_type"] == "markdown"]
    for cell in sorted(texts, key=lambda cell: tag not in tags_of(cell)):
        for line in "".join(cell["source"]).splitlines():
            if line.startswith("# "):
                return line.removeprefix("# ").strip()
    raise StaatError(f"{notebook}: has no title; its first cell starts with `# `")


def tags_of(cell: Mapping[str, Any]) -> list[str]:
    """Return the tags of a cell."""
    return list((cell.get("metadata") or {}).get("tags") or [])


def refuse_notes(notebook: Path) -> None:
    """Refuse what an editor notes with a cell, before anything runs: it would be published unseen with the notebook.

    Refused too are tags by which a cell is not executed, or its error not noticed.
    """
    cells = cells_of(notebook)
    for name, cell in zip(cell_names(cells), cells, strict=True):
        unseen = sorted(UNSEEN_TAGS & set(map(str, tags_of(cell))))
        if unseen:
            problem = f"its tag {unseen[0]!r} would hide that it fails or does not run"
            raise InputError(f"{notebook}: {name}", problem, hint="remove the tag")
        other = sorted(set(cell.get("metadata") or {}) - CELL_NOTES)
        if other:
            where = f"{notebook}: {name}"
            raise InputError(where, f"its metadata hold {other[0]!r}, which no page shows", hint="remove it")


def cells_of(notebook: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook; InputError when it cannot be read, or is none."""
    try:
        text = notebook.read_text("utf8")
    except FileNotFoundError:
        raise InputError(str(notebook), "there is no such notebook") from None
    except OSError as error:
        raise InputError(str(notebook), f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(str(notebook), f"is not UTF-8: {error}", hint="save it with JupyterLab") from None
    try:
        parsed = json.loads(text)
    except ValueError as error:
        hint = "two versions were merged by halves: choose between <<<<<<< and >>>>>>>" if "<<<<<<<" in text else None
        raise InputError(str(notebook), f"is not a notebook: {error}", hint=hint) from None
    cells = parsed.get("cells") if isinstance(parsed, dict) else None
    if not isinstance(cells, list) or not all(map(_is_cell, cells)):
        raise InputError(str(notebook), "is not a notebook: it has no list of cells, each with a type and a source")
    return cells


def _is_cell(cell: object) -> bool:
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        return False
    notes = cell.get("metadata") or {}
    tags = notes.get("tags") or [] if isinstance(notes, dict) else None
    return isinstance(tags, list) and isinstance(cell.get("source"), list | str)


def _is_tagged(cell: Mapping[str, Any]) -> bool:
    return "parameters" in tags_of(cell)


def _code_cells(notebook: Path) -> list[dict[str, Any]]:
    return [cell for cell in cells_of(notebook) if cell["cell_type"] == "code"]


def _statements(notebook: Path, cell: Mapping[str, Any]) -> list[ast.stmt]:
    try:
        return parsed("".join(cell["source"])).body
    except SyntaxError as error:
        problem = f"its parameters cell is not Python: {error.msg}, on line {error.lineno}"
        hint = "it holds assignments alone: move what else it does (%magic, !command) to a later cell"
        raise InputError(str(notebook), problem, hint=hint) from None


def _assignment(notebook: Path, statement: ast.stmt) -> tuple[str, Any]:
    target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    if value is None or not isinstance(target, ast.Name):
        raise InputError(str(notebook), f"its parameters cell holds more than assignments, on line {statement.lineno}")
    try:
        return target.id, ast.literal_eval(value)
    except ValueError:
        hint = "compute it in a later cell: a value computed here would be stale after injection"
        raise InputError(str(notebook), f"its parameter {target.id!r} is not a literal", hint=hint) from None


def _refuse(notebook: Path, problem: str, name: str, known: Mapping[str, Any]) -> None:
    near = nearest(name, known)
    hint = f"did you mean {near}?" if near else "make the two agree"
    raise InputError(str(notebook), problem, allowed=", ".join(known), hint=hint)


def _same_type(notebook: Path, name: str, default: object, value: object) -> None:
    numbers = isinstance(default, (int, float)) and isinstance(value, (int, float))
    same = isinstance(default, bool) == isinstance(value, bool) if numbers else type(default) is type(value)
    if not same:
        problem = "the default in the parameters cell has another type than the params key"
        raise InputError(f"{notebook}: {name}", problem, given=default, allowed=type(value).__name__)
