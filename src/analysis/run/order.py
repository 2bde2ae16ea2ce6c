"""What is asked of a run: which edition with which parameters, and how to go about it. Plain values."""

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
    """An edition to make.

    Parameters
    ----------
    edition
        Its name, which is the name of its folder below the outputs.
    heading
        What a user is shown of it while it runs.
    facts
        What pages and manifest tell about it.
    told
        The facts that every notebook knows without asking; they are part of what its result depends on.
    shared
        Parameters that any notebook may ask for by naming them in its parameters cell.
    blocks
        Parameters per stem; a step runs when its block is here.
    command
        What to type to run it again.
    places
        The folders that braces in a step's `reads` stand for, such as ``data.folder``.
    environment
        Variables that its kernels need.
    timeouts
        Seconds after which a notebook is stopped, by stem.
    words
        Files within the package with the words that this edition is written in: every step depends on them.
    """

    edition: str
    heading: str
    facts: Mapping[str, Any]
    told: Mapping[str, Any]
    shared: Mapping[str, Any]
    blocks: Mapping[str, Mapping[str, Any]]
    command: str
    places: Mapping[str, Path] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    timeouts: Mapping[str, float] = field(default_factory=dict)
    words: tuple[str, ...] = ()

    @property
    def seed(self) -> int:
        """The seed of the edition; 0 when its parameters have none."""
        return int(self.shared.get("seed", 0))

    def places_of(self, step: Step, root: Path) -> dict[str, Path]:
        """Return where what a step reads besides tables lies, by the label that tells it everywhere."""
        return {name.strip("{}"): self._place(name, root) for name in step.reads}

    def _place(self, name: str, root: Path) -> Path:
        return self.places[name.strip("{}")] if name.startswith("{") else root / name


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Options:
    """How to go about a run; no option changes a result.

    Parameters
    ----------
    jobs
        How many notebooks run side by side on this machine.
    cluster
        Address of a Dask scheduler that runs them instead.
    fresh_kernels
        Start a new interpreter for every notebook instead of forking one that has the packages loaded.
    only
        Run these steps and what they need, no others.
    start
        Run this step and all that follow from it, changed or not.
    force
        Run what is asked for, changed or not.
    cluster_without_encryption
        Whether a cluster elsewhere may be reached without encryption.
    tls
        Files with the certificate of the authority, that of this client, and its key; empty for those of Dask's own
        configuration.
    hash_seed
        The seed with which Python orders sets of texts in the kernels.
    """

    jobs: int = field(default_factory=processors)
    cluster: str | None = None
    fresh_kernels: bool = False
    only: tuple[str, ...] = ()
    start: str | None = None
    force: bool = False
    hash_seed: str = "0"
    cluster_without_encryption: bool = False
    tls: tuple[str, str, str] = ("", "", "")

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise InputError("--jobs", "at least one notebook must run at a time", given=self.jobs)

    def check_stems(self, stems: list[str], edition: str) -> None:
        """Refuse a stem that the edition does not run."""
        for option, stem in [*(("--only", stem) for stem in self.only), *([("--from", self.start)])]:
            if stem is not None and stem not in stems:
                near = nearest(stem, stems)
                raise InputError(
                    f"{option} {stem}",
                    f"the edition {edition} has no such step",
                    allowed=", ".join(stems),
                    hint=f"did you mean {near}?" if near else None,
                )
