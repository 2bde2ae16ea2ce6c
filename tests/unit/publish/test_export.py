"""What the checker of a secure environment gets: tables and an overview, and nothing of how they were made."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from analysis.edition.chain import ROWS
from analysis.errors import InputError, StaatError
from analysis.publish.export import COLUMNS, export
from analysis.publish.release import Release
from analysis.run.manifest import outputs_of, step_record
from analysis.run.workspace import Workspace

FACTS = {
    "edition": "small",
    "language": "en",
    "disclosure": "cbs",
    "synthetic": False,
    "tables": ROWS,
    "keys": ["KOPPEL"],
}
SIZES = pd.DataFrame({"group": ["a", "b", "c"], "n": [9, 200, 300], "mean": [1.5, 2.25, 3.5]})


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    """A published edition of one chapter with a table, a table that counts nobody and what stays inside."""
    folder = tmp_path / "outputs" / "small"
    folder.mkdir(parents=True)
    workspace = Workspace("segregation", folder, folder, FACTS, needs=frozenset(), produces=frozenset())
    release = Release(workspace)
    release.table("sizes", SIZES, caption="=Sizes of groups", counts={"n": ["mean"]})
    release.table("terms", pd.DataFrame({"term": ["x"], "meaning": ["y"]}), caption="Terms", counts=())
    for path in ("index.html", "notebooks/02_segregation.ipynb", "figures/segregation/x.png", "internal/by_pupil.csv"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("KOPPEL,123456782")
    release.table("few", SIZES.assign(n=[1, 2, 3]), caption="Few", counts={"n": ["mean"]})
    notes = step_record(folder, "segregation")
    step = {"stem": "segregation", "published": notes["published"], "withheld": notes["withheld"]}
    told = {"edition": "small", "facts": FACTS, "parameters": {"data": {"folder": "G:/"}}, "steps": [step]}
    (folder / "manifest.json").write_text(json.dumps({**told, "outputs": outputs_of(folder)}))
    return folder


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_tables_and_an_overview_and_no_other_file(edition: Path, tmp_path: Path) -> None:
    files = export(edition, tmp_path / "to", tmp_path / "project")
    tables = {f"segregation/{name}.{kind}" for name in ("sizes", "terms") for kind in ("csv", "xlsx")}
    assert files_in(tmp_path / "to") == {*files} == tables | {"overview.csv", "overview.xlsx", "rules.txt", "files.txt"}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_every_number_of_a_table_is_there_with_its_count(edition: Path, tmp_path: Path) -> None:
    export(edition, tmp_path / "to", tmp_path / "project")
    for kind in ("csv", "xlsx"):
        path = f"segregation/sizes.{kind}"
        assert (tmp_path / "to" / path).read_bytes() == (edition / "tables" / path).read_bytes()
    sizes = pd.read_csv(tmp_path / "to" / "segregation" / "sizes.csv")
    assert sizes["n"].tolist()[1:] == [200, 300]
    assert sizes["suppressed"].tolist()[0] == "n;mean"


def test_the_overview_tells_of_each_table_what_a_checker_asks(edition: Path, tmp_path: Path) -> None:
    export(edition, tmp_path / "to", tmp_path / "project")
    told = pd.read_csv(tmp_path / "to" / "overview.csv", keep_default_na=False).set_index("table")
    sizes = told.loc["segregation/sizes"].to_dict()
    assert [sizes[name] for name in ("title", "row", "rows", "variables")] == [
        "'=Sizes of groups",
        "group",
        3,
        "group; n; mean",
    ]
    assert [sizes[name] for name in ("unit", "n", "smallest_cell")] == ["n: persons", "n: 300", "n: 200"]
    assert [sizes[name] for name in ("least_allowed", "withheld_cells")] == ["n: 10", "2"]
    assert "smallest: suppressed" in sizes["rules"]
    assert sizes["why"] == (
        "n: 1 withheld: fewer than 10; Withheld because it rests on a withheld cell, or would give one away."
    )
    whole = told.loc["segregation/few"].to_dict()
    assert [whole[name] for name in ("title", "kind", "rows", "withheld_cells")] == ["Few", "table", 0, "all"]
    assert whole["why"].startswith("Not shown: every row counts too few")
    assert told.loc["segregation/terms", "unit"] == "counts nobody"
    book = pd.read_excel(tmp_path / "to" / "overview.xlsx", engine="calamine")
    assert tuple(book.columns) == COLUMNS
    assert "0 to 9 persons" in (tmp_path / "to" / "rules.txt").read_text()


def test_nothing_internal_no_path_and_no_key_is_in_it(edition: Path, tmp_path: Path) -> None:
    export(edition, tmp_path / "to", tmp_path / "project")
    texts = [(tmp_path / "to" / path).read_text("latin-1") for path in files_in(tmp_path / "to")]
    assert not any(
        re.search(r"KOPPEL|123456782|G:/|internal|by_pupil|" + re.escape(str(tmp_path)), text) for text in texts
    )


def test_an_edition_that_is_not_whole_or_was_changed_is_refused(edition: Path, tmp_path: Path) -> None:
    (edition / "tables" / "segregation" / "sizes.csv").write_text("group,n\na,9\n")
    with pytest.raises(StaatError, match="is not the file that passed the gate"):
        export(edition, tmp_path / "to", tmp_path / "project")
    assert not (tmp_path / "to").exists()
    (edition / "manifest.json").unlink()
    with pytest.raises(InputError, match="no such published edition"):
        export(edition, tmp_path / "to", tmp_path / "project")


def test_an_export_may_be_written_again_and_another_folder_is_left_alone(edition: Path, tmp_path: Path) -> None:
    for _ in range(2):
        export(edition, tmp_path / "to", tmp_path / "project")
    (tmp_path / "to" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="did not write"):
        export(edition, tmp_path / "to", tmp_path / "project")
    assert (tmp_path / "to" / "notes.txt").read_text() == "mine"
