"""A published table as a spreadsheet: the bytes depend on the table alone, and nothing in it is ever computed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from analysis.disclosure import SUPPRESSED, Gated
from analysis.run.remembered import remembered

MADE = datetime(1980, 1, 1, tzinfo=UTC)
"""Date inside every spreadsheet: the real one would make two runs of one edition differ. The manifest has it."""

AS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "remove_timezone": True,
}
BEGINS = r"(?:^|(?<=[;,|\"\t\r\n]))[ \xa0\u2000-\u200d\u202f\u2060\u3000\ufeff]*"
"""Where a spreadsheet may see a cell begin: a Dutch one splits at semicolons, and none heeds quotes within a field."""

SIGNS = r"[=+\-@\t\r\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b]"
"""What a formula begins with, in wide and small forms too."""

NEGATIVE = r"-\d+(?:\.\d+)?(?:e[+-]?\d+)?(?=\s*(?:$|[;,|\"\t\r\n]))"
_COMPUTED = re.compile(rf"({BEGINS})(?='*{SIGNS})(?!{NEGATIVE})")
_QUOTED = re.compile(rf"({BEGINS})'(?='*{SIGNS})")
SIGN_OF_FEW = r"<\s?\d+"
WIDEST = 60
QUIET = "#5A5A5A"


@dataclass(frozen=True)
class Layout:
    """How a column looks in a spreadsheet.

    Parameters
    ----------
    words : What stands over its name.
    decimals : Of each of its cells; None where a number is written as it is.
    grouped : Whether thousands are set apart.
    """

    words: str
    decimals: Sequence[int | None]
    grouped: bool


def write_xlsx(
    gated: Gated, path: Path, about: Mapping[str, object], layout: Mapping[str, Layout] = MappingProxyType({})
) -> None:
    """Write a gated frame as a workbook; see `workbook`."""
    path.write_bytes(workbook(gated, about, layout))


@remembered
def workbook(gated: Gated, about: Mapping[str, object], layout: Mapping[str, Layout] = MappingProxyType({})) -> bytes:
    """Return a workbook of a gated frame with two sheets: the data, and what they are.

    Parameters
    ----------
    gated : What the gate let through; a withheld cell holds its sign.
    about : What the second sheet says, by name: caption, edition, whether the data are made up.
    layout : Of every column, for a first line with words over the names, and numbers written by their unit.

    Notes
    -----
    Text is written as text, whatever it begins with: a school called ``=cmd()`` computes nothing. A number has all of
    its digits, however few are shown.
    """
    file = BytesIO()
    with xlsxwriter.Workbook(file, {**AS_TEXT, "in_memory": True}) as book:
        book.set_properties({"created": MADE.replace(tzinfo=None), **_properties(about)})
        frame = gated.frame.drop(columns=SUPPRESSED, errors="ignore")
        data, top = book.add_worksheet("data"), 1 if layout else 0
        for place, name in enumerate(map(str, frame.columns)):
            _write_column(book, data, place, frame[name], gated.suppressed[name].tolist(), layout.get(name))
        data.freeze_panes(top + 1, 0)
        if len(frame):
            data.autofilter(top, 0, top + len(frame), len(frame.columns) - 1)
        _tell(book.add_worksheet("about"), about)
    return file.getvalue()


def _properties(about: Mapping[str, object]) -> dict[str, str]:
    """Return what the file says of itself where a computer looks for it."""
    told = {"title": "caption", "subject": "edition", "comments": "data"}
    return {name: str(about[key]) for name, key in told.items() if about.get(key)}


def _write_column(
    book: xlsxwriter.Workbook,
    sheet: Worksheet,
    place: int,
    values: pd.Series,
    signs: Sequence[str],
    layout: Layout | None,
) -> None:
    name = str(values.name)
    quiet = book.add_format({"font_color": QUIET})
    lines = (layout.words, name) if layout else (name,)
    for line, words in enumerate(lines):
        form = book.add_format({"font_color": QUIET} if line else {"bold": True})
        form.set_bottom(int(line == len(lines) - 1))
        sheet.write_string(line, place, words, form)
    forms = _formats(book, layout) if layout else {}
    decimals = layout.decimals if layout else [None] * len(signs)
    for row, (value, sign, digits) in enumerate(zip(values.tolist(), signs, decimals, strict=True), start=len(lines)):
        if sign:
            sheet.write_string(row, place, sign, quiet)
        else:
            _write(sheet, row, place, value, forms.get(digits))
    sheet.set_column(place, place, _width(lines, values))


def _formats(book: xlsxwriter.Workbook, layout: Layout) -> dict[int | None, Format]:
    """Return how numbers with so many decimals are shown; a spreadsheet writes them in the reader's language."""
    whole = "#,##0" if layout.grouped else "0"
    return {
        digits: book.add_format({"num_format": whole + ("." + "0" * digits if digits else "")})
        for digits in set(layout.decimals)
        if digits is not None
    }


def harmless(value: object) -> object:
    """Return a value as it may stand in a CSV: a spreadsheet would compute text that begins like a formula.

    An apostrophe stands before every sign with which a cell could begin, also where a spreadsheet with another
    separator would begin one; `unquoted` takes them away. A number in a column of words, such as -0.4, computes to
    itself.
    """
    return _COMPUTED.sub(r"\1'", value) if isinstance(value, str) else value


def unquoted(value: object) -> object:
    """Return a value of a CSV as it was before `harmless`."""
    return _QUOTED.sub(r"\1", value) if isinstance(value, str) else value


def read_csv(path: Path, **how: Any) -> pd.DataFrame:  # noqa: ANN401 - whatever pandas takes
    """Read a published table as `pandas.read_csv` does, its words as they were before `harmless`.

    Where it tells the kinds of columns itself, the signs of small numbers are missing numbers.
    """
    frame: pd.DataFrame = pd.read_csv(path, **how)
    if SUPPRESSED in frame and isinstance(how.get("dtype", {}), Mapping):
        frame = frame.assign(**{name: _without_signs(frame[name]) for name in _withheld_in(frame)})
    words = frame.select_dtypes(["object", "string"]).columns
    columns = {name: frame[name].map(unquoted) for name in words if frame[name].notna().any()}
    return frame.assign(**columns).rename(columns=unquoted)


def _withheld_in(frame: pd.DataFrame) -> list[str]:
    """Return the columns of which something is withheld."""
    named = {name for names in frame[SUPPRESSED].dropna().astype(str) for name in names.split(";")}
    return [str(name) for name in frame if name in named]


def _without_signs(values: pd.Series) -> pd.Series:
    signs = values.astype("string").str.fullmatch(SIGN_OF_FEW).fillna(value=False)
    return pd.to_numeric(values.mask(signs.to_numpy(bool))) if signs.any() else values


def _write(sheet: Worksheet, row: int, column: int, value: Any, form: Format | None) -> None:  # noqa: ANN401 - any cell
    if isinstance(value, (bool, np.bool_)):
        sheet.write_boolean(row, column, bool(value))
    elif pd.isna(value):
        return
    elif isinstance(value, (int, float)) and math.isfinite(value):
        sheet.write_number(row, column, value, form)
    else:
        sheet.write_string(row, column, str(value))


def _tell(sheet: Worksheet, about: Mapping[str, object]) -> None:
    for row, (name, value) in enumerate(about.items()):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, str(value))
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, WIDEST)


def _width(lines: Sequence[str], values: pd.Series) -> float:
    numeric = pd.api.types.is_numeric_dtype(values)
    longest = 12 if numeric else max((len(str(value)) for value in values.dropna().tolist()), default=0)
    return min(max(*map(len, lines), longest) + 2, WIDEST)
