"""The counters of what the machine killed for want of memory, in both versions of control groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.run.kernel import memory


@pytest.mark.parametrize(
    ("membership", "counter", "text"),
    [
        ("0::/user/run\n", "user/run/memory.events", "low 0\noom 5\noom_kill 3\n"),
        ("0::/host/only\n", "memory.events", "oom_kill 3\n"),
        ("4:memory:/job\n0::/\n", "memory/job/memory.oom_control", "under_oom 0\noom_kill 3\n"),
        ("5:cpu,memory:/host\n", "memory/memory.oom_control", "oom_kill_disable 0\noom_kill 3\n"),
    ],
)
def test_the_counter_is_found_where_the_process_is(tmp_path: Path, membership: str, counter: str, text: str) -> None:
    (tmp_path / "cgroup").write_text(membership)
    file = tmp_path / "groups" / counter
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert memory.kills(tmp_path / "groups", tmp_path / "cgroup") == 3


def test_where_nothing_counts_nothing_is_returned(tmp_path: Path) -> None:
    assert memory.kills(tmp_path, tmp_path / "no-such-file") is None
