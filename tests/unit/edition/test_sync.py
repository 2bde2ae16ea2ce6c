from __future__ import annotations

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, writes

from analysis.chapters import chapters
from analysis.edition.sync import cell_of, written
from analysis.errors import InputError

ROOT = Path(__file__).parents[3]


def test_a_parameters_cell_names_an_edition_that_has_the_chapter(tmp_path: Path) -> None:
    """Before: a KeyError."""
    chapter = chapters()["school_advice"]
    for folder in ("notebooks", "params"):
        (tmp_path / folder).mkdir()
    (tmp_path / "params" / "ci.yml").write_text((ROOT / "params" / "ci.yml").read_text("utf8"), "utf8")
    cell = new_code_cell('edition = "ci"', metadata={"tags": ["parameters"]})
    (tmp_path / "notebooks" / f"{chapter.notebook}.ipynb").write_text(writes(new_notebook(cells=[cell])), "utf8")
    with pytest.raises(InputError, match=r"05_school_advice.*names params/ci\.yml, which has no block school_advice"):
        cell_of(chapter, tmp_path)


def test_a_folder_of_this_machine_is_not_written_into_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAAT_DATA", "/somewhere/else")
    assert [path.name for path, text in written(ROOT) if "/somewhere/else" in text] == []
