"""Names in the parameters cell and in the params block agree both ways, or nothing runs."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from analysis.errors import InputError
from analysis.run.parameters import as_given, cell_parameters, injected, refuse_notes, title_of

SHARED = {"edition": "small", "seed": 1}


def notebook(folder: Path, *cells: str, tags: tuple[str, ...] = ("parameters",)) -> Path:
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_markdown_cell("# A title\n\nA question?")]
    book.cells += [nbformat.v4.new_code_cell(cell, metadata={"tags": list(tags)}) for cell in cells]
    path = folder / "03_model.ipynb"
    nbformat.write(book, path)
    return path


def test_block_and_shared_names_are_injected(tmp_path: Path) -> None:
    path = notebook(tmp_path, 'edition = "x"  # which\nage = 4  # years')
    assert injected(path, {"age": 5}, SHARED) == {"edition": "small", "age": 5}


def test_a_params_key_without_place_in_the_cell_is_refused(tmp_path: Path) -> None:
    path = notebook(tmp_path, "agee = 4")
    with pytest.raises(InputError, match=r"model\.age is a parameter that the parameters cell does not have") as error:
        injected(path, {"age": 5}, SHARED)
    assert "did you mean agee?" in str(error.value)


def test_a_name_in_the_cell_that_no_key_fills_is_refused(tmp_path: Path) -> None:
    path = notebook(tmp_path, "age = 4\nyears = 3")
    with pytest.raises(InputError, match="'years', which no params key fills"):
        injected(path, {"age": 5}, SHARED)


@pytest.mark.parametrize("default", ['"four"', "[4]", "True", "None"])
def test_a_default_of_another_type_is_refused(tmp_path: Path, default: str) -> None:
    path = notebook(tmp_path, f"age = {default}")
    with pytest.raises(InputError, match="another type"):
        injected(path, {"age": 5}, SHARED)


def test_a_computed_value_is_refused(tmp_path: Path) -> None:
    path = notebook(tmp_path, "age = 4\nnext_age = age + 1")
    with pytest.raises(InputError, match="'next_age' is not a literal"):
        cell_parameters(path)


@pytest.mark.parametrize("cell", ["import os", "print(3)", "a = b = 3\nif a: pass", "x[0] = 3"])
def test_only_assignments_are_parameters(tmp_path: Path, cell: str) -> None:
    with pytest.raises(InputError):
        cell_parameters(notebook(tmp_path, cell))


def test_no_or_two_parameters_cells_are_refused(tmp_path: Path) -> None:
    for path in (notebook(tmp_path, "a = 1", tags=()), notebook(tmp_path, "a = 1", "b = 2")):
        with pytest.raises(InputError, match="exactly one cell"):
            cell_parameters(path)


def test_a_name_assigned_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="twice"):
        cell_parameters(notebook(tmp_path, "age = 4\nage = 5"))


def test_a_broken_notebook_is_one_message(tmp_path: Path) -> None:
    path = tmp_path / "03_model.ipynb"
    path.write_text('{"cells": [', "utf8")
    with pytest.raises(InputError, match="is not a notebook"):
        cell_parameters(path)
    with pytest.raises(InputError, match="there is no such notebook"):
        cell_parameters(tmp_path / "04_other.ipynb")


def test_the_title_is_the_first_heading(tmp_path: Path) -> None:
    assert title_of(notebook(tmp_path, "a = 1")) == "A title"


def test_the_title_in_a_language_is_that_of_the_cell_with_its_tag(tmp_path: Path) -> None:
    path = tmp_path / "04_some.ipynb"
    cells = [
        nbformat.v4.new_markdown_cell("# A title", metadata={"tags": ["en"]}),
        nbformat.v4.new_markdown_cell("# Een titel", metadata={"tags": ["nl"]}),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    assert [title_of(path), title_of(path, "en"), title_of(path, "nl"), title_of(path, "fy")] == [
        "A title",
        "A title",
        "Een titel",
        "A title",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[]", "is not a notebook: it has no list of cells"),
        (b'{"cells": {}}', "is not a notebook: it has no list of cells"),
        (b'{"cells": [{"cell_type": "code"}]}', "is not a notebook: it has no list of cells"),
        (b'{"cells": [{"cell_type": "code", "source": "", "metadata": {"tags": "parameters"}}]}', "is not a notebook"),
        ('{"cells": [{"cell_type": "markdown", "source": "é"}]}'.encode("latin-1"), "is not UTF-8"),
        (b'{"cells": [\n<<<<<<< HEAD\n', "two versions were merged by halves"),
        (b'{"cells": [{"cell_type": "code", "source": "", "metadata": {"tags": null}}]}', "exactly one cell tagged"),
    ],
)
def test_what_is_no_notebook_is_one_message(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "01_one.ipynb"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        cell_parameters(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)


def test_a_magic_among_the_parameters_is_one_message(tmp_path: Path) -> None:
    path = tmp_path / "01_one.ipynb"
    cell = {"cell_type": "code", "source": "%matplotlib inline\na = 1", "metadata": {"tags": ["parameters"]}}
    path.write_text(json.dumps({"cells": [cell]}), "utf8")
    with pytest.raises(InputError, match=r"its parameters cell is not Python: invalid syntax, on line 1"):
        cell_parameters(path)


@pytest.mark.parametrize("tag", ["raises-exception", "skip-execution"])
def test_a_tag_that_hides_a_failure_is_refused_before_anything_runs(tmp_path: Path, tag: str) -> None:
    path = tmp_path / "01_one.ipynb"
    cell = {"cell_type": "code", "source": "1 / 0", "metadata": {"tags": ["en", tag]}}
    path.write_text(json.dumps({"cells": [cell]}), "utf8")
    with pytest.raises(InputError, match=f"cell 1: its tag '{tag}' would hide that it fails or does not run"):
        refuse_notes(path)


def test_the_notes_of_an_editor_are_refused_before_anything_runs(tmp_path: Path) -> None:
    path = tmp_path / "01_one.ipynb"
    cell = {"cell_type": "code", "source": "a = 1", "metadata": {"tags": [], "vscode": {"languageId": "r"}}}
    path.write_text(json.dumps({"cells": [cell]}), "utf8")
    with pytest.raises(InputError, match="cell 1: its metadata hold 'vscode', which no page shows"):
        refuse_notes(path)


def test_the_parameters_cell_of_a_run_shows_its_values() -> None:
    """Comments stay, whatever letters they hold, and so does what is not given."""
    cell = 'edition = "ci"  # naïve\nedges = [\n    1,\n    2,\n]  # km\n# é\nleft = {"a": 1}\n'
    given = '# Parameters\nedition = "elsewhere"\nedges = [0.5, 3]\n'
    assert as_given(cell, given) == "edition = 'elsewhere'  # naïve\nedges = [0.5, 3]  # km\n# é\nleft = {\"a\": 1}\n"
    assert as_given(cell, "") == cell
