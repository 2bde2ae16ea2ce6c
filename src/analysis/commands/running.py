"""Running editions for a command: what the user sees meanwhile, and how the run ends when the user stops it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from analysis.edition.chain import CHAIN
from analysis.edition.orders import check_declarations, check_sources, project_of
from analysis.run.assess import Project
from analysis.run.order import Options, Order
from analysis.run.workspace import project_root

STOPPED = 130


def project_at(outputs: Path | None) -> tuple[Path, Project]:
    """Return the folder of the project, and the project with its outputs in this folder or, without one, its own."""
    root = project_root()
    return root, project_of(root, (outputs or root / "outputs").resolve())


def run_orders(
    orders: Sequence[Order], project: Project, options: Options, quiet: bool, *, checked: bool = False
) -> None:
    """Run editions as `analysis.run.runner.run` does, once their declarations are as they should be.

    So must their source files be, which the caller may have `checked`.
    """
    from analysis.run import runner
    from analysis.run.show.view import view

    for order in orders:
        check_declarations(order)
        if not checked:
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
