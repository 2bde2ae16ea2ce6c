"""Whether the machine has killed something for want of memory: counters that the kernel of Linux keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_CONTROL_GROUPS = Path("/sys/fs/cgroup")
_KILLS = re.compile(r"^oom_kill (\d+)$", re.MULTILINE)


def kills(groups: Path = _CONTROL_GROUPS, member: Path = Path("/proc/self/cgroup")) -> int | None:
    """Return how often the machine has killed a process of this control group for want of memory.

    Parameters
    ----------
    groups
        Where the control groups are mounted.
    member
        The file that tells which groups this process is in.

    Returns
    -------
    int or None
        None where nothing counts it.
    """
    for file in _counters(groups, member):
        try:
            found = _KILLS.search(file.read_text("ascii"))
        except OSError:
            continue
        if found:
            return int(found[1])
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
