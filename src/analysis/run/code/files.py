"""The files of a package: its modules, parsed once for every content that they ever have, and all that is not code."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from analysis.errors import InputError
from analysis.run.code.imports import STAR, Import
from analysis.run.code.parse import Node, Summary, summarise
from analysis.run.hashes import sha256
from analysis.run.seal import read_memory, write_sealed

REMEMBERED = 1000
# What is remembered is what these made of a file: when they change, it is forgotten.
PARSER = ("parse.py", "imports.py", "syntax.py", "uses.py")


class NamedParts(NamedTuple):
    """What a module means by a name: definitions, imports, and imports of all names of a module."""

    nodes: Sequence[Node]
    imports: Sequence[Import]
    stars: Sequence[Import]


class SourceFiles:
    """A package on disk, as it is now: one object looks at every file once.

    What modules hold is remembered in the file `memory`, by the SHA-256 of their bytes; a memory that is damaged, was
    not written here, or is of another parser, package or Python, is ignored.
    """

    def __init__(self, package: Path, memory: Path | None = None) -> None:
        self.name = package.name
        self.package, self._memory = package, memory
        self.modules: dict[str, Path] = {}
        self._resources: dict[str, list[Path]] = {}
        self._list(package, self.name)
        self._seen: dict[str, Sequence[Any]] = {}
        self._summaries: dict[str, Summary] = {}
        self._named: dict[str, dict[str, NamedParts]] = {}
        self._split: dict[str, tuple[str, list[str]]] = {}
        self._hashes: dict[Path, str] = {}

    @cached_property
    def _remembered(self) -> dict[str, Any]:
        return read_memory(self._memory, self._header())

    def every(self) -> list[Path]:
        """Return every file of the package: modules, and what lies beside them."""
        return sorted({*self.modules.values(), *(path for paths in self._resources.values() for path in paths)})

    def below(self, module: str) -> Iterator[str]:
        """Give the module and all modules below it."""
        return (name for name in self.modules if name == module or name.startswith(f"{module}."))

    def summary(self, module: str) -> Summary:
        """Return what a module holds; nothing for a folder without ``__init__.py``."""
        if module not in self._summaries:
            path = self.modules.get(module)
            self._summaries[module] = self._summarised(path) if path else Summary((), None, ())
        return self._summaries[module]

    def named(self, module: str, name: str) -> NamedParts:
        """Return what a module means by a name."""
        known = self._names(module)
        return known.get(name) or NamedParts((), (), known[STAR].stars)

    def names(self, module: str) -> set[str]:
        """Return the names that a module defines or imports."""
        return self._names(module).keys() - {STAR}

    def submodules(self, module: str) -> set[str]:
        """Return the names of the modules in a package."""
        return {name.removeprefix(f"{module}.").partition(".")[0] for name in self.below(module) if name != module}

    def file(self, module: str) -> str:
        """Return the path of a module within the package; empty for a folder without ``__init__.py``."""
        path = self.modules.get(module)
        return path.relative_to(self.package).as_posix() if path else ""

    def split(self, dotted: str) -> tuple[str, list[str]]:
        """Split a dotted name into the longest module that it starts with, empty for another package, and the rest."""
        if dotted not in self._split:
            self._split[dotted] = self._split_of(dotted.split("."))
        return self._split[dotted]

    def absolute(self, module: str, level: int, name: str) -> str:
        """Return the full form of a name that a module imports with `level` leading dots."""
        if not level:
            return name
        parts = module.split(".")
        above = parts[: len(parts) - level + (1 if self._is_package(module) else 0)]
        return ".".join([*above, name] if name else above)

    def is_foreign(self, row: Import) -> bool:
        """Whether an import is of neither this package nor the standard library."""
        root = row.loads.partition(".")[0]
        return not row.level and root != self.name and root not in sys.stdlib_module_names

    def resources(self, module: str) -> dict[str, str]:
        """Return the SHA-256 of each file beside a module that is not code, by its path within the package."""
        folder = module if self._is_package(module) else module.rpartition(".")[0]
        for path in self._resources[folder]:
            if path not in self._hashes:
                self._hashes[path] = sha256(path)
        return {path.relative_to(self.package).as_posix(): self._hashes[path] for path in self._resources[folder]}

    def save(self) -> None:
        """Remember for the next command; a memory that cannot be written is no reason to fail."""
        if self._memory and not self._seen.keys() <= self._remembered.keys():
            newest = dict(list({**self._seen, **self._remembered}.items())[:REMEMBERED])
            with suppress(OSError):
                write_sealed(self._memory, {**self._header(), "files": newest})
            self._remembered = newest

    def _names(self, module: str) -> dict[str, NamedParts]:
        if module not in self._named:
            self._named[module] = _by_name(self.summary(module))
        return self._named[module]

    def _split_of(self, parts: list[str]) -> tuple[str, list[str]]:
        for length in range(len(parts) if parts[0] == self.name else 0, 0, -1):
            if (module := ".".join(parts[:length])) in self._resources or module in self.modules:
                return module, parts[length:]
        return "", parts

    def _is_package(self, module: str) -> bool:
        return module in self._resources

    def _list(self, folder: Path, module: str) -> None:
        """List a folder of modules: a folder below it without any is part of it."""
        self._resources[module] = []
        visible = (entry for entry in folder.iterdir() if not entry.name.startswith((".", "__pycache__")))
        for entry in sorted(visible):
            name = f"{module}.{entry.stem}"
            if entry.is_dir() and any(entry.rglob("*.py")):
                self._list(entry, name)
            elif entry.is_dir():
                self._resources[module] += [path for path in sorted(entry.rglob("*")) if _is_resource(path)]
            elif entry.suffix == ".py":
                # Of a folder and a file of the same name, Python imports the folder, which sorts first.
                self.modules.setdefault(module if entry.stem == "__init__" else name, entry)
            elif _is_resource(entry):
                self._resources[module].append(entry)

    def _summarised(self, path: Path) -> Summary:
        source = path.read_bytes()
        content = hashlib.sha256(source).hexdigest()
        with suppress(LookupError, TypeError, ValueError):
            summary = Summary.revived(self._remembered[content])
            self._seen[content] = self._remembered[content]
            return summary
        try:
            summary = summarise(source, self.name)
        except (SyntaxError, ValueError) as error:
            where = f"{path}:{getattr(error, 'lineno', None) or 1}"
            raise InputError(where, f"is not Python: {getattr(error, 'msg', error)}") from None
        self._remembered.pop(content, None)
        self._seen[content] = summary
        return summary

    def _header(self) -> dict[str, Any]:
        parser = [sha256(Path(__file__).with_name(name)) for name in PARSER]
        return {"parser": parser, "python": list(sys.version_info[:3]), "package": self.name}


def _is_resource(path: Path) -> bool:
    return path.is_file() and path.suffix not in {".py", ".pyc"} and not path.name.startswith(".")


def _by_name(summary: Summary) -> dict[str, NamedParts]:
    stars = [row for row in summary.imports if row.name == STAR]
    nodes: dict[str, list[Node]] = {}
    imports: dict[str, list[Import]] = {}
    for node in summary.nodes:
        for name in node.names:
            nodes.setdefault(name, []).append(node)
    for row in summary.imports:
        imports.setdefault(row.name, []).append(row)
    names = {STAR, *nodes, *imports}
    return {name: NamedParts(nodes.get(name, ()), imports.get(name, ()), stars) for name in names}
