"""Kernels that are forked from a warm parent, and new interpreters where there is none: one provisioner for both."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Bool, List, Unicode

from analysis.errors import StaatError

_READ_ONCE = re.compile(r"(PYTHON|OMP_|OPENBLAS_|MKL_|NUMBA_|JE_|MPL|LC_|LANG|TZ)")
_CLOSED = "the warm parent of the kernels was closed"
_BY_HAND = ("JPY_PARENT_PID", "JPY_SESSION_NAME")  # a kernel that inherited these would look for another parent


class WarmError(StaatError):
    """There is no warm parent, with the reason in one sentence."""


class ClosedError(StaatError):
    """The warm parent was closed by this process: no kernel is wanted any more."""


class WarmKernel:
    """A forked kernel, with the part of the interface of `subprocess.Popen` that jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, parent: _Parent, connection: socket.socket, pid: int) -> None:
        self.parent, self.connection, self.pid = parent, connection, pid
        self.returncode: int | None = None
        self.peak_mb: float | None = None
        self._lost = False
        self._received = b""

    @property
    def dismissed(self) -> bool:
        """Whether it ended because this process closed its parent."""
        return self._lost and self.parent.closed

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
        if self.poll() is None and signum != signal.SIGKILL:
            os.killpg(self.pid, signum)
        elif self.returncode is None:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_WR)  # the parent kills it: it knows whom the number belongs to

    def kill(self) -> None:
        """Kill the kernel and what it has started."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def _conclude(self) -> None:
        self.connection.close()
        if not self._received.endswith(b"\n"):  # the parent is gone, and the kernel with it
            self.returncode, self._lost = -signal.SIGKILL, True
            return
        end = json.loads(self._received.splitlines()[-1])
        self.returncode, self.peak_mb = end["returncode"], end["peak_kb"] / 1024


class FreshKernel:
    """A new interpreter, with what `subprocess.Popen` does not tell: how much memory it took."""

    stdin = stdout = stderr = None
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
        return self._reap(os.WNOHANG)

    def wait(self, timeout: float | None = None) -> int | None:  # noqa: ARG002 - of the interface
        """Wait until the kernel has ended and return how."""
        return self._reap(0)

    def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel and to what it has started."""
        if self.poll() is None:
            os.killpg(self.pid, signum)  # jupyter_client starts a kernel in a group of its own

    def kill(self) -> None:
        """Kill the kernel and what it has started."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def _reap(self, options: int) -> int | None:
        if self.process.returncode is None:
            pid, status, usage = os.wait4(self.pid, options)
            if pid:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                self.peak_mb = usage.ru_maxrss / 1024
        return self.process.returncode


class _Parent:
    """A running warm parent."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.closed = False
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - for as long as the parent lives
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - this interpreter, on a file of this package
                [sys.executable, str(Path(__file__).with_name("zygote.py"))],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=self.errors,
                env={name: value for name, value in environment.items() if name not in _BY_HAND},
                cwd="/",
                close_fds=True,  # a lock that the runner holds must not outlive it here
                start_new_session=True,  # Ctrl-C in the terminal is for the runner alone
            )

    def ask(self, request: Mapping[str, Any], connection: socket.socket | None = None) -> None:
        """Send a request; with a connection it is one for a kernel."""
        message = json.dumps(request).encode()
        try:
            if connection is None:
                self.control.sendall(message)
            else:
                socket.send_fds(self.control, [message], [connection.fileno()])
        except OSError as error:
            raise self.failure(error.strerror or str(error)) from None

    def failure(self, what: str) -> StaatError:
        """Return what to raise when it does not answer."""
        if self.closed:
            return ClosedError(_CLOSED)
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").splitlines()
        return WarmError(f"the warm parent of the kernels stopped ({lines[-1] if lines else what})")

    def close(self) -> None:
        """Kill it; its kernels die with it."""
        self.closed = True
        self.control.close()
        self.process.kill()
        self.process.wait()
        self.errors.close()


_parents: dict[tuple[tuple[str, str], ...], _Parent] = {}
_lock = threading.Lock()
os.register_at_fork(after_in_child=_parents.clear)  # they are children of the process that started them


def start(preload: Iterable[str], environment: Mapping[str, str] | None = None) -> None:
    """Start the warm parent for kernels of this environment, if need be, and let it load modules in its own time.

    Parameters
    ----------
    preload
        Third-party modules.
    environment
        The whole environment of the kernels to come; by default what `kernels.environment_of` starts from.

    Raises
    ------
    WarmError
        If there can be none here.
    """
    _parent(environment or os.environ).ask({"import": list(preload)})


def close() -> None:
    """Kill the warm parents of this process and all their kernels, at once."""
    with _lock:
        while _parents:
            _parents.popitem()[1].close()


atexit.register(close)


async def fork(request: Mapping[str, Any]) -> WarmKernel:
    """Ask the warm parent for a kernel.

    Parameters
    ----------
    request
        ``argv``, ``env``, ``cwd``, ``log`` (file for what it says outside the notebook), ``modules`` (to have
        loaded), ``import`` (to load after that).

    Raises
    ------
    WarmError
        If there is no warm parent, or it stopped before it answered.
    """
    parent = _parent(request["env"])
    mine, theirs = socket.socketpair()
    mine.setblocking(False)
    try:
        with theirs:
            parent.ask(request, theirs)
        line = await _line(mine)
        if not line:
            raise parent.failure("it was killed")
    except BaseException:
        mine.close()
        raise
    answer = json.loads(line)
    if "refused" in answer:
        mine.close()
        raise WarmError(answer["refused"])
    return WarmKernel(parent, mine, answer["pid"])


async def _line(connection: socket.socket) -> bytes:
    """Read the first line, and no byte more: what follows is for whoever polls."""
    line = b""
    while not line.endswith(b"\n"):
        try:
            received = await asyncio.get_running_loop().sock_recv(connection, 1)
        except ConnectionError:
            return b""
        if not received:
            return b""
        line += received
    return line


def _parent(environment: Mapping[str, str]) -> _Parent:
    """Return the running parent for an environment; what is read once, when Python or a package starts, tells which."""
    if sys.platform != "linux":
        raise WarmError(f"kernels are not forked on {sys.platform}")
    key = tuple(sorted((name, value) for name, value in environment.items() if _READ_ONCE.match(name)))
    with _lock:
        known = _parents.get(key)
        if known is not None and known.process.poll() is not None:
            _parents.pop(key).close()
        if key not in _parents:
            try:
                _parents[key] = _Parent(environment)
            except OSError as error:
                raise WarmError(f"the warm parent cannot be started: {error}") from None
        return _parents[key]


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
                "env": {name: value for name, value in given["env"].items() if name not in _BY_HAND},
                "cwd": str(given["cwd"]),
                "log": self.log_file,
                "modules": list(self.modules),
                "import": list(self.modules_next),
            }
        )

    async def _start(self, cmd: list[str], given: Mapping[str, Any]) -> None:
        with Path(self.log_file).open("ab") as log:
            await super().launch_kernel(cmd, stdout=log, stderr=log, **given)
        assert self.process is not None
        self.kernel = FreshKernel(self.process)
