"""The warm parent: a process that has the packages of the notebooks loaded and forks one kernel per request.

It is started by its file's path, imports the standard library and what it is asked to preload, and never this
project: an edited module of ours must not live on in a parent. Its standard input is one end of a socket pair.
A message on it is a JSON object, with ``import`` (modules to load when there is nothing else to do) or with
``argv`` and so on (a kernel to fork); a request for a kernel carries one end of a connection of its own. On that
connection the parent reports the kernel's number and, when it has ended, how and with how much memory. When the other
end of a connection closes, its kernel is killed; when standard input closes, all are, and the parent ends.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from collections import deque
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

OFFSPRING = Path(__file__).with_name("offspring.py")
ALWAYS = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.extensions.storemagic",
    "psutil",
    "tornado.platform.asyncio",
    "tornado.queues",
    "numpy.random",
)
MESSAGE_LIMIT = 1 << 20
_PR_SET_PDEATHSIG = 1
_OWNER_CHECK = 2.0  # seconds; a process that the owner forked may hold the other end of standard input open


class Zygote:
    """Forks kernels and watches over them, in a single thread: only then is a fork safe."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.owner = os.getppid()
        self.children: dict[int, socket.socket] = {}
        self.to_import = deque(ALWAYS)
        self.offspring = _by_path(OFFSPRING)
        self.offspring.adopt()
        self.woken, self.wake = socket.socketpair()
        self.wake.setblocking(False)
        self.woken.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.wake.fileno(), warn_on_full_buffer=False)
        self.selector = selectors.DefaultSelector()
        for source in (self.control, self.woken):
            self.selector.register(source, selectors.EVENT_READ)

    def serve(self) -> None:
        """Answer until the owner is gone."""
        while os.getppid() == self.owner:
            events = self.selector.select(0 if self.to_import else _OWNER_CHECK)
            ready = [key.fileobj for key, _ in events]
            if self.control in ready and not self._answer():
                return
            for source in ready:
                self._attend(source)
            if not ready and self.to_import:
                _load(self.to_import.popleft())

    def close(self) -> None:
        """Kill all kernels and all that their cells have started."""
        for pid in self.children:
            _kill(pid)
        self.offspring.kill_below(os.getpid())

    def _answer(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self.control, MESSAGE_LIMIT, 1)
        if not message:
            return False
        request = json.loads(message)
        if descriptors:
            self._fork(request, socket.socket(fileno=descriptors[0]))
        self.to_import.extend(request["import"])
        return True

    def _attend(self, source: object) -> None:
        if source is self.woken:
            with suppress(BlockingIOError):
                self.woken.recv(4096)
            for pid in list(self.children):
                self._reap(pid)
        for pid, connection in list(self.children.items()):
            if source is connection:  # the other end has closed it, or closed its half: it wants the kernel dead
                self.selector.unregister(connection)
                _kill(pid)

    def _fork(self, request: dict[str, Any], connection: socket.socket) -> None:
        for name in (*ALWAYS, *request["modules"]):
            _load(name)
        if _threads() > 1:  # the child would wait for locks that no thread of it holds
            _report(connection, {"refused": "a package that they share starts a thread when it is loaded"})
            return
        gc.freeze()  # what is loaded is never collected, so a child does not copy it to mark it
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._let_go(connection)
            _serve_as_kernel(request, parent)
        self.children[pid] = connection
        self.selector.register(connection, selectors.EVENT_READ)
        _report(connection, {"pid": pid})

    def _let_go(self, connection: socket.socket) -> None:
        signal.set_wakeup_fd(-1)
        self.selector.close()
        for inherited in (self.control, self.woken, self.wake, connection, *self.children.values()):
            inherited.close()

    def _reap(self, pid: int) -> None:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return
        _kill(pid)  # what the kernel itself has started; its number is not free for others before the next line
        _, status, usage = os.wait4(pid, 0)
        connection = self.children.pop(pid)
        with suppress(KeyError):
            self.selector.unregister(connection)
        self._end_orphans()
        _report(connection, {"returncode": os.waitstatus_to_exitcode(status), "peak_kb": usage.ru_maxrss})
        connection.close()

    def _end_orphans(self) -> None:
        """End what a kernel left behind: processes below this one that are neither a kernel nor below one."""
        self.offspring.kill_below(os.getpid(), frozenset(self.children))
        with suppress(ChildProcessError):
            while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if ended.si_pid in self.children:
                    break  # its own turn comes: `_attend` looks at every kernel
                os.waitpid(ended.si_pid, 0)


def _by_path(file: Path) -> ModuleType:
    """Load a module of this folder without its package, none of which may live on in this process."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _threads() -> int:
    return sum(1 for _ in Path("/proc/self/task").iterdir())


def _load(name: str) -> None:
    """Import a module; one that cannot be imported is left for the notebook to stumble over, with its own message."""
    if name not in sys.modules:
        with suppress(Exception):
            importlib.import_module(name)


def _report(connection: socket.socket, message: dict[str, Any]) -> None:
    with suppress(OSError):  # who asked may be gone
        connection.sendall(json.dumps(message).encode() + b"\n")


def _kill(pid: int) -> None:
    """Kill a kernel that is not reaped yet, with all that it has started."""
    for call in (os.killpg, os.kill):  # a kernel that has only just been forked has no group of its own yet
        with suppress(ProcessLookupError, PermissionError):
            call(pid, signal.SIGKILL)


def _serve_as_kernel(request: dict[str, Any], parent: int) -> NoReturn:
    """Be a kernel in the forked child; what goes wrong is in the log, which the requester reads."""
    code = 1
    try:
        os.setsid()
        _redirect(request["log"])
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before it could be watched
            os._exit(1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        gc.enable()
        sys.argv = request["argv"]
        from analysis.run.kernel.launch import main

        main(sys.argv[1:])
        code = 0
    except BaseException:  # a child that went on from here would be a second warm parent
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stderr.flush()
        os._exit(code)


def _redirect(log: str) -> None:
    nowhere = os.open(os.devnull, os.O_RDONLY)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(nowhere, 0)
    for stream in (1, 2):
        os.dup2(written, stream)
    os.close(nowhere)
    os.close(written)


def main() -> None:
    """Serve the process that started this one."""
    del sys.path[0]  # the folder of this file, whose modules would hide others of the same name
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # refuses the import: nobody debugs a run, and it is slow
    control = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    zygote = Zygote(control)
    try:
        zygote.serve()
    except BaseException:
        traceback.print_exc()
    finally:
        zygote.close()
        sys.stderr.flush()
        os._exit(0)  # a thread that a package has started would keep it alive


if __name__ == "__main__":
    main()
