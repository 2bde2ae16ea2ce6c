"""Whether the machine has killed something for want of memory: counters that the kernel of Linux keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_CONTROL_GROUPS = Path("/sys/fs/cgroup")
_KILLS = re.compile(r"^oom_kill (\d+)$", re.MULTILINE)


def kills(groups: Path = _CONTROL_GROUPS, member: Path = Path("/proc/self/cgroup")) -> int | None:
    """Return how often the machine has killed a process of this control group for want of memory, None if not counted.

    `groups` is where the control groups are mounted, `member` the file with those of this process.
    """
    for file in _counters(groups, member):
        with suppress(OSError):
            if count := _KILLS.search(file.read_text("ascii")):
                return int(count[1])
    return None


def _counters(groups: Path, member: Path) -> Iterator[Path]:
    try:
        lines = member.read_text("utf8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        # In a container the path is often that of the host, and the group itself is mounted at the top.
        for inside in (path.lstrip("/"), ""):
            if not controllers:
                yield groups / inside / "memory.events"
            elif "memory" in controllers.split(","):
                yield groups / "memory" / inside / "memory.oom_control"
