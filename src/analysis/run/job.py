"""What is handed to whoever executes a step, and what comes back: plain values, so that both travel to any machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Job:
    """Everything needed to execute one step.

    Parameters
    ----------
    edition, notebook, stem
        Which step of which edition; `notebook` is the file name without extension.
    source
        The notebook's file, absolute; in the copy that the run works with.
    folder
        The folder in which the edition is built, absolute. When it disappears the run is over: whoever executes
        the step stops its kernel.
    parameters
        What to inject.
    needs, produces, may_produce
        The internal tables that the chain declares for the step.
    reads
        Files and folders, absolute, that the step may read besides these tables.
    environment
        Variables of the kernel's environment that belong to the step.
    seed
        Seed of the global random generators of a kernel, so that a forked one does not go on where its parent was.
    timeout
        Seconds after which the notebook is stopped; None for no limit.
    fresh_kernel
        Start a new interpreter instead of forking one that has the packages loaded.
    preload
        Third-party modules that the step imports; a warm parent loads these before it forks.
    preload_next
        Third-party modules of the steps that follow; loaded when the parent has nothing else to do.
    root
        The project's folder; by default the one in which the notebook's folder lies.
    code
        The folder from which the kernel imports the package; by default wherever this process has it from.
    """

    edition: str
    notebook: str
    stem: str
    source: str
    folder: str
    parameters: Mapping[str, Any]
    needs: tuple[str, ...] = ()
    produces: tuple[str, ...] = ()
    may_produce: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    timeout: float | None = None
    fresh_kernel: bool = False
    preload: tuple[str, ...] = ()
    preload_next: tuple[str, ...] = ()
    root: str = ""
    code: str = ""

    @property
    def project(self) -> Path:
        """The project's folder."""
        return Path(self.root) if self.root else Path(self.source).parents[1]

    @property
    def executed(self) -> Path:
        """Where the executed notebook is written."""
        return Path(self.folder) / "notebooks" / f"{self.notebook}.ipynb"


@dataclass(frozen=True)
class JobResult:
    """How the execution of a step ended.

    Parameters
    ----------
    seconds
        How long it took.
    error
        None when it succeeded; else the message for the user.
    exit_code
        What the command ends with on this error: 1 a notebook failed, 2 the user's input is wrong.
    kernel
        ``warm`` (forked) or ``fresh``.
    peak_mb
        The largest memory that the kernel held, in MB; None when nobody could tell.
    notice
        Something to say once per run, such as why kernels are not forked.
    """

    seconds: float
    error: str | None = None
    exit_code: int = 0
    kernel: str = "fresh"
    peak_mb: float | None = None
    notice: str = ""

    @property
    def failed(self) -> bool:
        """Whether the step did not succeed."""
        return self.error is not None
