"""Check that a published edition is what it says, and that another run gives the same."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from analysis.run import private
from analysis.run.assess import Project
from analysis.run.chain import Step
from analysis.run.hashes import sha256
from analysis.run.manifest import is_of_here, outputs_of, read
from analysis.run.order import Options, Order
from analysis.run.owner import own_folder
from analysis.run.private import INTERNAL
from analysis.run.runner import run
from analysis.run.show.events import Watch

COMPARED = ("tables/", "figures/", "internal/")
NOT_COMPARED = ("internal/records/", "internal/steps/")  # they are about the run: times, memory, commit


def damaged(folder: Path) -> list[str]:
    """Return what in a published edition is not what its manifest says, one sentence each."""
    recorded = read(folder)["outputs"]
    links = [f"{path.relative_to(folder).as_posix()}: is a link, and no run leaves one" for path in _links(folder)]
    if links:
        return links  # what they lead to is not read
    present = outputs_of(folder)
    if not is_of_here(folder):  # whether what is internal was changed, only the run that follows can show
        known = present.keys() & recorded.keys()
        present |= {name: recorded[name] for name in known if name.startswith(f"{INTERNAL}/")}
    return list(_differences(recorded, present, "missing", "not in the manifest", "is not what the manifest says"))


def repeated(
    first: Path, order: Order, chain: tuple[Step, ...], project: Project, options: Options, watch: Watch
) -> tuple[int, list[str]]:
    """Run the edition in a folder again, beside everything; return how many files were compared, and which differ.

    Tables, figures and internal tables must be the same byte for byte; pages and executed notebooks hold times.
    """
    with own_folder(project.outputs, f".{order.edition}.verify-") as scratch:
        _same_releases(first, project.outputs, scratch)
        run([order], chain, replace(project, outputs=scratch), options, watch)
        old, new = _compared(first), _compared(scratch / order.edition)
    return len(old), list(_differences(old, new, "was not made again", "was not there before", "came out otherwise"))


def _links(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_symlink())


def _same_releases(first: Path, outputs: Path, scratch: Path) -> None:
    """Let a repetition be settled beside the same earlier releases as the edition was."""
    compared = first / "internal" / "records" / "compared.json"
    names = json.loads(compared.read_text("utf8")) if compared.exists() else []
    for name in names:
        release = outputs / ".released" / Path(name).name
        if release.exists():
            private.make(scratch / ".released")
            shutil.copy2(release, scratch / ".released" / release.name)


def _compared(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    named = {path.relative_to(folder).as_posix(): path for path in files}
    return {
        name: sha256(path)
        for name, path in named.items()
        if name.startswith(COMPARED) and not name.startswith(NOT_COMPARED)
    }


def _differences(old: Mapping[str, str], new: Mapping[str, str], missing: str, extra: str, other: str) -> Iterator[str]:
    for name in sorted({*old, *new}):
        if name not in new:
            yield f"{name}: {missing}"
        elif name not in old:
            yield f"{name}: {extra}"
        elif old[name] != new[name]:
            yield f"{name}: {other}"
