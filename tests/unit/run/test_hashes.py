"""A digest is remembered only while the file is surely the same."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from analysis.run.hashes import Hashes
from analysis.run.whole import write_whole


def settled(path: Path, text: str) -> Path:
    """Write a file that was last changed long ago."""
    path.write_text(text, "utf8")
    os.utime(path, ns=(10**18, 10**18))
    return path


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = settled(tmp_path / "a", "text")
    assert Hashes().of(path) == hashlib.sha256(b"text").hexdigest()


def test_a_settled_file_is_read_once_also_by_the_next_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, memory = settled(tmp_path / "a", "text"), tmp_path / "memory" / "hashes.json"
    first = Hashes(memory)
    content = first.of(path)
    first.save()
    monkeypatch.setattr("analysis.run.hashes.sha256", lambda _: pytest.fail("read again"))
    assert Hashes(memory).of(path) == content


def test_a_file_whose_time_of_writing_is_put_back_is_another_file(tmp_path: Path) -> None:
    """ "123" becomes "321": same name, size, inode and time of writing; the digest must still be that of "321"."""
    path, memory = settled(tmp_path / "a", "123"), tmp_path / "hashes.json"
    first = Hashes(memory)
    first.of(path)
    first.save()
    settled(path, "321")
    assert Hashes(memory).of(path) == first.of(path) == hashlib.sha256(b"321").hexdigest()


def test_a_file_under_another_name_keeps_its_digest(tmp_path: Path) -> None:
    path, hashes = settled(tmp_path / "a", "text"), Hashes()
    content = hashes.of(path)
    os.link(path, tmp_path / "b")
    assert hashes.of(tmp_path / "b") == hashes.of(path) == content


def test_another_size_time_or_inode_is_another_file(tmp_path: Path) -> None:
    path = settled(tmp_path / "a", "text")
    hashes = Hashes()
    content = hashes.of(path)
    assert hashes.of(settled(path, "longer text")) != content
    os.utime(path, ns=(10**18 + 1, 10**18 + 1))
    path.write_text("text", "utf8")
    assert hashes.of(path) == content
    settled(tmp_path / "b", "txet").replace(path)
    assert hashes.of(path) != content


def test_a_file_that_was_just_written_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("text", "utf8")
    state = path.stat().st_mtime_ns
    hashes = Hashes()
    content = hashes.of(path)
    path.write_text("txet", "utf8")
    os.utime(path, ns=(state, state))
    assert hashes.of(path) != content


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 0, "files": {}}', '{"format": 1}'])
def test_a_damaged_memory_is_ignored(tmp_path: Path, text: str) -> None:
    memory = tmp_path / "hashes.json"
    memory.write_text(text, "utf8")
    path = settled(tmp_path / "a", "text")
    assert Hashes(memory).of(path) == Hashes().of(path)


def test_names_of_a_folder_count_in_any_order(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).touch()
    before = Hashes().of_names(tmp_path)
    assert before == hashlib.sha256(b"a\nb").hexdigest()
    (tmp_path / "c").touch()
    assert Hashes().of_names(tmp_path) != before


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "new" / "a", "text")
    assert (tmp_path / "new" / "a").read_text("utf8") == "text"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a"]
