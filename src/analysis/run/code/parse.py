"""What one module defines, uses and imports: all that `analysis.run.code` asks of a file, ready for JSON."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from analysis.run.code.imports import DEFINITION, PARTS, STAR, Import, imports_of, root_of, said
from analysis.run.code.uses import (
    COMPREHENSION,
    EVERYTHING,
    decorators_of,
    hides,
    imported_by_name,
    keeps,
    scope_of,
    uses_of,
)
from analysis.run.hashes import digest

_IMPORT = (ast.Import, ast.ImportFrom)


class Node(NamedTuple):
    """A definition, or all statements of a module that define nothing.

    Parameters
    ----------
    names
        What it defines; several for ``a, b = ...`` and for a block (``if``, ``try``, ``for``, ``with``).
    digest
        Of its code, and of the module's imports that it uses.
    uses
        Dotted chains, from a name that the module or the node itself defines or imports; `EVERYTHING` for what
        cannot be followed.
    imports
        Imports inside it.
    decorators
        Chains of its decorators.
    keeps
        Whether it changes what a top-level name of the module holds, as a decorator does that registers.
    """

    names: Sequence[str]
    digest: str
    uses: Sequence[str]
    imports: Sequence[Import] = ()
    decorators: Sequence[str] = ()
    keeps: bool = False


class Summary(NamedTuple):
    """A module: its definitions, what it does besides when it is imported (if anything), and its imports."""

    nodes: Sequence[Node]
    effects: Node | None
    imports: Sequence[Import]

    @classmethod
    def revived(cls, told: Sequence[Any]) -> Summary:
        """Return the summary that was written as JSON; any of the usual errors when it was not one."""
        nodes, effects, imports = told
        return cls([_revived(node) for node in nodes], effects and _revived(effects), [Import(*row) for row in imports])


def _revived(told: Sequence[Any]) -> Node:
    names, digest_of_node, uses, imports, decorators, keeps = told
    return Node(names, digest_of_node, uses, [Import(*row) for row in imports], decorators, keeps)


def summarise(source: bytes, package: str) -> Summary:
    """Summarise a module of a package from its source; SyntaxError or ValueError when it is not Python."""
    tree = ast.parse(source)
    _drop_docstrings(tree)
    body = [statement for statement in tree.body if not _is_main_guard(statement)]
    imports = [found for statement in body for found in imports_of(statement, own_scope=True)]
    rest = [(statement, sorted(set(_bound(statement)))) for statement in body if not isinstance(statement, _IMPORT)]
    defined = {name for _, names in rest for name in names}
    nodes = [node(names, [statement], imports, defined) for statement, names in rest if names]
    acting = [statement for statement, names in rest if not names or _acts(statement)]
    aside = _for_effect(imports, [*nodes, node((), acting, imports, defined)], package)
    effects = node((), acting, imports, defined, told=aside) if acting or aside else None
    return Summary(nodes, effects, imports)


def node(
    names: Sequence[str],
    statements: Sequence[ast.AST],
    outer: Sequence[Import] = (),
    defined: Iterable[str] = (),
    told: Sequence[Import] = (),
) -> Node:
    """Return the node of some statements.

    Parameters
    ----------
    names
        What they define.
    statements
        Without docstrings.
    outer, defined
        Imports and definitions of the module around them.
    told
        Imports that count in the digest besides those that the statements use.
    """
    defined = set(defined)
    inner = [found for statement in statements for found in imports_of(statement)]
    uses = {chain for statement in statements for chain in uses_of(statement)}
    roots = {root_of(chain) for chain in uses}
    used = {str(tuple(found)) for found in outer if found.name in roots} | {str(tuple(found)) for found in told}
    known = {*defined, *(found.name for found in (*outer, *inner))}
    kept = uses if STAR in known else {chain for chain in uses if root_of(chain) in known}
    unseen = {EVERYTHING} if hides(uses - defined, (*outer, *inner)) else set()
    parts = [part for statement in statements for part in ast.walk(statement)]
    return Node(
        names,
        digest("\n".join([*(ast.dump(statement) for statement in statements), *sorted(used)])),
        sorted(kept | unseen),
        [*inner, *imported_by_name(parts)],
        sorted({chain for statement in statements for chain in decorators_of(statement)}),
        any(keeps(part, defined) for part in parts),
    )


def _drop_docstrings(tree: ast.AST) -> None:
    """Take out every string that stands alone: docstrings of modules, classes, functions and attributes."""
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
    return isinstance(statement, ast.If) and not statement.orelse and said(statement.test) == "__name__ == '__main__'"


def _bound(statement: ast.AST) -> Iterator[str]:
    for found in scope_of(statement):
        match found:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name
            case ast.Import() | ast.ImportFrom():
                yield from (row.name for row in imports_of(found) if row.name != STAR)
            case _ if isinstance(found, COMPREHENSION):
                yield from (inner.target.id for inner in ast.walk(found) if isinstance(inner, ast.NamedExpr))


def _acts(statement: ast.stmt) -> bool:
    """Whether a statement may do something besides binding its names: a call for its own sake, ``a[0] = 1``."""
    return not isinstance(statement, DEFINITION) and any(
        isinstance(found, ast.Expr | ast.Raise | ast.Assert)
        or (isinstance(found, ast.Attribute | ast.Subscript) and not isinstance(found.ctx, ast.Load))
        for found in scope_of(statement)
    )


def _for_effect(imports: Sequence[Import], nodes: Sequence[Node], package: str) -> list[Import]:
    """Return the foreign imports whose names the module never uses: they are there for what importing them does."""
    roots = {root_of(chain) for node in nodes for chain in node.uses}
    foreign = [found for found in imports if found.runs and not found.level and root_of(found.loads) != package]
    return [found for found in foreign if found.name not in roots]
