"""A published edition, opened: typed tables, what is withheld in them, what their columns mean."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import analysis
from analysis.errors import InputError
from analysis.results.edition import OpenedEdition


def test_a_table_is_typed_and_a_withheld_cell_is_missing_and_named(edition: OpenedEdition) -> None:
    table = edition.table("segregation/groups")
    assert {name: str(kind) for name, kind in table.dtypes.items()} == {
        **{"group": "string", "n": "Int64", "estimate": "Float64", "year": "Int64", "suppressed": "string"}
    }
    assert table["n"].tolist()[:2] == [120, 235]  # rounded to five, as published
    assert table["n"].isna().tolist() == [False, False, True]
    withheld = edition.withheld("segregation/groups")
    assert withheld["n"].tolist() == [False, False, True]
    assert list(withheld) == ["group", "n", "estimate", "year"]
    assert not withheld["group"].any()


def test_a_table_says_what_it_is_and_what_its_columns_hold(edition: OpenedEdition) -> None:
    about = edition.table("segregation/groups").attrs
    assert (about["edition"], about["table"], about["caption"]) == ("ci", "segregation/groups", "Groups")
    assert about["columns"].keys() == {"group", "n", "estimate", "year", "suppressed"}
    assert about["columns"]["suppressed"].startswith("columns withheld in this row; ")
    dictionary = edition.dictionary().set_index("column")
    assert dictionary.loc["n", "counts"]
    assert not dictionary.loc["estimate", "counts"]


def test_the_list_of_tables_has_those_that_are_withheld_whole_with_the_reason(edition: OpenedEdition) -> None:
    listed = edition.tables().set_index("table")
    assert listed.loc["segregation/groups", ["kind", "rows", "caption"]].tolist() == ["table", 3, "Groups"]
    assert listed.loc["segregation/groups", "withheld"] == ""
    assert listed.loc["segregation/secret", "withheld"]
    with pytest.raises(InputError, match="is no table of the edition ci"):
        edition.table("segregation/secret")
    with pytest.raises(InputError, match=r"did you mean segregation/groups\?"):
        edition.table("segregation/group")


def test_a_table_that_was_changed_after_it_was_published_is_refused(folder: Path, edition: OpenedEdition) -> None:
    (folder / "tables" / "segregation" / "groups.csv").write_text("group,n\na,117\n", "utf8")
    with pytest.raises(InputError, match="is not the file that the manifest names"):
        edition.table("segregation/groups")


def test_it_opens_by_name_folder_and_outputs_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert analysis.open_edition(folder).name == "ci"
    monkeypatch.setenv("STAAT_OUTPUTS", str(folder.parent))
    assert analysis.open_edition("ci").table("segregation/groups").shape == (3, 5)
    with pytest.raises(InputError, match="there is no such published edition"):
        analysis.open_edition("cii")


def test_findings_are_data(edition: OpenedEdition) -> None:
    (finding,) = edition.findings()
    assert (finding["chapter"], finding["name"], finding["sentence"], finding["n"]) == (
        *("segregation", "most", "Half do."),
        360,
    )


def test_frames_can_be_computed_with(edition: OpenedEdition) -> None:
    table = edition.table("segregation/groups")
    assert table["n"].sum() == 355
    assert pd.concat([table, table])["estimate"].mean() == pytest.approx(0.55)  # of two groups: the third is withheld
