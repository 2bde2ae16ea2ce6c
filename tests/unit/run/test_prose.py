"""New text around old results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from analysis.errors import StaatError
from analysis.run.prose import prose_digest, refresh


def code(source: str, *, tags: tuple[str, ...] = (), output: str = "") -> Any:
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})
    if output:
        cell.outputs = [nbformat.v4.new_output("stream", text=output)]
    return cell


def write(path: Path, *cells: Any) -> Path:
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
    return path


def test_text_and_comments_are_those_of_the_source_results_those_of_the_run(tmp_path: Path) -> None:
    prose = nbformat.v4.new_markdown_cell
    executed = write(
        tmp_path / "executed.ipynb",
        prose("# Old"),
        code("n = 1", tags=("parameters",)),
        code("n = 2", tags=("injected-parameters",)),
        code("print(n)", output="2"),
    )
    source = write(
        tmp_path / "source.ipynb",
        prose("# New"),
        code("n = 1  # pupils", tags=("parameters",)),
        prose("And more."),
        code("print(n)  # shown"),
    )
    assert refresh(executed, source)
    cells = nbformat.read(executed, 4).cells
    assert [cell.source for cell in cells] == ["# New", "n = 2  # pupils", "n = 2", "And more.", "print(n)  # shown"]
    assert cells[-1].outputs[0].text == "2"
    assert not refresh(executed, source)


def test_another_number_of_code_cells_is_refused(tmp_path: Path) -> None:
    executed = write(tmp_path / "executed.ipynb", code("a = 1"))
    for cells in ([], [code("a = 1"), code("b = 2")]):
        with pytest.raises(StaatError):
            refresh(executed, write(tmp_path / "source.ipynb", *cells))


def test_the_digest_is_of_what_is_said_not_of_ids_and_outputs(tmp_path: Path) -> None:
    one = write(tmp_path / "one.ipynb", code("a = 1", output="1"))
    two = write(tmp_path / "two.ipynb", code("a = 1"))
    assert prose_digest(one) == prose_digest(two)
    assert prose_digest(one) != prose_digest(write(tmp_path / "three.ipynb", code("a = 1  # why")))


def test_a_text_that_gets_another_tag_is_another_text(tmp_path: Path) -> None:
    def said(name: str, tag: str) -> Path:
        return write(tmp_path / f"{name}.ipynb", nbformat.v4.new_markdown_cell("Text", metadata={"tags": [tag]}))

    executed, source = said("executed", "en"), said("source", "nl")
    assert prose_digest(executed) != prose_digest(source)
    assert refresh(executed, source)
    assert nbformat.read(executed, 4).cells[0].metadata.tags == ["nl"]


def test_a_note_of_an_editor_that_was_removed_is_gone_from_the_executed_notebook_too(tmp_path: Path) -> None:
    ran = code("print(1)", output="1")
    ran.metadata |= {"vscode": {"languageId": "python"}, "papermill": {"status": "completed"}}
    executed, source = write(tmp_path / "executed.ipynb", ran), write(tmp_path / "source.ipynb", code("print(1)"))
    before = prose_digest(executed)
    assert refresh(executed, source)
    cell = nbformat.read(executed, 4).cells[0]
    assert cell.metadata == {"tags": [], "papermill": {"status": "completed"}}
    assert cell.outputs[0].text == "1"
    assert prose_digest(executed) != before
