"""Steps on the workers of a Dask cluster: the same tables, and a clear end when something goes wrong there.

The scheduler and its workers are processes of this machine, on the loopback address.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
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
            command = (record.parent / "cmdline").read_bytes()
            inside = b"zygote.py" in command and (record.parent / "cwd").readlink() == folder.parents[1] / "notebooks"
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


def test_a_step_that_fails_on_a_worker_is_reported_as_one_that_fails_here(staat: Any, on_cluster: Any) -> None:
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
        ("vars(pool).pop('whereabouts', None)", "cannot say what it works with"),
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


SCHEDULER = "from distributed.cli.dask_scheduler import main; main()"
ANSWER_WITHIN = 30.0


class Processes:
    """A scheduler and its workers, each a process that can be stopped."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, code: str, *words: str) -> subprocess.Popen[bytes]:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.started.append(subprocess.Popen([sys.executable, "-c", f"import sys; {code}", *words], **quiet))
        return self.started[-1]

    def close(self) -> None:
        for process in self.started:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()


@pytest.fixture
def processes() -> Iterator[Processes]:
    started = Processes()
    yield started
    started.close()


def answers(address: str) -> bool:
    host, _, port = address.removeprefix("tcp://").partition(":")
    with socket.socket() as tried:
        return tried.connect_ex((host, int(port))) == 0


@pytest.fixture
def stoppable(processes: Processes, until: Any) -> tuple[str, Any, Any]:
    """The address of a scheduler, its process, and that of its one worker."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    scheduler = processes.start(SCHEDULER, "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    until(lambda: answers(address), 60)
    options = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
    worker = processes.start(WORKER.removeprefix("import sys; "), address, *options)
    return address, scheduler, worker


STOPS = {
    "the scheduler is killed": (1, signal.SIGKILL, "the scheduler no longer answers"),
    "the scheduler hangs": (1, signal.SIGSTOP, "the scheduler no longer answers"),
    "the worker is killed": (2, signal.SIGKILL, "the scheduler has no workers any more"),
    "the worker hangs": (2, signal.SIGSTOP, "has been silent for 15 s"),
}


QUICK = "the scheduler is killed"


@pytest.mark.parametrize(
    "stop", [QUICK, *(pytest.param(stop, marks=pytest.mark.slow) for stop in STOPS if stop != QUICK)]
)
def test_what_stops_during_a_run_ends_it_with_a_message(staat: Any, stoppable: Any, until: Any, stop: str) -> None:
    which, how, said = STOPS[stop]
    staat.small.notebook("03_three", f'workspace = open_workspace("three", "small")\n{BEGUN}')
    until(lambda: has_workers(stoppable[0]), 60)
    run = staat.start("--cluster", stoppable[0])
    until(lambda: list(staat.small.outputs.glob(".small.building-*/tables/three/begun")), 120)
    stoppable[which].send_signal(how)
    assert run.wait(ANSWER_WITHIN) == 2, run.said
    assert said in run.said
    assert f"--cluster {stoppable[0]}" in run.said
    assert "Traceback" not in run.said
    # Nothing is lost: what succeeded counts in the next run, here on this machine.
    staat.small.notebook("03_three")
    again = staat.run()
    assert again.process.returncode == 0, again.said
    assert set(again.executed) <= {"02_two", "03_three"}


def has_workers(address: str) -> bool:
    from distributed import Client

    with Client(address, timeout=10, set_as_default=False) as client:
        return bool(client.nthreads())


@pytest.mark.slow
def test_a_worker_that_hangs_before_the_run_is_one_message(staat: Any, stoppable: Any, until: Any) -> None:
    until(lambda: has_workers(stoppable[0]), 60)
    stoppable[2].send_signal(signal.SIGSTOP)
    began = time.monotonic()
    refused(staat, stoppable[0], "a worker does not answer within 10 s", "start it again")
    assert time.monotonic() - began < ANSWER_WITHIN


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that accepts and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(16)
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def web(processes: Processes, until: Any) -> str:
    """The address of another service."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    processes.start("from http.server import test; test(bind='127.0.0.1', port=int(sys.argv[1]))", str(port))
    until(lambda: answers(f"tcp://127.0.0.1:{port}"), 30)
    return f"tcp://127.0.0.1:{port}"


@pytest.mark.parametrize("what", ["silent", pytest.param("web", marks=pytest.mark.slow)])
def test_something_else_at_the_address_is_one_message(staat: Any, request: pytest.FixtureRequest, what: str) -> None:
    address = request.getfixturevalue(what)
    began = time.monotonic()
    refused(staat, address, "no Dask scheduler answers", "start one: dask scheduler")
    assert time.monotonic() - began < ANSWER_WITHIN


@pytest.mark.parametrize(
    "address", ["tcp://192.0.2.1:8786", "192.0.2.1:8786", "ws://192.0.2.1:8786", "tcp://127.0.0.1.example.org:8786"]
)
def test_a_cluster_elsewhere_is_not_reached_without_encryption(staat: Any, address: str) -> None:
    refused(staat, address, "is reached without encryption", "tls://HOST:PORT", "--cluster-without-encryption")
