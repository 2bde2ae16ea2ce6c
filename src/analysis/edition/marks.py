"""The marks in a params file at what must still be decided: comment lines ``# DECIDE: ...`` above a key.

Apart from what sets them, because every run looks for them and must not pay for more.
"""

from __future__ import annotations

from pathlib import Path

MARK = "# DECIDE:"


def undecided(path: Path) -> list[str]:
    """Return the keys above which a mark is left in a params file, in its order."""
    lines = path.read_text("utf8", errors="replace").splitlines()
    keys = [_key_below(lines, number) for number, line in enumerate(lines) if line.lstrip().startswith(MARK)]
    return list(dict.fromkeys(keys))


def reminder(path: Path) -> str:
    """Say in one line what must still be decided of an edition; empty when nothing must, or there is no such file."""
    left = undecided(path) if path.is_file() else []
    return f"{path.name}: {len(left)} things are marked DECIDE: {', '.join(left)}" if left else ""


def _key_below(lines: list[str], number: int) -> str:
    below = next(
        (n for n in range(number + 1, len(lines)) if lines[n].strip() and not lines[n].lstrip().startswith("#")), None
    )
    if below is None:
        return "(end)"
    line = lines[below]
    if not line.startswith(" "):
        return line.partition(":")[0]
    block = next((lines[n] for n in range(below, -1, -1) if lines[n][:1] not in ("", " ", "#")), "")
    return f"{block.partition(':')[0]}.{line.strip().partition(':')[0]}"
