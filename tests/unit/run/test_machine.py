"""What does the same on systems that have less."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.run import machine

LOCK = """
import sys
from pathlib import Path
from analysis.run.machine import lock, open_here
file = open_here(Path(sys.argv[1]), 0o600)
print(lock(file))
"""


def locked_elsewhere(path: Path) -> bool:
    words = [sys.executable, "-c", LOCK, str(path)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout == "True\n"


def test_one_process_has_a_lock_until_it_closes_the_file(tmp_path: Path) -> None:
    with machine.open_here(tmp_path / "a", 0o600) as file:
        assert machine.lock(file)
        assert not locked_elsewhere(tmp_path / "a")
    assert locked_elsewhere(tmp_path / "a")


def test_a_link_is_not_followed_to_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", "utf8")
    (tmp_path / "lock").symlink_to(tmp_path / "mine")
    with pytest.raises(OSError, match="symbolic"):
        machine.open_here(tmp_path / "lock", 0o600)


@given(st.integers(0, 5))
def test_what_a_program_holds_for_a_moment_is_waited_for(held: int) -> None:
    tries = []

    def rename() -> None:
        tries.append(1)
        if len(tries) <= held:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    machine.patiently(rename, patience=5.0)
    assert len(tries) == held + 1


def test_what_a_program_holds_for_good_is_told_and_another_error_at_once() -> None:
    tries = []

    def refuse(error: OSError) -> None:
        tries.append(error)
        raise error

    with pytest.raises(PermissionError):
        machine.patiently(lambda: refuse(PermissionError(errno.EACCES, "held")), patience=0.05)
    assert len(tries) > 1
    tries.clear()
    with pytest.raises(FileNotFoundError):
        machine.patiently(lambda: refuse(FileNotFoundError(errno.ENOENT, "gone")), patience=5.0)
    assert len(tries) == 1


def test_where_a_file_tells_when_it_was_made_a_later_writing_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    status = SimpleNamespace(st_ctime_ns=1, st_mtime_ns=5)
    monkeypatch.setattr(machine, "WINDOWS", False)
    assert machine.changed_ns(status) == 1
    monkeypatch.setattr(machine, "WINDOWS", True)
    assert machine.changed_ns(status) == 5


def test_a_folder_of_windows_is_found_however_a_text_writes_it() -> None:
    assert machine.spellings(r"C:\Users\me") == (r"C:\Users\me", "C:/Users/me", r"C:\\Users\\me")
    assert machine.spellings("/home/me") == ("/home/me",)
