"""Ask git about a folder, and let nothing that is in it answer instead."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

# What a repository can have git run: hooks, a watcher of files, a helper for another protocol.
NOTHING_RUNS = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "protocol.ext.allow=never")


def run_git(folder: Path, words: Sequence[str]) -> subprocess.CompletedProcess[str] | None:
    """Return what git says in a folder; None where it cannot be run.

    GIT_DIR and its like point at another repository than the one that a folder is in.
    """
    usual = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = {**usual, "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
    try:
        return subprocess.run(  # noqa: S603 - words of this package, and a commit that was checked
            ["git", *NOTHING_RUNS, *words],  # noqa: S607 - wherever git is
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf8",
            errors="replace",
            check=False,
        )
    except OSError:
        return None
