"""The warm parent and its kernels: who dies with whom, and what a kernel is born with."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning.factory import KernelProvisionerFactory

from analysis.run.job import Job
from analysis.run.kernel import manager, warm
from analysis.run.kernel.manager import environment_of
from analysis.run.kernel.provisioner import WarmProvisioner

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")

ENVIRONMENT = {"PATH": os.environ["PATH"], **warm.KERNEL_ENVIRONMENT}


@pytest.fixture(scope="module", autouse=True)
def _closed_at_last() -> Iterator[None]:
    yield
    warm.close()


def request(tmp_path: Path, **fields: Any) -> dict[str, Any]:
    """A request for a kernel that waits for a client that never comes."""
    usual = {
        "argv": ["kernel", "-f", str(tmp_path / "kernel.json")],
        "env": {**ENVIRONMENT, "IPYTHONDIR": str(tmp_path / "ipython"), "JUPYTER_RUNTIME_DIR": str(tmp_path)},
        "cwd": str(tmp_path),
        "log": str(tmp_path / "kernel.log"),
        "modules": [],
        "import": [],
    }
    return {**usual, **fields}


def fork(tmp_path: Path, **fields: Any) -> warm.WarmKernel:
    return asyncio.run(warm.fork(request(tmp_path, **fields)))


def parent() -> int:
    """The number of the warm parent of kernels with this environment."""
    return warm._parent(ENVIRONMENT).process.pid


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(condition: Callable[[], object], within: float = 20.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


def serving(tmp_path: Path) -> bool:
    return (tmp_path / "kernel.json").exists()


def test_a_kernel_that_is_killed_leaves_nothing_and_reports_its_memory(tmp_path: Path) -> None:
    kernel = fork(tmp_path)
    wait_for(lambda: serving(tmp_path))
    assert kernel.poll() is None
    kernel.kill()
    assert kernel.wait(20) == -signal.SIGKILL
    assert not Path(f"/proc/{kernel.pid}").exists()  # buried, not a zombie
    assert kernel.peak_mb is not None
    assert kernel.peak_mb > 10
    assert not kernel.orphaned


def test_waiting_for_a_kernel_has_an_end(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        fork(tmp_path).wait(0.05)


def test_who_closes_the_connection_wants_the_kernel_dead(tmp_path: Path) -> None:
    kernel = fork(tmp_path)
    kernel.connection.close()
    wait_for(lambda: not Path(f"/proc/{kernel.pid}").exists())
    assert alive(parent())


def test_a_parent_that_is_killed_takes_its_kernels_along_and_is_replaced(tmp_path: Path) -> None:
    kernel = fork(tmp_path)
    first = parent()
    os.kill(first, signal.SIGKILL)
    assert kernel.wait(20) == -signal.SIGKILL
    assert kernel.orphaned
    wait_for(lambda: not alive(kernel.pid))
    fork(tmp_path)
    assert parent() != first


def test_closing_takes_all_along_at_once_and_is_known_from_an_accident(tmp_path: Path) -> None:
    kernels = [fork(tmp_path), fork(tmp_path)]
    pid = parent()
    warm.close()
    assert not alive(pid)
    for kernel in kernels:
        kernel.wait(20)
        assert kernel.dismissed
        assert not kernel.orphaned
        wait_for(lambda pid=kernel.pid: not alive(pid))


OWNER = """
import asyncio, json, sys, time
from analysis.run.kernel import warm
from analysis.run.job import Job
from analysis.run.kernel.manager import environment_of
from analysis.run.kernel.provisioner import WarmProvisioner
kernel = asyncio.run(warm.fork(json.loads(sys.argv[1])))
(parent,) = warm._parents.values()
print(parent.process.pid, kernel.pid, flush=True)
time.sleep(600)
"""


def test_an_owner_that_is_killed_leaves_no_process(tmp_path: Path) -> None:
    import json

    with subprocess.Popen(
        [sys.executable, "-c", OWNER, json.dumps(request(tmp_path))], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        pids = [int(pid) for pid in owner.stdout.readline().split()]
        assert all(map(alive, pids))
        owner.kill()
    wait_for(lambda: not any(map(alive, pids)))


def test_a_parent_is_single_threaded_and_holds_no_file_of_its_owner(tmp_path: Path) -> None:
    held = (tmp_path / "lock").open("w")
    os.set_inheritable(held.fileno(), True)
    with held:
        kernel = fork(tmp_path, modules=["pandas", "pyarrow.parquet", "matplotlib.pyplot", "seaborn"])
        for pid in (parent(), kernel.pid):
            links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]
            assert str(tmp_path / "lock") not in links
        assert len(list(Path(f"/proc/{parent()}/task").iterdir())) == 1


def test_a_parent_loads_packages_and_never_this_project(tmp_path: Path) -> None:
    code = "import sys, json; json.dump(sorted(sys.modules), open('modules.json', 'w'))"
    (tmp_path / "analysis" / "run" / "kernel").mkdir(parents=True)
    for folder in ("analysis", "analysis/run", "analysis/run/kernel"):
        (tmp_path / folder / "__init__.py").touch()
    (tmp_path / "analysis" / "run" / "kernel" / "launch.py").write_text(f"{code}\ndef main(argv): pass\n")
    environment = {**ENVIRONMENT, "PYTHONPATH": str(tmp_path)}
    kernel = fork(tmp_path, env=environment, modules=["scipy.stats", "no_such_module"])
    assert kernel.wait(60) == 0
    modules = (tmp_path / "modules.json").read_text()
    assert '"scipy.stats"' in modules
    assert '"analysis.errors"' not in modules
    assert '"chain"' not in modules


def test_a_parent_with_threads_forks_nothing(tmp_path: Path) -> None:
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()"
    )
    environment = {**ENVIRONMENT, "PYTHONPATH": str(tmp_path)}
    with pytest.raises(warm.WarmError, match="starts a thread"):
        fork(tmp_path, env=environment, modules=["threaded"])


def test_modules_that_come_next_are_loaded_while_it_waits(tmp_path: Path) -> None:
    warm.start(["linearmodels"], ENVIRONMENT)
    wait_for(lambda: "linearmodels" in Path(f"/proc/{parent()}/maps").read_text())
    before = parent()
    fork(tmp_path).kill()
    assert parent() == before


def test_a_parent_that_is_started_early_is_the_one_of_the_jobs(tmp_path: Path) -> None:
    warm.start([])
    early = warm._parent({**os.environ, **warm.KERNEL_ENVIRONMENT}).process.pid
    job = Job("small", "01_one", "one", str(tmp_path / "01_one.ipynb"), str(tmp_path), {})
    assert warm._parent(environment_of(job, tmp_path)).process.pid == early


def test_starting_a_parent_needs_no_slow_import() -> None:
    code = "import sys, analysis.run.kernel.warm; print({'jupyter_client', 'zmq', 'papermill'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_what_goes_wrong_before_a_kernel_serves_is_in_its_log(tmp_path: Path) -> None:
    kernel = fork(tmp_path, cwd=str(tmp_path / "nowhere"))
    assert kernel.wait(20) == 1
    assert "nowhere" in (tmp_path / "kernel.log").read_text()


def test_a_request_that_is_too_large_is_reported(tmp_path: Path) -> None:
    with pytest.raises(warm.WarmError, match="Message too long"):
        fork(tmp_path, modules=["x" * 10_000_000])


def test_a_parent_that_cannot_start_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warm.close()
    monkeypatch.setattr(warm.sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(warm.WarmError, match="cannot be started"):
        fork(tmp_path)


def test_the_provisioner_is_known_without_an_installed_package(monkeypatch: pytest.MonkeyPatch) -> None:
    factory = KernelProvisionerFactory.instance()
    monkeypatch.setattr(factory, "provisioners", {})
    monkeypatch.setattr(factory, "_get_provisioner", lambda name: pytest.fail(f"an installed {name} is asked for"))
    manager._announce_provisioner()
    ours = KernelSpec(metadata={"kernel_provisioner": {"provisioner_name": manager.PROVISIONER}})
    assert factory.is_provisioner_available(ours)
    assert factory.provisioners[manager.PROVISIONER].load() is WarmProvisioner
