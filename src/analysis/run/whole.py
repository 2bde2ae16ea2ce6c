"""Files that are there whole or not at all."""

from __future__ import annotations

from pathlib import Path

from analysis.run import machine, private


def write_whole(path: Path, text: str) -> None:
    """Write a file, for its owner alone, so that a reader meets the old text or the new one, never half of either."""
    if not path.parent.exists():
        private.make(path.parent)
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)  # a folder may come from elsewhere, and a link in it lead anywhere
    with open(partial, "x", encoding="utf8", newline="\n", opener=private.opener) as file:
        file.write(text)
    machine.replace(partial, path)
