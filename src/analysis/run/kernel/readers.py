"""Readers that open files outside Python, where no audit hook sees them: each path goes through a check first."""

from __future__ import annotations

import functools
import importlib.abc
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Check = Callable[[object], None]

# Names in modules; a dotted name is a method of a class.
READERS = {
    "pyarrow": ("OSFile", "memory_map", "input_stream"),
    "pyarrow.parquet.core": (
        "ParquetDataset.__init__",
        "ParquetFile.__init__",
        "read_metadata",
        "read_pandas",
        "read_schema",
        "read_table",
    ),
    "pyarrow.parquet": ("read_metadata", "read_pandas", "read_schema", "read_table"),
    "pyarrow.dataset": ("dataset", "parquet_dataset"),
    "pyarrow.feather": ("read_feather", "read_table"),
    "pyarrow.orc": ("ORCFile.__init__", "read_table"),
    "pyarrow.csv": ("open_csv", "read_csv"),
    "pyarrow.json": ("open_json", "read_json"),
    "pandas": ("read_feather", "read_orc", "read_parquet", "read_spss", "read_stata"),
    "pyreadstat": ("read_dta", "read_por", "read_sas7bcat", "read_sas7bdat", "read_sav", "read_xport"),
    "python_calamine": ("CalamineWorkbook.from_path", "CalamineWorkbook.from_object", "load_workbook"),
}


def watch_readers(check: Check) -> None:
    """Let all readers call `check` with each path first: those that are loaded now, the others when they are."""
    for name in READERS:
        if name in sys.modules:
            _watch(sys.modules[name], check)
    sys.meta_path.insert(0, _WatchOnImport(check))


class _WatchOnImport(importlib.abc.MetaPathFinder):
    """Finds nothing itself: lets the others find a module and watches its readers once it is loaded."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self.busy: set[str] = set()

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - of the interface
        target: ModuleType | None = None,  # noqa: ARG002 - of the interface
    ) -> ModuleSpec | None:
        """Return the spec that the others find, with a loader that watches."""
        if fullname not in READERS or fullname in self.busy:
            return None
        self.busy.add(fullname)
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self.busy.discard(fullname)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module
            spec.loader.exec_module = functools.partial(_load, load, self.check)  # type: ignore[method-assign]  # of this one module
        return spec


def _load(load: Callable[[ModuleType], None], check: Check, module: ModuleType) -> None:
    load(module)
    _watch(module, check)


def _watch(module: ModuleType, check: Check) -> None:
    for name in READERS[module.__name__]:
        owner_name, _, attribute = name.rpartition(".")
        owner = getattr(module, owner_name, None) if owner_name else module
        reader = getattr(owner, attribute, None)
        if reader is not None and not hasattr(reader, "_watched"):
            setattr(owner, attribute, _watched(reader, check, first=attribute == "__init__"))


def _watched(reader: Any, check: Check, *, first: bool) -> Any:  # noqa: ANN401 - any callable
    """Wrap a reader; of a method, the first argument is the object itself."""
    if isinstance(reader, type):
        return _watched_class(reader, check)

    @functools.wraps(reader)
    def watched(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - those of the reader
        _check(arguments[first:], named, check)
        return reader(*arguments, **named)

    watched._watched = True  # type: ignore[attr-defined]  # a mark for the second time
    # A static method of a class would be bound when it is called through an object of it.
    return watched


def _watched_class(reader: type, check: Check) -> type:
    def new(kind: type, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - those of the class
        _check(arguments, named, check)
        return reader.__new__(kind, *arguments, **named)

    return type(reader.__name__, (reader,), {"__new__": new, "__doc__": reader.__doc__, "_watched": True})


def _check(arguments: Sequence[Any], named: dict[str, Any], check: Check) -> None:
    source = arguments[0] if arguments else next(iter(named.values()), None)
    for path in source if isinstance(source, list | tuple) else (source,):
        if isinstance(path, str | os.PathLike) and "://" not in str(path):
            check(path)
