"""What a process has started is found, also when its parent ends while it is looked for."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis.run.kernel import offspring


class EndingWhileItIsRead:
    """Process 1 is the warm parent, 2 its kernel, 3 what a cell started; 2 ends between two looks."""

    def __init__(self) -> None:
        self.children = {1: [2], 2: [3], 3: []}
        self.killed: list[int] = []

    def of(self, pid: int) -> list[int]:
        return list(self.children.get(pid, []))

    def has_ended(self, pid: int) -> bool:
        if pid == 2:
            self.children = {1: [2, 3], 2: [], 3: []}
        return pid == 2 or pid in self.killed

    def kill(self, pid: int, _: int) -> None:
        self.killed.append(pid)


def test_an_orphan_that_is_handed_over_during_a_look_is_killed_too(monkeypatch):
    processes = EndingWhileItIsRead()
    monkeypatch.setattr(offspring, "_children", processes.of)
    monkeypatch.setattr(offspring, "_has_ended", processes.has_ended)
    monkeypatch.setattr(offspring.os, "kill", processes.kill)
    offspring.kill_below(1)
    assert processes.killed == [3]


def test_who_is_spared_keeps_what_is_below_it(monkeypatch):
    processes = EndingWhileItIsRead()
    processes.children = {1: [4, 5], 4: [6], 5: [7]}
    monkeypatch.setattr(offspring, "_children", processes.of)
    monkeypatch.setattr(offspring, "_has_ended", processes.has_ended)
    monkeypatch.setattr(offspring.os, "kill", processes.kill)
    offspring.kill_below(1, frozenset({4}))
    assert sorted(processes.killed) == [5, 7]


FIRST_THREAD_ENDS = """
import ctypes, subprocess, threading
started = threading.Event()
def other():
    subprocess.Popen(["sleep", "60"], start_new_session=True)
    started.set()
    threading.Event().wait(60)
threading.Thread(target=other).start()
started.wait()
ctypes.CDLL(None).pthread_exit(None)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_process_whose_first_thread_has_ended_is_looked_into_as_any_other():
    """Its state is that of a zombie, and its other threads have the children: it is killed, and they are."""
    with subprocess.Popen([sys.executable, "-c", FIRST_THREAD_ENDS]) as process:
        stat, deadline = Path("/proc", str(process.pid), "stat"), time.monotonic() + 20
        while ") Z " not in stat.read_text("utf8"):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        (child,) = offspring._children(process.pid)
        offspring.kill_below(os.getpid(), frozenset(set(offspring._children(os.getpid())) - {process.pid}))
        assert process.wait(5) == -offspring.KILL
    assert not Path("/proc", str(child), "cmdline").exists() or not Path("/proc", str(child), "cmdline").read_bytes()
