"""Who executes the steps: threads of this process, or the workers of a Dask cluster. Both are standard executors."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analysis.run.hashes import Hashes, digest, sha256
from analysis.run.machine import LOOK_EVERY as ON_THIS_MACHINE
from analysis.run.order import Options


@dataclass(frozen=True)
class Pool:
    """Who executes the steps of a run."""

    executor: Executor
    slots: int  # steps side by side
    check: Callable[[], None]  # raises InputError when it can execute no more
    look_every: float | None = None  # seconds between two checks; None when there is no need to look


@contextmanager
def pool(options: Options, root: Path) -> Iterator[Pool]:
    """Give who executes the steps: a Dask cluster, whose workers must see the project's folder `root` under that path.

    Without a cluster these are threads of this process, each of which waits for a kernel of its own.

    Raises
    ------
    InputError
        When no scheduler answers, when it has no workers, or when a worker has other code, another lock or another
        Python than this process, or does not see the project.
    """
    if options.cluster is None:
        executor = ThreadPoolExecutor(options.jobs, thread_name_prefix="step")
        try:
            yield Pool(executor, options.jobs, lambda: None, ON_THIS_MACHINE)
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
    files = {path.relative_to(package).as_posix(): path for path in sorted(package.rglob("*.py"))}
    code = "".join(f"{name} {known.of(path)}\n" for name, path in files.items())
    lock = Path(root) / "requirements.lock"
    return {
        "Python": platform.python_version(),
        "requirements.lock": sha256(lock) if lock.exists() else None,
        "code of the package": digest(code),
    }
