"""What one module defines, uses and imports: all that `analysis.run.code` asks of a file, ready for JSON."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from analysis.run.hashes import digest

STAR, EVERYTHING = "*", "*"
_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_COMPREHENSION = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_IMPORT = (ast.Import, ast.ImportFrom)
_IMPORTERS = ("importlib.import_module", "import_module", "__import__")
# What can reach anything without spelling out its name; of the second kind in all their parts.
_UNSEEN = {"importlib", "importlib.import_module", "__import__", "eval", "exec", "globals"}
_UNSEEN_WHOLE = ("sys.modules", "importlib.util", "importlib.machinery", "pkgutil", "runpy")


class Import(NamedTuple):
    """An import of one name.

    Parameters
    ----------
    name
        The name that it binds; `STAR` for all names of the module.
    target
        What that name stands for, dotted; relative to the importing module when `level` is not 0.
    loads
        The module that is imported.
    level
        The number of leading dots.
    runs
        Whether it is executed: not so below ``if TYPE_CHECKING``.
    """

    name: str
    target: str
    loads: str
    level: int
    runs: bool = True


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
    imports = [found for statement in body for found in _imports(statement, own_scope=True)]
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
    inner = [found for statement in statements for found in _imports(statement)]
    uses = {chain for statement in statements for chain in _uses(statement)}
    roots = {_root(chain) for chain in uses}
    used = {str(tuple(found)) for found in outer if found.name in roots} | {str(tuple(found)) for found in told}
    known = {*defined, *(found.name for found in (*outer, *inner))}
    kept = uses if STAR in known else {chain for chain in uses if _root(chain) in known}
    unseen = {EVERYTHING} if _hides(uses - defined, (*outer, *inner)) else set()
    literal = [Import(STAR, name, name, 0) for statement in statements for name in _imported_by_name(statement)]
    return Node(
        names,
        digest("\n".join([*(ast.dump(statement) for statement in statements), *sorted(used)])),
        sorted(kept | unseen),
        [*inner, *literal],
        sorted({chain for statement in statements for chain in _decorators(statement)}),
        any(_keeps(statement, defined) for statement in statements),
    )


def _drop_docstrings(tree: ast.AST) -> None:
    """Take out every string that stands alone: docstrings of modules, classes, functions and attributes."""
    for found in ast.walk(tree):
        for part in ("body", "orelse", "finalbody"):
            statements = getattr(found, part, None)
            if isinstance(statements, list):
                statements[:] = [statement for statement in statements if not _is_text(statement)]


def _is_text(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _is_main_guard(statement: ast.stmt) -> bool:
    """Whether a statement is ``if __name__ == "__main__"``, which no import executes."""
    return isinstance(statement, ast.If) and not statement.orelse and _said(statement.test) == "__name__ == '__main__'"


def _said(expression: ast.expr) -> str:
    return ast.unparse(expression) if isinstance(expression, ast.Compare | ast.Name | ast.Attribute) else ""


def _scope(found: ast.AST) -> Iterator[ast.AST]:
    """Walk what stands in the same scope as a node: nothing inside functions, classes and comprehensions."""
    yield found
    if not isinstance(found, (*_DEFINITION, *_COMPREHENSION, ast.Lambda)):
        for child in ast.iter_child_nodes(found):
            yield from _scope(child)


def _bound(statement: ast.AST) -> Iterator[str]:
    for found in _scope(statement):
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
                yield from (row.name for row in _imports(found) if row.name != STAR)
            case _ if isinstance(found, _COMPREHENSION):
                yield from (inner.target.id for inner in ast.walk(found) if isinstance(inner, ast.NamedExpr))


def _acts(statement: ast.stmt) -> bool:
    """Whether a statement may do something besides binding its names: a call for its own sake, ``a[0] = 1``."""
    return not isinstance(statement, _DEFINITION) and any(
        isinstance(found, ast.Expr | ast.Raise | ast.Assert)
        or (isinstance(found, ast.Attribute | ast.Subscript) and not isinstance(found.ctx, ast.Load))
        for found in _scope(statement)
    )


def _imports(tree: ast.AST, *, own_scope: bool = False, runs: bool = True) -> Iterator[Import]:
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
    elif isinstance(tree, ast.If) and _said(tree.test).rpartition(".")[2] == "TYPE_CHECKING":
        yield from (row for part in tree.body for row in _imports(part, own_scope=own_scope, runs=False))
        yield from (row for part in tree.orelse for row in _imports(part, own_scope=own_scope, runs=runs))
    elif not own_scope or not isinstance(tree, (*_DEFINITION, ast.Lambda)):
        for part in ast.iter_child_nodes(tree):
            yield from _imports(part, own_scope=own_scope, runs=runs)


def _for_effect(imports: Sequence[Import], nodes: Sequence[Node], package: str) -> list[Import]:
    """Return the foreign imports whose names the module never uses: they are there for what importing them does."""
    roots = {_root(chain) for node in nodes for chain in node.uses}
    foreign = [found for found in imports if not found.level and _root(found.loads) != package]
    return [found for found in foreign if found.name not in roots]


def _uses(tree: ast.AST) -> Iterator[str]:
    """Find every name in a tree, with the attributes asked of it."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        found = waiting.pop()
        waiting += _quoted(found)
        if isinstance(found, ast.Call) and _literal_import(found):
            waiting += [*found.args, *(keyword.value for keyword in found.keywords)]
            yield f"{_chain(found.func)}.literal"
        elif chain := _chain(found):
            yield chain
        else:
            waiting += ast.iter_child_nodes(found)


def _hides(uses: Iterable[str], imports: Sequence[Import]) -> bool:
    """Whether one of the chains reaches things without their names."""
    targets = {found.name: found.target for found in imports}
    for chain in uses:
        root, dot, rest = chain.partition(".")
        full = targets.get(root, root) + dot + rest
        if full in _UNSEEN or f"{full}.".startswith(tuple(f"{name}." for name in _UNSEEN_WHOLE)):
            return True
    return False


def _root(chain: str) -> str:
    return chain.partition(".")[0]


def _chain(found: ast.AST) -> str:
    """Return ``a.b.c`` for an expression of that form, else nothing."""
    parts: list[str] = []
    while isinstance(found, ast.Attribute):
        parts.append(found.attr)
        found = found.value
    return ".".join([found.id, *reversed(parts)]) if isinstance(found, ast.Name) else ""


def _quoted(found: ast.AST) -> Iterator[ast.AST]:
    """Return the expressions that an annotation holds as text."""
    for annotation in (getattr(found, "annotation", None), getattr(found, "returns", None)):
        for part in ast.walk(annotation) if annotation else ():
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                try:
                    yield ast.parse(part.value, mode="eval").body
                except SyntaxError:
                    continue  # the text of a Literal["..."], not a type


def _literal_import(call: ast.Call) -> str:
    """Return the module of ``import_module("a.b")``; nothing when a name is computed or relative."""
    first = call.args[0] if call.args else None
    if _chain(call.func) not in _IMPORTERS or not isinstance(first, ast.Constant):
        return ""
    return "" if str(first.value).startswith(".") else str(first.value)


def _imported_by_name(tree: ast.AST) -> Iterator[str]:
    calls = (_literal_import(found) for found in ast.walk(tree) if isinstance(found, ast.Call))
    return (name for name in calls if name)


def _decorators(statement: ast.AST) -> Iterator[str]:
    for decorator in getattr(statement, "decorator_list", ()):
        yield _chain(decorator.func if isinstance(decorator, ast.Call) else decorator)


def _keeps(statement: ast.AST, defined: set[str]) -> bool:
    for found in ast.walk(statement):
        target: ast.AST | None = None
        if isinstance(found, ast.Call) and isinstance(found.func, ast.Attribute):
            target = found.func.value
        elif isinstance(found, ast.Attribute | ast.Subscript) and not isinstance(found.ctx, ast.Load):
            target = found.value
        if isinstance(found, ast.Global) or (target and _held_by(target) in defined):
            return True
    return False


def _held_by(found: ast.AST) -> str:
    """Return the name at the start of ``a.b[0].c``."""
    while isinstance(found, ast.Attribute | ast.Subscript):
        found = found.value
    return found.id if isinstance(found, ast.Name) else ""
