"""Let the package see what it would see on Windows, in every process that has this folder on its PYTHONPATH.

A simulation, and no more: files, terminals and processes stay those of this system, and so do the packages of others,
which have ways of their own for Windows. Only modules of `analysis`, and notebooks never, are given standard modules
from which the names that Windows lacks are gone.
"""

from __future__ import annotations

import builtins
import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

HERE = str(Path(__file__).parent)
# Modules that Windows does not have.
ABSENT = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix", "syslog", "_posixsubprocess"}
# Names that the modules of Windows do not have.
_WITHOUT = {
    "os": """
        fork forkpty register_at_fork killpg setsid setpgid getpgid getpgrp getsid wait wait3 wait4 waitid WNOHANG
        WNOWAIT WEXITED WSTOPPED P_PID P_ALL P_PGID getuid geteuid getgid getegid getgroups chown lchown fchown fchmod
        fchdir mkfifo mknod nice sched_getaffinity sched_setaffinity posix_spawn sysconf uname sendfile statvfs sync
        O_NOFOLLOW O_CLOEXEC O_ACCMODE O_DIRECTORY O_NONBLOCK O_SYNC getpriority setpriority openpty ctermid
        WIFEXITED WEXITSTATUS WIFSIGNALED WTERMSIG getxattr setxattr memfd_create pipe2 pread pwrite
    """,
    "signal": """
        SIGKILL SIGHUP SIGQUIT SIGCHLD SIGCLD SIGALRM SIGUSR1 SIGUSR2 SIGSTOP SIGCONT SIGTSTP SIGPIPE SIGTTIN SIGTTOU
        alarm setitimer sigwait pthread_sigmask pthread_kill siginterrupt pause
    """,
    "socket": "AF_UNIX SOCK_SEQPACKET send_fds recv_fds CMSG_LEN CMSG_SPACE SCM_RIGHTS SO_REUSEPORT",
    "ctypes": "",
    "sys": "abiflags",
    "subprocess": "",
}
WITHOUT = {name: gone.split() for name, gone in _WITHOUT.items()}


class Seen(ModuleType):
    """A standard module as the package sees it."""

    def __init__(self, real: ModuleType, absent: list[str], **instead: object) -> None:
        super().__init__(real.__name__)
        self.__dict__.update(_real=real, _absent=frozenset(absent), _instead=instead)

    def __getattr__(self, name: str) -> Any:
        if name in self._absent:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} on Windows")
        return self._instead[name] if name in self._instead else getattr(self._real, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._real, name, value)


def _locking(number: int, mode: int, size: int) -> None:
    """Lock as Windows does: of two files that are open, one has the lock, also within one process."""
    assert (mode, size) == (2, 1)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise PermissionError(errno.EACCES, "Permission denied") from None


def _kill(pid: int, signum: int) -> None:
    """End a process, which is all that a signal does on Windows but for two of the terminal."""
    assert signum == signal.SIGTERM
    os.kill(pid, signal.SIGKILL)


def _no_library(name: str | None, *rest: object, **options: object) -> object:
    if name is None:
        raise TypeError("LoadLibrary() argument 1 must be str, not None")
    import ctypes

    return ctypes.CDLL(name, *rest, **options)


def _rename(old: object, new: object, real: Any = os.rename) -> None:
    """Rename as Windows does: never onto what is there, and nothing that this process has open."""
    if os.path.lexists(new):
        raise FileExistsError(
            errno.EEXIST, "Cannot create a file when that file already exists", str(old), 183, str(new)
        )
    _refuse_open(old)
    real(old, new)


def _replace(old: object, new: object, real: Any = os.replace) -> None:
    _refuse_open(old)
    _refuse_open(new)
    real(old, new)


def _refuse_open(path: object) -> None:
    """Refuse to rename what is open in this process, as any process on Windows would be."""
    wanted = os.path.realpath(os.fspath(path))
    for link in Path("/proc/self/fd").iterdir():
        try:
            held = str(link.readlink())
        except OSError:
            continue
        if held == wanted or held.startswith(wanted + os.sep):
            raise PermissionError(errno.EACCES, "The process cannot access the file", str(path))


def _seen() -> dict[str, ModuleType]:
    instead = {
        "os": {"kill": _kill},
        "sys": {"platform": "win32"},
        "subprocess": {"CREATE_NEW_PROCESS_GROUP": 0},
        "ctypes": {"CDLL": _no_library},
    }
    real = {name: __import__(name) for name in WITHOUT}
    seen = {name: Seen(real[name], absent, **instead.get(name, {})) for name, absent in WITHOUT.items()}
    return {**seen, "msvcrt": SimpleNamespace(locking=_locking, LK_NBLCK=2)}


def _importing(real: Any) -> Any:
    seen = _seen()

    def importing(name: str, globals_: Any = None, locals_: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        if level == 0 and _is_ours(globals_):
            if name in ABSENT:
                raise ModuleNotFoundError(f"No module named {name!r} on Windows", name=name)
            if name in seen:
                return seen[name]
        return real(name, globals_, locals_, fromlist, level)

    return importing


def _is_ours(importer: Any) -> bool:
    package = str((importer or {}).get("__package__") or (importer or {}).get("__name__") or "")
    return package == "analysis" or package.startswith("analysis.")


def _starting(real: Any) -> Any:
    """Let every process that is started see the same, whatever its environment."""

    def start(self: Any, words: Any, *rest: Any, env: Any = None, **options: Any) -> None:
        environment = dict(os.environ if env is None else env)
        path = [entry for entry in environment.get("PYTHONPATH", "").split(os.pathsep) if entry not in ("", HERE)]
        real(self, words, *rest, env={**environment, "PYTHONPATH": os.pathsep.join([*path, HERE])}, **options)

    return start


subprocess.Popen.__init__ = _starting(subprocess.Popen.__init__)  # type: ignore[method-assign]
os.rename, os.replace = _rename, _replace
builtins.__import__ = _importing(builtins.__import__)
assert sys.platform != "win32"
