"""A Dask cluster that executes steps: reached safely, called with a limit of time, and watched while it works.

A client of Dask waits for most things without end: for a scheduler that was stopped, a worker that hangs, a port on
which something else listens. So every question is asked in a thread of its own, and a run that gets no answer ends.
"""

from __future__ import annotations

import ipaddress
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, TypeVar

from analysis.errors import InputError
from analysis.run.order import Options

CONNECT_SECONDS = 5
ANSWER_SECONDS = 10
LOOK_EVERY = 2.0
SILENT_SECONDS = 15.0  # a worker reports to its scheduler twice a second
ENCRYPTED = ("tls", "wss")
UNENCRYPTED = "--cluster-without-encryption"
START = "start one: dask scheduler; then on every machine: dask worker ADDRESS --nthreads N"

T = TypeVar("T")


@dataclass
class Cluster:
    """A cluster that answered: the client of Dask, and the options with its address."""

    client: Any
    options: Options
    _seen: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """What the user typed."""
        return f"--cluster {self.options.cluster}"

    def slots(self) -> int:
        """Return how many steps can be executed side by side; InputError when there are no workers."""
        workers = self._workers()
        if not workers:
            raise InputError(self.where, "the scheduler has no workers", hint="dask worker ADDRESS")
        for address in workers:
            refuse_plain(address, self.options, self.where)
        return sum(int(worker["nthreads"]) for worker in workers.values())

    def refuse_others(self, whereabouts: Callable[[str], Mapping[str, Any]], root: str) -> None:
        """Refuse workers that work with something else than this process, by what they say of themselves."""
        hint = "install the same version on every machine"
        try:
            answers = within(ANSWER_SECONDS, lambda: self.client.run(whereabouts, root))
        except TimeoutError:
            problem = f"a worker does not answer within {ANSWER_SECONDS} s"
            raise InputError(self.where, problem, hint="start it again: dask worker ADDRESS") from None
        except Exception as error:  # whatever a worker without the package, or with an old one, raises
            problem = f"a worker cannot say what it works with ({type(error).__name__}: {error})"
            raise InputError(self.where, problem, hint=hint) from None
        here = whereabouts(root)
        for worker, there in answers.items():
            for name, value in here.items():
                if there[name] != value:
                    problem = f"the worker {worker} has another {name}; its numbers could be others"
                    raise InputError(self.where, problem, hint=hint)

    def check(self) -> None:
        """Raise InputError when the scheduler no longer answers, or workers have gone or fallen silent."""
        workers, now = self._workers(), time.monotonic()
        for address, worker in workers.items():
            last = worker["last_seen"]
            seen, since = self._seen.get(address, (None, now))
            self._seen[address] = (last, now if seen != last else since)
            if now - self._seen[address][1] > SILENT_SECONDS:
                raise self._lost(f"the worker {address} has been silent for {SILENT_SECONDS:.0f} s")
        if workers:
            self._seen[""] = (0, now)
        elif now - self._seen.setdefault("", (0, now))[1] > SILENT_SECONDS:
            raise self._lost("the scheduler has no workers any more")

    def close(self) -> None:
        """Let go of the cluster, also of one that does not answer."""
        with suppress(Exception):
            within(CONNECT_SECONDS, lambda: self.client.close(timeout=1))

    def _workers(self) -> dict[str, Any]:
        try:
            state = within(ANSWER_SECONDS, lambda: self.client.sync(self.client.scheduler.identity, n_workers=-1))
        except Exception as error:  # whatever Dask raises when its scheduler is gone
            raise self._lost(f"the scheduler no longer answers ({type(error).__name__})") from None
        workers: dict[str, Any] = state["workers"]
        return workers

    def _lost(self, problem: str) -> InputError:
        return InputError(self.where, problem, hint="mend it, then the same command goes on with what is done")


@contextmanager
def connected(options: Options) -> Iterator[Cluster]:
    """Connect to the scheduler of a cluster for as long as a run lasts.

    Raises
    ------
    InputError
        When Dask is not installed here, or the address is none, its connection is not encrypted and leaves this
        machine, or no scheduler answers.
    """
    where = f"--cluster {options.cluster}"
    if find_spec("distributed") is None:
        raise InputError(where, "Dask is not installed here", hint="pip install 'staat[cluster]'")
    _refuse_no_address(options, where)
    refuse_plain(str(options.cluster), options, where)
    try:
        client = within(CONNECT_SECONDS + ANSWER_SECONDS, lambda: _client(options))
    except Exception as error:  # what listens there may be anything, and so may be what Dask makes of it
        what = f"within {CONNECT_SECONDS + ANSWER_SECONDS} s" if isinstance(error, TimeoutError) else str(error)
        raise InputError(where, f"no Dask scheduler answers ({what})", hint=START) from None
    cluster = Cluster(client, options)
    try:
        yield cluster
    finally:
        cluster.close()


def refuse_plain(address: str, options: Options, where: str) -> None:
    """Refuse an address whose connection others can read and write: steps carry parameters, and results come back."""
    scheme, host = scheme_and_host(address)
    if scheme in ENCRYPTED or _is_here(host) or options.cluster_without_encryption:
        return
    raise InputError(
        where,
        f"{address} is reached without encryption: who is on that network can read the data and run code here",
        allowed="tls://HOST:PORT with --tls-ca, --tls-cert and --tls-key, or an address of this machine",
        hint=f"if nobody else is on that network, say so: {UNENCRYPTED}",
    )


def scheme_and_host(address: str) -> tuple[str, str]:
    """Return how an address is reached and the machine that it names."""
    from distributed.comm.addressing import get_address_host_port, parse_address

    scheme, _ = parse_address(address)
    host, _ = get_address_host_port(address)
    return str(scheme), str(host)


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return what a call returns, or raise what it raises; TimeoutError when it does neither in time."""
    done: list[Callable[[], T]] = []

    def work() -> None:
        try:
            value = call()
            done.append(lambda: value)
        except BaseException as error:
            done.append(_raiser(error))

    thread = threading.Thread(target=work, daemon=True, name="cluster")
    thread.start()
    thread.join(seconds)
    if not done:
        raise TimeoutError
    return done[0]()


def _raiser(error: BaseException) -> Callable[[], Any]:
    def reraise() -> Any:  # noqa: ANN401 - it returns nothing
        raise error

    return reraise


def _client(options: Options) -> Any:  # noqa: ANN401 - distributed ships no types
    from distributed import Client
    from distributed.security import Security

    # What goes wrong between the client and its cluster ends the run with a message of ours, not with its own logs.
    for name in ("distributed", "distributed.client", "distributed.core", "distributed.comm"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    files = {"tls_ca_file": options.tls[0], "tls_client_cert": options.tls[1], "tls_client_key": options.tls[2]}
    given = {name: file for name, file in files.items() if file}
    security = Security(require_encryption=True, **given) if given else None  # type: ignore[no-untyped-call]
    return Client(options.cluster, timeout=CONNECT_SECONDS, set_as_default=False, security=security)  # type: ignore[no-untyped-call]


def _refuse_no_address(options: Options, where: str) -> None:
    try:
        scheme_and_host(str(options.cluster))  # a client of no address takes 20 s to give up
    except Exception as error:
        raise InputError(where, f"no Dask scheduler answers ({error})", hint=START) from None


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False
