"""Columns as files have them, in one form: texts without blanks around them, empty ones missing; or numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.errors import FEWEST, InputError
from analysis.registers.mapping import File

ISO_DAY = "%Y-%m-%d"
EXACT = 2**53  # whole numbers up to here are exact as floats


def plain(table: pa.Table, role: str, file: File, keys: Collection[str]) -> pa.Table:
    """Bring a table as read into the one form.

    Dates become texts such as 2019-10-01, booleans ``true`` and ``false``. Keys are texts: those that a file holds as
    numbers have lost the zeros in front, and are refused unless their width is given.
    """
    columns = {}
    for name in table.column_names:
        column = _of_known_type(table[name], f"files.{role}")
        if name in keys and not pa.types.is_string(column.type):
            column = _padded(column, role, file, name)
        columns[name] = column
    return pa.table(columns)


def _of_known_type(column: pa.ChunkedArray, where: str) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _of_known_type(column.cast(kind.value_type), where)
    if pa.types.is_integer(kind):
        return column.cast(pa.int64())
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.float64())
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return pc.strftime(column, ISO_DAY)
    if pa.types.is_boolean(kind) or pa.types.is_null(kind) or _is_text(kind):
        return _stripped(column.cast(pa.string()))
    raise InputError(where, f"a column has a type that is not read: {kind}", hint="write it as text or number")


def _is_text(kind: pa.DataType) -> bool:
    return any(test(kind) for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


def _stripped(column: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _padded(column: pa.ChunkedArray, role: str, file: File, name: str) -> pa.ChunkedArray:
    where = f"files.{role}: column {name}"
    width = file.widths.get(name)
    if width is None:
        problem = "is a key, and the file holds it as numbers: zeros in front are lost"
        raise InputError(where, problem, hint=f"if all keys have one width, write widths: {{{name}: 9}}")
    whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), min(10**width, EXACT)))
    if not pc.all(pc.and_(whole, pc.greater_equal(column, 0)), min_count=0).as_py():
        raise InputError(where, f"holds numbers that are no whole numbers of at most {width} digits")
    return pc.utf8_lpad(column.cast(pa.int64()).cast(pa.string()), width, "0")


def as_text(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Return numbers as texts; whole ones without a point."""
    if pa.types.is_string(column.type):
        return column
    texts = column.cast(pa.string())
    if not pa.types.is_floating(column.type):
        return texts
    is_whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), EXACT))
    whole = pc.if_else(is_whole, column, pa.scalar(None, column.type))
    return pc.if_else(is_whole, whole.cast(pa.int64()).cast(pa.string()), texts)  # 201910010000, and not 2.0e11


def arrow_of(texts: pd.Series[Any]) -> pa.Array:
    """Return a column of texts as Arrow has it, in one piece."""
    array = pa.array(texts, pa.string(), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def loose(texts: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return keys without what files write in several ways: capitals, blanks, zeros in front."""
    return pc.ascii_ltrim(pc.ascii_lower(pc.replace_substring(texts, " ", "")), "0")


def in_thousands(texts: pd.Series[Any], sign: str) -> bool:
    """Tell whether numbers are written as 850 and 12,500: the sign has three digits behind it wherever it stands."""
    known = texts.dropna()
    signed = known[known.str.contains(sign, regex=False)]
    written = signed.str.fullmatch(rf"[-+]?[1-9][0-9]{{0,2}}{re.escape(sign)}[0-9]{{3}}")
    return FEWEST <= len(signed) < len(known) and bool(written.all())


def distinct(texts: pd.Series[Any]) -> pa.Array:
    """Return the texts of a column, each once, in order; without missing ones."""
    every = pc.unique(arrow_of(texts)).drop_null()
    return every.take(pc.sort_indices(every))


def of_each(texts: Any, function: Callable[[pa.Array], pa.Array]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return what a function makes of texts, asking it once of each: days and codes are few, rows are many."""
    encoded = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    encoded = encoded.dictionary_encode()
    return function(encoded.dictionary).take(encoded.indices)
