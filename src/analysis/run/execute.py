"""Execute one notebook with papermill and say readably what went wrong."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analysis.errors import InputError, StaatError
from analysis.run.workspace import STEP_VARIABLE

# One thread per kernel: results must not depend on the number of cores, and sums in another order differ in the
# last digits.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
KERNEL_ENVIRONMENT = {**ONE_THREAD, "PYTHONHASHSEED": "0"}


@dataclass(frozen=True)
class Job:
    """Everything needed to execute one step, as plain values."""

    notebook: str
    stem: str
    source: str
    folder: str
    parameters: dict[str, Any]
    needs: tuple[str, ...]
    produces: tuple[str, ...]
    may_produce: tuple[str, ...]

    @property
    def executed(self) -> Path:
        """Where the executed notebook is written."""
        return Path(self.folder) / "notebooks" / f"{self.notebook}.ipynb"


class NotebookFailedError(StaatError):
    """A notebook raised an error; carries what the message must tell."""


class NotebookInputError(InputError):
    """A notebook found that the user's input is wrong; shown as its message, without the code."""

    def __init__(self, message: str) -> None:
        StaatError.__init__(self, message)


def execute(job: Job) -> float:
    """Execute a notebook into ``<folder>/notebooks`` and return the seconds it took.

    Raises
    ------
    NotebookFailedError
        With cell, source, error and parameters; the half-executed notebook stays where it is written.
    NotebookInputError
        If what the notebook raised is an InputError.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from analysis.run.kernels import SocketKernelManager

    job.executed.parent.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with TemporaryDirectory(prefix="staat-") as sockets, _environment(_told(job, sockets)):
        try:
            papermill.execute_notebook(
                job.source,
                str(job.executed),
                parameters=job.parameters,
                kernel_name="python3",
                language="python",
                cwd=str(Path(job.source).parent),
                progress_bar=False,
                request_save_on_cell_execute=False,
                kernel_manager_class=SocketKernelManager,
                extra_arguments=["--log-level=CRITICAL"],  # what a kernel says while it is stopped is no news
            )
        except PapermillExecutionError as error:
            raise _failure(job, error, time.perf_counter() - started) from None
        except RuntimeError as error:
            raise NotebookFailedError(f"{job.notebook}: the kernel stopped: {error}") from None
    _forget_machine(job.executed)
    _check_produced(job)
    return time.perf_counter() - started


def _told(job: Job, sockets: str) -> dict[str, str]:
    step = {name: value for name, value in asdict(job).items() if name in ("stem", "folder", "needs")}
    step["produces"] = (*job.produces, *job.may_produce)
    return {**KERNEL_ENVIRONMENT, "JUPYTER_RUNTIME_DIR": sockets, STEP_VARIABLE: json.dumps(step)}


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _failure(job: Job, error: Any, seconds: float) -> StaatError:  # noqa: ANN401 - papermill ships no types
    if error.ename in {InputError.__name__}:
        return NotebookInputError(f"{job.notebook} stopped: {error.evalue}")
    source = "\n".join(f"    {line}" for line in str(error.source).splitlines())
    values = "\n".join(f"    {name} = {value!r}" for name, value in job.parameters.items())
    return NotebookFailedError(
        f"{job.notebook} failed after {seconds:.1f} s, in cell [{error.exec_count}]\n"
        f"  error\n    {error.ename}: {error.evalue}\n  cell\n{source}\n  parameters\n{values}"
    )


def _forget_machine(executed: Path) -> None:
    """Take out of the metadata what tells of this machine: absolute paths."""
    notebook = json.loads(executed.read_text("utf8"))
    papermill = notebook["metadata"].get("papermill", {})
    for name in ("input_path", "output_path"):
        if papermill.get(name):
            papermill[name] = Path(papermill[name]).name
    executed.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf8")


def _check_produced(job: Job) -> None:
    made = {path.stem for path in (Path(job.folder) / "internal").glob("*.parquet")}
    missing = sorted(set(job.produces) - made)
    if missing:
        raise NotebookFailedError(f"{job.notebook}: did not hand over {', '.join(missing)}, which the chain declares")
