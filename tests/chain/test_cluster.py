"""Steps on the workers of a Dask cluster: the same tables, and a clear end when something goes wrong there.

The scheduler and its workers are processes of this machine, on the loopback address.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

from analysis.run.manifest import outputs_of
from analysis.run.verify import COMPARED, NOT_COMPARED, damaged

BEGUN = 'import time\n(workspace.published_folder("tables") / "begun").touch()\ntime.sleep(60)'
WORKER = "import sys; from distributed.cli.dask_worker import main; main()"


def tables(edition: Path) -> dict[str, str]:
    return {
        name: digest
        for name, digest in outputs_of(edition).items()
        if name.startswith(COMPARED) and not name.startswith(NOT_COMPARED)
    }


@contextmanager
def cluster_of(workers: int) -> Iterator[LocalCluster]:
    quiet = {"dashboard_address": "127.0.0.1:0", "silence_logs": 50}
    with LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", **quiet) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with cluster_of(2) as cluster:
        yield cluster


@pytest.fixture
def on_cluster(staat: Any, cluster: LocalCluster) -> Callable[..., Any]:
    return lambda *words: staat.run("--cluster", cluster.scheduler_address, *words)


def start_in_a_long_cell(staat: Any, until: Any, cluster: LocalCluster) -> tuple[Any, Path]:
    code = f'workspace = open_workspace("three", "small")\n{BEGUN}'
    staat.small.notebook("03_three", code)
    run = staat.start("--cluster", cluster.scheduler_address)
    found: list[Path] = []
    until(lambda: found.extend(staat.small.outputs.glob(".small.building-*/tables/three/begun")) or found, 120)
    run.wait_for("finished", notebook="02_two")
    staat.small.notebook("03_three")
    return run, found[0].parents[2]


def kernels_in(folder: Path) -> list[int]:
    """The processes that execute a step of the edition that is built in a folder: they know it from the runner."""
    found = []
    for record in Path("/proc").glob("[0-9]*/maps"):
        pid = int(record.parent.name)
        try:
            told = (record.parent / "cmdline").read_bytes()
            inside = b"zygote.py" in told and (record.parent / "cwd").readlink() == folder.parents[1] / "notebooks"
        except OSError:
            continue
        if inside:
            found.append(pid)
    return found


def test_a_cluster_gives_the_same_tables(staat: Any, on_cluster: Any, tmp_path: Path) -> None:
    run = on_cluster()
    assert run.process.returncode == 0, run.said
    assert run.executed == ["01_one", "02_two", "03_three"]
    assert staat.run(outputs=tmp_path / "here").executed == run.executed
    assert tables(staat.small.folder) == tables(tmp_path / "here" / "small")
    assert damaged(staat.small.folder) == []


def test_a_step_that_fails_on_a_worker_is_told_as_one_that_fails_here(staat: Any, on_cluster: Any) -> None:
    staat.small.notebook("02_two", "ratio = 1\nratio / 0")
    run = on_cluster()
    assert run.process.returncode == 1
    for part in ("02_two failed", "ZeroDivisionError", "ratio / 0", "small is not published: 02_two"):
        assert part in run.said
    assert "Traceback" not in run.said
    staat.small.notebook("02_two")
    assert on_cluster().executed == ["02_two"]


def test_a_stopped_run_leaves_no_kernel_on_a_worker(staat: Any, cluster: LocalCluster, until: Any) -> None:
    run, folder = start_in_a_long_cell(staat, until, cluster)
    assert kernels_in(folder)
    run.process.send_signal(signal.SIGINT)
    assert run.wait() == 130
    seconds = until(lambda: not kernels_in(folder), 10)
    sys.stdout.write(f"the kernel on the worker was gone {seconds:.1f} s after the run\n")
    again = staat.run("--cluster", cluster.scheduler_address)
    assert again.process.returncode == 0, again.said
    assert again.executed == ["03_three"]


def test_what_has_ended_is_not_executed_again_when_its_worker_dies(
    staat: Any, cluster: LocalCluster, until: Any
) -> None:
    """A cluster computes anew what it believes that somebody still waits for, into a folder that is read already."""
    run, _ = start_in_a_long_cell(staat, until, cluster)
    until(lambda: len(cluster.scheduler.tasks) == 1, 10)
    run.process.send_signal(signal.SIGINT)
    assert run.wait() == 130


def test_a_worker_that_is_killed_costs_no_more_than_its_step(staat: Any, cluster: LocalCluster, until: Any) -> None:
    run, folder = start_in_a_long_cell(staat, until, cluster)
    kernel = kernels_in(folder)[0]
    os.kill(parent_of(parent_of(kernel)), signal.SIGKILL)
    until(lambda: not Path(f"/proc/{kernel}/cwd").exists(), 5)
    assert run.wait() in {0, 1}, run.said
    assert "Traceback" not in run.said
    assert staat.run("--cluster", cluster.scheduler_address).process.returncode == 0
    assert damaged(staat.small.folder) == []
    assert staat.small.files()["tables/three/power.csv"] == b"100\n"
    assert "tables/three/begun" not in staat.small.files()


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def refused(staat: Any, address: str, *parts: str) -> None:
    run = staat.run("--cluster", address)
    assert run.process.returncode == 2, run.said
    assert "Traceback" not in run.said
    for part in (f"--cluster {address}", *parts):
        assert part in run.said
    assert run.executed == []
    assert {path.name for path in staat.small.outputs.glob("*")} <= {".cache", ".small.lock"}


def test_no_scheduler_at_the_address_is_one_message(staat: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    refused(staat, address, "no Dask scheduler answers", "dask scheduler")


def test_an_address_that_is_none_is_one_message(staat: Any) -> None:
    refused(staat, "nowhere", "no Dask scheduler answers")


def test_a_scheduler_without_workers_is_one_message(staat: Any) -> None:
    with cluster_of(0) as cluster:
        refused(staat, cluster.scheduler_address, "the scheduler has no workers")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("pool.sha256 = lambda path: 'another'", "another requirements.lock"),
        ("pool.digest = lambda text: 'another'", "another code of the package"),
        ("vars(pool).pop('whereabouts', None)", "cannot tell what it works with"),
    ],
)
def test_a_worker_that_has_something_else_is_one_message(
    staat: Any, tmp_path: Path, until: Any, other: str, said: str
) -> None:
    (tmp_path / "other.py").write_text(f"from analysis.run import pool\n{other}\n", "utf8")
    with cluster_of(0) as cluster:
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--preload", str(tmp_path / "other.py")]
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, cluster.scheduler_address, *options], stderr=subprocess.DEVNULL
        )
        try:
            until(lambda: cluster.scheduler_info["workers"], 60)
            refused(staat, cluster.scheduler_address, said)
        finally:
            worker.kill()
            worker.wait()
