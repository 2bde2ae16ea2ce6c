"""What one module defines, uses and imports: all that `analysis.run.code` asks of a file, ready for JSON."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from analysis.run.code.imports import DEFINITION, PARTS, STAR, Import, imports_of, root_of, text_of
from analysis.run.code.syntax import parsed
from analysis.run.code.uses import (
    COMPREHENSION,
    EVERYTHING,
    decorators_of,
    hides,
    imported_by_name,
    registers,
    scope_of,
    uses_of,
)
from analysis.run.hashes import digest

_IMPORT = (ast.Import, ast.ImportFrom)


class Node(NamedTuple):
    """A definition, or all statements of a module that define nothing."""

    names: Sequence[str]  # what it defines; several for ``a, b = ...`` and for a block that binds names
    digest: str  # of its code, and of the module's imports that it uses
    uses: Sequence[str]  # dotted chains from a name that the module or the node defines or imports, or `EVERYTHING`
    imports: Sequence[Import] = ()  # inside it
    decorators: Sequence[str] = ()  # chains
    registers: bool = False  # whether it changes what a top-level name of the module holds


class Summary(NamedTuple):
    """A module: its definitions, what it does besides when it is imported (if anything), and its imports."""

    nodes: Sequence[Node]
    effects: Node | None
    imports: Sequence[Import]

    @classmethod
    def revived(cls, stored: Sequence[Any]) -> Summary:
        """Return the summary that was written as JSON; any of the usual errors when it was not one."""
        nodes, effects, imports = stored
        return cls([_revived(node) for node in nodes], effects and _revived(effects), [Import(*row) for row in imports])


def _revived(stored: Sequence[Any]) -> Node:
    names, digest_of_node, uses, imports, *rest = stored
    return Node(names, digest_of_node, uses, [Import(*row) for row in imports], *rest)


def summarise(source: bytes, package: str) -> Summary:
    """Summarise a module of a package from its source; SyntaxError or ValueError when it is not Python."""
    tree = parsed(source)
    _drop_docstrings(tree)
    body = [statement for statement in tree.body if not _is_main_guard(statement)]
    imports = [row for statement in body for row in imports_of(statement, own_scope=True)]
    rest = [(statement, sorted(set(_bound(statement)))) for statement in body if not isinstance(statement, _IMPORT)]
    defined = {name for _, names in rest for name in names}
    nodes = [node(names, [statement], imports, defined) for statement, names in rest if names]
    acting = [statement for statement, names in rest if not names or _acts(statement)]
    unused = _for_effect(imports, [*nodes, node((), acting, imports, defined)], package)
    effects = node((), acting, imports, defined, unused=unused) if acting or unused else None
    return Summary(nodes, effects, imports)


def node(
    names: Sequence[str],
    statements: Sequence[ast.AST],
    outer: Sequence[Import] = (),
    defined: Iterable[str] = (),
    unused: Sequence[Import] = (),
) -> Node:
    """Return the node of statements without docstrings, which define `names`.

    Of the module around them are the imports `outer` and the names `defined`; the imports `unused` count in the digest
    beside those that the statements use.
    """
    defined = set(defined)
    inner = [row for statement in statements for row in imports_of(statement)]
    uses = {chain for statement in statements for chain in uses_of(statement)}
    roots = {root_of(chain) for chain in uses}
    used = {str(tuple(row)) for row in (*(row for row in outer if row.name in roots), *unused)}
    known = {*defined, *(row.name for row in (*outer, *inner))}
    resolved = uses if STAR in known else {chain for chain in uses if root_of(chain) in known}
    unseen = {EVERYTHING} if hides(uses - defined, (*outer, *inner)) else set()
    parts = [part for statement in statements for part in ast.walk(statement)]
    return Node(
        names,
        digest("\n".join([*(ast.dump(statement) for statement in statements), *sorted(used)])),
        sorted(resolved | unseen),
        [*inner, *imported_by_name(parts)],
        sorted({chain for statement in statements for chain in decorators_of(statement)}),
        any(registers(part, defined) for part in parts),
    )


def _drop_docstrings(tree: ast.AST) -> None:
    """Remove every string that is a statement: docstrings of modules, classes, functions and attributes."""
    for part in PARTS:
        statements = getattr(tree, part, None)
        if isinstance(statements, list):
            statements[:] = [statement for statement in statements if not _is_text(statement)]
            for statement in statements:
                _drop_docstrings(statement)


def _is_text(statement: ast.AST) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _is_main_guard(statement: ast.stmt) -> bool:
    """Whether a statement is ``if __name__ == "__main__"``, which no import executes."""
    return (
        isinstance(statement, ast.If) and not statement.orelse and text_of(statement.test) == "__name__ == '__main__'"
    )


def _bound(statement: ast.AST) -> Iterator[str]:
    for part in scope_of(statement):
        match part:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name
            case ast.Import() | ast.ImportFrom():
                yield from (row.name for row in imports_of(part) if row.name != STAR)
            case _ if isinstance(part, COMPREHENSION):
                yield from (inner.target.id for inner in ast.walk(part) if isinstance(inner, ast.NamedExpr))


def _acts(statement: ast.stmt) -> bool:
    """Whether a statement may do something besides binding its names: a call for its own sake, ``a[0] = 1``."""
    return not isinstance(statement, DEFINITION) and any(
        isinstance(part, ast.Expr | ast.Raise | ast.Assert)
        or (isinstance(part, ast.Attribute | ast.Subscript) and not isinstance(part.ctx, ast.Load))
        for part in scope_of(statement)
    )


def _for_effect(imports: Sequence[Import], nodes: Sequence[Node], package: str) -> list[Import]:
    """Return the foreign imports whose names the module never uses: they are there for what importing them does."""
    roots = {root_of(chain) for node in nodes for chain in node.uses}
    foreign = [row for row in imports if row.runs and not row.level and root_of(row.loads) != package]
    return [row for row in foreign if row.name not in roots]
