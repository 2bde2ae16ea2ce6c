"""JupyterLab at the project's root, on scratch copies of the notebooks of an edition."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from analysis.desk.copies import Copy, copy_of
from analysis.errors import InputError, nearest
from analysis.run import records, staging
from analysis.run.assess import Project
from analysis.run.chain import Step, plan
from analysis.run.kernel.warm import ONE_THREAD
from analysis.run.numbering import INJECTED, cell_names
from analysis.run.order import Order
from analysis.run.parameters import as_values, cells_of, injected, tags_of
from analysis.run.workspace import EDITION_FILE, OUTPUTS_VARIABLE

_HOOK = "analysis.desk.saving.before_save"


@dataclass(frozen=True)
class Failure:
    """Where a step of the last run failed."""

    step: Step
    message: str  # its first line
    cell: str = ""  # the id of the cell; empty where no cell was to blame
    parameters: Mapping[str, Any] | None = None  # that the run gave it


def steps_of(order: Order, chain: Sequence[Step], stem: str | None) -> list[Step]:
    """Return the steps of an edition, or the one that is asked for; InputError when it has no such step."""
    steps = plan(chain, order.blocks.keys())
    stems = [step.stem for step in steps]
    if stem is not None and stem not in stems:
        near = nearest(stem, stems)
        hint = f"did you mean {near}?" if near else None
        raise InputError(stem, f"{order.edition} has no such step", allowed=", ".join(stems), hint=hint)
    return [step for step in steps if stem in (None, step.stem)]


def failures(order: Order, steps: Sequence[Step], project: Project) -> list[Failure]:
    """Return where the steps of an edition failed the last time, in the order of the chain."""
    folders = staging.leftovers(project.outputs, order.edition)
    told = ((step, folder, records.read_failure(folder, step.stem)) for step in steps for folder in folders)
    return [_failure(step, folder, message) for step, folder, message in told if message]


def _failure(step: Step, folder: Path, message: str) -> Failure:
    first, executed = message.strip().splitlines()[0], folder / "notebooks" / f"{step.notebook}.ipynb"
    if not executed.exists():
        return Failure(step, first)
    cells = cells_of(executed)
    failed = (cell for cell in cells if any(out["output_type"] == "error" for out in cell.get("outputs", ())))
    given = next(("".join(cell["source"]) for cell in cells if INJECTED in tags_of(cell)), None)
    values = None if given is None else as_values(given)
    return Failure(step, first, str(next(failed, {}).get("id", "")), values)


def prepare(
    order: Order, steps: Sequence[Step], project: Project, failed: Sequence[Failure], *, anew: bool
) -> list[tuple[Copy, str]]:
    """Make the scratch copies of steps, and return each with what was done: copies with edits are kept unless `anew`.

    A step that failed has the parameters with which it failed.
    """
    _refuse_nothing(order, project)
    by_step = {failure.step.stem: failure for failure in failed}
    return [(_copy(order, step, project), _prepared(order, step, project, by_step, anew)) for step in steps]


def _copy(order: Order, step: Step, project: Project) -> Copy:
    return copy_of(project.root, project.notebook(step), order.edition)


def _prepared(order: Order, step: Step, project: Project, failed: Mapping[str, Failure], anew: bool) -> str:
    copy = _copy(order, step, project)
    if copy.exists and copy.edited and not anew:
        return "kept as it is, for it has your edits (--anew: make it anew)"
    values = injected(project.notebook(step), order.blocks[step.stem], order.shared)
    failure = failed.get(step.stem, Failure(step, ""))
    given = {**values, **(failure.parameters or {})}
    copy.make(given, confidential=order.confidential, failed=(failure.cell, failure.message))
    return f"made with the parameters of {order.edition}"


def _refuse_nothing(order: Order, project: Project) -> None:
    """Refuse an edition of which no run has left anything: its notebooks would have no tables to read."""
    folders = (*staging.leftovers(project.outputs, order.edition), project.outputs / order.edition)
    if not any((folder / "internal" / EDITION_FILE).exists() for folder in folders):
        hint = f"{order.command}; a run that fails leaves enough"
        raise InputError(order.edition, "no run of this edition yet, so that there are no tables", hint=hint)


def name_of(failure: Failure, copy: Copy) -> str:
    """Return what the cell that failed is called."""
    cells = cells_of(copy.path)
    names = {cell.get("id"): name for name, cell in zip(cell_names(cells), cells, strict=True)}
    return names.get(failure.cell, "a cell that is not in the notebook any more")


def address_of(path: Path, root: Path) -> str:
    """Return where in JupyterLab a file or folder is."""
    return f"/lab/tree/{quote(path.relative_to(root).as_posix())}"


def command_of(root: Path, address: str, *, browser: bool) -> list[str]:
    """Return the words that start JupyterLab at the project's root."""
    if importlib.util.find_spec("jupyterlab") is None:
        hint = f"{Path(sys.executable).name} -m pip install 'staat[lab]'"
        raise InputError("JupyterLab", "is not installed here", hint=hint)
    settings = {
        "ServerApp.root_dir": str(root),
        "LabApp.default_url": address,
        "ContentsManager.pre_save_hook": _HOOK,
    }
    words = [f"--{name}={value}" for name, value in settings.items()]
    return [sys.executable, "-m", "jupyterlab", *words, *([] if browser else ["--no-browser"])]


def environment_of(order: Order | None, outputs: Path) -> dict[str, str]:
    """Return the environment of JupyterLab and its kernels: that of a run, as far as results depend on it."""
    start = str(Path(__file__).with_name("startup.py"))
    own = dict(order.environment) if order else {}
    return {
        **os.environ,
        **ONE_THREAD,
        **{name: value for name, value in own.items() if value},
        "PYTHONHASHSEED": "0",
        "PYTHONSTARTUP": start,
        OUTPUTS_VARIABLE: str(outputs),
    }


def start(words: Sequence[str], environment: Mapping[str, str], root: Path) -> int:
    """Start JupyterLab and wait until it ends: Ctrl-C is its business, and it asks whether that is meant."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        # Children would inherit that Ctrl-C is ignored.
        restored = None if sys.platform == "win32" else _hear_interrupt
        done = subprocess.run(words, env=environment, cwd=root, check=False, preexec_fn=restored)  # noqa: S603
        return done.returncode
    finally:
        signal.signal(signal.SIGINT, before)


def _hear_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
