"""The processes that descend from one: what a cell has started must not outlive its notebook.

A kernel and the warm parent adopt their orphans (``PR_SET_CHILD_SUBREAPER``), so that a process that pretends to be
nobody's child is still below them. This module is loaded by path, and imports nothing of the project.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

# Windows has one way to end a process, which takes any signal.
KILL: int = getattr(signal, "SIGKILL", signal.SIGTERM)
_PR_SET_CHILD_SUBREAPER = 36
_PROCESSES = Path("/proc")
_WITHIN = 1.0


def adopt() -> None:
    """Become the parent of processes below this one whose own parent ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def kill_below(pid: int, spared: frozenset[int] = frozenset()) -> None:
    """Kill all that descends from a process, and go on until nothing new turns up; `spared` with what is below it.

    A process that ends while its parent's children are read hands its own to that parent, unseen: only a look after
    which the parent has no new child counts as the last.
    """
    deadline = time.monotonic() + _WITHIN
    settled = False
    while not settled and time.monotonic() < deadline:
        before = set(_children(pid))
        processes = list(_below(pid, spared))
        for each in processes:
            with suppress(OSError):
                os.kill(each, KILL)
        settled = not processes and before.issuperset(_children(pid))
        if processes:
            time.sleep(0.005)


def kill_marked(mark: str) -> None:
    """Kill what was started with a text in its environment, whoever its parent is now; never this process."""
    for pid in _marked(mark):
        if pid != os.getpid():
            with suppress(OSError):
                os.kill(pid, KILL)


def signal_group(pid: int, signum: int) -> None:
    """Send a signal to a group of processes; where there are none, kill what descends from its first one, and it."""
    if sys.platform != "win32":
        os.killpg(pid, signum)
    else:
        kill_below(pid)
        os.kill(pid, KILL)


def _marked(mark: str) -> Iterator[int]:
    if sys.platform != "linux":
        yield from _marked_elsewhere(mark)
        return
    for process in _PROCESSES.glob("[0-9]*"):
        with suppress(OSError):
            if mark.encode() in (process / "environ").read_bytes():
                yield int(process.name)


def _marked_elsewhere(mark: str) -> Iterator[int]:
    import psutil  # takes a while, and Linux needs none

    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if any(mark in value for value in process.environ().values()):
                yield process.pid


def _below(pid: int, spared: frozenset[int]) -> Iterator[int]:
    waiting = [pid]
    while waiting:
        for child in _children(waiting.pop()):
            if child not in spared and not _has_ended(child):
                waiting.append(child)
                yield child


def _children(pid: int) -> list[int]:
    if sys.platform != "linux":
        import psutil

        with suppress(psutil.Error, OSError):
            return [child.pid for child in psutil.Process(pid).children()]
        return []
    children: list[int] = []
    for task in _threads(pid):
        with suppress(OSError):  # a thread that has ended since has left its children to another
            children += map(int, (task / "children").read_text("ascii").split())
    return children


def _threads(pid: int) -> list[Path]:
    with suppress(OSError):
        return list((_PROCESSES / str(pid) / "task").iterdir())
    return []


def _has_ended(pid: int) -> bool:
    """Return whether a process only waits for its parent to hear of its end: its first thread may end long before."""
    if sys.platform != "linux":
        import psutil

        with suppress(psutil.Error, OSError):
            return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
        return True
    with suppress(OSError):
        state = (_PROCESSES / str(pid) / "stat").read_text("utf8", "replace").rpartition(")")[2].split()[0]
        return state in "ZX" and len(_threads(pid)) <= 1
    return True
