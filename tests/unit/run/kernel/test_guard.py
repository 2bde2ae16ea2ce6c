"""What a step may read, path by path."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.run.kernel.guard import Guard, UndeclaredReadError, read_record
from analysis.run.kernel.readers import _watched


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a notebook, an edition that is being built, and a data folder beside it."""
    for name in (
        "project/notebooks/01_one.ipynb",
        "project/notebooks/02_two.ipynb",
        "project/params/cards/a.yml",
        "project/building/internal/edition.json",
        "project/building/internal/needed.parquet",
        "project/building/internal/made.parquet",
        "project/building/internal/other.parquet",
        "project/building/internal/records/one.jsonl",
        "project/building/internal/records/two.jsonl",
        "project/building/tables/one/a.csv",
        "project/building/tables/two/a.csv",
        "project/building/tables/one_more/a.csv",
        "data/duo/pupils.csv",
        "data/other.csv",
        "scratch/a.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    return tmp_path


@pytest.fixture
def guard(project: Path) -> Guard:
    return Guard(
        {
            "stem": "one",
            "notebook": str(project / "project/notebooks/01_one.ipynb"),
            "folder": str(project / "project/building"),
            "needs": ["needed"],
            "produces": ["made"],
            "reads": [str(project / "data/duo"), str(project / "project/params/cards")],
        }
    )


def record(project: Path) -> list[tuple[str, str]]:
    found = read_record(project / "project/building", "one")
    return [(entry["kind"], os.path.relpath(entry["path"], project)) for entry in found]


@pytest.mark.parametrize(
    "name",
    [
        "project/notebooks/01_one.ipynb",
        "project/building/internal/edition.json",
        "project/building/internal/needed.parquet",
        "project/building/internal/made.parquet",
        "project/building/internal/records/one.jsonl",
        "project/building/tables/one/a.csv",
        "scratch/a.txt",
        "no/such/file",
    ],
)
def test_what_belongs_to_the_step_is_read_without_a_note(guard: Guard, project: Path, name: str) -> None:
    guard.check(str(project / name))
    assert record(project) == []


@pytest.mark.parametrize(
    "name",
    [
        "project/notebooks/02_two.ipynb",
        "project/building/internal/other.parquet",
        "project/building/internal/records/two.jsonl",
        "project/building/tables/two/a.csv",
        "project/building/tables/one_more/a.csv",
        "data/other.csv",
    ],
)
def test_what_belongs_to_others_is_refused_and_noted(guard: Guard, project: Path, name: str) -> None:
    for _ in range(2):
        with pytest.raises(UndeclaredReadError, match=Path(name).name):
            guard.check(str(project / name))
    assert record(project) == [("refused", name)]


@pytest.mark.parametrize("path", ["/etc/passwd", "/proc/self/status", os.__file__, json.__file__, pd.__file__])
def test_the_machine_and_the_packages_are_read_without_a_note(guard: Guard, project: Path, path: str) -> None:
    guard.check(path)
    assert record(project) == []


def test_what_is_declared_is_noted_once_by_the_file_it_is(guard: Guard, project: Path) -> None:
    link = project / "scratch" / "link.csv"
    link.symlink_to(project / "data/duo/pupils.csv")
    for path in (str(link), os.fsencode(link), link, str(project / "data/x/../duo/pupils.csv")):
        guard.check(path)
    assert record(project) == [("file", "data/duo/pupils.csv")]


def test_a_link_does_not_open_what_is_closed(guard: Guard, project: Path) -> None:
    link = project / "scratch" / "link.csv"
    link.symlink_to(project / "data/other.csv")
    with pytest.raises(UndeclaredReadError, match=r"data/other\.csv"):
        guard.check(str(link))


def test_the_way_out_of_a_package_is_closed(guard: Guard, project: Path) -> None:
    package = Path(pd.__file__).parent
    with pytest.raises(UndeclaredReadError, match=r"data/other\.csv"):
        guard.check(f"{package}/{'../' * len(package.parts)}{project / 'data/other.csv'}")


def test_a_table_is_known_from_a_file(guard: Guard, project: Path) -> None:
    with pytest.raises(UndeclaredReadError, match="add the table 'other' to needs, or wants, of its declaration"):
        guard.check(str(project / "project/building/internal/other.parquet"))


def test_a_relative_path_is_one_from_the_working_folder(
    guard: Guard, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "data" / "duo")
    guard.check("pupils.csv")
    guard("os.listdir", (None,))
    assert record(project) == [("file", "data/duo/pupils.csv"), ("folder", "data/duo")]


def test_folders_that_imports_look_at_may_be_listed_and_others_not(
    guard: Guard, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "project" / "notebooks")
    monkeypatch.syspath_prepend(str(project / "data"))
    guard("os.listdir", (".",))
    guard("os.scandir", (str(project / "data"),))
    with pytest.raises(UndeclaredReadError, match="lists the folder"):
        guard("os.scandir", (str(project / "project" / "params"),))


@pytest.mark.parametrize(
    ("flags", "refused"),
    [
        (os.O_RDONLY, True),
        (os.O_RDWR, True),
        (os.O_RDWR | os.O_APPEND | os.O_CREAT, True),
        (os.O_WRONLY | os.O_CREAT | os.O_TRUNC, False),
        (os.O_WRONLY | os.O_APPEND, False),
        (os.O_RDWR | os.O_CREAT | os.O_TRUNC, False),
        (os.O_RDWR | os.O_CREAT | os.O_EXCL, False),
    ],
)
def test_only_what_can_be_read_is_looked_at(guard: Guard, project: Path, flags: int, refused: bool) -> None:
    arguments = (str(project / "data/other.csv"), None, flags)
    if refused:
        with pytest.raises(UndeclaredReadError):
            guard("open", arguments)
    else:
        guard("open", arguments)
        assert record(project) == []


@pytest.mark.parametrize(("event", "arguments"), [("open", (3, "r", 0)), ("os.listdir", (3,)), ("import", ("json",))])
def test_files_that_are_open_and_other_events_are_let_through(
    guard: Guard, event: str, arguments: tuple[Any, ...]
) -> None:
    guard(event, arguments)


def test_a_watched_reader_checks_paths_and_passes_all_else_on() -> None:
    seen: list[object] = []
    reader = _watched(lambda source, *, more=0: (source, more), seen.append, first=False)
    handle = object()
    assert reader("a.parquet", more=1) == ("a.parquet", 1)
    assert reader(source=["b.parquet", Path("c.parquet")]) == (["b.parquet", Path("c.parquet")], 0)
    assert reader(handle) == (handle, 0)
    assert reader("s3://bucket/d.parquet") == ("s3://bucket/d.parquet", 0)
    assert seen == ["a.parquet", "b.parquet", Path("c.parquet")]


READERS = """
import io, sys, tempfile
from pathlib import Path
if {before}: import pyarrow.parquet, pyarrow.dataset, pyarrow.feather, python_calamine, pyreadstat
from analysis.run.kernel.guard import install, UndeclaredReadError
tempfile.tempdir = {scratch!r}
install({step!r})
import pandas as pd, pyarrow as pa, pyarrow.parquet as pq, pyarrow.dataset as ds, pyarrow.feather as pf
import pyarrow.csv, pyarrow.orc, pyarrow.json, python_calamine, pyreadstat
path = {path!r}
open_all = [
    pd.read_parquet, pd.read_feather, pd.read_orc, pq.read_table, pq.ParquetFile, pq.ParquetDataset, pq.read_schema,
    pq.read_metadata, ds.dataset, pf.read_table, pa.memory_map, pa.OSFile, pyarrow.csv.read_csv, pyarrow.orc.ORCFile,
    pyarrow.json.read_json, python_calamine.load_workbook, python_calamine.CalamineWorkbook.from_path, pd.read_excel,
    lambda path: pd.read_excel(path, engine="calamine"), lambda path: pq.read_table([path]),
    lambda path: pd.read_parquet(path=Path(path)), io.open_code, lambda path: ds.dataset([path]),
    pyarrow.csv.open_csv, pyreadstat.read_sav, pyreadstat.read_dta, pyreadstat.read_por, pyreadstat.read_sas7bdat,
    pyreadstat.read_xport, pd.read_spss, pd.read_stata, lambda path: pyreadstat.read_sav(path, metadataonly=True),
    lambda path: next(pyreadstat.read_file_in_chunks(pyreadstat.read_sav, path)),
]
for reader in open_all:
    try:
        reader(path)
    except UndeclaredReadError:
        continue
    sys.exit(f"{{reader}} read it")
assert isinstance(pa.OSFile({scratch!r} + "/a.txt"), pa.OSFile)
assert pa.memory_map({scratch!r} + "/a.txt").read() == b"x"
pd.DataFrame({{"a": [1]}}).to_parquet({scratch!r} + "/t.parquet")
assert pd.read_parquet({scratch!r} + "/t.parquet")["a"].tolist() == [1]
"""


@pytest.mark.parametrize("before", [True, False])
def test_no_reader_goes_round_the_guard_whether_loaded_before_it_or_after(project: Path, before: bool) -> None:
    import subprocess
    import sys

    step = {
        "stem": "one",
        "notebook": str(project / "project/notebooks/01_one.ipynb"),
        "folder": str(project / "project/building"),
        "needs": [],
        "produces": [],
        "reads": [],
    }
    places = {"path": str(project / "data/other.csv"), "scratch": str(project / "scratch")}
    code = READERS.format(before=before, step=step, **places)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
