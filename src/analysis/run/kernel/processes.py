"""A running kernel, with the part of the interface of `subprocess.Popen` that jupyter_client uses."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from typing import Protocol

from analysis.run.kernel.offspring import KILL, kill_below, signal_group


class Parent(Protocol):
    """Who forks kernels."""

    closed: bool


class _Process:
    """What both kinds of kernels share."""

    stdin = stdout = stderr = None

    def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel and to what it has started."""
        raise NotImplementedError

    def kill(self) -> None:
        """Kill the kernel and what it has started."""
        self.send_signal(KILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)


class WarmKernel(_Process):
    """A kernel that was forked: the warm parent reports how it ended, over a connection."""

    def __init__(self, parent: Parent, connection: socket.socket, pid: int) -> None:
        self.parent, self.connection, self.pid = parent, connection, pid
        self.returncode: int | None = None
        self.peak_mb: float | None = None
        self._lost = False
        self._received = b""

    @property
    def dismissed(self) -> bool:
        """Whether it ended because this process closed its parent."""
        # Its parent, in its last moment, may still have reported that the kernel was killed.
        return self.parent.closed and self.returncode == -KILL

    @property
    def orphaned(self) -> bool:
        """Whether it ended because its parent did, by whomever else."""
        return self._lost and not self.parent.closed

    def poll(self) -> int | None:
        """Return how the kernel ended; None while it runs."""
        while self.returncode is None:
            try:
                received = self.connection.recv(4096)
            except BlockingIOError:
                break
            except OSError:
                received = b""
            self._received += received
            if not received:
                self._conclude()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the kernel has ended and return how."""
        while self.poll() is None:
            if not select.select([self.connection], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel and to what it has started."""
        if self.poll() is None and signum != KILL:
            signal_group(self.pid, signum)
        elif self.returncode is None:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_WR)  # the parent kills it: it knows whom the number belongs to

    def _conclude(self) -> None:
        self.connection.close()
        if not self._received.endswith(b"\n"):  # the parent is gone, and the kernel with it
            self.returncode, self._lost = -KILL, True
            return
        end = json.loads(self._received.splitlines()[-1])
        self.returncode, self.peak_mb = end["returncode"], end["peak_kb"] / 1024


class FreshKernel(_Process):
    """A new interpreter, with what `subprocess.Popen` does not report: how much memory it took."""

    orphaned = dismissed = False

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process, self.pid = process, process.pid
        self.peak_mb: float | None = None

    @property
    def returncode(self) -> int | None:
        """How it ended; None while it runs."""
        return self.process.returncode

    def poll(self) -> int | None:
        """Return how the kernel ended; None while it runs."""
        return self._reap(wait=False)

    def wait(self, timeout: float | None = None) -> int | None:  # noqa: ARG002 - of the interface
        """Wait until the kernel has ended and return how."""
        return self._reap(wait=True)

    def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel and to what it has started."""
        if self.poll() is None:
            if signum == KILL:
                kill_below(self.pid)
            signal_group(self.pid, signum)  # jupyter_client starts a kernel in a group of its own

    def _reap(self, *, wait: bool) -> int | None:
        if sys.platform != "linux":
            self._weigh()
            return self.process.wait() if wait else self.process.poll()
        if self.process.returncode is None:
            options = 0 if wait else os.WNOHANG
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | options) is None:
                return None
            with suppress(ProcessLookupError, PermissionError):
                signal_group(self.pid, KILL)  # what it has started; its number is its own until the next line
            pid, status, usage = os.wait4(self.pid, options)
            if pid:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                self.peak_mb = usage.ru_maxrss / 1024
        return self.process.returncode

    def _weigh(self) -> None:
        """Look how much memory it has taken: where no system reports that of a process that has ended."""
        import psutil

        with suppress(psutil.Error, OSError):
            memory = psutil.Process(self.pid).memory_info()
            peak = getattr(memory, "peak_wset", memory.rss) / 2**20
            self.peak_mb = max(peak, self.peak_mb or 0.0)
