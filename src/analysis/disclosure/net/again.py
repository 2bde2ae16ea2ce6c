"""Published tables and figures, read again from their files and checked by the rules of the edition itself.

What a chapter declared when it published counts for nothing here: not its profile, not its object of the gate, not the
frame that it passed on. What counts is what is in the folder, and what the order of the edition says.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from python_calamine import CalamineWorkbook

from analysis.disclosure import CROSS, DOMINATED, SUPPRESSED, Profile
from analysis.disclosure.declared import refuse_uncounted
from analysis.disclosure.rules.cells import refuse_odd_cells
from analysis.disclosure.rules.identity import refuse_identifying, refuse_identifying_text, refuse_numbered
from analysis.disclosure.rules.names import Names
from analysis.disclosure.rules.sentences import refuse_exact
from analysis.errors import DisclosureError
from analysis.publish.spreadsheet import read_csv

DRAWN_TEXT = re.compile(r"<!--(.*?)-->|<text\b[^>]*>(.*?)</text>", re.DOTALL)
"""The words in an SVG: matplotlib draws them as outlines, and writes what they say beside them."""

CLOSE = 1e-9


@dataclass(frozen=True)
class WordRules:
    """The rules by which the words of an edition are checked."""

    profile: Profile  # of the edition, by its order
    names: Names  # of schools and boards that it has loaded
    keys: Collection[str] = ()  # columns by which its registers know persons, schools and addresses

    def words(self, text: str, where: str) -> None:
        """Refuse a text that names somebody, or has a number of persons as the profile does not publish it."""
        refuse_identifying_text(text, where)
        self.names.refuse(text, where)
        refuse_exact(text, where, self.profile, ())


def check_table(path: Path, where: str, rules: WordRules) -> None:
    """Refuse a published table that the gate of this edition would not have let through as it is on disk.

    That is for a number of persons below its threshold or not rounded, a value where one is withheld, a name, or a
    spreadsheet that is another table; the message names file and column, never the value.
    """
    frame = read_csv(path, keep_default_na=False, na_values=[""], dtype={SUPPRESSED: str})
    about = json.loads(path.with_suffix(".json").read_text("utf8")) if path.with_suffix(".json").exists() else {}
    counts = [column for column in about.get("counts", ()) if column in frame]
    with _named(where):
        refuse_identifying(frame, rules.keys)
        refuse_numbered(frame, counts)
        refuse_odd_cells(frame, rules.profile)
        refuse_uncounted(frame, counts)
        rules.names.refuse_frame(frame)
        for column in counts:
            _refuse_counts(frame[column].rename(column), rules.profile.on(counts))
        _refuse_withheld(frame)
        if path.with_suffix(".xlsx").exists():
            _refuse_other(frame, path.with_suffix(".xlsx"))
        rules.words(str(about.get("caption", "")), "the caption")


def check_svg(path: Path, where: str, rules: WordRules) -> None:
    """Refuse a figure whose words name somebody, or have a number of persons as it may not be published."""
    for match in DRAWN_TEXT.finditer(path.read_text("utf8")):
        rules.words((match[1] or match[2] or "").strip(), where)


@contextmanager
def _named(where: str) -> Iterator[None]:
    try:
        yield
    except DisclosureError as error:
        raise DisclosureError(f"{where}: {error}") from None


def _refuse_counts(n: pd.Series, profile: Profile) -> None:
    numbers = pd.to_numeric(n, errors="coerce")
    if (numbers.isna() & n.notna()).any() or (numbers.dropna() % 1 != 0).any():
        raise DisclosureError(f"column {n.name!r}: counts, and holds what is no whole number")
    if profile.too_few(numbers).any():
        raise DisclosureError(f"column {n.name!r}: holds a number below {profile.threshold(str(n.name))}")
    if (numbers.dropna() % profile.base(str(n.name)) != 0).any():
        raise DisclosureError(f"column {n.name!r}: holds a number that is not rounded")


def _refuse_withheld(frame: pd.DataFrame) -> None:
    """Refuse a row that holds a value in a column which the row itself says is withheld."""
    if SUPPRESSED not in frame:
        return
    for row, withheld in enumerate(frame[SUPPRESSED].fillna("").astype(str).tolist()):
        for column in filter(None, withheld.split(";")):
            if column not in frame or pd.notna(frame[column].iloc[row]):
                raise DisclosureError(f"column {column!r}, row {row + 1}: holds a value that its row says is withheld")


def _refuse_other(frame: pd.DataFrame, path: Path) -> None:
    """Refuse a spreadsheet that holds other columns, rows or cells than its table; where one is withheld, a sign."""
    table = frame.drop(columns=SUPPRESSED, errors="ignore")
    book = CalamineWorkbook.from_path(path)
    if book.sheet_names != ["data", "about"]:
        raise DisclosureError("its spreadsheet has other sheets")
    header, *rows = [list(row) for row in book.get_sheet_by_name("data").to_python(skip_empty_area=False)]
    if header != list(table.columns) or len(rows) != len(table):
        raise DisclosureError("its spreadsheet has other columns or rows")
    names = frame[SUPPRESSED].fillna("").astype(str).str.split(";") if SUPPRESSED in frame else [()] * len(frame)
    for line, row, withheld in zip(table.itertuples(index=False), rows, names, strict=True):
        for column, value, cell in zip(table.columns, line, row, strict=True):
            if not (_is_sign(cell) if column in withheld else _same(value, cell)):
                raise DisclosureError(f"column {column!r}: its spreadsheet holds other values than the table")


def _is_sign(cell: object) -> bool:
    return isinstance(cell, str) and (cell in ("", CROSS, DOMINATED) or cell.startswith("<"))


def _same(value: Any, cell: Any) -> bool:  # noqa: ANN401 - any cell
    """Whether a cell of a spreadsheet is that of the table; a number has 16 digits there."""
    if pd.isna(value) or str(value).strip() == str(cell).strip():
        return not pd.isna(value) or cell == ""
    try:
        return math.isclose(float(value), float(cell), rel_tol=CLOSE, abs_tol=CLOSE)
    except ValueError:
        return False
