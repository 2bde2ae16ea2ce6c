"""Who executes the steps: threads of this process, or the workers of a Dask cluster. Both are standard executors."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analysis.run.hashes import Hashes, digest, sha256
from analysis.run.order import Options


@dataclass(frozen=True)
class Pool:
    """Who executes the steps of a run.

    Parameters
    ----------
    executor
        Takes jobs.
    slots
        How many steps it can execute side by side.
    check
        Raises InputError when it can execute no more.
    look_every
        Seconds between two such looks; None when there is nothing to look at.
    """

    executor: Executor
    slots: int
    check: Callable[[], None]
    look_every: float | None = None


@contextmanager
def pool(options: Options, root: Path) -> Iterator[Pool]:
    """Give who executes the steps.

    Parameters
    ----------
    options
        ``cluster``: the address of a Dask scheduler; without one, ``jobs`` threads of this process, each of which
        waits for a kernel of its own.
    root
        The project's folder, which the workers of a cluster must see at the same place.

    Raises
    ------
    InputError
        When no scheduler answers, when it has no workers, or when a worker has other code, another lock or another
        Python than this process, or does not see the project.
    """
    if options.cluster is None:
        executor = ThreadPoolExecutor(options.jobs, thread_name_prefix="step")
        try:
            yield Pool(executor, options.jobs, lambda: None)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
    else:
        from analysis.run.cluster import LOOK_EVERY, connected

        with connected(options) as cluster:
            slots = cluster.slots()
            cluster.refuse_others(whereabouts, str(root))
            yield Pool(cluster.client.get_executor(pure=False), slots, cluster.check, LOOK_EVERY)


def whereabouts(root: str) -> dict[str, str | None]:
    """Return what a worker works with: Python, the lock and the package's code."""
    package = Path(__file__).parents[1]
    known = Hashes()
    code = "".join(f"{path.relative_to(package)} {known.of(path)}\n" for path in sorted(package.rglob("*.py")))
    lock = Path(root) / "requirements.lock"
    return {
        "Python": platform.python_version(),
        "requirements.lock": sha256(lock) if lock.exists() else None,
        "code of the package": digest(code),
    }
