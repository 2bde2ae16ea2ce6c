"""Who executes the steps: threads of this process, or the workers of a Dask cluster. Both are standard executors."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.run.hashes import Hashes, digest, sha256
from analysis.run.order import Options

CONNECT_SECONDS = 5


@contextmanager
def pool(options: Options, root: Path) -> Iterator[tuple[Executor, int]]:
    """Give an executor and how many steps it can execute side by side.

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
            yield executor, options.jobs
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
    else:
        with _client(options.cluster) as client:
            yield client.get_executor(pure=False), _slots(client, options.cluster, root)


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


@contextmanager
def _client(address: str) -> Iterator[Any]:
    from distributed import Client
    from distributed.comm.addressing import get_address_host_port

    try:
        get_address_host_port(address)  # a client of no address takes 20 s to give up
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        hint = "start one: dask scheduler; then on every machine: dask worker ADDRESS --nthreads N"
        raise InputError(f"--cluster {address}", f"no Dask scheduler answers ({error})", hint=hint) from None
    try:
        yield client
    finally:
        client.close(timeout=1)  # type: ignore[no-untyped-call]


def _slots(client: Any, address: str, root: Path) -> int:  # noqa: ANN401 - distributed ships no types
    threads = client.nthreads()
    if not threads:
        raise InputError(f"--cluster {address}", "the scheduler has no workers", hint="dask worker ADDRESS")
    _refuse_others(client, address, root)
    return int(sum(threads.values()))


def _refuse_others(client: Any, address: str, root: Path) -> None:  # noqa: ANN401 - the same
    hint = "install the same version on every machine"
    try:
        found = client.run(whereabouts, str(root))
    except Exception as error:  # whatever a worker without the package, or with an old one, raises
        problem = f"a worker cannot tell what it works with ({type(error).__name__}: {error})"
        raise InputError(f"--cluster {address}", problem, hint=hint) from None
    here = whereabouts(str(root))
    for worker, there in found.items():
        for name, value in here.items():
            if there[name] != value:
                problem = f"the worker {worker} has another {name}; its numbers could be others"
                raise InputError(f"--cluster {address}", problem, hint=hint)
