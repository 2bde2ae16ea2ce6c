"""The names that a syntax tree uses, and what it does with them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from analysis.run.code.imports import DEFINITION, STAR, Import
from analysis.run.code.syntax import expression

EVERYTHING = "*"
COMPREHENSION = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_IMPORTERS = ("importlib.import_module", "import_module", "__import__")
# What can reach anything without spelling out its name; of the second kind in all their parts.
_UNSEEN = {"importlib", "importlib.import_module", "__import__", "eval", "exec", "globals"}
_UNSEEN_WHOLE = ("sys.modules", "importlib.util", "importlib.machinery", "pkgutil", "runpy")


def scope_of(part: ast.AST) -> Iterator[ast.AST]:
    """Walk what is in the same scope as a part of a tree: nothing inside functions, classes and comprehensions."""
    yield part
    if not isinstance(part, (*DEFINITION, *COMPREHENSION, ast.Lambda)):
        for child in ast.iter_child_nodes(part):
            yield from scope_of(child)


def uses_of(tree: ast.AST) -> Iterator[str]:
    """Find every name in a tree, with the attributes asked of it."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        part = waiting.pop()
        waiting += _quoted(part)
        if isinstance(part, ast.Call) and _literal_import(part):
            waiting += [*part.args, *(keyword.value for keyword in part.keywords)]
            yield f"{_chain(part.func)}.literal"
        elif chain := _chain(part):
            if not isinstance(part, ast.Name) or isinstance(part.ctx, ast.Load):
                yield chain
        else:
            if isinstance(part, ast.AugAssign):
                yield _chain(part.target)  # it reads what it writes
            waiting += ast.iter_child_nodes(part)


def hides(uses: Iterable[str], imports: Sequence[Import]) -> bool:
    """Whether one of the chains reaches things without their names."""
    targets = {row.name: row.target for row in imports}
    for chain in uses:
        root, dot, rest = chain.partition(".")
        full = targets.get(root, root) + dot + rest
        if full in _UNSEEN or f"{full}.".startswith(tuple(f"{name}." for name in _UNSEEN_WHOLE)):
            return True
    return False


def _chain(expression: ast.AST) -> str:
    """Return ``a.b.c`` for an expression of that form, else nothing."""
    names: list[str] = []
    while isinstance(expression, ast.Attribute):
        names.append(expression.attr)
        expression = expression.value
    return ".".join([expression.id, *reversed(names)]) if isinstance(expression, ast.Name) else ""


def _quoted(tree: ast.AST) -> Iterator[ast.AST]:
    """Return the expressions that an annotation holds as text."""
    for annotation in (getattr(tree, "annotation", None), getattr(tree, "returns", None)):
        for part in ast.walk(annotation) if annotation else ():
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                try:
                    yield expression(part.value)
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
    decorators = (each for part in scope_of(statement) for each in getattr(part, "decorator_list", ()))
    for decorator in decorators:
        yield _chain(decorator.func if isinstance(decorator, ast.Call) else decorator)


def registers(part: ast.AST, defined: set[str]) -> bool:
    """Whether a part of a tree changes what one of the module's names holds, as far as its form shows."""
    match part:
        case ast.Global():
            return True
        case ast.Call(func=ast.Attribute(value=owner)):
            return _owner(owner) in defined
        case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
            return _owner(part) in defined
    return False


def _owner(expression: ast.AST) -> str:
    """Return the name at the start of ``a.b[0].c``."""
    while isinstance(expression, ast.Attribute | ast.Subscript):
        expression = expression.value
    return expression.id if isinstance(expression, ast.Name) else ""
