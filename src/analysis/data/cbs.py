"""Files of CBS: schoolweging per school location, and population per PC4."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.contracts import POPULATION, SCHOOLWEGING, check
from analysis.data.files import FETCH_AGAIN, decimals, read_delimited, read_text, read_workbook, stripped, whole_numbers
from analysis.errors import InputError, nearest

WEGING_TITLE = "Schoolweging per BRIN vestiging, "
WEGING_HEADER = ["BRIN", "Vestiging", "Nummer bevoegd gezag", "Schoolweging", "Spreiding", "Aantal leerlingen"]
HEADER_ROW, FIRST_ROW, END = 3, 5, "Bron: CBS"

PC4_COLUMN = "PostcodesOp1Januari"
PEOPLE, NONWESTERN = "TotaalMannenEnVrouwen", "NietWesterseAllochtoon"


def read_schoolweging(path: Path) -> pd.DataFrame:
    """Read the schoolweging of every school location, for all years in the workbook.

    The schoolweging is CBS' measure of expected achievement: nominally 20 to 40, higher is more disadvantage; the
    published values run a little beyond. CBS stars locations of 40 pupils and fewer as possibly unreliable, and leaves
    out those below 10: see the column ``pupils``.

    Returns
    -------
    pandas.DataFrame
        ``by_location_weging``: location, year (of the 1 October count), schoolweging, spread (the standard deviation
        within the location), pupils.
    """
    sheets = read_workbook(path)
    years = [_weging_of_sheet(sheet, f"{path} [{name}]") for name, sheet in sheets.items() if _title(sheet)]
    if not years:
        raise InputError(str(path), f"no sheet is titled {WEGING_TITLE!r} and a year", given=list(sheets))
    return check(pd.concat(years, ignore_index=True), SCHOOLWEGING, str(path))


def _weging_of_sheet(sheet: pd.DataFrame, file: str) -> pd.DataFrame:
    body = table_of_sheet(sheet, WEGING_HEADER, file)
    return pd.DataFrame(
        {
            "location": _location(body, file),
            "year": int(_title(sheet)),
            "schoolweging": decimals(body["Schoolweging"], file),
            "spread": decimals(body["Spreiding"], file),
            "pupils": whole_numbers(body["Aantal leerlingen"], file),
        }
    )


def table_of_sheet(sheet: pd.DataFrame, header: list[str], file: str) -> pd.DataFrame:
    """Return the table of a sheet of CBS: header in row 4, rows from 6 on, to the one that names CBS as source."""
    names = [str(name).strip() for name in sheet.iloc[HEADER_ROW, : len(header)]]
    if names != header:
        raise InputError(file, f"the header in row {HEADER_ROW + 1} has changed", given=names, allowed=str(header))
    if not sheet.iloc[HEADER_ROW + 1 : FIRST_ROW, : len(header)].isna().all(axis=None):
        raise InputError(file, f"row {FIRST_ROW} below the header must be empty", hint=FETCH_AGAIN)
    body = sheet.iloc[FIRST_ROW:, : len(header)].set_axis(header, axis=1).dropna(how="all")
    is_end = body[header[0]] == END
    if not is_end.any():
        raise InputError(file, f"no row reads {END!r}: the sheet was cut off", hint=FETCH_AGAIN)
    end = is_end.to_numpy().argmax()
    if not body.iloc[end:, 1:].isna().all(axis=None):
        raise InputError(file, f"only notes may follow the row {END!r}", hint=FETCH_AGAIN)
    return body.iloc[:end]


def _title(sheet: pd.DataFrame) -> str:
    title = str(sheet.iloc[1, 0]) if len(sheet) > HEADER_ROW else ""
    year = title.removeprefix(WEGING_TITLE)
    return year if title.startswith(WEGING_TITLE) and re.fullmatch(r"\d{4}", year) else ""


def _location(body: pd.DataFrame, file: str) -> pd.Series[str]:
    parts = body[["BRIN", "Vestiging"]]
    if parts.isna().any(axis=None) or not parts.map(lambda part: isinstance(part, str)).all(axis=None):
        raise InputError(file, "BRIN and Vestiging must be text in every row", hint="was the workbook saved anew?")
    return (parts["BRIN"] + parts["Vestiging"].str.removesuffix("*")).astype("str")


def read_population(path: Path) -> pd.DataFrame:
    """Read population and the share with a non-western background per PC4 on 1 January.

    The file has three kinds of rows: PC4s, totals of municipalities (1 and the four digits of the municipality) and
    remainders of municipalities (80000 and up). Only PC4s with inhabitants stay: without inhabitants there is no
    share. What is left out is counted in ``frame.attrs["left_out"]``.

    Returns
    -------
    pandas.DataFrame
        ``by_pc4_population``: pc4, population (persons, rounded to five by CBS), share_nonwestern = persons with a
        non-western background / population, between 0 and 1.
    """
    # Written on a Mac; a UTF-8 byte-order mark has become three characters of its own.
    header = read_text(path, "mac_roman").split("\n", 1)[0].split(",")
    people, nonwestern = (_with_suffix(stem, header, str(path)) for stem in (PEOPLE, NONWESTERN))
    rows = stripped(read_delimited(path, [PC4_COLUMN, people, nonwestern], encoding="mac_roman", separator=","))
    kind = _kind_of_row(rows[PC4_COLUMN], str(path))
    population = whole_numbers(rows[people], str(path))
    inhabited = (kind == "pc4") & (population != 0)
    frame = pd.DataFrame(
        {
            "pc4": rows[PC4_COLUMN],
            "population": population,
            "share_nonwestern": whole_numbers(rows[nonwestern], str(path)) / population.where(population != 0),
        }
    )[inhabited]
    frame = check(frame, POPULATION, str(path))
    empty = kind.mask((kind == "pc4") & ~inhabited, "PC4 without inhabitants")[~inhabited]
    frame.attrs["left_out"] = {str(name): int(count) for name, count in empty.value_counts(sort=False).items()}
    return frame


def _with_suffix(stem: str, header: list[str], file: str) -> str:
    names = [name for name in header if re.fullmatch(rf"{stem}_\d+", name)]
    if len(names) != 1:
        problem = f"one column must be called {stem} and a number"
        raise InputError(file, problem, given=names or nearest(stem, header), hint=FETCH_AGAIN)
    return names[0]


def _kind_of_row(codes: pd.Series[str], file: str) -> pd.Series[Any]:
    number = whole_numbers(codes, file)
    kinds = {
        "pc4": codes.str.fullmatch(r"[1-9]\d{3}"),
        "total of a municipality": number.between(10_000, 19_999),
        "remainder of a municipality": number.between(80_000, 89_999),
    }
    kind = pd.Series(np.select(list(kinds.values()), list(kinds), default=""), index=codes.index)
    if (kind == "").any():
        raise InputError(file, f"{PC4_COLUMN} has codes of no known kind", given=codes[kind == ""].head().tolist())
    return kind
