"""A chain of tiny notebooks through papermill: what a run leaves, and what a failed run leaves alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest

from analysis.errors import InputError, StaatError
from analysis.run.chain import Step
from analysis.run.runner import Order, run

WRITE = """
import pandas as pd
from analysis.data import tables
from analysis.run.workspace import open_workspace
workspace = open_workspace("one", "small")
tables.hand_over(workspace, "numbers", pd.DataFrame({"number": [number]}))
"""
READ = """
from analysis.data import tables
from analysis.run.workspace import open_workspace
workspace = open_workspace("two", "small")
total = int(tables.load(workspace, "numbers")["number"].sum())
workspace.record("finding", name="total", sentence=f"The total is {total}.", n=total)
"""
CHAIN = (Step("01_one", produces=("numbers",)), Step("02_two", needs=("numbers",)))

Project = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Write a project of two notebooks; the arguments replace the code of either."""

    def make(one: str = WRITE, two: str = READ) -> Path:
        folder = tmp_path / "notebooks"
        folder.mkdir(exist_ok=True)
        (tmp_path / "params").mkdir(exist_ok=True)
        for name, parameters, code in (("01_one", "number = 1", one), ("02_two", "", two)):
            book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
            book.cells = [
                nbformat.v4.new_markdown_cell(f"# Title of {name}"),
                nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
                nbformat.v4.new_code_cell(code),
            ]
            nbformat.write(book, folder / f"{name}.ipynb")
        return tmp_path

    return make


def go(root: Path, **blocks: Mapping[str, Any]) -> Path:
    order = Order(
        edition="small",
        facts={"edition": "small", "title": "Small"},
        shared={"edition": "small"},
        blocks=blocks or {"one": {"number": 7}, "two": {}},
        command="staat run params/small.yml",
    )

    def render(folder: Path, manifest: Mapping[str, Any]) -> None:
        (folder / "index.html").write_text(manifest["edition"], "utf8")

    return run(order, CHAIN, root=root, outputs=root / "outputs", render=render, say=lambda _: None)


def test_a_run_leaves_notebooks_tables_pages_and_a_manifest(project: Project) -> None:
    folder = go(project())
    manifest = json.loads((folder / "manifest.json").read_text("utf8"))
    assert [step["notebook"] for step in manifest["steps"]] == ["01_one", "02_two"]
    assert manifest["steps"][1]["findings"] == [{"name": "total", "sentence": "The total is 7.", "n": 7}]
    assert manifest["parameters"]["one"] == {"number": 7}
    assert set(manifest["outputs"]) >= {"index.html", "notebooks/02_two.ipynb", "internal/numbers.parquet"}
    assert manifest["finished"] >= manifest["started"]
    assert manifest["versions"]["papermill"]
    assert [path.name for path in (folder.parent).iterdir() if path.is_dir()] == ["small"]
    assert str(folder.parent) not in (folder / "notebooks" / "01_one.ipynb").read_text("utf8")


def test_a_failing_notebook_leaves_the_last_good_edition_and_says_all_about_itself(project: Project) -> None:
    root = project()
    before = (go(root) / "manifest.json").read_bytes()
    with pytest.raises(StaatError) as caught:
        go(project(two="ratio = 1\nratio / 0"))
    said = str(caught.value)
    failed = root / "outputs" / "small.failed" / "notebooks" / "02_two.ipynb"
    for part in ("02_two failed", "ZeroDivisionError", "ratio / 0", str(failed.parent), "is untouched"):
        assert part in said
    assert failed.exists()
    assert (root / "outputs" / "small" / "manifest.json").read_bytes() == before
    assert caught.value.exit_code == 1


def test_what_a_notebook_says_of_wrong_input_is_shown_without_its_code(project: Project) -> None:
    bad = 'from analysis.errors import InputError\nraise InputError("data/pupils.csv", "has no column BRIN")'
    with pytest.raises(InputError, match=r"01_one stopped: data/pupils.csv: has no column BRIN") as caught:
        go(project(one=bad))
    assert caught.value.exit_code == 2


def test_a_table_that_is_declared_and_not_made_fails(project: Project) -> None:
    with pytest.raises(StaatError, match="01_one: did not hand over numbers"):
        go(project(one="pass"))


def test_a_table_that_is_read_and_not_declared_fails(project: Project) -> None:
    with pytest.raises(StaatError, match="reads the table 'others' without declaring it"):
        go(project(two=READ.replace('"numbers"', '"others"')))


def test_a_table_that_is_made_and_not_declared_fails(project: Project) -> None:
    with pytest.raises(StaatError, match="hands over the table 'others' without declaring it"):
        go(project(one=WRITE.replace('"numbers"', '"others"')))


def test_a_misspelt_parameter_stops_before_anything_runs(project: Project) -> None:
    root = project()
    with pytest.raises(InputError, match=r"one\.numbr is a parameter that the parameters cell does not have"):
        go(root, one={"numbr": 7}, two={})
    assert not (root / "outputs").exists()


def test_a_dead_kernel_ends_in_a_clear_message(project: Project) -> None:
    with pytest.raises(StaatError, match=r"01_one: the kernel stopped"):
        go(project(one="import os\nos._exit(1)"))
