"""Compare what two folders of outputs publish and hold inside, file by file: moving code may move no number.

python tools/same_tables.py OUTPUTS OUTPUTS EDITION...
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

COMPARED = ("tables/**/*.csv", "internal/*.parquet")
"""Tables that are published, and those that chapters hand on; figures and pages follow from them."""


def files(edition: Path) -> dict[str, bytes]:
    """Return the bytes of every table of an edition, by its path."""
    found = {path for pattern in COMPARED for path in edition.glob(pattern)}
    return {path.relative_to(edition).as_posix(): path.read_bytes() for path in sorted(found)}


def differences(before: Path, after: Path) -> Iterator[str]:
    """Give a line for each table that only one edition has, or that is not the same byte for byte."""
    old, new = files(before), files(after)
    if not old or not new:
        yield f"{before if not old else after}: no tables"
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            why = "only before" if name not in new else "only after" if name not in old else "differs"
            yield f"{before.name}/{name}: {why}"


def main(before: str, after: str, *editions: str) -> int:
    """Print the differences of the editions and return how many there are."""
    found = [line for name in editions for line in differences(Path(before, name), Path(after, name))]
    counts = [f"{name}: {len(files(Path(after, name)))} tables" for name in editions]
    sys.stdout.write("".join(f"{line}\n" for line in [*counts, *found]))
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
