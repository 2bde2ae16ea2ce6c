"""A world whose planted signs are turned, in Dutch: what can turn on a page must read the other way there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TURNED = {
    # What the closure took from pupils, it gives.
    "learning_growth.py": (
        "    return (\n        _by_groep(truth.groep",
        "    return -2 * (\n        _by_groep(truth.groep",
    ),
    # Who is advised lower than equal pupils is advised higher.
    "advice_truth.py": (
        "GroupEffects(-0.14, -0.10, -0.09, -0.07, -0.06, 0.05, -0.05)",
        "GroupEffects(0.60, 0.40, 0.40, 0.07, 0.06, -0.05, 0.05)",
    ),
    # Schools with more disadvantage lack fewer teachers.
    "staffing_truth.py": ("shortage_weging: float = 0.48", "shortage_weging: float = -0.48"),
}


@pytest.fixture(scope="session")
def turned_edition(made_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The folder of `ci` in Dutch, of a world whose signs are turned; its project is a copy with another truth."""
    return made_once("turned", run_turned) / "outputs" / "ci"


def run_turned(project: Path) -> None:
    """Copy the project into a folder, turn its truth, and run `ci` in Dutch."""
    for name in ("src", "notebooks", "params"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("environment.yml", "requirements.lock", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, project / name)
    for name, (planted, turned) in TURNED.items():
        path = project / "src/analysis/synthetic" / name
        code = path.read_text("utf8")
        assert code.count(planted) == 1, name
        path.write_text(code.replace(planted, turned), "utf8")
    words = (
        "run",
        "params/ci.yml",
        "--set",
        "language=nl",
        "--set",
        "title=Een verzonnen stad",
        "--replace",
        "--outputs",
        str(project / "outputs"),
    )
    done = subprocess.run(
        [sys.executable, "-m", "analysis.cli", *words],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
