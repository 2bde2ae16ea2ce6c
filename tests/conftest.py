"""Fixtures for all tests."""

import fcntl
import gc
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from analysis.language.vocabulary import BESIDES

# Who starts the tests in the background has its children ignore Ctrl-C, and a test of Ctrl-C would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)

PROJECT = Path(__file__).parents[1]
BESIDES.append(Path(__file__).with_name("vocabulary.yml"))

# How long an example takes is measured in benchmarks/; a slow machine is no fault.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """Leave packages and tests out of the search for garbage, which statsmodels asks for at each correction by Holm."""
    gc.freeze()


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


class ByFolder(LoadScopeScheduling):
    """Gives a process the tests of a folder together, as they share fixtures; those of the chain file by file."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file.startswith("tests/chain/") else file.rpartition("/")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFolder:
    """Divide the tests over processes; see `ByFolder`."""
    return ByFolder(config, log)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Make a folder that all processes of this run of the tests share; who comes later waits for it."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def made_once(name: str, make: Callable[[Path], None]) -> Path:
        folder, made = shared / name, shared / f"{name}.made"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of a process that failed
                folder.mkdir()
                make(folder)
                made.touch()
        return folder

    return made_once


@pytest.fixture(scope="session")
def ci_edition(made_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The folder of the edition `ci`, run once with the command that a person types."""

    def run(outputs: Path) -> None:
        words = [sys.executable, "-m", "analysis.cli", "run", "params/ci.yml", "--outputs", str(outputs)]
        done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    return made_once("outputs", run) / "ci"
