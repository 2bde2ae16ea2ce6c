"""The warm parents of this process: started when they are first needed, and closed with it.

This module is quick to import, so that a parent can be loading packages while its owner still imports its own.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from analysis.errors import StaatError
from analysis.run import machine
from analysis.run.environment import with_own_code, without_settings
from analysis.run.kernel.offspring import kill_below
from analysis.run.kernel.processes import WarmKernel

# One thread per kernel: results must not depend on the number of cores, and sums in another order differ in the
# last digits. A fixed hash seed gives sets the same order in every run.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
# Arrow's second allocator starts a thread when it is loaded, and a process with threads must not be forked.
NO_THREAD_OF_ITS_OWN = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}
# What texts and pictures look like is the edition's affair, not that of who runs it.
PLAIN = {
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "MPLBACKEND": "module://analysis.run.kernel.backend",
    "MATPLOTLIBRC": str(Path(__file__).with_name("matplotlibrc")),
}
KERNEL_ENVIRONMENT = {**ONE_THREAD, **NO_THREAD_OF_ITS_OWN, **PLAIN, "PYTHONHASHSEED": "0"}

_READ_ONCE = re.compile(r"(PYTHON|OMP_|OPENBLAS_|MKL_|NUMBA_|JE_|MPL|MATPLOTLIB|LC_|LANG|TZ)")
_CLOSED = "the warm parent of the kernels was closed"
OF_OTHERS = ("JPY_PARENT_PID", "JPY_SESSION_NAME")  # a kernel that inherited these would look for another parent


def kernel_environment(own: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a kernel: this process's without a user's settings, what all have, and its own."""
    return {**with_own_code(without_settings(os.environ)), **KERNEL_ENVIRONMENT, **own, **_of_copy(own)}


def _of_copy(own: Mapping[str, str]) -> dict[str, str]:
    """Return the file with the look of pictures in the code that a kernel executes: it reads no other."""
    look = Path(own.get("PYTHONPATH", "").split(os.pathsep)[0], *Path(__file__).parts[-4:-1], "matplotlibrc")
    return {"MATPLOTLIBRC": str(look)} if look.is_file() else {}


class WarmError(StaatError):
    """There is no warm parent, with the reason in one sentence."""


class ClosedError(StaatError):
    """The warm parent was closed by this process: no kernel is wanted any more."""


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
                env={name: value for name, value in environment.items() if name not in OF_OTHERS},
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
        """Kill it, its kernels, and all that their cells have started."""
        self.closed = True
        self.control.close()
        kill_below(self.process.pid)
        self.process.kill()
        self.process.wait()
        self.errors.close()


_parents: dict[tuple[tuple[str, str], ...], _Parent] = {}
_lock = threading.Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_parents.clear)  # they are children of the process that started them


def start(preload: Iterable[str], environment: Mapping[str, str] | None = None) -> None:
    """Start the warm parent for kernels of this environment, if need be, and let it load third-party modules.

    By default the environment is that of jobs that add nothing to it. WarmError if there can be no parent here.
    """
    _parent(environment or kernel_environment({})).ask({"import": list(preload)})


def close() -> None:
    """Kill the warm parents of this process and all their kernels, at once."""
    with _lock:
        while _parents:
            _parents.popitem()[1].close()


atexit.register(close)


async def fork(request: Mapping[str, Any]) -> WarmKernel:
    """Ask the warm parent for a kernel; WarmError if there is none, or it stopped before it answered.

    A request has ``argv``, ``env``, ``cwd``, ``log`` (file for what it writes outside the notebook), ``modules`` (to
    have loaded) and ``import`` (to load after that).
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
    """Return the running parent for an environment; chosen by what is read once, when Python or a package starts."""
    if not machine.FORKS:
        raise WarmError(f"kernels are not forked on {sys.platform}")
    shared = {name: value for name, value in environment.items() if name in KERNEL_ENVIRONMENT}
    environment = {**without_settings(environment), **shared}
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
