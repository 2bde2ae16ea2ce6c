"""The imports in a syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

STAR = "*"
DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# The fields of a statement that hold statements.
PARTS = ("body", "orelse", "finalbody", "handlers", "cases")


class Import(NamedTuple):
    """An import of one name."""

    name: str  # that it binds; `STAR` for all names of the module
    target: str  # what that name means, dotted; relative to the importing module when `level` is not 0
    loads: str  # the module that is imported
    level: int  # leading dots
    runs: bool = True  # whether it is executed: not so below ``if TYPE_CHECKING``


def imports_of(tree: ast.AST, *, own_scope: bool = False, runs: bool = True) -> Iterator[Import]:
    """Find imports in a tree; with `own_scope` only those that bind names in the scope of the tree itself."""
    if isinstance(tree, ast.Import):
        for alias in tree.names:
            target = alias.name if alias.asname else alias.name.partition(".")[0]
            yield Import(alias.asname or target, target, alias.name, 0, runs)
    elif isinstance(tree, ast.ImportFrom) and tree.module != "__future__":
        for alias in tree.names:
            base = tree.module or ""
            target = base if alias.name == STAR else f"{base}.{alias.name}".lstrip(".")
            yield Import(alias.asname or alias.name, target, base, tree.level, runs)
    elif isinstance(tree, ast.If) and text_of(tree.test).rpartition(".")[2] == "TYPE_CHECKING":
        yield from (row for part in tree.body for row in imports_of(part, own_scope=own_scope, runs=False))
        yield from (row for part in tree.orelse for row in imports_of(part, own_scope=own_scope, runs=runs))
    elif not own_scope or not isinstance(tree, DEFINITION):
        statements = (statement for part in PARTS for statement in getattr(tree, part, ()))
        yield from (row for part in statements for row in imports_of(part, own_scope=own_scope, runs=runs))


def root_of(chain: str) -> str:
    """Return ``a`` of ``a.b.c``."""
    return chain.partition(".")[0]


def text_of(expression: ast.expr) -> str:
    """Return the text of a condition; empty when it is of another form."""
    return ast.unparse(expression) if isinstance(expression, ast.Compare | ast.Name | ast.Attribute) else ""
