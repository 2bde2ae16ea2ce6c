"""Internal tables, written by one notebook and read by others, as parquet; they are never published."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.errors import InputError
from analysis.run import machine
from analysis.run.workspace import Workspace

KIND = b"staat.data"
"""Key in a file's own metadata that says whether its data are synthetic or real."""


def load(workspace: Workspace, name: str) -> pd.DataFrame:
    """Return the internal table `name` of this edition.

    Raises
    ------
    InputError : The table does not exist yet or cannot be read; the message says how to build it.
    """
    path = workspace.table_path(name)
    try:
        table = pq.read_table(path)
        frame: pd.DataFrame = table.to_pandas()
    except (pa.ArrowException, OSError, ValueError) as error:
        problem = f"cannot be read: {type(error).__name__}"
        raise InputError(str(path), problem, hint=workspace.rerun_command) from None
    _same_kind(workspace, path, table.schema.metadata or {})
    return frame


def columns(workspace: Workspace, name: str) -> frozenset[str]:
    """Return the names of the columns of the internal table `name`, without reading its rows."""
    return frozenset(pq.read_schema(workspace.table_path(name)).names)


def save(workspace: Workspace, name: str, frame: pd.DataFrame) -> None:
    """Write a frame as the internal table `name`; the same frame gives the same bytes.

    Raises
    ------
    InputError : The index has labels other than 0 to n - 1, which would be lost; or a column cannot be stored.
    """
    _no_meaningful_index(name, frame)
    path = workspace.new_table_path(name)
    plain = frame.copy(deep=False)
    plain.attrs = {}  # notes of a reader: not part of the table, and parquet would carry them along
    try:
        table = pa.Table.from_pandas(plain, preserve_index=False)
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), KIND: _kind(workspace)})
    except (pa.ArrowException, ValueError, TypeError):  # their words hold the value
        raise InputError(f"table {name}", "has a column that cannot be stored", given=_unstorable(plain)) from None
    partial = path.with_suffix(".partial")
    pq.write_table(table, partial)
    machine.replace(partial, path)  # whole or not at all: another notebook may be waiting for it


def _unstorable(frame: pd.DataFrame) -> list[str]:
    """Name the columns that hold values of several types."""
    wrong = []
    for column in frame.columns:
        try:
            pa.Table.from_pandas(frame[[column]], preserve_index=False)
        except (pa.ArrowException, ValueError, TypeError):
            wrong.append(str(column))
    return wrong


def _kind(workspace: Workspace) -> bytes:
    return b"synthetic" if workspace.facts.get("synthetic") else b"real"


def _same_kind(workspace: Workspace, path: Path, metadata: Mapping[bytes, bytes]) -> None:
    """Refuse a synthetic table where real ones belong, and the other way round."""
    kind = metadata.get(KIND)
    if kind is not None and kind != _kind(workspace):
        raise InputError(
            str(path),
            f"holds {kind.decode()} data, while the edition is {_kind(workspace).decode()}",
            hint=workspace.rerun_command,
        )


def _no_meaningful_index(name: str, frame: pd.DataFrame) -> None:
    index = frame.index
    plain = index.nlevels == 1 and index.name is None and index.equals(pd.RangeIndex(len(frame)))
    if not plain:
        raise InputError(f"table {name}", "has a meaningful index, which a table does not keep", hint="reset_index()")
    if not all(isinstance(column, str) for column in frame.columns) or not frame.columns.is_unique:
        raise InputError(f"table {name}", "column names must be unique strings", given=list(frame.columns))
