"""Write docs/faults.md from what the fault test kept: who was killed when, and what came of it.

python -m pytest -m slow tests/chain/test_faults.py && python tools/fault_report.py .pytest_cache/v/faults/trials
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

REPORT = Path(__file__).parent.parent / "docs" / "faults.md"
PHASES = ("start", "steps", "pages, before the swap", "after the swap", "after publishing")

HEAD = """\
# What a kill leaves

{trials} runs of a chain of tiny notebooks, each with one process killed (`kill -9`) at a random moment: the runner (at
a random time, or right before a random operation on the disk, half of these from the pages on), a kernel, or the warm
parent of the kernels. One or two notebooks at a time, forked and new kernels, a first edition and the replacement of
one. Written by `make slow`; the test demands of every run that

- the published edition is whole, every hash of its manifest right, and is the old one or the new one;
- no process of the run lives {within:g} s after its end;
- the same command again, with nothing cleaned by hand, gives the tables of an undisturbed run byte for byte and leaves
  no other folder behind.

| killed | when | runs | published: none | old | new | exit 0 | steps the next run made, mean | last process gone in |
|---|---|--:|--:|--:|--:|--:|--:|--:|
"""
WITHIN = 5.0

TAIL = """
A kernel that is killed fails its step with a message; the notebooks beside it go on. When the warm parent is killed,
the notebooks of its kernels run again in new interpreters, and the run succeeds. The edition is new already when the
runner is killed between the swap and the last line that it writes. {temporary} of the {killed} killed runners left
the copy of the code that it executed, or a folder of a kernel, in the system's temporary folder.
"""


def row(victim: str, phase: str, trials: Sequence[dict[str, Any]]) -> str:
    """Return one line of the table about trials of one kind."""
    published = [sum(trial["published"] == what for trial in trials) for what in ("none", "old", "new")]
    again = sum(trial["again"] for trial in trials) / len(trials)
    ended = sum(trial["code"] == 0 for trial in trials)
    gone = max(trial["seconds"] for trial in trials)
    cells = [victim, phase, len(trials), *published, ended, f"{again:.1f}", f"{gone:.2f} s"]
    return f"| {' | '.join(map(str, cells))} |\n"


def report(trials: Sequence[dict[str, Any]]) -> str:
    """Return the report on all trials."""
    rows = [
        row(victim, phase, found)
        for victim in sorted({trial["victim"] for trial in trials}, reverse=True)
        for phase in PHASES
        if (found := [trial for trial in trials if (trial["victim"], trial["phase"]) == (victim, phase)])
    ]
    killed = [trial for trial in trials if trial["victim"] == "runner"]
    tail = TAIL.format(temporary=sum(trial["temporary"] > 0 for trial in killed), killed=len(killed))
    return HEAD.format(trials=len(trials), within=WITHIN) + "".join(rows) + tail


def main() -> None:
    """Read what the fault test kept and write the report."""
    kept = Path(sys.argv[1]) if len(sys.argv) == 2 else Path()
    trials = json.loads(kept.read_text("utf8")) if kept.is_file() else []
    if not trials:
        sys.exit(
            "no trials were kept: run the slow tests of tests/chain/test_faults.py, all of them, and name the file"
        )
    REPORT.write_text(report(trials), "utf8")


if __name__ == "__main__":
    main()
