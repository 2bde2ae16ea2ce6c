"""What is kept of pages names everything that it was made of: else a page that is stale passes for a new one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGES = "analysis.site"
IN_EVERY_KEY = {f"analysis.{module}" for module in ("run.reuse", "run.seal", "run.room")}
"""What keeps, and what is no part of what is kept."""


@pytest.fixture(scope="module")
def watched(ci_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The outputs of `ci`, and by symbol what was read and called for what is kept of its pages, and its key."""
    outputs = tmp_path_factory.mktemp("watched")
    shutil.copytree(ci_edition, outputs / "ci")
    told = outputs / "told.json"
    words = [sys.executable, str(Path(__file__).with_name("watched_pages.py")), str(outputs), str(told)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return outputs, json.loads(told.read_text("utf8"))


def test_every_function_that_a_kept_part_calls_is_in_its_key(watched: tuple[Path, dict[str, Any]]) -> None:
    _, told = watched
    assert len(told) > 5
    missing = {
        symbol: [
            name for name in of["called"] if name not in of["functions"] and name.rpartition(".")[0] not in IN_EVERY_KEY
        ]
        for symbol, of in told.items()
    }
    assert {symbol: names for symbol, names in missing.items() if names} == {}


def test_every_file_of_the_project_that_a_kept_part_reads_is_in_its_key(watched: tuple[Path, dict[str, Any]]) -> None:
    _, told = watched
    assert any("findings.yml" in path for path in told["analysis.site.index.build"]["opened"])
    for symbol, of in told.items():
        known = {*of["resources"], *(of["explained"] if symbol.startswith(PAGES) else ())}
        read = {path for path in of["opened"] if _is_of_the_project(Path(path))}
        assert {path for path in read - known if Path(path).name != "findings.yml"} == set(), symbol


def _is_of_the_project(path: Path) -> bool:
    """Installed packages may lie in the project's folder; the environment stands for these."""
    return path.is_relative_to(ROOT) and not path.is_relative_to(sys.prefix) and path.is_file()


def test_every_file_of_the_edition_that_a_kept_part_reads_is_in_its_manifest(
    watched: tuple[Path, dict[str, Any]],
) -> None:
    """Also the files that are checked: the check of a folder depends on the digest of each."""
    outputs, told = watched
    folder = outputs / "ci"
    manifest = json.loads((folder / "manifest.json").read_text("utf8"))
    published = {path for step in manifest["steps"] for note in step["published"] for path in note.get("files", {})}
    for symbol, of in told.items():
        read = {Path(path).relative_to(folder).as_posix() for path in of["opened"] if Path(path).is_relative_to(folder)}
        assert read <= published, symbol
