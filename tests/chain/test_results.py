"""What an edition publishes, as others get it: one file with the set of the release sheet, readable without Python."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import analysis

ROOT = Path(__file__).parents[2]
TABLE = "school_choice/estimates"


def staat(*words: str) -> str:
    command = [sys.executable, "-m", "analysis.cli", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def released(edition: Path) -> set[str]:
    """The tables on the release sheet, by chapter and name."""
    with (edition / "release.csv").open(encoding="utf8") as file:
        paths = {row["file"] for row in csv.DictReader(file) if row["file"].endswith(".csv")}
    return {path.removeprefix("tables/").removesuffix(".csv") for path in paths}


def test_a_database_holds_the_tables_of_the_release_sheet(ci_edition: Path, tmp_path: Path) -> None:
    path = tmp_path / "ci.sqlite"
    said = staat("tables", "ci", "--to", str(path), "--outputs", str(ci_edition.parent))
    known = released(ci_edition)
    assert f"{len(known)} published tables of ci" in said
    base = sqlite3.connect(path)
    names = {name for (name,) in base.execute("select name from sqlite_master where name not like '\\_%' escape '\\'")}
    assert names == {name.replace("/", "_") for name in known}
    with (ci_edition / "tables" / f"{TABLE}.csv").open(encoding="utf8") as file:
        rows = list(csv.DictReader(file))
    (count,) = base.execute("select count(*) from school_choice_estimates").fetchone()
    (columns,) = base.execute("select count(*) from _dictionary where \"table\" = 'school_choice_estimates'").fetchone()
    assert (count, columns) == (len(rows), len(rows[0]))


def test_findings_as_json_agree_with_the_tables_that_they_name(ci_edition: Path) -> None:
    found = json.loads(staat("findings", "ci", "--outputs", str(ci_edition.parent)))
    tables = analysis.open_edition(ci_edition)
    with_row = [one for one in found if one["row"] and one["interval"]]
    assert len(found) > 20
    assert with_row
    for one in with_row:
        rows = tables.table(one["table"])
        numbers = {name: number for name, number in one["row"].items() if type(number) in (int, float)}
        same = rows[(rows[[*numbers]] == pd.Series(numbers)).all(axis=1)]
        assert len(numbers) >= 3, one["name"]  # key figure and both ends, besides counts
        assert len(same), one["name"]


@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is absent: install r-base-core to run this test")
def test_r_reads_tables_and_findings_without_a_package_of_ours(ci_edition: Path, tmp_path: Path) -> None:
    findings = tmp_path / "findings.json"
    findings.write_text(staat("findings", "ci", "--outputs", str(ci_edition.parent)), "utf8")
    script = (
        f'x <- read.csv(unz("{ci_edition}/edition.zip", "ci/tables/{TABLE}.csv"), na.strings = ""); '
        'cat(nrow(x), sum(is.na(x$estimate)), is.numeric(x$estimate), ""); '
        f'if (requireNamespace("jsonlite", quietly = TRUE)) '
        f'cat(length(jsonlite::fromJSON("{findings}", simplifyVector = FALSE))) else cat("-")'
    )
    said = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True).stdout.split()
    table = analysis.open_edition(ci_edition).table(TABLE)
    assert said[:3] == [str(len(table)), str(table["estimate"].isna().sum()), "TRUE"]
    assert said[3] in ("-", str(len(json.loads(findings.read_text("utf8")))))
