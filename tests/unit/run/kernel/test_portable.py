"""Paths of a machine in an executed notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.run.kernel.portable import _pattern, _replaced, forget_machine

PLACES = {"/home/me/project": ".", "/home/me": "~", "/tmp": "tmp"}  # noqa: S108 - a name, not a file
PIECES = st.sampled_from([*PLACES, "/", "s", " ", "~", "ipykernel_1", '"'])


def replaced(value: Any) -> Any:
    return _replaced(value, _pattern(PLACES), PLACES)


def test_the_longest_path_wins_and_only_whole_names_count() -> None:
    assert replaced("in /home/me/project/src, not /home/me/projects") == "in ./src, not ~/projects"
    assert replaced("/srv/home/me and /home/meg") == "/srv/home/me and /home/meg"
    assert replaced('File "/tmp/ipykernel_123/45.py", line 1') == 'File "tmp/ipykernel/45.py", line 1'


def test_pictures_are_left_alone_and_all_else_is_searched() -> None:
    data = {"image/png": "iVBOR/tmp/x", "text/plain": ["in /home/me/x"]}
    assert replaced({"data": data}) == {"data": {"image/png": "iVBOR/tmp/x", "text/plain": ["in ~/x"]}}


@settings(deadline=None)
@given(st.lists(PIECES).map("".join))
def test_replacing_twice_changes_no_more_than_once(text: str) -> None:
    assert replaced([replaced(text)]) == [replaced(text)]


def test_papermill_keeps_the_names_of_its_files_only(tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    metadata = {"papermill": {"input_path": "/srv/in/a.ipynb", "output_path": "/srv/out/a.ipynb"}}
    file.write_text(json.dumps({"cells": [], "metadata": metadata}))
    forget_machine(file, {"/home/me": "~", "/": "root"})
    notes = json.loads(file.read_text())["metadata"]["papermill"]
    assert notes == {"input_path": "a.ipynb", "output_path": "a.ipynb"}


def test_a_folder_of_windows_is_forgotten_however_a_text_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    lines = [r"in C:\Users\me\staat\src", "in C:/Users/me/staat/src", repr(r"C:\Users\me\staat\src")]
    file.write_text(json.dumps({"cells": [{"source": lines}], "metadata": {}}), "utf8")
    forget_machine(file, {r"C:\Users\me\staat": ".", r"C:\Users\me": "~"})
    assert json.loads(file.read_text("utf8"))["cells"][0]["source"] == [r"in .\src", "in ./src", r"'.\\src'"]
