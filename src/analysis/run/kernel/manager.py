"""The kernel of a job: its environment, how it is started and reached, how it is ended."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import AbstractContextManager
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from traitlets import default

from analysis.run import remembered
from analysis.run.job import Job
from analysis.run.kernel.provisioner import WarmProvisioner
from analysis.run.kernel.warm import kernel_environment
from analysis.run.machine import LOCAL_SOCKETS
from analysis.run.owner import own_folder, temporary
from analysis.run.workspace import STEP_VARIABLE

PROVISIONER = "staat-warm"
_END_WITHIN = 5.0
_SOCKET_PATH = 80  # characters; with the name of a socket it must stay below 108


def environment_of(job: Job, private: Path) -> dict[str, str]:
    """Return the environment of a job's kernel, with folders in `private`, which is this kernel's alone.

    A user's own IPython start-up files must not change results, and what a kernel that is killed leaves in its
    temporary folder must not stay.
    """
    folders = {"JUPYTER_RUNTIME_DIR": private, "IPYTHONDIR": private / "ipython", "TMPDIR": private / "tmp"}
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
    remembers = folders["TMPDIR"] / "remembers.json"
    remembers.write_text(json.dumps(dict(job.remembers)), "utf8")
    return {
        **kernel_environment(job.environment),
        **{name: str(folder) for name, folder in folders.items()},
        STEP_VARIABLE: json.dumps(_step(job)),
        remembered.VARIABLE: str(remembers),
    }


def private_folder() -> AbstractContextManager[Path]:
    """Return a folder for the sockets and scratch files of one kernel, with a path short enough for a socket."""
    usual = str(temporary())
    where = usual if len(usual) < _SOCKET_PATH or not LOCAL_SOCKETS else "/tmp"  # noqa: S108 - the folder in it is private
    return own_folder(Path(where), "staat-kernel-")


def _step(job: Job) -> dict[str, Any]:
    return {
        "stem": job.stem,
        "notebook": job.source,
        "project": str(job.project),
        "folder": job.folder,
        "needs": job.needs,
        "produces": (*job.produces, *job.may_produce),
        "reads": job.reads,
        "seed": job.seed,
        "remembers": job.remembers.get("folder", ""),
    }


class StepKernelManager(AsyncKernelManager):
    """Manages the kernel of one job.

    It is reached over sockets in a private folder of this machine, which no network and no other user can read, and
    for whose names kernels cannot race as they do for ports. Where there are none it is reached over ports of this
    machine, with a key that is in the folder.
    """

    def __init__(self, job: Job, private: Path) -> None:
        _announce_provisioner()
        super().__init__(connection_file=str(private / "kernel.json"), context=_patient_context())
        self.environment = environment_of(job, private)
        self.working_folder = str(job.project / "notebooks" if job.root else Path(job.source).parent)
        self._kernel_spec = _kernel_spec(job, private)

    @default("transport")
    def _local(self) -> str:
        return "ipc" if LOCAL_SOCKETS else "tcp"

    async def start(self) -> None:
        """Start the kernel."""
        await self.start_kernel(env=self.environment, cwd=self.working_folder)

    async def stop(self) -> None:
        """Let the kernel end in its own way if it does so soon, and else kill it."""
        if await self.is_alive():
            await self.request_shutdown()
            deadline = time.monotonic() + _END_WITHIN
            while await self.is_alive() and time.monotonic() < deadline:
                await asyncio.sleep(0.005)
        await self.kill()

    async def kill(self) -> None:
        """Kill the kernel and close the sockets, those of clients too."""
        if self.provisioner is not None and self.provisioner.has_process:
            await self.provisioner.kill()
            while await self.is_alive():
                await asyncio.sleep(0.005)
        await self.cleanup_resources()
        self.context.destroy(linger=0)


def _announce_provisioner() -> None:
    """Name ours to jupyter_client, which else knows those of installed packages; this one may only be on the path."""
    factory = KernelProvisionerFactory.instance()
    where = f"{WarmProvisioner.__module__}:{WarmProvisioner.__name__}"
    factory.provisioners[PROVISIONER] = EntryPoint(PROVISIONER, where, factory.GROUP_NAME)


def _patient_context() -> zmq.asyncio.Context:
    """Return a context whose sockets look for a kernel that is still starting every few milliseconds."""
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.RECONNECT_IVL, 5)
    context.setsockopt(zmq.LINGER, 0)
    return context


def _kernel_spec(job: Job, private: Path) -> KernelSpec:
    config = {
        "fresh": job.fresh_kernel,
        "log_file": str(private / "kernel.log"),
        "modules": list(job.preload),
        "modules_next": list(job.preload_next),
    }
    return KernelSpec(
        argv=[sys.executable, "-m", "analysis.run.kernel.launch", "-f", "{connection_file}"],
        display_name="Python 3",
        language="python",
        metadata={"kernel_provisioner": {"provisioner_name": PROVISIONER, "config": config}},
    )
