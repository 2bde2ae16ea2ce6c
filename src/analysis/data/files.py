"""Reading files so that a missing, half-written or wrongly encoded one is one clear message."""

from __future__ import annotations

import csv
import json
import re
from codecs import BOM_UTF8
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data.contracts import require_columns
from analysis.data.names import remember, remember_rows
from analysis.errors import InputError, few

WHOLE = r"[-+]?[0-9]+"
NUMBER = r"[-+]?(?:[0-9]+(?:![0-9]*)?|![0-9]+)(?:[eE][-+]?[0-9]+)?"  # ! is the decimal sign
GROUPED = r"[-+]?[1-9][0-9]{0,2}(?:![0-9]{3})+"
FETCH_AGAIN = "fetch the file again from its publisher"


def read_bytes(path: Path) -> bytes:
    """Return the content of a file that exists and is not empty."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}", hint="check data.folder") from error
    if not content:
        raise InputError(str(path), "the file is empty", hint=FETCH_AGAIN)
    return content


def read_text(path: Path, encoding: str) -> str:
    r"""Decode a file; every line ends in ``\n`` in what is returned.

    Raises
    ------
    InputError
        The bytes are not of this encoding. In the one-byte encodings nearly every byte is a character, so that UTF-8
        and UTF-16 would decode to garbage without an error: they are recognised by their form.
    """
    content = read_bytes(path)
    if encoding == "utf-8":
        content = content.removeprefix(BOM_UTF8)  # a mark that would become part of the first column's name
    other = _other_encoding(content) if encoding != "utf-8" else None
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        other = f"a byte that {encoding} does not have"
    if other:
        raise InputError(str(path), "wrong encoding", given=other, allowed=encoding, hint=FETCH_AGAIN)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _other_encoding(content: bytes) -> str | None:
    if b"\0" in content:
        return "UTF-16"
    if content.isascii():
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "UTF-8"


def read_delimited(
    path: Path, columns: list[str], *, encoding: str, separator: str, last_line_ends: bool = False
) -> pd.DataFrame:
    """Read columns of a delimited file as strings; nothing becomes a missing value.

    Parameters
    ----------
    path, encoding, separator : The file and its form; the first line holds the column names.
    columns : The columns to return, by name.
    last_line_ends : Whether this source ends its last line, so that a file that does not was cut off.

    Raises
    ------
    InputError : The file cannot be read or decoded, has rows with too many or too few fields, or lacks a column.
    """
    text = read_text(path, encoding)
    if last_line_ends and not text.endswith("\n"):
        raise InputError(str(path), "the last line is not complete: the file was cut off", hint=FETCH_AGAIN)
    header, rows = _rows(text, separator, str(path))
    require_columns(header, columns, str(path))
    position = {name: header.index(name) for name in columns}
    return pd.DataFrame({name: [row[at] for row in rows] for name, at in position.items()}, dtype="str")


def _rows(text: str, separator: str, file: str) -> tuple[list[str], list[list[str]]]:
    # pandas fills a row that is too short without a word; csv leaves it to us.
    try:
        header, *rows = [row for row in csv.reader(StringIO(text), delimiter=separator, strict=True) if row]
    except (csv.Error, ValueError) as error:
        raise InputError(file, f"not a table: {error}", hint=FETCH_AGAIN) from None
    uneven = [row for row in rows if len(row) != len(header)]
    if uneven:
        first = next(number for number, row in enumerate(rows, start=1) if len(row) != len(header))
        problem = (
            f"{few(len(uneven))} rows do not have the {len(header)} fields of the header, the first is row {first}"
        )
        raise InputError(file, problem, hint=FETCH_AGAIN)
    remember_rows(header, rows)
    return header, rows


def read_workbook(path: Path) -> dict[str, pd.DataFrame]:
    """Return the sheets of a workbook by name, cells as they are."""
    read_bytes(path)
    try:
        return pd.read_excel(path, sheet_name=None, header=None, engine="calamine")
    except Exception as error:  # calamine has its own kinds of errors; all mean that this is no workbook
        problem = f"cannot be read as a workbook: {type(error).__name__}"  # its words may hold what is in a cell
        raise InputError(str(path), problem, hint=FETCH_AGAIN) from None


def stripped(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of strings without the blanks around them."""
    return pd.DataFrame({name: frame[name].str.strip() for name in frame.columns})


def read_features(path: Path) -> list[dict[str, Any]]:
    """Return the features of a GeoJSON file, each with ``properties`` and ``geometry``."""
    try:
        collection = json.loads(read_text(path, "utf-8"))
    except json.JSONDecodeError as error:
        raise InputError(str(path), f"not JSON, or cut off: {error}", hint=FETCH_AGAIN) from None
    features = collection.get("features") if isinstance(collection, dict) else None
    if not features or not all(isinstance(f, dict) and f.get("properties") and f.get("geometry") for f in features):
        raise InputError(str(path), "not a GeoJSON collection of features with properties and geometry")
    remember({column: [f["properties"].get(column) for f in features] for column in features[0]["properties"]})
    return list(features)


def whole_numbers(column: pd.Series[Any], file: str) -> pd.Series[int]:
    """Turn a column into int64; a value that is not a whole number stops, as does 1.000, which may be a thousand."""
    numbers = decimals(column, file)
    texts = column[_are_texts(column)].astype("str")
    in_digits = texts.str.fullmatch(WHOLE).reindex(column.index, fill_value=True)
    _refuse(column[(numbers % 1 != 0) | ~in_digits], "whole numbers", file)
    return numbers.astype("int64")


def decimals(column: pd.Series[Any], file: str, *, sign: str = ".", largest: float = float("inf")) -> pd.Series[float]:
    """Turn a column into float64.

    Parameters
    ----------
    column : Numbers, or texts with one.
    file : Where it comes from.
    sign : The decimal sign of texts, a point or a comma.
    largest : What no value exceeds. Only where thousands would do so is a column sure to hold none.

    Raises
    ------
    InputError
        A value is not a finite number; or exactly three digits follow every sign, so that 1.383 may well be 1383.
    """
    are_texts = _are_texts(column)
    texts = column[are_texts].astype("str")
    _refuse_thousands(texts, file, sign, largest)
    plain = texts.where(texts.str.fullmatch(NUMBER.replace("!", re.escape(sign)))).str.replace(sign, ".", regex=False)
    numbers = pd.to_numeric(column.where(~are_texts & ~_are_no_numbers(column)), errors="coerce").astype("float64")
    numbers[are_texts] = pd.to_numeric(plain, errors="coerce").astype("float64")
    _refuse(column[numbers.isna() | numbers.abs().eq(float("inf"))], "numbers", file)
    return numbers


def _are_texts(column: pd.Series[Any]) -> pd.Series[bool]:
    if pd.api.types.is_numeric_dtype(column):
        return pd.Series(False, index=column.index)
    if column.dtype == "str":
        return column.notna()
    return column.map(lambda value: isinstance(value, str)).astype(bool)


def _are_no_numbers(column: pd.Series[Any]) -> pd.Series[bool]:
    """Find the cells of a sheet with true, false or a date, which would pass for numbers."""
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return pd.Series(False, index=column.index)
    if column.dtype == "str":
        return column.notna()
    return ~column.map(lambda value: isinstance(value, int | float) and not isinstance(value, bool)).astype(bool)


def _refuse_thousands(texts: pd.Series[str], file: str, sign: str, largest: float) -> None:
    """Refuse signs that may all separate thousands: the other sign than that of decimals, or that sign itself."""
    for mark in (",", "."):
        marked = texts[texts.str.contains(mark, regex=False)]
        if marked.empty or not marked.str.fullmatch(GROUPED.replace("!", re.escape(mark))).all():
            continue
        whole = marked.str.replace(mark, "", regex=False).astype("float64").abs()
        if mark != sign or (whole <= largest).all():
            raise InputError(
                file,
                f"column {texts.name!r} may hold thousands: three digits follow each {mark!r} in it, as in "
                f"1{mark}383, in {few(len(marked), len(texts))} values",
                hint=f"write 1383 if that is meant, and decimals with {sign!r} and more or fewer digits than three",
            )


def _refuse(bad: pd.Series[Any], wanted: str, file: str) -> None:
    if len(bad):
        # Not the value: a row may be a person.
        first = f", the first is row {bad.index[0] + 1}" if isinstance(bad.index[0], int) else ""
        raise InputError(file, f"column {bad.name!r} must hold {wanted}; {few(len(bad))} rows do not{first}")
