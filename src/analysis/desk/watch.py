"""Run an edition again at every save of what a chapter is made of, and have its page load itself anew."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from analysis.desk.server import Shown

LOOK_EVERY = 0.3  # seconds
_PASSED = frozenset({"__pycache__", ".ipynb_checkpoints"})
Stamps = dict[Path, tuple[int, int]]


def sources(root: Path, params: Path, notebook: str, stem: str) -> list[Path]:
    """Return what is watched: the notebook of a chapter, its folder, and the params file."""
    return [root / "notebooks" / f"{notebook}.ipynb", root / "src" / "analysis" / "chapters" / stem, params]


def stamps(paths: Sequence[Path]) -> Stamps:
    """Return time and size of every file of these files and folders."""
    return {file: (stat.st_mtime_ns, stat.st_size) for file, stat in _files(paths)}


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, os.stat_result]]:
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if not _PASSED.intersection(file.parts) and not file.name.startswith("."):
                try:
                    stat = file.stat()
                except FileNotFoundError:  # an editor that saves replaces the file
                    continue
                if file.is_file():
                    yield file, stat


def changed(before: Stamps, now: Stamps) -> list[Path]:
    """Return the files that were saved, came or went."""
    return sorted(file for file in before.keys() | now.keys() if before.get(file) != now.get(file))


def follow(
    paths: Sequence[Path],
    run: Callable[[], int],
    shown: Shown,
    say: Callable[[str], None],
    *,
    go_on: Callable[[], bool] = lambda: True,
) -> None:
    """Call `run`, which returns an exit code, now and after every save, until `go_on` says no; `shown` is told."""
    before = stamps(paths)
    _run(run, shown, say)
    while go_on():
        time.sleep(LOOK_EVERY)
        now = stamps(paths)
        saved = changed(before, now)
        if saved and stamps(paths) == now:  # an editor may be writing still
            before = now
            say(f"saved: {', '.join(file.name for file in saved)}")
            _run(run, shown, say)


def _run(run: Callable[[], int], shown: Shown, say: Callable[[str], None]) -> None:
    began = time.monotonic()
    shown.text, shown.failed = "running ...", False
    code = run()
    seconds = time.monotonic() - began
    shown.failed = code != 0
    shown.text = f"failed after {seconds:.1f} s: see the terminal" if code else f"up to date, {seconds:.1f} s"
    shown.made += code == 0
    say(f"{shown.text}; waiting for the next save (Ctrl-C ends)")
