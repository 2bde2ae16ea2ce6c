"""A spreadsheet that anybody may open: the same bytes for the same table, and text that stays text."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest

from analysis.disclosure import PROFILES, suppress
from analysis.publish.spreadsheet import harmless, unquoted, write_xlsx
from analysis.publish.tables import write_csv

EVIL = ['=cmd|"/c calc"!A1', "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"]


def frame() -> pd.DataFrame:
    return pd.DataFrame({"group": EVIL, "n": [120, 45, 30, 20, 7, 60], "share": [0.5, -0.25, None, 0.1, 0.2, 0.3]})


def written(folder: Path, name: str = "x.xlsx") -> Path:
    write_xlsx(suppress(frame(), ["n"], PROFILES["default"]), folder / name, {"caption": "A", "data": "SYNTHETIC"})
    return folder / name


def sheet(path: Path, number: int = 1) -> str:
    with ZipFile(path) as book:
        return book.read(f"xl/worksheets/sheet{number}.xml").decode()


def strings(path: Path) -> str:
    with ZipFile(path) as book:
        return book.read("xl/sharedStrings.xml").decode()


def test_two_writings_have_the_same_bytes(tmp_path: Path) -> None:
    assert written(tmp_path, "a.xlsx").read_bytes() == written(tmp_path, "b.xlsx").read_bytes()


def test_text_that_begins_like_a_formula_is_text(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert "<f>" not in sheet(path)
    assert "=cmd|" in strings(path)


def test_numbers_are_numbers_and_a_withheld_cell_shows_its_sign(tmp_path: Path) -> None:
    path = written(tmp_path)
    values = dict(re.findall(r'<c r="(\w+)"><v>([^<]*)</v>', sheet(path)))
    assert values["B2"] == "120"
    assert values["C3"] == "-0.25"
    assert "C4" not in values  # nobody withheld it: it is not known
    assert "B6" not in values  # 7 pupils
    assert "&lt; 10" in strings(path)


def test_a_second_sheet_says_what_it_is(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert "SYNTHETIC" in strings(path)
    assert sheet(path, 2).count("<row") == 2


@pytest.mark.parametrize("value", EVIL)
def test_a_csv_holds_no_formula(value: str) -> None:
    assert harmless(value) == f"'{value}".replace("\t=", "\t'=").replace("\r=", "\r'=")
    assert unquoted(harmless(value)) == value


def test_a_csv_keeps_its_numbers_and_guards_text_and_names_of_columns(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"=evil": ["=1+1", "a"], "x": [-1.5, 2.0]}), tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["'=evil", "x"], ["'=1+1", "-1.5"], ["a", "2.0"]]


@pytest.mark.parametrize("value", ["-0.4", "-1e-05", "-2.5e+3"])
def test_a_number_in_a_column_of_words_stays_a_number(value: str) -> None:
    assert harmless(value) == value
