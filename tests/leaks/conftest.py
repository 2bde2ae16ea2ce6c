"""A chapter that publishes through the gate and an edition made of its notebook: where every way to leak starts."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from analysis.edition.chain import ROWS
from analysis.errors import DisclosureError
from analysis.publish.published import Published
from analysis.publish.release import Release
from analysis.run.workspace import Workspace
from analysis.site import build

FACTS = {
    "edition": "ci",
    "title": "A city",
    "language": "en",
    "synthetic": False,
    "disclosure": "default",
    "tables": ROWS,
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace("segregation", tmp_path, tmp_path, FACTS, needs=frozenset(), produces=frozenset())


@pytest.fixture
def release(workspace: Workspace) -> Release:
    return Release(workspace)


@pytest.fixture
def answer_to(release: Release) -> Callable[[Callable[[Release], object]], str]:
    """Return what gives the answer to a try to leak: the error, or the notice in the place of what it would show."""

    def answer(leak: Callable[[Release], object]) -> str:
        try:
            shown = leak(release)
        except DisclosureError as error:
            return str(error)
        assert isinstance(shown, Published)
        assert 'data-published="withheld"' in shown.html, "it was published"
        return unescape(shown.html)

    return answer


@pytest.fixture
def cell_of() -> Callable[[Published], Any]:
    """Return what makes the executed cell of a notebook that shows something published."""

    def cell(published: Published) -> Any:
        data = {"text/html": published.html, "text/plain": repr(published)}
        return new_code_cell("chapter.table(...)", outputs=[new_output("execute_result", data=data)])

    return cell


@pytest.fixture
def make_edition(workspace: Workspace) -> Callable[..., dict[str, Any]]:
    """Return what makes the pages of an edition of one notebook with these cells; it returns the manifest."""

    def make(*cells: Any, metadata: dict[str, Any] | None = None, **manifest: Any) -> dict[str, Any]:
        notebooks = workspace.write / "notebooks"
        notebooks.mkdir(exist_ok=True)
        notebook = new_notebook(cells=list(cells), metadata=metadata or {})
        nbformat.write(notebook, notebooks / "02_segregation.ipynb")
        step = {"notebook": "02_segregation", "stem": "segregation", "title": "Spread", **notes(workspace)}
        told = {"edition": "ci", "facts": FACTS, "parameters": {}, "command": "staat run ci", "steps": [step]}
        build(workspace.write, {**told, **manifest})
        return told

    return make


def notes(workspace: Workspace) -> dict[str, list[dict[str, Any]]]:
    """Return what the chapter noted for the manifest."""
    path = workspace.write / "internal" / "records" / f"{workspace.stem}.jsonl"
    lines = [json.loads(line) for line in path.read_text("utf8").splitlines()] if path.exists() else []
    kinds = {"published": "published", "findings": "finding"}
    return {name: [line for line in lines if line["key"] == key] for name, key in kinds.items()}
