"""A notebook in a run writes where the runner says; opened alone it reads the last run and writes to scratch."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis.data import tables
from analysis.errors import InputError, StaatError
from analysis.run.workspace import OUTPUTS_VARIABLE, STEP_VARIABLE, open_workspace, project_root


@pytest.fixture
def last_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    internal = tmp_path / "small" / "internal"
    internal.mkdir(parents=True)
    (internal / "edition.json").write_text(json.dumps({"edition": "small"}), "utf8")
    pd.DataFrame({"number": [7]}).to_parquet(internal / "numbers.parquet")
    monkeypatch.setenv(OUTPUTS_VARIABLE, str(tmp_path))
    monkeypatch.delenv(STEP_VARIABLE, raising=False)
    return tmp_path


def test_alone_it_reads_the_last_run_and_writes_to_scratch(last_run: Path) -> None:
    workspace = open_workspace("two", "small")
    assert tables.load(workspace, "numbers")["number"].tolist() == [7]
    tables.save(workspace, "others", pd.DataFrame({"a": [1]}))
    assert (last_run / "small.scratch" / "internal" / "others.parquet").exists()
    assert not (last_run / "small" / "internal" / "others.parquet").exists()
    assert (workspace.has("numbers"), workspace.has("others")) == (True, False)


def test_alone_it_reads_what_a_run_left_that_failed_and_below_it_what_is_published(last_run: Path) -> None:
    internal = last_run / "small.unfinished" / "internal"
    internal.mkdir(parents=True)
    (internal / "edition.json").write_text(json.dumps({"edition": "small", "language": "nl"}), "utf8")
    pd.DataFrame({"number": [8]}).to_parquet(internal / "numbers.parquet")
    pd.DataFrame({"old": [1]}).to_parquet(last_run / "small" / "internal" / "old.parquet")
    workspace = open_workspace("two", "small")
    assert workspace.facts["language"] == "nl"
    assert tables.load(workspace, "numbers")["number"].tolist() == [8]
    assert tables.load(workspace, "old")["old"].tolist() == [1]
    assert workspace.has("old")


@pytest.mark.usefixtures("last_run")
def test_alone_without_a_run_it_says_which_command_makes_one() -> None:
    with pytest.raises(InputError, match="make run EDITION=absent"):
        open_workspace("two", "absent")
    with pytest.raises(InputError, match="make run EDITION=small"):
        tables.load(open_workspace("two", "small"), "absent")


def test_in_a_run_only_declared_tables_exist(last_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = {"stem": "two", "folder": str(last_run / "small"), "needs": ["numbers"], "produces": []}
    monkeypatch.setenv(STEP_VARIABLE, json.dumps(step))
    workspace = open_workspace("two", "small")
    assert tables.load(workspace, "numbers")["number"].tolist() == [7]
    with pytest.raises(StaatError, match="without declaring it"):
        workspace.table_path("others")
    with pytest.raises(StaatError, match="without declaring it"):
        workspace.new_table_path("numbers")


def test_a_table_that_this_edition_does_not_make_is_no_matter_of_another_run(
    last_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = {"stem": "two", "folder": str(last_run / "small"), "needs": ["absent"], "produces": []}
    monkeypatch.setenv(STEP_VARIABLE, json.dumps(step))
    with pytest.raises(InputError, match="two: needs: this edition does not make the table 'absent'"):
        open_workspace("two", "small").table_path("absent")


def test_a_notebook_that_calls_itself_by_another_stem_is_refused(
    last_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = {"stem": "two", "folder": str(last_run / "small"), "needs": [], "produces": []}
    monkeypatch.setenv(STEP_VARIABLE, json.dumps(step))
    with pytest.raises(StaatError, match="'two' calls itself 'three'"):
        open_workspace("three", "small")


def test_notes_of_an_earlier_opening_are_forgotten(last_run: Path) -> None:
    for _ in range(2):
        open_workspace("two", "small").record("finding", name="a")
    records = last_run / "small.scratch" / "internal" / "records" / "two.jsonl"
    assert len(records.read_text("utf8").splitlines()) == 1


def test_outside_the_project_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="is not inside the project"):
        project_root()


def test_a_synthetic_table_is_never_taken_for_a_real_one(last_run: Path) -> None:
    workspace = open_workspace("two", "small")
    made_up = replace(workspace, facts={**workspace.facts, "synthetic": True}, read=workspace.write)
    tables.save(made_up, "numbers", pd.DataFrame({"number": [7]}))
    assert tables.load(made_up, "numbers")["number"].tolist() == [7]
    with pytest.raises(InputError, match="holds synthetic data, while the edition is real"):
        tables.load(replace(workspace, read=last_run / "small.scratch"), "numbers")
