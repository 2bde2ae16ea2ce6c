"""All published tables as one file: the same set as the release list, readable without this package."""

from __future__ import annotations

import csv
import json
import sqlite3
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.results.edition import OpenedEdition
from analysis.results.files import write_tables


def released(folder: Path) -> set[str]:
    """What the manifest, from which the release sheet is made, names as tables that left the gate."""
    recorded = json.loads((folder / "manifest.json").read_text("utf8"))
    notes = [note for step in recorded["steps"] for note in step["published"]]
    return {
        path.removeprefix("tables/").removesuffix(".csv") for note in notes for path in note["files"] if ".csv" in path
    }


def test_a_database_holds_what_was_released_and_nothing_else(
    folder: Path, edition: OpenedEdition, tmp_path: Path
) -> None:
    (folder / "internal" / "by_pupil.parquet").write_bytes(b"persons")
    (folder / "tables" / "segregation" / "stray.csv").write_text("pupil\n1\n", "utf8")
    path = tmp_path / "ci.sqlite"
    assert write_tables(edition, path) == 1
    base = sqlite3.connect(path)
    names = {name for (name,) in base.execute("select name from sqlite_master where type = 'table'")}
    assert names == {
        "_edition",
        "_tables",
        "_dictionary",
        "_findings",
        *(n.replace("/", "_") for n in released(folder)),
    }
    assert base.execute('select "group", n, suppressed from segregation_groups').fetchall()[2][1] is None
    assert base.execute("select typeof(n), typeof(estimate) from segregation_groups").fetchone() == ("integer", "real")
    assert ("data", "SYNTHETIC: made up, about no real child or school") in base.execute(
        "select * from _edition"
    ).fetchall()
    assert base.execute("select count(*) from _dictionary where \"table\" = 'segregation_groups'").fetchone() == (5,)


def test_a_parcel_holds_each_table_as_parquet_and_for_stata(
    folder: Path, edition: OpenedEdition, tmp_path: Path
) -> None:
    path = tmp_path / "ci.zip"
    write_tables(edition, path)
    with ZipFile(path) as parcel:
        kinds = [
            f"{kind}/{name}.{ending}"
            for name in released(folder)
            for kind, ending in (("parquet", "parquet"), ("stata", "dta"))
        ]
        assert set(parcel.namelist()) == {*kinds, "edition.csv", "tables.csv", "dictionary.csv", "findings.json"}
        parquet = pd.read_parquet(BytesIO(parcel.read("parquet/segregation/groups.parquet")))
        stata = pd.io.stata.StataReader(BytesIO(parcel.read("stata/segregation/groups.dta")))
        assert stata.variable_labels()["suppressed"] == "columns withheld in this row"
        assert stata.data_label == "Groups"
        frame = stata.read()
        dictionary = list(csv.DictReader(StringIO(parcel.read("dictionary.csv").decode())))
    assert parquet["n"].isna().tolist() == frame["n"].isna().tolist() == [False, False, True]
    assert parquet["group"].tolist() == frame["group"].tolist() == ["a", "b", "c"]
    assert [row["column"] for row in dictionary] == ["group", "n", "estimate", "year", "suppressed"]


def test_another_ending_is_refused(edition: OpenedEdition, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"its ending says what to write"):
        write_tables(edition, tmp_path / "ci.xlsx")


def test_a_table_that_is_not_the_published_one_is_in_no_file(
    folder: Path, edition: OpenedEdition, tmp_path: Path
) -> None:
    (folder / "tables" / "segregation" / "groups.csv").write_text("group,n\na,117\n", "utf8")
    with pytest.raises(InputError, match="is not the file that the manifest names"):
        write_tables(edition, tmp_path / "ci.sqlite")
    assert not (tmp_path / "ci.sqlite").exists()
