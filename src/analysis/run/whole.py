"""Files that are there whole or not at all."""

from __future__ import annotations

from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader meets the old text or the new one, never half of either."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)  # a folder may come from elsewhere, and a link in it lead anywhere
    with partial.open("x", encoding="utf8") as file:
        file.write(text)
    partial.replace(path)
