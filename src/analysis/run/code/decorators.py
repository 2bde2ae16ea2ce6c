"""Whether a decorator registers what it decorates, so that others can use it without naming it."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence

from analysis.run.code.files import SourceFiles
from analysis.run.code.parse import Node


def registers(files: SourceFiles, module: str, decorator: str) -> bool:
    """Whether a decorator in a module may register what it decorates.

    Assumed of a method of an object (``@app.command()``), of other packages, and of what is no chain of names. The
    standard library does not. A function of the package does when it, or what it uses, changes what a top-level name
    of its module holds.
    """
    name, *rest = decorator.split(".")
    named = files.named(module, name)
    if not (named.nodes or named.imports):
        return bool(named.stars) or not hasattr(builtins, name)
    if any(files.is_foreign(row) for row in named.imports):
        return True
    definitions = list(_definitions(files, module, [name, *rest], set()))
    return any(attributes or _registers(files, where, node, set()) for where, node, attributes in definitions)


Definition = tuple[str, Node, Sequence[str]]


def _definitions(files: SourceFiles, module: str, chain: Sequence[str], seen: set[str]) -> Iterator[Definition]:
    """Give the definitions that a chain means, each with its module and the attributes of it that are used."""
    here = ".".join([module, *chain])
    if not chain or here in seen:
        return
    seen.add(here)
    named = files.named(module, chain[0])
    yield from ((module, node, chain[1:]) for node in named.nodes)
    for row in named.imports:
        target = ".".join([files.absolute(module, row.level, row.target), *chain[1:]])
        where, rest = files.split(target)
        if where:
            yield from _definitions(files, where, rest, seen)


def _registers(files: SourceFiles, module: str, node: Node, seen: set[str]) -> bool:
    """Whether a definition, or one that it uses, changes what a top-level name of its module holds."""
    used = (each for chain in node.uses for each in _definitions(files, module, chain.split("."), seen))
    return node.registers or any(_registers(files, where, other, seen) for where, other, _ in used)
