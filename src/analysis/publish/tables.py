"""A table as two things: a tidy CSV with every digit, and an accessible HTML table with few."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from analysis.disclosure import CROSS, DOMINATED, SUPPRESSED, Gated
from analysis.errors import InputError
from analysis.language import MINUS, NumberText, header, localised, term, text, word
from analysis.publish.decimals import LINEAR, of_column, of_unit
from analysis.publish.layout import render
from analysis.publish.spreadsheet import harmless, write_xlsx

MAX_ROWS = 100
"""Rows shown on a page; the CSV has them all."""

SIGNIFICANT = 3
P_VALUE = "p_value"
GROUPED = 1_000
"""From here on a column's thousands are set apart, unless it holds years."""

EACH = -1
"""In `digits`: every number of the column on its own, because they are in different units."""

EACH_DIGITS = 4

COUNTED: Mapping[str, str] = {"pupils": word("pupils"), "schools": word("schools"), "teachers": word("teachers")}
"""What a count column with such a name (or ``n_`` before it) counts, in words."""


class TableCell(NamedTuple):
    """What a table cell shows: its text, whether it is a number, and why it is withheld if it is."""

    text: str
    number: bool
    withheld: str = ""


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame in one reproducible form: UTF-8, line feeds, shortest digits that give the number back.

    Text that a spreadsheet would compute (``=cmd()``) gets an apostrophe before it.
    """
    text_columns = [str(column) for column in frame if not _is_number(frame[column])]
    safe = frame.assign(**{column: frame[column].map(harmless) for column in text_columns}).rename(columns=harmless)
    # Of line breaks only those that end a line here are quoted by themselves.
    words = (word for column in text_columns for word in safe[harmless(column)])
    breaks = any("\r" in word for word in (*safe.columns, *words) if isinstance(word, str))
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if breaks else csv.QUOTE_MINIMAL
    safe.to_csv(path, index=False, encoding="utf8", lineterminator="\n", na_rep="", quoting=quoting)


def write_sidecar(gated: Gated, path: Path, *, edition: str, caption: str, synthetic: bool) -> None:
    """Write beside a CSV what it is, above all whether the data are made up; and the same as a spreadsheet.

    Parameters
    ----------
    gated : What the CSV holds.
    path : The JSON file; the spreadsheet gets its name with ``.xlsx``.
    edition, caption, synthetic : What both say.
    """
    about: dict[str, object] = {
        "edition": edition,
        "data": "SYNTHETIC: made up, about no real child or school" if synthetic else "real",
        "caption": caption,
        "rows": len(gated.frame),
    }
    columns = [str(column) for column in gated.frame.columns]
    whole = {**about, "columns": columns, "withheld_cells": gated.cells}
    whole |= {"counts": list(gated.resting), "keys": list(gated.keys)}
    whole |= {name: value for name, value in asdict(gated.linked).items() if value}
    path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", "utf8", newline="\n")
    write_xlsx(gated, path.with_suffix(".xlsx"), {**about, "withheld_cells": gated.cells})


def html_table(
    gated: Gated,
    *,
    identity: str,
    caption: str,
    source: str,
    digits: Mapping[str, int] | None = None,
    labels: Mapping[str, str] | None = None,
    shown: Sequence[str] | None = None,
    note: str = "",
    synthetic: bool = False,
) -> str:
    """Render a gated frame as an HTML table with caption, headers with scope, and links to its files.

    Parameters
    ----------
    gated : What the gate let through.
    identity : Id of the element, unique on a page.
    caption, note : Text above and below the table.
    source : Address of the CSV, relative to the page.
    digits
        Decimals per column, or `EACH`; else those of the unit of the row (`decimals`), where it has no rule as many
        as give the column's largest number three significant digits.
    labels : Column headers; else the column's name with spaces.
    shown : Columns to show, in this order; else all.
    synthetic : Whether to say under the table that the data are made up.
    """
    columns = _columns(identity.replace("-", " ", 1), gated.frame, shown, {**(digits or {}), **(labels or {})})
    frame = gated.frame[columns].head(MAX_ROWS)
    decimals = {column: _decimals_of(gated.frame.head(MAX_ROWS), column, digits or {}) for column in columns}
    cells = [_cells(frame[column], gated.suppressed[column], decimals[column]) for column in columns]
    return render(
        "table.html.j2",
        identity=identity,
        caption=caption,
        note=note,
        source=source,
        headers=[(labels or {}).get(column) or header(column) for column in columns],
        numeric=[_is_number(frame[column]) for column in columns],
        stub=_stub(frame),
        rows=list(zip(*cells, strict=True)),
        more=len(gated.frame) - len(frame),
        withheld=any(cell.withheld for column in cells for cell in column),
        synthetic=synthetic,
    )


def numbers_behind(rows: pd.DataFrame, counts: Sequence[str]) -> str:
    """Say on how many each row of what a figure shows rests, from the fewest to the most; empty when it counts nobody.

    Parameters
    ----------
    rows : What the figure is drawn from.
    counts : Its count columns; the first one counts what the figure is about.
    """
    n = rows[counts[0]].dropna() if counts else pd.Series(dtype=float)
    n = n[n > 0]  # where nobody is, nothing is drawn
    if n.empty:
        return ""
    low, high = int(n.min()), int(n.max())
    unit = COUNTED.get(counts[0].removeprefix("n_"))
    if low == high:
        return text("n = {n:,} {unit}", n=low, unit=term(unit)) if unit else text("n = {n:,}", n=low)
    if unit:
        return text("n = {low:,} to {high:,} {unit} per row of the data", low=low, high=high, unit=term(unit))
    return text("n = {low:,} to {high:,} per row of the data", low=low, high=high)


def number(value: float, digits: int, *, grouped: bool = True) -> NumberText:
    """Write a number for a reader; see `language.NumberText`."""
    return NumberText(value, digits, grouped=grouped)


def _columns(where: str, frame: pd.DataFrame, shown: Sequence[str] | None, named: Mapping[str, object]) -> list[str]:
    known = [column for column in frame.columns if column != SUPPRESSED]
    for column in (*(shown or ()), *named):
        if column not in known:
            hint = "columns, digits and labels in exhibits.yml name columns of the frame"
            raise InputError(where, f"no column {column!r} to show", allowed=", ".join(known), hint=hint)
    return list(shown or known)


def _decimals_of(frame: pd.DataFrame, column: str, digits: Mapping[str, int]) -> list[int | None]:
    """Return the decimals of each cell of a column: as declared, else by the unit of its row or its name."""
    if column in digits or pd.api.types.is_integer_dtype(frame[column]):
        return [digits.get(column)] * len(frame)
    if column in LINEAR and "unit" in frame:
        return [of_unit(str(unit)) for unit in frame["unit"]]
    return [of_column(column)] * len(frame)


def _cells(values: pd.Series, signs: pd.Series, decimals: Sequence[int | None]) -> list[TableCell]:
    writers = {digits: _writer(values, digits) for digits in set(decimals)}
    numeric = _is_number(values)
    triples = zip(values, signs, decimals, strict=False)  # signs cover all rows, values the shown ones
    return [
        TableCell(sign, numeric, _reason(sign)) if sign else TableCell(writers[digits](value), numeric)
        for value, sign, digits in triples
    ]


def _reason(sign: str) -> str:
    if sign == DOMINATED:
        return text("Withheld: two schools make up nearly all of it")
    if sign == CROSS:
        return text("Withheld: it rests on too few, or would give such a cell away")
    return text("Withheld: fewer than {least}", least=sign.lstrip("< "))


def _writer(values: pd.Series, digits: int | None) -> Callable[[Any], str]:
    if not _is_number(values):
        return _words
    if digits == EACH:
        return significant
    decimals = _decimals(values) if digits is None else digits
    grouped = "year" not in str(values.name) and bool((values.abs() >= GROUPED).any())
    return partial(_digits, decimals=decimals, grouped=grouped, p_value=values.name == P_VALUE)


def significant(value: float) -> str:
    """Write a number on its own with as many digits as it needs, as in a column of numbers in different units."""
    if pd.isna(value):
        return ""
    size = abs(value)
    decimals = 0 if size >= GROUPED or size == 0 else max(0, EACH_DIGITS - 1 - math.floor(math.log10(size)))
    digits = f"{value:,.{decimals}f}"
    return localised((digits.rstrip("0").rstrip(".") if "." in digits else digits).replace("-", MINUS))


def _words(value: object) -> str:
    if isinstance(value, (bool, np.bool_)):
        return text("yes") if value else text("no")
    if pd.isna(value):  # type: ignore[call-overload]  # any scalar
        return ""
    words = term(str(value))
    return words.replace("_", " ") if words.isidentifier() else words


def _digits(value: float, *, decimals: int, grouped: bool, p_value: bool) -> str:
    if pd.isna(value):
        return ""
    smallest = 10.0**-decimals
    # An estimate that rounds to zero reads as zero; a p-value that does is not zero.
    if p_value and 0 <= value < smallest:
        return f"< {number(smallest, decimals)}"
    return number(value, decimals, grouped=grouped)


def _decimals(values: pd.Series) -> int:
    if pd.api.types.is_integer_dtype(values):
        return 0
    if values.name == P_VALUE:
        return SIGNIFICANT
    largest = values.abs().max()
    if pd.isna(largest) or largest == 0 or math.isinf(largest):
        return SIGNIFICANT - 1
    return min(max(SIGNIFICANT - 1 - math.floor(math.log10(largest)), 0), 6)


def _is_number(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _stub(frame: pd.DataFrame) -> int:
    """Count the leading columns of words: they head the rows."""
    numeric = [_is_number(frame[column]) for column in frame.columns]
    return max(numeric.index(True) if True in numeric else 1, 1)
