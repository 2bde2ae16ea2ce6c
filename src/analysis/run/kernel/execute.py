"""Execute one step with papermill and report how it ended."""

from __future__ import annotations

import shutil
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import StaatError
from analysis.run.job import Job, JobResult
from analysis.run.kernel import failures, guard, memory, warm
from analysis.run.kernel.offspring import KILL, kill_marked
from analysis.run.kernel.portable import forget_machine
from analysis.run.kernel.slim import refuse_grammar
from analysis.run.prose import refresh

if TYPE_CHECKING:
    from analysis.run.kernel.client import Execution, StoppedError

_RUN_ENDED = "stopped: the run ended"
_RAN_AGAIN = "The warm parent of the kernels was killed; a notebook ran again in a new kernel."


def execute(job: Job) -> JobResult:
    """Execute a notebook into ``<folder>/notebooks``.

    It may be called from any thread of any process that sees the folder: it needs nothing but the job, and changes
    nothing of the process but the warm parent of kernels that it may start. Errors of the notebook, of its kernel and
    of the disk are returned as messages; the half-executed notebook stays where it is written.
    """
    _load_ahead(job)
    outcome, orphaned = _attempt(job)
    if not orphaned:
        return outcome
    again, _ = _attempt(replace(job, fresh_kernel=True))
    return replace(again, notice=_RAN_AGAIN)


def _load_ahead(job: Job) -> None:
    """Let the warm parent load what the kernel needs while this process imports papermill."""
    if not job.fresh_kernel:
        with suppress(StaatError):  # the kernel then starts fresh, and says why
            warm.start(job.preload, warm.kernel_environment(job.environment))


def _attempt(job: Job) -> tuple[JobResult, bool]:
    """Execute once; return also whether it failed only because the warm parent was killed."""
    refuse_grammar()
    from analysis.run.kernel.client import Execution
    from analysis.run.kernel.manager import private_folder

    with private_folder() as private:
        execution = Execution(job, private)
        error, code = _outcome_of(execution)
        kill_marked(str(private))
    kernel = execution.kernel
    outcome = JobResult(
        seconds=execution.seconds,
        error=error,
        exit_code=code,
        kernel=execution.kind,
        peak_mb=kernel.peak_mb if kernel else None,
        notice=execution.notice,
    )
    return outcome, error is not None and kernel is not None and kernel.orphaned


def _outcome_of(execution: Execution) -> tuple[str | None, int]:
    """Execute and return the message for the user, None if all went well, and the exit code."""
    job = execution.job
    try:
        _clear(job)
        error, code = _run(execution)
        if job.executed.exists():
            forget_machine(job.executed, _folders(job, execution.private))
        if not error:
            refresh(job.executed, Path(job.source))  # with the values of this run
        return (error, code) if error else _check(job)
    except OSError as trouble:
        if not Path(job.folder).exists():
            return _RUN_ENDED, 1
        return failures.of_disk(trouble.filename or job.folder, trouble), 2


def _clear(job: Job) -> None:
    """Remove what an earlier try has left."""
    folder = Path(job.folder)
    job.executed.parent.mkdir(exist_ok=True)  # not its parents: where these are gone, the run has ended
    for kind in ("tables", "figures"):
        shutil.rmtree(folder / kind / job.stem, ignore_errors=True)
    tables = (folder / "internal" / f"{name}.parquet" for name in (*job.produces, *job.may_produce))
    records = (folder / "internal" / "records").glob(f"{job.stem}.*")
    for file in (job.executed, *tables, *records):
        file.unlink(missing_ok=True)


def _run(execution: Execution) -> tuple[str | None, int]:
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from analysis.run.kernel.client import ENGINE, StoppedError

    job, kills = execution.job, memory.kills()
    try:
        papermill.execute_notebook(
            job.source,
            str(job.executed),
            parameters=dict(job.parameters),
            engine_name=ENGINE,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            request_save_on_cell_execute=False,  # a save after each cell costs more than most cells
            execution=execution,
        )
    except PapermillExecutionError as error:
        return failures.of_cell(job, error, execution.failed, execution.seconds)
    except StoppedError as error:
        message = _stopped(execution, error, kills)
        execution.keep(message)
        return message, 1
    return None, 0


def _stopped(execution: Execution, error: StoppedError, kills: int | None) -> str:
    job, kernel = execution.job, execution.kernel
    if error.reason == "gone":
        return _RUN_ENDED
    if error.reason == "timeout":
        return failures.of_timeout(job, execution.cell)
    from analysis.run.kernel.client import LONGEST_OUTPUT, warned

    if error.reason == "warned":
        return failures.of_warning(job, execution.cell, warned(execution.cell), execution.seconds)

    returncode = kernel.returncode if kernel else None
    if error.reason == "left":
        end = "a cell asks it to (sys.exit, exit or quit); raise an error instead, or let it run to its end"
    elif error.reason == "flood":
        end = f"a cell shows or prints more than {LONGEST_OUTPUT // 10**6} MB; print less, or write it to a file"
    elif error.reason == "silent":
        end = failures.silence(execution.log)
    else:
        out_of_memory = returncode == -KILL and (memory.kills() or 0) > (kills or 0)
        end = failures.how_it_ended(returncode, out_of_memory, execution.log)
    peak = kernel.peak_mb if kernel else None
    return failures.of_kernel(job, end, execution.seconds, cell=execution.cell, peak_mb=peak)


def _folders(job: Job, private: Path) -> dict[str, str]:
    """Return what to write for the folders of this machine."""
    return {
        job.folder: ".",
        str(Path(job.source).parents[1]): ".",
        str(job.project): ".",
        **({job.code: "src"} if job.code else {}),
        str(Path(__file__).parents[3]): "src",
        str(private): "tmp",
        sys.prefix: "python",
        sys.base_prefix: "python",
        **_home(),
    }


def _home() -> dict[str, str]:
    with suppress(RuntimeError):  # who has neither HOME nor an entry among the users has none
        return {str(Path.home()): "~"}
    return {}


def _check(job: Job) -> tuple[str | None, int]:
    """Return what is wrong with a notebook that ran to its end."""
    refused = [entry["path"] for entry in guard.read_record(job.folder, job.stem) if entry["kind"] == "refused"]
    if refused:
        return failures.of_reads(job, refused), 1
    tables = {path.stem for path in (Path(job.folder) / "internal").glob("*.parquet")}
    missing = sorted(set(job.produces) - tables)
    if missing:
        return f"{job.notebook}: did not write {', '.join(missing)}, which the chain declares", 1
    return None, 0
