"""Results of functions, kept by all that they come from: what did not change inside a chapter is not computed again.

A caption, a colour or one parameter makes a notebook run again, but changes few of its results. A function that is
`remembered` takes its result from an earlier run when its code, that of all that it calls, the environment and its
arguments are the same. Its result must follow from these alone: no file, no clock, no unseeded draw.

The runner says which functions of a step are remembered and with what code; a notebook that is opened alone remembers
nothing, nor does a step on registers of persons.
"""

from __future__ import annotations

import hmac
import inspect
import io
import json
import os
import pickle
import sys
import sysconfig
import warnings
from collections.abc import Callable, Mapping, Set
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from functools import cache, wraps
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, ParamSpec, TextIO, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

VARIABLE = "STAAT_REMEMBERED"
"""The file that says what a kernel may remember; the run system sets it for notebooks."""
FOLDER = "remembered"
MOST = 1 << 30
"""Bytes of results of functions that are kept."""
_SEAL = 32  # bytes
_PACKAGE = __name__.partition(".")[0]
_INSTALLED = tuple(dict.fromkeys(sysconfig.get_paths().values()))
"""Where modules lie for which the environment stands."""


def remembered(function: Callable[P, R]) -> Callable[P, R]:
    """Take the result of a function from an earlier run in which it was called with the same code and arguments."""
    symbol = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        memory = _memory(os.environ.get(VARIABLE, ""))
        if memory is None or symbol not in memory.known:
            return function(*args, **kwargs)
        result: R = memory.take(symbol, (args, sorted(kwargs.items())), lambda: function(*args, **kwargs))
        return result

    return call


@dataclass(frozen=True)
class Memory:
    """What a step may take and keep.

    Parameters
    ----------
    folder : Of what is kept.
    key : Vouches for what is read: a pickle from elsewhere would be executed.
    known : By the dotted name of a function its ``code`` (a digest of all that it depends on but its arguments), and
        the ``names`` of the package that this digest covers.
    step : The same two of the whole step, for a function that is given functions of a chapter, such as one that draws.
    read : Whether what is kept is taken; else all is computed anew, and kept.
    """

    folder: Path
    key: bytes
    known: Mapping[str, Mapping[str, Any]]
    step: Mapping[str, Any]
    read: bool = True

    def take(self, symbol: str, arguments: object, compute: Callable[[], Any]) -> Any:  # noqa: ANN401 - of any function
        """Return the result of a function: from memory, or computed and kept."""
        given, names = _digested(arguments)
        code = self._code(symbol, names)
        if given is None or code is None:
            return compute()
        name = sha256(b"\0".join((symbol.encode(), code.encode(), given))).hexdigest()
        if self.read and (found := self._read(name)) is not None:
            with suppress(Exception):  # whatever a class of its own raises: it is computed instead
                return pickle.loads(found)  # noqa: S301 - `_read` has checked who wrote it
        result, pure = _computed(compute)
        kept = _pickled(result) if pure else None
        if kept is None:
            return result
        try:
            # As it will come out of the memory, so that what follows is given the very same then.
            again = pickle.loads(kept)  # noqa: S301 - written in the line above
        except Exception:
            return result
        with suppress(OSError):
            self._write(name, kept)
        return again

    def _code(self, symbol: str, given: Set[str]) -> str | None:
        """Return what stands for the code of a function and of what it is given; None where that is not known."""
        own, step = self.known[symbol], self.step
        if given <= {*own["names"]}:
            return str(own["code"])
        return f"{own['code']} {step['code']}" if given <= {*own["names"], *step["names"]} else None

    def _read(self, name: str) -> bytes | None:
        """Return what is kept; None for nothing, or for what was not written here."""
        path = self.folder / name
        with suppress(OSError):
            content = path.read_bytes()
            if hmac.compare_digest(content[:_SEAL], self._seal(name, content[_SEAL:])):
                os.utime(path)
                return content[_SEAL:]
        return None

    def _write(self, name: str, content: bytes) -> None:
        partial = self.folder / f".{name}.{os.getpid()}"
        try:
            with open(partial, "xb", opener=_private) as file:
                file.write(self._seal(name, content) + content)
            partial.replace(self.folder / name)
        finally:
            partial.unlink(missing_ok=True)  # on a full disk half of it would take room from the edition

    def _seal(self, name: str, content: bytes) -> bytes:
        return hmac.digest(self.key, name.encode() + content, "sha256")


@cache
def _memory(file: str) -> Memory | None:
    with suppress(OSError, ValueError, LookupError):
        told = json.loads(Path(file).read_text("utf8")) if file else {}
        return Memory(Path(told["folder"]), bytes.fromhex(told["key"]), told["known"], told["step"], told["read"])
    return None


class _Pickler(pickle.Pickler):
    """Pickles values, and notes the functions and classes that they name and for which no environment stands."""

    def __init__(self, file: io.BytesIO | _Digest) -> None:
        super().__init__(file, protocol=5)
        self.named: set[str] = set()

    def reducer_override(self, obj: object) -> Any:  # noqa: ANN401 - of pickle
        """Note what would be pickled by its name."""
        if isinstance(obj, MappingProxyType):
            return MappingProxyType, (dict(obj),)
        module, name = getattr(obj, "__module__", None), getattr(obj, "__qualname__", None)
        if isinstance(module, str) and isinstance(name, str) and not _is_installed(obj, module):
            self.named.add(f"{module}.{name.partition('.')[0]}")
        return NotImplemented


def _is_installed(obj: object, module: str) -> bool:
    """Return whether code comes with the environment; that of a cell, or beside the package, does not."""
    if module == "__main__" or module.partition(".")[0] == _PACKAGE:
        return False
    try:
        return inspect.getfile(inspect.unwrap(obj)).startswith(_INSTALLED)  # type: ignore[arg-type]  # a class, or what wraps a function
    except (TypeError, OSError):  # it is built in
        return True


class _Digest:
    """What is written is not held, but for its digest: the arguments are the registers of a city."""

    def __init__(self) -> None:
        self._of = sha256()

    def write(self, content: bytes) -> None:
        """Take it into the digest."""
        self._of.update(content)

    def value(self) -> bytes:
        """Return the digest of what was written."""
        return self._of.digest()


def _digested(value: object) -> tuple[bytes | None, Set[str]]:
    """Return the digest of a value or None, and what it names that the environment does not stand for."""
    digest = _Digest()
    pickler = _Pickler(digest)
    try:
        pickler.dump(value)
    except Exception:
        return None, frozenset()
    return digest.value(), pickler.named


def _pickled(value: object) -> bytes | None:
    """Return a value as bytes, None for what has none."""
    file = io.BytesIO()
    try:
        _Pickler(file).dump(value)
    except Exception:
        return None
    return file.getvalue()


def _computed(compute: Callable[[], Any]) -> tuple[Any, bool]:
    """Return a result, and whether computing it did nothing else: it said nothing, drew from no shared generator."""
    before, printed = _generators(), [_Heard(sys.stdout), _Heard(sys.stderr)]
    with warnings.catch_warnings(record=True) as said, redirect_stdout(printed[0]), redirect_stderr(printed[1]):
        result = compute()
    for each in said:
        warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)
    return result, not said and not any(one.heard for one in printed) and _generators() == before


class _Heard(io.TextIOBase):
    """A stream that passes on what is written, and notes that something was."""

    def __init__(self, to: TextIO) -> None:
        self._to, self.heard = to, False

    def write(self, words: str) -> int:
        """Pass it on."""
        self.heard = True
        return self._to.write(words)

    def flush(self) -> None:
        """Pass it on."""
        self._to.flush()


def _generators() -> bytes:
    import random

    import numpy as np

    return pickle.dumps((random.getstate(), np.random.get_state()))  # noqa: NPY002 - the state that is shared


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
