"""What a process has started is found, also when its parent ends while it is looked for."""

from __future__ import annotations

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
