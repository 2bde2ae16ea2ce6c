"""A reader sees the old edition or the new one; a failure leaves the old one."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from analysis.errors import InputError, StaatError
from analysis.run import staging


def edition(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "page").write_text(text, "utf8")
    return folder


def test_the_new_edition_takes_the_old_ones_place_whole(tmp_path: Path) -> None:
    old, new = edition(tmp_path / "a", "old"), edition(tmp_path / "a.building", "new")
    staging.swap_in(new, old)
    assert (old / "page").read_text("utf8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_the_first_edition_needs_no_old_one(tmp_path: Path) -> None:
    staging.swap_in(edition(tmp_path / "a.building", "new"), tmp_path / "a")
    assert (tmp_path / "a" / "page").read_text("utf8") == "new"


def test_swapping_works_without_the_system_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: object())
    old, new = edition(tmp_path / "a", "old"), edition(tmp_path / "a.building", "new")
    staging.swap_in(new, old)
    assert (old / "page").read_text("utf8") == "new"


def test_a_failed_build_replaces_the_failed_one_before(tmp_path: Path) -> None:
    edition(tmp_path / "a.failed", "first")
    kept = staging.keep_failed(edition(tmp_path / "a.building", "second"), tmp_path / "a")
    assert kept == tmp_path / "a.failed"
    assert (kept / "page").read_text("utf8") == "second"


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
        with pytest.raises(StaatError, match=f"process {other.pid}"), staging.locked(tmp_path, "a"):
            pass
    finally:
        release.set()
        other.join(30)
    with staging.locked(tmp_path, "a"):
        assert (tmp_path / ".a.lock").read_text("utf8") == str(os.getpid())


def test_an_outputs_folder_that_is_a_file_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "outputs").write_text("", "utf8")
    with pytest.raises(InputError, match="cannot be written"), staging.locked(tmp_path / "outputs", "a"):
        pass
