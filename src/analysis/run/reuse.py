"""What was made before of the same things, kept by the digest of all that it depends on and taken instead.

The name of an entry is the digest of the code that makes it and of everything that goes into it. Like all that a
command remembers it counts only with a good seal. What is new is written once the pages are accepted: were code edited
meanwhile, nobody knows which version made it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from analysis.run import private
from analysis.run.hashes import digest
from analysis.run.room import make_room, use
from analysis.run.seal import read_sealed, write_sealed

MOST = 400 * 10**6
"""Bytes that are kept; of more the oldest go."""


class Keeper:
    """The entries in a folder.

    Parameters
    ----------
    folder : Where they are kept, for their owner alone.
    code : Returns what stands for the code of a symbol, and for what all entries depend on, as JSON.
    read : Whether entries are taken; else all are made anew, and kept.
    """

    def __init__(self, folder: Path, code: Callable[[str], str], *, read: bool = True) -> None:
        self._folder, self._code, self._read = folder, code, read
        self._new: dict[str, Any] = {}
        self.made: list[str] = []
        """The symbols of what had to be made, in their order."""

    def take(self, symbol: str, depends: object, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - JSON
        """Return what is kept of a symbol that depends on these things; make it where there is none."""
        name = digest(json.dumps([symbol, self._code(symbol), depends], sort_keys=True))
        if name not in self._new:
            path = self._folder / name
            with suppress(OSError, ValueError, LookupError):
                if self._read:
                    value = read_sealed(path)["value"]
                    use(path)
                    return value
            self._new[name] = as_json(make())
            self.made.append(symbol)
        return self._new[name]

    def save(self) -> None:
        """Write what was made; a folder that cannot be written is no reason to fail."""
        with suppress(OSError):
            private.make(self._folder)
            for name, value in self._new.items():
                write_sealed(self._folder / name, {"value": value})
            make_room(self._folder, MOST)


_keeper: ContextVar[Keeper | None] = ContextVar("keeper", default=None)


@contextmanager
def keeping(keeper: Keeper) -> Iterator[None]:
    """Let `kept` take from a keeper inside a ``with`` block."""
    token = _keeper.set(keeper)
    try:
        yield
    finally:
        _keeper.reset(token)


def kept(symbol: str, depends: object, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - JSON
    """Return what `make` gives, as JSON would: from the keeper of this run where it was made before.

    Parameters
    ----------
    symbol : Dotted name of a definition whose code reaches all that `make` calls.
    depends : All that goes into it besides code, facts of the edition and environment, as JSON.
    make : Makes it; what it raises is not kept.
    """
    keeper = _keeper.get()
    return keeper.take(symbol, depends, make) if keeper else as_json(make())


def passed(symbol: str, depends: object, check: Callable[[], None]) -> None:
    """Check something, unless these very things have passed before; see `kept`."""

    def make() -> bool:
        check()
        return True

    kept(symbol, depends, make)


def as_json(value: object) -> Any:  # noqa: ANN401 - JSON
    """Return a value as it comes out of a file: what is made is then the same as what is kept."""
    return json.loads(json.dumps(value))
