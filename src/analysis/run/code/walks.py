"""What walks over a package reached, remembered for as long as no file of the package is another."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.run.hashes import digest, sha256
from analysis.run.seal import read_memory, write_sealed

FILE = "walks.json"
REMEMBERED = 400
MODULES = "*.py"


@dataclass(frozen=True)
class Reach:
    """What of a package something reaches."""

    # Digest of the code of every definition by dotted name: comments, docstrings and formatting do not count.
    functions: Mapping[str, str]
    # SHA-256 of the files that are not code, beside the modules of these definitions, by path within the package.
    resources: Mapping[str, str]
    # Third-party modules that are imported on the way, at the top level of modules and in the cells, in order of first
    # import. One that is imported inside ``try`` may not be installed.
    imports: tuple[str, ...]


class Walks:
    """Walks by where they began, kept in a sealed file.

    Parameters
    ----------
    folder : Where to remember; None to remember in this process alone.
    package : Its folder, which may be a copy: files count by their path in it.
    files : Every file of the package.
    """

    def __init__(self, folder: Path | None, package: Path, files: Iterable[Path]) -> None:
        self._path = folder and folder / FILE
        self._files = {path.relative_to(package).as_posix(): path for path in files}
        self._files |= {f"the walk's {path.name}": path for path in sorted(Path(__file__).parent.glob(MODULES))}
        self._header = {"read": self._read(), "python": list(sys.version_info[:3])}
        self._stored = read_memory(self._path, self._header)
        self._made: dict[str, Reach] = {}

    def known(self, begin: str, walk: Callable[[], Reach]) -> Reach:
        """Return what is reached from a beginning: as remembered, else as `walk` finds it."""
        key = digest(begin)
        if key not in self._made:
            with suppress(LookupError, TypeError, ValueError):
                self._made[key] = self._revived(key)
        if key not in self._made:
            self._made[key] = walk()
        return self._made[key]

    def save(self) -> None:
        """Remember for the next command, unless a file was edited since; it is no fault when nothing can be written."""
        walks = self._stored.get("walks", {})
        if self._path and not self._made.keys() <= walks.keys() and self._read() == self._header["read"]:
            every = {**{key: self._revived(key) for key in walks}, **self._made}
            newest = dict(list(every.items())[-REMEMBERED:])
            with suppress(OSError):
                write_sealed(self._path, {**self._header, "files": _stored(newest)})

    def _read(self) -> str:
        return digest("".join(f"{name}\n{sha256(path)}\n" for name, path in self._files.items() if path.exists()))

    def _revived(self, key: str) -> Reach:
        functions, resources, imports = self._stored["walks"][key]
        of_functions, of_resources = self._stored["functions"], self._stored["resources"]
        return Reach(
            dict(of_functions[number] for number in functions),
            dict(of_resources[number] for number in resources),
            tuple(imports),
        )


def _stored(walks: Mapping[str, Reach]) -> dict[str, Any]:
    """Return walks as JSON: each name and digest once, in a list to which walks refer by number."""
    functions = _numbers(reach.functions for reach in walks.values())
    resources = _numbers(reach.resources for reach in walks.values())
    rows = {
        key: [
            [functions[pair] for pair in reach.functions.items()],
            [resources[pair] for pair in reach.resources.items()],
            reach.imports,
        ]
        for key, reach in walks.items()
    }
    return {"functions": list(functions), "resources": list(resources), "walks": rows}


def _numbers(digests: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], int]:
    pairs = dict.fromkeys(pair for each in digests for pair in each.items())
    return {pair: number for number, pair in enumerate(pairs)}
