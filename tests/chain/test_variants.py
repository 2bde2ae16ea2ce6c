"""A variant of `ci`, as its user types it: beside the edition, named so in its files, and with what did not change."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHANGED = "advisering.bootstrap_draws=60"


def staat(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "analysis.cli", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def executed(said: str) -> list[str]:
    return re.findall(r"\] (\w+) +[\d.]+ s$", said, re.MULTILINE)


def test_settings_make_a_variant_and_leave_the_edition_as_it_is(outputs: Path) -> None:
    before = (outputs / "ci" / "manifest.json").read_bytes()
    done = staat("run", "ci", "--set", "language=nl", "--only", "nothing", "--outputs", str(outputs))
    assert done.returncode == 2
    assert "the edition ci+language=nl has no such step" in done.stderr
    done = staat("run", "ci", "--set", "title=Another city", "--as", "renamed", "--outputs", str(outputs))
    assert done.returncode == 0, done.stderr
    assert executed(done.stdout) == []  # a title runs no chapter
    assert (outputs / "ci" / "manifest.json").read_bytes() == before
    variant = outputs / "ci+renamed"
    manifest = json.loads((variant / "manifest.json").read_text("utf8"))
    assert (manifest["edition"], manifest["facts"]["title"]) == ("ci+renamed", "Another city")
    for path in sorted(variant.glob("tables/*/*.json")):
        assert json.loads(path.read_text("utf8"))["edition"] == "ci+renamed", path
    for path in sorted((outputs / "ci").glob("tables/*/*.csv")):
        assert (variant / path.relative_to(outputs / "ci")).read_bytes() == path.read_bytes()
    assert "edition = 'ci'" not in (variant / "notebooks" / "01_data.ipynb").read_text("utf8")
    assert staat("run", "ci", "--outputs", str(outputs)).stdout.startswith("ci: up to date\n")
    assert "same" in staat("diff", "ci", "ci+renamed", "--outputs", str(outputs)).stdout
