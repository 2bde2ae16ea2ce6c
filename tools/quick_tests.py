"""Run the tests of the code that changed since the last commit, or by it when nothing has: `make test-quick`.

Of a module these are the tests that import it or have its name, else those in the folder that has its place; of a
notebook, a params file or the words of a chapter the rules of the house. What rests on it further away is left to
`make test`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UNIT, HOUSE = ROOT / "tests" / "unit", ROOT / "tests" / "house"
FURTHER = ("chain", "leaks", "browser", "pages", "reference", "routes")
"""Folders of tests that make whole editions."""


def changed() -> list[str]:
    """Return the files that differ from the last commit; those of the last commit where none do."""
    now = [*_git("diff", "--name-only", "HEAD"), *_git("ls-files", "--others", "--exclude-standard")]
    return now or _git("diff", "--name-only", "HEAD~1", "HEAD")


def tests_of(path: Path) -> Iterator[Path]:
    """Give the files or folders of tests of one file that changed."""
    parts = path.parts
    if parts[0] == "tests":
        if path.name.startswith("test_") and parts[1] not in FURTHER:
            yield ROOT / path
        elif path.name == "conftest.py" and parts[1] not in FURTHER and len(parts) > 3:
            yield ROOT / path.parent
    elif parts[:2] == ("src", "analysis") and path.suffix == ".py":
        beside = UNIT.joinpath(*parts[2:-1])
        yield from {*_importing(path), *beside.glob(f"test_{path.stem}*.py")} or {beside}
    elif path.suffix in {".ipynb", ".yml", ".po", ".md", ".json", ".toml", ".lock"}:
        yield HOUSE


def _importing(path: Path) -> Iterator[Path]:
    """Give the tests that import a module."""
    *folder, name = path.with_suffix("").parts[1:]
    module = ".".join(folder if name == "__init__" else [*folder, name])
    parent, _, own = module.rpartition(".")
    imports = re.compile(rf"^\s*(?:from {re.escape(module)} import|from {re.escape(parent)} import .*\b{own}\b)", re.M)
    yield from (test for test in UNIT.rglob("test_*.py") if imports.search(test.read_text("utf8")))


def _git(*words: str) -> list[str]:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603, S607 - git
    return done.stdout.splitlines()


def main() -> int:
    """Run them, and return pytest's exit code."""
    files = [Path(file) for file in changed()]
    found = {test for file in files for test in tests_of(file) if test.exists()}
    chosen = sorted(str(test.relative_to(ROOT)) for test in found if not found & set(test.parents))
    sys.stdout.write(f"{len(files)} files changed; tests: {', '.join(chosen) or 'none'}\n")
    if not chosen:
        return 0
    words = [sys.executable, "-m", "pytest", "-q", "-m", "not slow", "--numprocesses", "logical", *chosen]
    return subprocess.run(words, cwd=ROOT, check=False).returncode  # noqa: S603 - the line above


if __name__ == "__main__":
    sys.exit(main())
