"""A published table as a spreadsheet: the bytes depend on the table alone, and nothing in it is ever computed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from analysis.publish.disclosure import SUPPRESSED, Gated

MADE = datetime(1980, 1, 1, tzinfo=UTC)
"""Date inside every spreadsheet: the real one would make two runs of one edition differ. The manifest tells it."""

AS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "remove_timezone": True,
}
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDEST = 60


def write_xlsx(gated: Gated, path: Path, about: Mapping[str, object]) -> None:
    """Write a gated frame as a workbook with two sheets: the data, and what they are.

    Parameters
    ----------
    gated
        What the gate let through; a withheld cell holds its sign.
    path
        Where to write.
    about
        What the second sheet tells, by name: caption, edition, whether the data are made up.

    Notes
    -----
    Text is written as text, whatever it begins with: a school called ``=cmd()`` computes nothing.
    """
    with xlsxwriter.Workbook(path, AS_TEXT) as book:
        book.set_properties({"created": MADE.replace(tzinfo=None)})
        bold, quiet = book.add_format({"bold": True, "bottom": 1}), book.add_format({"font_color": "#5A5A5A"})
        data = book.add_worksheet("data")
        frame = gated.frame.drop(columns=SUPPRESSED, errors="ignore")
        for place, name in enumerate(map(str, frame.columns)):
            data.write_string(0, place, name, bold)
            signs = gated.suppressed[name].tolist()
            for row, (value, sign) in enumerate(zip(frame[name].tolist(), signs, strict=True), start=1):
                if sign:
                    data.write_string(row, place, sign, quiet)
                else:
                    _write(data, row, place, value)
            data.set_column(place, place, _width(name, frame[name]))
        data.freeze_panes(1, 0)
        if len(frame):
            data.autofilter(0, 0, len(frame), len(frame.columns) - 1)
        _tell(book.add_worksheet("about"), about)


def harmless(value: object) -> object:
    """Return a value as it may stand in a CSV: a spreadsheet would compute text that begins like a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(STARTS_FORMULA) else value


def _write(sheet: Worksheet, row: int, column: int, value: Any) -> None:  # noqa: ANN401 - any cell of a frame
    if isinstance(value, (bool, np.bool_)):
        sheet.write_boolean(row, column, bool(value))
    elif pd.isna(value):
        return
    elif isinstance(value, (int, float)) and math.isfinite(value):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, str(value))


def _tell(sheet: Worksheet, about: Mapping[str, object]) -> None:
    for row, (name, value) in enumerate(about.items()):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, str(value))
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, WIDEST)


def _width(name: str, values: pd.Series) -> float:
    lengths = values.dropna().astype("string").str.len()
    longest = 12 if pd.api.types.is_numeric_dtype(values) else max(lengths, default=0)
    return min(max(len(name), longest) + 2, WIDEST)
