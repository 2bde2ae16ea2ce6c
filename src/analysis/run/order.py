"""What a run is to do: which edition with which parameters, and how to go about it. Plain values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.errors import InputError, nearest
from analysis.run.chain import Step


@dataclass(frozen=True)
class Order:
    """An edition to make."""

    edition: str  # its name, which is the name of its folder below the outputs
    heading: str  # what a user is shown of it while it runs
    facts: Mapping[str, Any]  # what pages and manifest state about it
    context: Mapping[str, Any]  # what every notebook knows without parameters: part of what its result depends on
    shared: Mapping[str, Any]  # parameters for any notebook that names them in its parameters cell
    blocks: Mapping[str, Mapping[str, Any]]  # parameters by stem; a step runs when its block is here
    command: str  # what to type to run it again
    places: Mapping[str, Path] = field(default_factory=dict)  # folders for braces in `reads`, such as ``data.folder``
    environment: Mapping[str, str] = field(default_factory=dict)  # of its kernels
    timeouts: Mapping[str, float] = field(default_factory=dict)  # seconds after which a notebook is stopped, by stem
    confidential: bool = False  # whether its data are of persons, so that no foreign exception is shown
    words: tuple[str, ...] = ()  # files of the package with the words of its language: every step depends on them

    @property
    def settings(self) -> str:
        """What is typed after its params file: of a variant, what makes it one."""
        return self.command.partition(".yml")[2].strip()

    @property
    def seed(self) -> int:
        """The seed of the edition; 0 when its parameters have none."""
        return int(self.shared.get("seed", 0))

    def places_of(self, step: Step, root: Path) -> dict[str, Path]:
        """Return the paths of what a step reads besides tables, by the label that stands for them everywhere."""
        labels = {name: name.strip("{}") for name in step.reads}
        return {label: self.places[label] if label != name else root / name for name, label in labels.items()}


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Options:
    """How to go about a run; no option changes a result."""

    jobs: int = field(default_factory=processors)  # notebooks side by side on this machine
    cluster: str | None = None  # address of a Dask scheduler that runs them instead
    fresh_kernels: bool = False  # start a new interpreter for every notebook instead of forking one
    only: tuple[str, ...] = ()  # run these steps and what they need, no others
    start: str | None = None  # run this step and all that follow from it, changed or not
    force: bool = False  # run all that may run, changed or not
    hash_seed: str = "0"  # with which Python orders sets of texts in the kernels
    cluster_without_encryption: bool = False  # whether a cluster elsewhere may be reached so
    # Files with the certificate of the authority, that of this client, and its key; empty for Dask's own configuration.
    tls: tuple[str, str, str] = ("", "", "")
    cache: Path | None = None  # a folder that colleagues share, from which results are taken and where they are put

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise InputError("--jobs", "at least one notebook must run at a time", given=self.jobs)

    def check_stems(self, stems: list[str], edition: str) -> None:
        """Refuse a stem that the edition does not run."""
        for option, stem in [*(("--only", stem) for stem in self.only), *([("--from", self.start)])]:
            if stem is not None and stem not in stems:
                near = nearest(stem, stems)
                hint = f"did you mean {near}?" if near else None
                problem = f"the edition {edition} has no such step"
                raise InputError(f"{option} {stem}", problem, allowed=", ".join(stems), hint=hint)
