"""The small project of tests/unit/run, run with the command in a process of its own, and what can be seen of that."""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
MARK = "STAAT_TEST_RUN"


def _small_project() -> Any:
    spec = importlib.util.spec_from_file_location("small_project", HERE.parent / "unit" / "run" / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Run:
    """One command under way: its process, what it reports, and every process that descends from it."""

    def __init__(self, words: list[str], folder: Path, environment: dict[str, str]) -> None:
        self.mark = uuid.uuid4().hex
        self.out, self.err = folder / f"{self.mark}.out", folder / f"{self.mark}.err"
        self.began = time.time()
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                words,
                stdout=out,
                stderr=err,
                env={**os.environ, MARK: self.mark, **environment},
                start_new_session=True,
            )

    @property
    def events(self) -> list[dict[str, Any]]:
        whole = self.out.read_text("utf8").rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines() if line.startswith("{")]

    @property
    def executed(self) -> list[str]:
        return sorted(event["notebook"] for event in self.events if event["kind"] == "finished")

    @property
    def said(self) -> str:
        return self.err.read_text("utf8")

    def wait(self, timeout: float = 120) -> int:
        return self.process.wait(timeout)

    def wait_for(self, *kinds: str, notebook: str = "", timeout: float = 60) -> None:
        """Wait until something has happened; fail when the run ends before it does."""

        def happened() -> bool:
            ended = self.process.poll() is not None
            found = any(e["kind"] in kinds and notebook in (e.get("notebook"), "") for e in self.events)
            assert found or not ended, f"ended before {kinds}: {self.said}"
            return found

        until(happened, timeout)

    def children(self, of: int | None = None) -> list[int]:
        """The processes that a process has started: by default those of the runner."""
        try:
            tasks = list(Path(f"/proc/{of or self.process.pid}/task").iterdir())
            return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
        except OSError:
            return []

    def zygotes(self) -> list[int]:
        return [pid for pid in self.children() if "zygote.py" in _command(pid)]

    def kernels(self) -> list[int]:
        fresh = [pid for pid in self.children() if "analysis.run.kernel.launch" in _command(pid)]
        return fresh + [pid for zygote in self.zygotes() for pid in self.children(zygote)]

    def alive(self) -> list[int]:
        """All processes that were started by this run, whoever their parent is now."""
        wanted = f"{MARK}={self.mark}".encode()
        return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if wanted in _bytes(path)]


class SmallStaat:
    """The command on the small project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.small = _small_project().Small(folder / "project")

    def start(self, *words: str, outputs: Path | None = None, **environment: str) -> Run:
        order = self.folder / f"{uuid.uuid4().hex}.order"
        order.write_bytes(pickle.dumps((self.small.order, self.small.chain, self.small.project)))
        place = ["--outputs", str(outputs or self.small.outputs)]
        command = [sys.executable, str(HERE / "small_staat.py"), str(order), "run", "small.yml", *place, *words]
        return Run(command, self.folder, environment)

    def run(self, *words: str, outputs: Path | None = None, **environment: str) -> Run:
        run = self.start(*words, outputs=outputs, **environment)
        run.wait()
        return run


def until(condition: Callable[[], object], timeout: float) -> float:
    """Wait until something is so and return how long that took; fail when it takes too long."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < timeout, f"not within {timeout} s"
        time.sleep(0.01)
    return time.monotonic() - began


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # of a process that has ended meanwhile
        return b""


def _command(pid: int) -> str:
    return _bytes(Path(f"/proc/{pid}/cmdline")).decode()


@pytest.fixture
def outputs(ci_edition: Path, tmp_path: Path) -> Path:
    """Outputs of a test's own with a copy of the edition `ci`, and with what its run remembered, as a user has them."""
    for name in ("ci", ".cache"):
        shutil.copytree(ci_edition.with_name(name), tmp_path / name)
    return tmp_path


@pytest.fixture(scope="session")
def small_staat_of() -> Callable[[Path], SmallStaat]:
    return SmallStaat


@pytest.fixture
def staat(tmp_path: Path) -> SmallStaat:
    return SmallStaat(tmp_path)


@pytest.fixture(name="until", scope="session")
def _until() -> Callable[[Callable[[], object], float], float]:
    return until
