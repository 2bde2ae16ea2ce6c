"""Running editions for a command: what the user sees meanwhile, and how the run ends when the user stops it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from analysis.edition.chain import CHAIN
from analysis.edition.orders import check_declarations, check_sources
from analysis.run.assess import Project
from analysis.run.order import Options, Order

STOPPED = 130


def run_orders(orders: Sequence[Order], project: Project, options: Options, quiet: bool) -> None:
    """Run editions whose declarations and source files are as they should be; see `analysis.run.runner.run`."""
    from analysis.run import runner
    from analysis.run.show.view import view

    for order in orders:
        check_declarations(order)
        check_sources(order, project.root)
    with stoppable(), view(sys.stdout, quiet=quiet) as watch:
        runner.run(orders, CHAIN, project, options, watch)


@contextmanager
def stoppable() -> Iterator[None]:
    """End at once when the user stops the command: threads that wait for a kernel that is gone must not hold it."""
    try:
        yield
    except KeyboardInterrupt:
        from analysis.run.kernel.offspring import kill_below

        kill_below(os.getpid())  # a kernel dies with this process, what its cell has started does not
        sys.stdout.flush()
        sys.stderr.write("stopped; what succeeded is kept: the same command goes on from there\n")
        sys.stderr.flush()
        os._exit(STOPPED)
