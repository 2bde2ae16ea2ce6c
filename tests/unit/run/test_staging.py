"""A reader sees the old edition or the new one; a failure leaves the old one."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
from pathlib import Path

import pytest

from analysis.errors import InputError, StaatError
from analysis.run import staging
from analysis.run.owner import mark_edition


def edition(folder: Path, text: str, name: str = "a") -> Path:
    mark_edition(folder, name)
    (folder / "page.html").write_text(text, "utf8")
    return folder


def test_the_new_edition_takes_the_old_ones_place_whole(tmp_path: Path) -> None:
    old, new = edition(tmp_path / "a", "old"), edition(tmp_path / ".a.building-1-b", "new")
    staging.swap_in(new, old)
    assert (old / "page.html").read_text("utf8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_the_first_edition_needs_no_old_one(tmp_path: Path) -> None:
    staging.swap_in(edition(tmp_path / ".a.building-1-b", "new"), tmp_path / "a")
    assert (tmp_path / "a" / "page.html").read_text("utf8") == "new"


def test_swapping_works_without_the_system_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: object())
    old, new = edition(tmp_path / "a", "old"), edition(tmp_path / ".a.building-1-b", "new")
    staging.swap_in(new, old)
    assert (old / "page.html").read_text("utf8") == "new"


def test_an_unfinished_build_replaces_the_one_before(tmp_path: Path) -> None:
    edition(tmp_path / "a.unfinished", "first")
    kept = staging.keep_unfinished(edition(tmp_path / ".a.building-1-b", "second"), tmp_path, "a")
    assert kept == tmp_path / "a.unfinished"
    assert (kept / "page.html").read_text("utf8") == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["a.unfinished"]


def test_what_killed_runs_left_is_renamed_so_that_their_kernels_stop(tmp_path: Path) -> None:
    edition(tmp_path / ".a.building-1-b", "killed")
    edition(tmp_path / "a.unfinished", "failed")
    building, left = staging.begin(tmp_path, "a")
    assert not (tmp_path / ".a.building-1-b").exists()
    assert [(folder / "page.html").read_text("utf8") for folder in left] == ["killed", "failed"]
    assert [path.name for path in building.iterdir()] == ["internal"]
    assert set(staging.leftovers(tmp_path, "a")) == {building, *left}
    staging.discard([building, *left])
    assert not list(tmp_path.iterdir())


def test_an_edition_whose_name_begins_alike_is_left_alone(tmp_path: Path) -> None:
    other = edition(tmp_path / ".ab.building-1-b", "of another edition", "ab")
    staging.begin(tmp_path, "a")
    assert other.exists()


def test_a_swap_in_two_renames_that_was_cut_short_is_put_right(tmp_path: Path) -> None:
    edition(tmp_path / ".a.aside", "old")
    staging.begin(tmp_path, "a")
    assert (tmp_path / "a" / "page.html").read_text("utf8") == "old"


def _hold(folder: Path, held: object, release: object) -> None:
    with staging.locked(folder, "a"):
        held.set()  # type: ignore[attr-defined]
        release.wait(30)  # type: ignore[attr-defined]


def test_a_second_run_is_refused_with_who_holds_the_lock(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(tmp_path, held, release))
    other.start()
    try:
        assert held.wait(30)
        with pytest.raises(StaatError, match=f"process {other.pid} on .*, since 20"), staging.locked(tmp_path, "a"):
            pass
    finally:
        release.set()
        other.join(30)
    with staging.locked(tmp_path, "a"):
        assert json.loads((tmp_path / ".a.lock").read_text("utf8"))["process"] == os.getpid()


def test_an_outputs_folder_that_is_a_file_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "outputs").write_text("", "utf8")
    with pytest.raises(InputError, match="cannot be written"), staging.locked(tmp_path / "outputs", "a"):
        pass


def test_a_folder_without_locks_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(staging.fcntl, "flock", refuse)
    with (
        pytest.raises(InputError, match=r"cannot be locked: No locks available\n.*--outputs DIR"),
        staging.locked(tmp_path, "a"),
    ):
        pass


def test_a_folder_that_cannot_be_renamed_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As below a container's image: the edition that is there can be read and removed, not renamed."""
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.is_dir():
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    monkeypatch.setattr(staging.ctypes, "CDLL", lambda *_, **__: object())  # no swap in one call either
    old, new = edition(tmp_path / "a", "old"), edition(tmp_path / ".a.building-1-b", "new")
    staging.swap_in(new, old)
    assert (old / "page.html").read_text("utf8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
