"""A result that holds for another edition names that one, as if it had been made for it: byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.publish.release import Release
from analysis.publish.renaming import rename
from analysis.run.workspace import Workspace

FRAME = pd.DataFrame({"group": ["a", "b"], "n": [120, 234], "mean": [0.5, 0.6]})


def published(folder: Path, edition: str, frame: pd.DataFrame = FRAME) -> Path:
    facts = {"edition": edition, "language": "en", "synthetic": True, "disclosure": "default"}
    chapter = Release(Workspace("one", folder, folder, facts, needs=frozenset(), produces=frozenset()))
    chapter.table("groups", frame, caption="Groups", counts=["n"])
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["ci+school_choice.age=5", "ci-2021"])
def test_files_and_notes_are_as_if_made_for_the_other_edition(tmp_path: Path, name: str) -> None:
    mine, other = published(tmp_path / "mine", "ci"), published(tmp_path / "other", name)
    assert rename(mine, "one", "ci", name)
    assert files(mine) == files(other)
    assert json.loads((mine / "tables" / "one" / "groups.json").read_text("utf8"))["edition"] == name


@pytest.mark.parametrize("word", ["ci", "other"])
def test_a_word_of_the_data_is_not_taken_for_the_name(tmp_path: Path, word: str) -> None:
    frame = FRAME.assign(group=[word, "b"])
    assert not rename(published(tmp_path / "mine", "ci", frame), "one", "ci", "other")
