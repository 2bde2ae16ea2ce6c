"""How kernels are reached: over sockets of this machine's file system, which no network and no other user can read."""

from __future__ import annotations

from jupyter_client.manager import AsyncKernelManager
from traitlets import default


class SocketKernelManager(AsyncKernelManager):
    """A kernel manager that uses ipc: parallel kernels cannot race for ports, and nothing travels over TCP."""

    @default("transport")
    def _ipc(self) -> str:
        return "ipc"
