"""What code of the package a notebook reaches, without importing any: a step reruns when that changed, and only then.

The unit is a top-level definition: a function, a whole class, an assignment, or a block (``if``, ``try``, ``for``,
``with``) that binds names. It uses every name in its text that the module defines or imports, through any chain of
imports. What a module does besides defining, when it is imported, is one more unit, ``module.<module>``.

Methods need no resolving: a class counts whole, and whoever constructs an object names its class, or calls a function
that does. Where names are ambiguous, more is reached, never less: a local variable with the name of a definition counts
as its use; a module that is passed on or star-imported is reached whole; `eval`, `exec`, `globals`, ``sys.modules`` and
`import_module` of a computed name reach the whole package. A definition that is decorated by a method of an object, or
by a function of the package that changes a top-level name, is registered somewhere: it is reached when its module is
imported.

Not seen: plugins found by entry points or ``__init_subclass__``; a class known only to a pickle; code patched at run
time by what the notebook does not reach; a top-level assignment that is there for what its right-hand side does (or
fails to do); a docstring that is computed with; code in files beside the notebook, or started by ``%run``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from threading import RLock

from analysis.errors import InputError, nearest
from analysis.run.code.cells import cell_digest, cell_tree
from analysis.run.code.decorators import registers
from analysis.run.code.files import SourceFiles
from analysis.run.code.imports import STAR, Import, imports_of
from analysis.run.code.parse import Node, node
from analysis.run.code.uses import EVERYTHING
from analysis.run.code.walks import Reach, Walks
from analysis.run.hashes import digest

__all__ = ["Code", "Reach", "cell_digest"]

EFFECTS = "<module>"


class Code:
    """A package as it is now: its folder, and a file in which to remember what modules hold; see `SourceFiles`.

    What was reached is remembered beside that file.
    """

    def __init__(self, package: Path, cache: Path | None = None) -> None:
        self._files, self._folder = SourceFiles(package, cache), cache and cache.parent
        self._walking = RLock()  # one edition makes its pages while the next step of another is judged

    @cached_property
    def _walks(self) -> Walks:
        return Walks(self._folder, self._files.package, self._files.every())

    def of_cells(self, cells: Sequence[str]) -> Reach:
        """Return what the code cells of a notebook reach; they share one namespace.

        Raises
        ------
        InputError
            When a cell is not Python or imports from the package what is not there, or a module that is reached is
            not Python.
        """
        with self._walking:
            return self._walks.known(json.dumps(["cells", *cells]), lambda: self._from_cells(cells))

    def _from_cells(self, cells: Sequence[str]) -> Reach:
        trees = [cell_tree(cell) for cell in cells]
        for cell, tree in zip(cells, trees, strict=True):
            self._refuse_missing(imports_of(tree), cell)
        notebook = node((), trees)
        walk = _Walk(self._files)
        walk.use("", notebook)
        for row in notebook.imports:
            # What is imported by its own name counts even unused; a module only as far as the cells look into it.
            if self._files.split(row.target)[1]:
                walk.follow(row.target)
        return walk.reach()

    def of_symbol(self, name: str) -> Reach:
        """Return what a definition or module of the package reaches, such as ``analysis.site.build``.

        Raises
        ------
        InputError
            When the package has no such name, or a module that is reached is not Python.
        """
        with self._walking:
            return self._walks.known(f"symbol {name}", lambda: self._from_symbol(name))

    def _from_symbol(self, name: str) -> Reach:
        if not self._files.split(name)[0]:
            raise InputError(name, f"is not of the package {self._files.name}")
        self._refuse_missing([Import("", name, "", 0)], name)
        walk = _Walk(self._files)
        walk.follow(name)
        return walk.reach()

    def decorated(self, reach: Reach, decorator: str) -> list[str]:
        """Return the dotted names of what is reached and decorated with a name of the package, as it is imported."""
        with self._walking:
            return [name for name in reach.functions if self._is_decorated(*self._files.split(name), decorator)]

    def files_of(self, reach: Reach) -> list[str]:
        """Return the files that define what is reached, by their path within the package."""
        with self._walking:
            return sorted({self._files.file(self._files.split(name)[0]) for name in reach.functions} - {""})

    def save(self) -> None:
        """Remember for the next command; a cache that cannot be written is no reason to fail."""
        with self._walking:
            self._files.save()
            self._walks.save()

    def _is_decorated(self, module: str, names: Sequence[str], decorator: str) -> bool:
        where, name = decorator.rpartition(".")[::2]
        imported = [row.name for row in self._files.summary(module).imports if row.target == f"{where}.{name}"]
        nodes = [node for each in names[:1] for node in self._files.named(module, each).nodes]
        return any(chain in imported for node in nodes for chain in node.decorators)

    def _refuse_missing(self, imports: Iterable[Import], text: str) -> None:
        for row in imports:
            for name in (row.loads, row.target):
                module, rest = self._files.split(name)
                if module and rest and not self._has(module, rest[0]):
                    raise self._missing(module, rest[0], text)

    def _has(self, module: str, name: str) -> bool:
        defined = any(self._files.named(module, name))
        return defined or name.startswith("__") or "__getattr__" in self._files.names(module)

    def _missing(self, module: str, name: str, text: str) -> InputError:
        where = next((line.strip() for line in text.splitlines() if name in line), text)
        near = nearest(name, self._files.names(module) | self._files.submodules(module))
        return InputError(where, f"{module} has no {name}", hint=near and f"{module}.{near}")


class _Walk:
    """One walk over the package, from what is used first to all that it reaches."""

    def __init__(self, files: SourceFiles) -> None:
        self._files = files
        self._modules: set[str] = set()
        self._whole: set[str] = set()
        self._functions: dict[tuple[str, str], str] = {}
        self._followed: set[str] = set()
        self._namesakes: set[tuple[str, ...]] = set()
        self._foreign: dict[str, None] = {}
        self._waiting: list[tuple[str, Node]] = []

    def reach(self) -> Reach:
        """Follow what is waiting until nothing new is reached, and return all that was."""
        while self._waiting:
            self.use(*self._waiting.pop())
        modules = {module for module, _ in self._functions}
        resources = {path: sha for module in modules for path, sha in self._files.resources(module).items()}
        functions = {f"{module}.{name}": code for (module, name), code in self._functions.items()}
        return Reach(dict(sorted(functions.items())), dict(sorted(resources.items())), tuple(self._foreign))

    def use(self, module: str, user: Node) -> None:
        """Reach what a node of a module uses; the module of a notebook is empty."""
        for row in user.imports:
            self._execute(module, row)
            if row.name == STAR:
                self._follow_import(module, row, ())
        for chain in user.uses:
            name, *rest = chain.split(".")
            if chain == EVERYTHING:
                self.follow(self._files.name)
            for row in user.imports:
                if row.name == name:
                    self._follow_import(module, row, rest)
            if module:
                self._resolve(module, [name, *rest], within=True)

    def follow(self, dotted: str) -> None:
        """Reach what a dotted name means; nothing when it is of another package."""
        module, rest = self._files.split(dotted)
        if not module or dotted in self._followed:
            return
        self._followed.add(dotted)
        self._load(module)
        self._resolve(module, rest)
        parent, _, name = module.rpartition(".")
        # A package may define or import what has the name of a module in it: both count. Once for each name that is
        # used of it, as an import of `fit` from the module `fit` leads to `fit.fit.fit` and so on without end.
        used = (module, *rest[:1])
        if parent and name in self._files.names(parent) and used not in self._namesakes:
            self._namesakes.add(used)
            self._resolve(parent, [name, *rest])

    def _resolve(self, module: str, chain: Sequence[str], *, within: bool = False) -> None:
        """Reach a chain of attributes of a module; inside the module itself a name that is not there is a builtin."""
        if not chain:
            self._reach_whole(module)
            return
        name, *rest = chain
        parts = self._files.named(module, name)
        # What a module imports counts in the digest of its own definitions; for others it is a definition itself.
        if parts.nodes or (parts.imports and not within):
            self._reach(module, name, parts.nodes, parts.imports)
        for row in parts.imports:
            self._follow_import(module, row, rest)
        # A module that is star-imported is reached whole when this one is loaded.
        if not (any(parts) or within):
            self._reach_whole(module)

    def _follow_import(self, module: str, row: Import, rest: Sequence[str]) -> None:
        self.follow(".".join([self._files.absolute(module, row.level, row.target), *rest]))

    def _reach(self, module: str, name: str, nodes: Sequence[Node], imports: Sequence[Import] = ()) -> None:
        if (module, name) not in self._functions:
            parts = [each.digest for each in nodes] + [str(tuple(row)) for row in imports]
            self._functions[module, name] = parts[0] if nodes and len(parts) == 1 else digest("\n".join(parts))
            self._waiting += [(module, each) for each in nodes]
            self._load(module)

    def _reach_whole(self, module: str) -> None:
        """Reach all that a module defines; of a folder of modules, all of these."""
        for each in [] if module in self._whole else list(self._files.below(module)):
            self._whole.add(each)
            self._load(each)
            for name in self._files.names(each):
                self._resolve(each, [name])

    def _load(self, module: str) -> None:
        """Do what importing a module does: its parents first, then its own imports and statements."""
        if module in self._modules or not module:
            return
        self._modules.add(module)
        self._load(module.rpartition(".")[0])
        summary = self._files.summary(module)
        for row in summary.imports:
            self._execute(module, row)
            if row.name == STAR:
                self._follow_import(module, row, ())
        if summary.effects:
            self._reach(module, EFFECTS, [summary.effects])
        for definition in summary.nodes:
            if any(registers(self._files, module, chain) for chain in definition.decorators):
                self._resolve(module, [definition.names[0]])

    def _execute(self, module: str, row: Import) -> None:
        """Do what an import statement does, but for binding its name."""
        if not row.runs:
            return
        for name in (row.loads, row.target):
            self._load(self._files.split(self._files.absolute(module, row.level, name))[0])
        # Inside a function an import is executed late, if ever: no use to load it beforehand.
        top_level = not module or row in self._files.summary(module).imports
        if top_level and self._files.is_foreign(row):
            self._foreign[row.loads] = None
