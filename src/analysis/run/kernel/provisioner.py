"""How jupyter_client starts a kernel of a run: forked from the warm parent, or as a new interpreter."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Bool, List, Unicode

from analysis.run.kernel.processes import FreshKernel, WarmKernel
from analysis.run.kernel.warm import OF_OTHERS, WarmError, fork

# Ctrl-C in the terminal is for the runner alone: on Windows too, where jupyter_client leaves a kernel in its group.
_OWN_GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


class WarmProvisioner(LocalProvisioner):
    """Starts a kernel by forking the warm parent of this process; a new interpreter when that cannot be."""

    fresh = Bool(False, help="Start a new interpreter in any case.").tag(config=True)
    log_file = Unicode(os.devnull, help="Where the kernel writes what is for no notebook.").tag(config=True)
    modules = List(Unicode(), help="Modules to have loaded before the fork.").tag(config=True)
    modules_next = List(Unicode(), help="Modules to load after it.").tag(config=True)

    kernel: WarmKernel | FreshKernel | None = None
    notice = ""

    @property
    def kind(self) -> str:
        """``warm`` or ``fresh``."""
        return "warm" if isinstance(self.kernel, WarmKernel) else "fresh"

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:  # noqa: ANN401 - its signature
        """Launch a kernel and return how to reach it."""
        try:
            if self.fresh:
                await self._start(cmd, kwargs)
            else:
                await self._fork(cmd, kwargs)
        except WarmError as error:
            self.notice = f"Kernels start without the packages loaded, which is slower: {error}."
            await self._start(cmd, kwargs)
        assert self.kernel is not None
        # No pgid: a forked kernel has no group in its first moments, and the signal would go to the parent's.
        self.process = self.kernel  # type: ignore[assignment]  # as much of a Popen as is used of it
        self.pid, self.pgid = self.kernel.pid, None
        return self.connection_info

    async def _fork(self, cmd: list[str], given: Mapping[str, Any]) -> None:
        self.kernel = await fork(
            {
                "argv": cmd[cmd.index("-m") + 1 :],
                "env": {name: value for name, value in given["env"].items() if name not in OF_OTHERS},
                "cwd": str(given["cwd"]),
                "log": self.log_file,
                "modules": list(self.modules),
                "import": list(self.modules_next),
            }
        )

    async def _start(self, cmd: list[str], given: Mapping[str, Any]) -> None:
        with Path(self.log_file).open("ab") as log:
            await super().launch_kernel(cmd, stdout=log, stderr=log, creationflags=_OWN_GROUP, **given)
        assert self.process is not None
        self.kernel = FreshKernel(self.process)
