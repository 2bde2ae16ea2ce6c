"""A key differs exactly where something changed, and says so in words."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from analysis.run.chain import Step
from analysis.run.code import Reach
from analysis.run.hashes import Hashes
from analysis.run.keys import GONE, LATE, differences, key_of, observed, observed_now
from analysis.run.publication import _key_told
from analysis.run.records import Record

STEP = Step("03_choice", needs=("by_school",), produces=("findings",), reads=("{data.folder}",))


def key(**changed: Any) -> dict[str, dict[str, Any]]:
    usual: dict[str, Any] = {
        "parameters": {"choice.age": 4, "edition": "ci"},
        "cells": {1: "import a", 3: "a.fit(age)"},
        "reach": Reach({"analysis.fit": "11"}, {"style.css": "22"}, ("pandas",)),
        "tables": {"by_school": "33"},
        "environment": {"lock": "44", "threads": 1},
    }
    return key_of(STEP, **{**usual, **changed})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"parameters": {"choice.age": 5, "edition": "ci"}}, "parameter choice.age: 4 -> 5"),
        ({"parameters": {"edition": "ci"}}, "parameter choice.age: 4 -> (none)"),
        ({"cells": {1: "import a", 3: "a.fit(age + 1)"}}, "code cell 3 of 03_choice changed"),
        ({"cells": {1: "import a"}}, "code cell 3 of 03_choice is no longer used"),
        ({"reach": Reach({"analysis.fit": "12"}, {"style.css": "22"}, ())}, "analysis.fit changed"),
        ({"reach": Reach({"analysis.fit": "11"}, {"style.css": "23"}, ())}, "file style.css changed"),
        ({"tables": {"by_school": "34"}}, "table by_school changed"),
        ({"tables": {}}, "table by_school is no longer used"),
        ({"environment": {"lock": "45", "threads": 1}}, "requirements.lock changed"),
        ({"environment": {"lock": "44", "threads": 2}}, "threads: 1 -> 2"),
        ({"environment": {"lock": "44", "threads": 1, "packages": "5"}}, "the installed packages changed"),
        ({"environment": {"lock": "44", "threads": 1, "kernel": "5"}}, "the code that runs kernels changed"),
    ],
)
def test_each_part_says_what_changed(changed: dict[str, Any], message: str) -> None:
    assert differences(key(), key(**changed), "03_choice") == [message]


def test_the_same_key_after_a_round_through_json_has_no_differences() -> None:
    assert differences(json.loads(json.dumps(key())), key(), "03_choice") == []


def test_comments_and_imports_of_packages_do_not_count() -> None:
    other = key(
        cells={1: "import a  # why", 3: "a.fit( age )"}, reach=Reach({"analysis.fit": "11"}, {"style.css": "22"}, ())
    )
    assert differences(key(), other, "03_choice") == []


def notes(path: Path, *read: tuple[str, Path]) -> Path:
    path.write_text("".join(json.dumps({"kind": kind, "path": str(file)}) + "\n" for kind, file in read), "utf8")
    return path


def test_files_are_in_the_key_by_label_so_that_data_may_move(tmp_path: Path) -> None:
    for folder in ("old", "new"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.csv").write_text("1", "utf8")
    read = notes(tmp_path / "reads", ("file", tmp_path / "old" / "a.csv"), ("folder", tmp_path / "old"))
    digests = observed(read, {"data.folder": tmp_path / "old"}, Hashes(), time.time_ns())
    assert list(digests) == ["data.folder/", "data.folder/a.csv"]
    assert observed_now(digests, {"data.folder": tmp_path / "new"}, Hashes()) == digests
    (tmp_path / "new" / "a.csv").unlink()
    gone = observed_now(digests, {"data.folder": tmp_path / "new"}, Hashes())
    assert gone["data.folder/a.csv"] == GONE
    assert gone["data.folder/"] != digests["data.folder/"]


def test_a_file_that_is_written_while_the_step_runs_makes_its_result_stale(tmp_path: Path) -> None:
    begun = time.time_ns()
    (tmp_path / "a.csv").write_text("1", "utf8")
    read = notes(tmp_path / "reads", ("file", tmp_path / "a.csv"))
    digests = observed(read, {"here": tmp_path}, Hashes(), begun - 10**9)
    assert digests == {"here/a.csv": LATE}
    assert observed_now(digests, {"here": tmp_path}, Hashes()) != digests


def test_a_file_whose_time_of_writing_is_put_back_or_on_is_known_by_its_last_change(tmp_path: Path) -> None:
    path, read = tmp_path / "a.csv", notes(tmp_path / "reads", ("file", tmp_path / "a.csv"))
    begun = time.time_ns() - 10**9
    path.write_text("1", "utf8")
    os.utime(path, ns=(10**18, 10**18))  # written during the run, however old it claims to be
    assert observed(read, {"here": tmp_path}, Hashes(), begun) == {"here/a.csv": LATE}
    os.utime(path, ns=(4 * 10**18, 4 * 10**18))  # of the year 2096, written before the run began
    time.sleep(0.05)
    assert observed(read, {"here": tmp_path}, Hashes(), time.time_ns()) != {"here/a.csv": LATE}


def test_a_declared_file_is_known_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1", "utf8")
    read = notes(tmp_path / "reads", ("file", tmp_path / "a.csv"), ("refused", tmp_path / "b"))
    places = {"params/a.csv": tmp_path / "a.csv"}
    assert list(observed(read, places, Hashes(), time.time_ns())) == ["params/a.csv"]


def test_the_key_of_a_step_tells_strangers_no_name_of_a_key_column() -> None:
    key = {"parameters": {"seed": 1, "keys": ["eckid", "rinpersoon"]}, "tables": {}, "files": {"data/eckid.csv": "12"}}
    record = Record("data", key, {}, {}, 1.0, None, "", "", {})
    told = _key_told(record, confidential=True)
    assert told["parameters"]["seed"] == 1
    assert len(told["parameters"]["keys"]) == 2
    assert not [name for name in ("eckid", "rinpersoon") if name in json.dumps(told)]


def test_of_a_parameter_that_holds_others_the_innermost_that_changed_is_named() -> None:
    old = {"parameters": {"optional": {"leergroei": {"by_location": {"shortage": "the shortage", "board": "boards"}}}}}
    new = {"parameters": {"optional": {"leergroei": {"by_location": {"shortage": "shortages", "board": "boards"}}}}}
    said = 'parameter optional.leergroei.by_location.shortage: "the shortage" -> "shortages"'
    assert differences(old, new, "04_leergroei") == [said]
    many = {"parameters": {"optional": dict.fromkeys("abcde", 1)}}
    assert differences({"parameters": {"optional": {}}}, many, "x") == ["parameter optional: a, b, c, ... changed"]
    long = differences({"parameters": {"words": "a" * 5000}}, {"parameters": {"words": ["b"] * 5000}}, "x")
    assert len(long) == 1
    assert len(long[0]) < 200
