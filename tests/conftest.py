"""Fixtures for all tests."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]


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
