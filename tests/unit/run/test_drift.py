"""Packages that are not those of the lock: one line each, and no publication where they compute."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.errors import InputError
from analysis.run.drift import drift, recorded, refuse, told

LOCK = """statsmodels==0.15.0 \\
    --hash=sha256:00
scikit-learn==1.8.0 ; python_full_version >= '3.0' \\
    --hash=sha256:00
colorama==0.4.6 ; sys_platform == 'nowhere' \\
    --hash=sha256:00
seaborn==0.13.2 \\
    --hash=sha256:00
pytest==9.0.0 \\
    --hash=sha256:00
"""
HERE = {"statsmodels": "0.15.0", "scikit_learn": "1.8.0", "seaborn": "0.13.2", "pytest": "9.0.0", "colorama": "0.1"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "requirements.lock").write_text(LOCK, "utf8")
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["seaborn==0.13.2", "statsmodels"]\n', "utf8")
    return tmp_path


def test_the_locked_versions_are_no_drift(root: Path) -> None:
    assert drift(root, HERE) == {}
    assert drift(root / "elsewhere", HERE) == {}


def test_another_version_and_a_package_that_is_gone_are_one_line_each(root: Path) -> None:
    here = {**HERE, "scikit_learn": "1.7.0"}
    del here["seaborn"], here["pytest"]  # the second is of tests alone
    found = drift(root, here)
    assert told(found) == [
        "environment: scikit-learn 1.7.0 is installed, requirements.lock has 1.8.0",
        "environment: seaborn is not installed, requirements.lock has 0.13.2",
    ]
    assert recorded(found)["seaborn"] == {"installed": None, "locked": "0.13.2"}
    refuse(found)


def test_what_computes_is_refused_with_what_to_do(root: Path) -> None:
    found = drift(root, {**HERE, "statsmodels": "0.14.0"})
    with pytest.raises(InputError, match=r"statsmodels 0\.14\.0 is installed, not 0\.15\.0\n.*--other-versions"):
        refuse(found)
