"""What a kernel of a run does before and after it serves: die with its parent, forget chance, watch what is read."""

from __future__ import annotations

import atexit
import ctypes
import gc
import json
import os
import random
import signal
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

from analysis.run.kernel import guard, warned
from analysis.run.kernel.offspring import adopt, kill_below
from analysis.run.workspace import STEP_VARIABLE

_PR_SET_PDEATHSIG = 1
# Files of a user's own profile must not change results, and a run leaves no history.
_ARGUMENTS = (
    "--HistoryManager.enabled=False",
    "--InteractiveShellApp.exec_PYTHONSTARTUP=False",
    "--log-level=CRITICAL",
)


def main(argv: Sequence[str] | None = None) -> None:
    """Serve as a kernel until asked to stop; with arguments of ipykernel, ``-f <connection file>`` among them."""
    adopt()
    _die_with_parent(int(os.environ.get("JPY_PARENT_PID") or os.getppid()))
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # refuses the import: nobody debugs a run, and it is slow
    from ipykernel.kernelapp import IPKernelApp

    tempfile.tempdir = None  # a forked kernel would write where its parent does
    app = IPKernelApp.instance()
    app.initialize([*(sys.argv[1:] if argv is None else argv), *_ARGUMENTS])  # type: ignore[no-untyped-call]  # ipykernel is typed in part
    given = os.environ.get(STEP_VARIABLE)
    if given:
        step = json.loads(given)
        seed(step["seed"])
        guard.install(step)
    warned.install()
    gc.freeze()  # so that collecting at the end looks at objects of the notebook only
    app.start()  # type: ignore[no-untyped-call]  # the same
    _leave(app)


def seed(value: int) -> None:
    """Seed the generators that are shared by the whole process; children of one parent would share their state."""
    import numpy as np

    random.seed(value)
    np.random.seed(value % 2**32)  # noqa: NPY002 - the old global state is what a notebook may use unseeded


def _die_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _leave(app: Any) -> None:  # noqa: ANN401 - ipykernel's types are partial
    """End at once, but first do what the notebook left to the end: its exit functions and the files it left open.

    The orderly end of an interpreter with these packages and of ipykernel's sockets takes longer than all else
    that a short notebook does.
    """
    atexit.unregister(app.close)
    atexit._run_exitfuncs()
    app.shell.user_ns.clear()
    gc.collect()
    kill_below(os.getpid())
    os._exit(0)


if __name__ == "__main__":
    main()
