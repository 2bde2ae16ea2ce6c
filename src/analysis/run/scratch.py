"""Scratch left in a notebook: what shows something on the way, found by reading the cells, before anything runs.

A look at a frame, a print and ``plt.show()`` are for JupyterLab. In a run the first two would be refused after
everything had run, and the third would show nothing at all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.run.code.syntax import parsed
from analysis.run.numbering import cell_names
from analysis.run.parameters import cells_of, tags_of

TAG = "scratch"
MARK = "# scratch"
"""The first line of a cell that never becomes part of a page; the same as the tag."""

_PRINTS = frozenset({"print", "display", "pprint"})
_VALUES = (ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.List, ast.JoinedStr)
_LOOKS = frozenset({"head", "tail", "sample", "describe", "info", "value_counts", "nunique", "unique"})


def is_scratch(cell: Mapping[str, Any]) -> bool:
    """Return whether a cell says that it is scratch: by its tag, or by a first line ``# scratch``."""
    first = "".join(cell["source"]).lstrip().partition("\n")[0].strip().lower()
    return TAG in tags_of(cell) or (cell["cell_type"] == "code" and first.startswith(MARK))


def refuse_scratch(notebook: Path) -> None:
    """Refuse a notebook in which scratch was left; InputError that names every such cell."""
    cells = cells_of(notebook)
    found = [(name, told) for name, cell in zip(cell_names(cells), cells, strict=True) if (told := scratch_in(cell))]
    if found:
        hint = "publish it with chapter.show, or take it out; `staat lab` has a copy in which all of this is free"
        raise InputError.several([InputError(f"{notebook}: {name}", told, hint=hint) for name, told in found])


def scratch_in(cell: Mapping[str, Any]) -> str:
    """Return what of a cell is scratch, in one clause; empty when nothing is."""
    if is_scratch(cell):
        return "is marked as scratch, which never becomes part of a page"
    if cell["cell_type"] != "code" or "parameters" in tags_of(cell):
        return ""
    try:
        body = parsed("".join(cell["source"])).body
    except SyntaxError:
        return ""  # the run says what is wrong with it
    return next(_shown_on_the_way(body), "") or _shown_at_the_end(body)


def _shown_on_the_way(body: list[ast.stmt]) -> Iterator[str]:
    for node in (node for statement in body for node in ast.walk(statement)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called in _PRINTS and not (called == "display" and node.args and not any(map(_is_look, node.args))):
            yield f"line {node.lineno} calls {called}(...), which shows what no gate let pass"
        if called.endswith("plt.show") or (called.endswith(".show") and not node.args and not node.keywords):
            yield f"line {node.lineno} calls {called}(), which shows nothing in a run"


def _shown_at_the_end(body: list[ast.stmt]) -> str:
    """Return what the last line shows, where that is a value and not a call: a cell shows its last value."""
    last = body[-1] if body else None
    if not isinstance(last, ast.Expr) or isinstance(last.value, ast.Constant | ast.Await | ast.Yield):
        return ""
    if _is_look(last.value):
        return f"line {last.lineno} shows {ast.unparse(last.value).partition(chr(10))[0][:60]}, which no gate let pass"
    return ""


def _is_look(value: ast.expr) -> bool:
    """Return whether a value is a look at data: something other than what a call gives, or a frame's own summary."""
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Attribute) and value.func.attr in _LOOKS
    return isinstance(value, _VALUES)
