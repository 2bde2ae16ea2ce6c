"""Time reading the pupils of all municipalities, beside reading the bytes of their files once.

python benchmarks/read_pupils.py DATA_FOLDER
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from analysis.data import duo
from analysis.data.sources import PUPIL_FOLDER


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """Return the shortest of some runs, in seconds."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def main() -> None:
    """Print the times and their ratio."""
    folder = Path(sys.argv[1]) / PUPIL_FOLDER
    files = sorted(folder.glob("*.csv"))
    raw = seconds(lambda: [path.read_text("cp1252").splitlines() for path in files])
    checked = seconds(lambda: duo.read_pupils(folder, None))
    sys.stdout.write(f"files                {len(files)}\n")
    sys.stdout.write(f"lines of text        {raw:.2f} s\n")
    sys.stdout.write(f"read and checked     {checked:.2f} s\n")
    sys.stdout.write(f"ratio read_pupils_to_lines {checked / raw:.1f}\n")


if __name__ == "__main__":
    main()
