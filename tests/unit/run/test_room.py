"""What is kept stays within bounds: the entry that was used longest ago goes first, be it a file or a folder."""

from __future__ import annotations

import os
from pathlib import Path

from analysis.run.room import by_use, make_room, use


def entries(folder: Path) -> list[Path]:
    """Three entries of ten bytes, used one after another; the second is a folder."""
    (folder / "b").mkdir()
    places = [folder / "a", folder / "b" / "x", folder / "c"]
    for place in places:
        place.write_text("0123456789", "utf8")
    made = [folder / "a", folder / "b", folder / "c"]
    for second, entry in enumerate(made):
        os.utime(entry, (second, second))
    return made


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_was_used_longest_ago_goes(tmp_path: Path) -> None:
    first, second, third = entries(tmp_path)
    assert by_use([first, second, third]) == [third, second, first]
    use(first)
    make_room(tmp_path, most=20)
    assert left(tmp_path) == ["a", "c"]


def test_nothing_goes_while_there_is_room(tmp_path: Path) -> None:
    entries(tmp_path)
    make_room(tmp_path, most=30)
    assert left(tmp_path) == ["a", "b", "c"]
    make_room(tmp_path / "nowhere", most=0)


def test_what_a_killed_run_left_half_goes(tmp_path: Path) -> None:
    (tmp_path / ".one-ab.cd").mkdir()
    make_room(tmp_path, most=30)
    assert left(tmp_path) == []
