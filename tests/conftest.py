"""Fixtures for all tests."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Who starts the tests in the background has its children ignore Ctrl-C, and a test of Ctrl-C would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)

PROJECT = Path(__file__).parents[1]

# How long an example takes is measured in benchmarks/; a slow machine is no fault.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def real_data_folder() -> Path:
    """The folder with the files of DUO and CBS; skips, saying so, when there is none."""
    folder = Path(os.environ.get("STAAT_DATA") or PROJECT.parent / "shared" / "data")
    if not (folder / "duo").is_dir():
        pytest.skip("the real DUO and CBS files are absent: set STAAT_DATA to the data folder to run this test")
    return folder


@pytest.fixture(scope="session")
def cards_folder() -> Path:
    """The source cards of the project."""
    return PROJECT / "params" / "sources"


@pytest.fixture(scope="session")
def ci_edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the edition `ci`, run once with the command that a person types."""
    outputs = tmp_path_factory.mktemp("outputs")
    words = [sys.executable, "-m", "analysis.cli", "run", "params/ci.yml", "--outputs", str(outputs)]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return outputs / "ci"
