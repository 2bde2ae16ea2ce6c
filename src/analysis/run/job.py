"""What whoever executes a step is given, and what comes back: plain values, so that both travel to any machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Job:
    """Everything needed to execute one step; folders and files are absolute paths."""

    edition: str
    notebook: str  # file name without extension
    stem: str
    source: str  # the notebook's file, in the copy that the run works with
    # Where the edition is built. When it disappears the run is over: whoever executes the step stops its kernel.
    folder: str
    parameters: Mapping[str, Any]  # to inject
    needs: tuple[str, ...] = ()  # internal tables, as are the next two
    produces: tuple[str, ...] = ()
    may_produce: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()  # files and folders that the step may read besides these tables
    environment: Mapping[str, str] = field(default_factory=dict)  # variables of the kernel that belong to the step
    # Whether its data are of persons: what an exception says that is not of this package, and where, is not shown then.
    confidential: bool = False
    seed: int = 0  # of the global random generators, so that a forked kernel does not go on where its parent was
    timeout: float | None = None  # seconds after which the notebook is stopped
    fresh_kernel: bool = False  # start a new interpreter instead of forking one that has the packages loaded
    preload: tuple[str, ...] = ()  # third-party modules that a warm parent loads before it forks
    preload_next: tuple[str, ...] = ()  # those of the steps that follow, loaded when it has nothing else to do
    # What `run.remembered` reads: a folder, a key, the functions whose results may be kept, and whether to take these.
    remembers: Mapping[str, Any] = field(default_factory=dict)
    settings: str = ""  # what is typed after the name of its params file; see `Order.settings`
    root: str = ""  # the project's folder; by default the parent of the notebook's folder
    code: str = ""  # from where the kernel imports the package; by default from where this process did

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
    """How the execution of a step ended."""

    seconds: float
    error: str | None = None  # the message for the user; None when it succeeded
    exit_code: int = 0  # of the command on this error: 1 a notebook failed, 2 the user's input is wrong
    kernel: str = "fresh"  # or ``warm``: forked
    peak_mb: float | None = None  # the largest memory that the kernel held; None when that is not known
    notice: str = ""  # for the user, once per run, such as why kernels are not forked
