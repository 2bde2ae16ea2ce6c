"""The names that a syntax tree uses, and what it does with them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from analysis.run.code.imports import DEFINITION, STAR, Import

EVERYTHING = "*"
COMPREHENSION = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_IMPORTERS = ("importlib.import_module", "import_module", "__import__")
# What can reach anything without spelling out its name; of the second kind in all their parts.
_UNSEEN = {"importlib", "importlib.import_module", "__import__", "eval", "exec", "globals"}
_UNSEEN_WHOLE = ("sys.modules", "importlib.util", "importlib.machinery", "pkgutil", "runpy")


def scope_of(found: ast.AST) -> Iterator[ast.AST]:
    """Walk what stands in the same scope as a node: nothing inside functions, classes and comprehensions."""
    yield found
    if not isinstance(found, (*DEFINITION, *COMPREHENSION, ast.Lambda)):
        for child in ast.iter_child_nodes(found):
            yield from scope_of(child)


def uses_of(tree: ast.AST) -> Iterator[str]:
    """Find every name in a tree, with the attributes asked of it."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        found = waiting.pop()
        waiting += _quoted(found)
        if isinstance(found, ast.Call) and _literal_import(found):
            waiting += [*found.args, *(keyword.value for keyword in found.keywords)]
            yield f"{_chain(found.func)}.literal"
        elif chain := _chain(found):
            if not isinstance(found, ast.Name) or isinstance(found.ctx, ast.Load):
                yield chain
        else:
            if isinstance(found, ast.AugAssign):
                yield _chain(found.target)  # it reads what it writes
            waiting += ast.iter_child_nodes(found)


def hides(uses: Iterable[str], imports: Sequence[Import]) -> bool:
    """Whether one of the chains reaches things without their names."""
    targets = {found.name: found.target for found in imports}
    for chain in uses:
        root, dot, rest = chain.partition(".")
        full = targets.get(root, root) + dot + rest
        if full in _UNSEEN or f"{full}.".startswith(tuple(f"{name}." for name in _UNSEEN_WHOLE)):
            return True
    return False


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


def imported_by_name(parts: Iterable[ast.AST]) -> Iterator[Import]:
    """Find the modules that are imported by a literal name; no one knows what is done with them."""
    calls = (_literal_import(part) for part in parts if isinstance(part, ast.Call))
    return (Import(STAR, name, name, 0) for name in calls if name)


def decorators_of(statement: ast.AST) -> Iterator[str]:
    """Find the decorators of what a statement defines; an empty one where it is no chain of names."""
    decorators = (each for found in scope_of(statement) for each in getattr(found, "decorator_list", ()))
    for decorator in decorators:
        yield _chain(decorator.func if isinstance(decorator, ast.Call) else decorator)


def keeps(part: ast.AST, defined: set[str]) -> bool:
    """Whether a node changes what one of the module's names holds, as far as its form tells."""
    match part:
        case ast.Global():
            return True
        case ast.Call(func=ast.Attribute(value=held)):
            return _held_by(held) in defined
        case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
            return _held_by(part) in defined
    return False


def _held_by(found: ast.AST) -> str:
    """Return the name at the start of ``a.b[0].c``."""
    while isinstance(found, ast.Attribute | ast.Subscript):
        found = found.value
    return found.id if isinstance(found, ast.Name) else ""
