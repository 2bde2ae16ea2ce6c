"""A reader sees the old edition or the new one; a failure leaves the old one."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
from pathlib import Path

import pytest

from analysis.errors import InputError, StaatError
from analysis.run import machine, owner, records, staging
from analysis.run.owner import mark_edition, own_folder


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
    staging.keep_unfinished(edition(tmp_path / ".a.building-1-b", "second"), tmp_path, "a")
    kept = staging.unfinished(tmp_path, "a")
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

    monkeypatch.setattr(machine.fcntl, "flock", refuse)
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


def of_a_user(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("mine", "utf8")
    return folder


@pytest.mark.parametrize("name", ["a", "a.unfinished"])
def test_a_folder_that_no_run_made_is_not_replaced(tmp_path: Path, name: str) -> None:
    mine = of_a_user(tmp_path / name)
    with pytest.raises(InputError, match=f"{name}: is a folder that no run of a made") as refused:
        staging.begin(tmp_path, "a")
    assert "move it away or choose another folder: --outputs DIR" in str(refused.value)
    assert [path.name for path in mine.iterdir()] == ["notes.txt"]


def test_a_folder_that_a_user_makes_during_a_run_is_not_swapped_out(tmp_path: Path) -> None:
    built, _ = staging.begin(tmp_path, "a")
    mine = of_a_user(tmp_path / "a")
    with pytest.raises(InputError, match="no run of a made"):
        staging.swap_in(built, mine)
    assert (mine / "notes.txt").exists()
    assert built.exists()


@pytest.mark.parametrize("name", [".a.left-1-0", ".a.building-7", ".a.verify-1", ".a.aside", "a.kept"])
def test_a_folder_of_a_user_is_left_alone_whatever_its_name(tmp_path: Path, name: str) -> None:
    mine = of_a_user(tmp_path / name)
    building, left = staging.begin(tmp_path, "a")
    staging.discard([building, *left, *staging.leftovers(tmp_path, "a")])
    staging.tidy(tmp_path, "a")
    with own_folder(tmp_path, ".a.verify-"):
        pass
    assert [path.name for path in mine.iterdir()] == ["notes.txt"]


def test_an_empty_folder_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    built, _ = staging.begin(tmp_path, "a")
    staging.swap_in(built, tmp_path / "a")
    assert owner.is_edition(tmp_path / "a", "a")


def test_files_that_a_user_put_in_an_edition_are_set_aside_with_a_name(tmp_path: Path) -> None:
    old, new = edition(tmp_path / "a", "old"), edition(tmp_path / ".a.building-1-b", "new")
    (old / "notes.txt").write_text("mine", "utf8")
    (old / "tables").mkdir()
    (old / "tables" / "mine.csv").write_text("a\n1\n", "utf8")
    (old / "manifest.json").write_text(json.dumps({"outputs": {"page.html": ""}}), "utf8")
    kept = staging.swap_in(new, old)
    assert kept is not None
    assert sorted(path.relative_to(kept).as_posix() for path in kept.rglob("*")) == [
        "notes.txt",
        "tables",
        "tables/mine.csv",
    ]


def test_a_marker_says_which_machine_made_a_folder_and_when(tmp_path: Path) -> None:
    with own_folder(tmp_path, "staat-kernel-") as folder:
        marker = json.loads((folder / owner.MARKER).read_text("utf8"))
    assert marker["made_by"] == "staat"
    assert {"host", "boot", "since"} <= marker.keys()
    assert not folder.exists()


def test_a_kept_result_is_a_copy(tmp_path: Path) -> None:
    """A notebook that writes to a kept file in the build must not write to the published edition."""
    old, new = tmp_path / "old", tmp_path / "new"
    (old / "tables").mkdir(parents=True)
    (old / "tables" / "x.csv").write_text("1", "utf8")
    record = records.Record("one", {}, {"tables/x.csv": "?"}, {}, 1.0, None, "warm", "", {})
    records.take_over(record, old, new)
    (new / "tables" / "x.csv").write_text("2", "utf8")
    assert (old / "tables" / "x.csv").read_text("utf8") == "1"


def test_a_folder_that_a_run_was_killed_in_as_it_began_is_removed_by_the_next(tmp_path: Path) -> None:
    begun = tmp_path / ".a.building-0123abcd"
    (begun / owner.OF_EDITION.parent).mkdir(parents=True)
    (begun / owner.OF_EDITION).write_text('{"made_', "utf8")  # half a marker
    other = tmp_path / ".a.building-4567cdef"
    other.mkdir()
    (other / "mine.txt").write_text("a user's", "utf8")
    building, left = staging.begin(tmp_path, "a")
    assert left == []
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([building.name, other.name])


@pytest.mark.parametrize("moment", range(4))
def test_a_removal_that_is_cut_short_leaves_a_folder_that_the_next_run_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """The marker goes last, whatever the order in which a disk lists files."""
    old = edition(tmp_path / ".a.building-0123abcd", "old")
    for name in ("internal/by_pupil.parquet", "internal/steps/one.json", "tables/one.csv"):
        (old / name).parent.mkdir(parents=True, exist_ok=True)
        (old / name).write_text("x", "utf8")
    drops = iter(range(moment))
    drop = owner._drop

    def cut_short(path: Path) -> None:
        if next(drops, None) is None:
            raise KeyboardInterrupt
        drop(path)

    with monkeypatch.context() as patch:
        patch.setattr(owner, "_drop", cut_short)
        with pytest.raises(KeyboardInterrupt):
            owner.remove(old)
    assert owner.is_edition(old, "a")
    staging.tidy(tmp_path, "a")
    assert [path.name for path in tmp_path.iterdir()] == [".a.lock"]


def test_a_temporary_folder_loses_its_marker_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may hold confidential data: what a kill leaves of it must be found by the next run."""

    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    made = own_folder(tmp_path, "staat-")
    folder = made.__enter__()
    (folder / "by_pupil.parquet").write_bytes(b"pupils")
    with monkeypatch.context() as patch:
        patch.setattr(owner, "_drop", killed)
        with pytest.raises(KeyboardInterrupt):
            made.__exit__(None, None, None)
    assert (folder / owner.MARKER).exists()
    with own_folder(tmp_path, "staat-"):
        assert not folder.exists()
