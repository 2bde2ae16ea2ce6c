"""Outputs that cannot be written: one message that names the folder, exit code 2, and the old edition as it was."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis.run.verify import damaged

BLOCK = 4096
FULL = "the disk is full"


def mount(*words: str) -> None:
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine does not let tests mount anything: {done.stderr.strip()}")


@pytest.fixture
def little_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1.2 MB, on which two small editions fit beside what commands remember of the code."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=1200k", "none", str(folder))
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def read_only(staat: Any) -> Iterator[Path]:
    """Outputs with an edition, on a disk that takes no more writes, from root either."""
    outputs = staat.small.outputs
    assert staat.run().process.returncode == 0
    mount("--bind", str(outputs), str(outputs))
    mount("-o", "remount,bind,ro", str(outputs))
    yield outputs
    subprocess.run(["umount", "--lazy", str(outputs)], check=True)


def fill(folder: Path, room: int) -> Path:
    """Fill a disk up to `room` bytes."""
    filler = folder / "filler"
    filler.unlink(missing_ok=True)
    free = os.statvfs(folder)
    filler.write_bytes(bytes(max(free.f_bavail * free.f_bsize - room, 0)))
    return filler


def refused(run: Any, *parts: str) -> None:
    """The run ended with one message that has these parts."""
    assert run.process.returncode == 2, run.said
    assert "Traceback" not in run.said
    for part in parts:
        assert part in run.said
    assert run.said.count("cannot be written") <= 1
    assert not run.alive()


def test_a_disk_that_fills_up_leaves_the_old_edition(staat: Any, little_disk: Path) -> None:
    assert staat.run(outputs=little_disk).process.returncode == 0
    staat.small.blocks = {"one": {"number": 8}, "two": {}, "three": {"power": 3}}
    for blocks in (0, 5):  # nothing can be begun; a step cannot be written
        filler = fill(little_disk, blocks * BLOCK)
        refused(staat.run(outputs=little_disk), str(little_disk), FULL)
        assert damaged(little_disk / "small") == []
        assert (little_disk / "small" / "tables" / "two" / "total.csv").read_text("utf8") == "total\n14\n"
    filler.unlink()
    assert staat.run(outputs=little_disk).process.returncode == 0
    assert (little_disk / "small" / "tables" / "two" / "total.csv").read_text("utf8") == "total\n16\n"


def test_a_notebook_that_fills_the_disk_names_the_folder(staat: Any, little_disk: Path) -> None:
    code = 'folder = open_workspace("three", "small").published_folder("tables")\n'
    staat.small.notebook("03_three", code + '(folder / "large.csv").write_bytes(bytes(2_000_000))')
    refused(staat.run(outputs=little_disk), str(little_disk), FULL)
    assert not (little_disk / "small").exists()


def test_a_read_only_folder_is_named_and_nothing_runs(staat: Any, read_only: Path) -> None:
    staat.small.blocks["three"] = {"power": 3}
    run = staat.run()
    refused(run, str(read_only), "cannot be written to: Read-only file system", "--outputs DIR")
    assert run.events == []
    assert damaged(read_only / "small") == []


def test_an_edition_in_a_read_only_folder_can_be_asked_after(staat: Any, read_only: Path) -> None:
    run = staat.run()
    assert run.process.returncode == 0
    assert "small: up to date" in run.out.read_text("utf8")
    assert damaged(read_only / "small") == []


@pytest.mark.parametrize("name", ["small", "small.unfinished"])
def test_a_file_with_the_name_of_an_edition_is_named_and_nothing_runs(staat: Any, name: str) -> None:
    staat.small.outputs.mkdir()
    (staat.small.outputs / name).write_text("of the user", "utf8")
    run = staat.run()
    refused(run, str(staat.small.outputs / name), "is not a folder of its own")
    assert run.events == []
    assert (staat.small.outputs / name).read_text("utf8") == "of the user"
    assert {path.name for path in staat.small.outputs.iterdir()} <= {name, ".small.lock", ".cache"}


def test_a_link_to_a_folder_elsewhere_is_not_replaced(staat: Any, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    staat.small.outputs.mkdir()
    (staat.small.outputs / "small").symlink_to(tmp_path / "elsewhere")
    refused(staat.run(), str(staat.small.outputs / "small"), "is not a folder of its own")
    assert (staat.small.outputs / "small").is_symlink()


@pytest.mark.parametrize("below", ["", "deeper"])
def test_outputs_in_or_below_a_file_are_named(staat: Any, tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("of the user", "utf8")
    refused(staat.run(outputs=tmp_path / "file" / below), str(tmp_path / "file" / below), "cannot be written to")
    assert (tmp_path / "file").read_text("utf8") == "of the user"
