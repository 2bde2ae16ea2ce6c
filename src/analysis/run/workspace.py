"""What a notebook knows of the run it is in: where to read, where to write, what it may touch.

The runner passes it on in one environment variable. A notebook that is opened alone in JupyterLab finds no such
variable: it then reads what the last run of the edition left, also one that failed, and writes to a scratch folder, so
that a published edition is never edited by hand.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.errors import InputError, StaatError
from analysis.run import private

STEP_VARIABLE = "STAAT_STEP"
OUTPUTS_VARIABLE = "STAAT_OUTPUTS"
EDITION_FILE = "edition.json"
MANIFEST_FILE = "manifest.json"


@dataclass(frozen=True)
class Workspace:
    """The folders and declarations of one step."""

    stem: str  # that names notebook, module, parameters block and output folder, such as ``school_choice``
    read: Path  # edition folder: tables are read from ``read/internal``
    write: Path  # edition folder: the same in a run, another when a notebook is opened alone
    facts: dict[str, Any] = field(default_factory=dict)  # ``edition``, ``synthetic``, ``language``, ...
    needs: frozenset[str] | None = None  # internal tables that the chain declares; None when opened alone
    produces: frozenset[str] | None = None
    older: Path | None = None  # edition folder for tables that are not in ``read``, when a notebook is opened alone

    @property
    def alone(self) -> bool:
        """Whether the notebook was opened by hand rather than by the runner."""
        return self.needs is None

    @property
    def rerun_command(self) -> str:
        """What to type to get the tables of this edition."""
        return f"make run EDITION={self.facts.get('edition', self.read.name)}"

    def table_path(self, name: str) -> Path:
        """Return where the internal table `name` is read from; it must be declared and exist."""
        if self.needs is not None and name not in self.needs | (self.produces or frozenset()):
            hint = "add it to needs, or wants, of its declaration"
            raise StaatError(f"{self.stem}: reads the table {name!r} without declaring it; {hint}")
        path = self._found(name)
        if not path.exists() and not self.alone:
            hint = "refuse such editions (refusal=), or name it in wants and ask chapter.has"
            raise InputError(f"{self.stem}: needs", f"this edition does not make the table {name!r}", hint=hint)
        if not path.exists():
            raise InputError(str(path), "no run has made this table yet", hint=self.rerun_command)
        return path

    def has(self, name: str) -> bool:
        """Return whether this edition has the internal table `name`."""
        if self.needs is not None and name not in self.needs:
            return False
        return self._found(name).exists()

    def _found(self, name: str) -> Path:
        paths = [folder / "internal" / f"{name}.parquet" for folder in (self.read, self.older) if folder]
        return next((path for path in paths if path.exists()), paths[0])

    def new_table_path(self, name: str) -> Path:
        """Return where the internal table `name` is written; it must be declared."""
        if self.produces is not None and name not in self.produces:
            raise StaatError(f"{self.stem}: writes the table {name!r} without declaring it; add it to produces")
        return self._below("internal") / f"{name}.parquet"

    def published_folder(self, kind: str) -> Path:
        """Return the folder of published things of one kind (``tables``, ``figures``) of this step."""
        return self._below(kind, self.stem)

    def record(self, noted: str, /, **entry: object) -> None:
        """Note something for the manifest: an input read, an object published, a cell suppressed."""
        line = json.dumps({"noted": noted, **entry}, ensure_ascii=False, default=str)
        with self._records().open("a", encoding="utf8", newline="\n") as file:
            file.write(line + "\n")

    def forget_records(self) -> None:
        """Start the notes of this step anew."""
        self._records().unlink(missing_ok=True)

    def _records(self) -> Path:
        return self._below("internal", "records") / f"{self.stem}.jsonl"

    def _below(self, *parts: str) -> Path:
        folder = self.write.joinpath(*parts)
        if not self.write.exists():
            private.make(self.write)
        if parts[0] == private.INTERNAL and not folder.exists():
            private.make(private.make(self.write / private.INTERNAL).joinpath(*parts[1:]))
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def open_workspace(stem: str, edition: str) -> Workspace:
    """Find the workspace of a step: the runner's if there is one, else that of the last run of `edition`."""
    given = os.environ.get(STEP_VARIABLE)
    workspace = _in_run(json.loads(given)) if given else _alone(stem, edition)
    if workspace.stem != stem:
        raise StaatError(f"the notebook of step {workspace.stem!r} calls itself {stem!r}: one stem names everything")
    workspace.forget_records()
    return workspace


def project_root() -> Path:
    """Return the project's folder: the nearest one, from the working folder up, that has notebooks and params."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "notebooks").is_dir() and (folder / "params").is_dir():
            return folder
    raise InputError(str(here), "is not inside the project", hint="go to the folder with notebooks/ and params/")


def outputs_folder() -> Path:
    """Return the folder with all editions: STAAT_OUTPUTS, else ``outputs`` of the project."""
    given = os.environ.get(OUTPUTS_VARIABLE)
    return Path(given) if given else project_root() / "outputs"


def _in_run(step: dict[str, Any]) -> Workspace:
    folder = Path(step["folder"])
    return Workspace(
        stem=step["stem"],
        read=folder,
        write=folder,
        facts=_facts(folder),
        needs=frozenset(step["needs"]),
        produces=frozenset(step["produces"]),
    )


def unfinished(outputs: Path, edition: str) -> Path:
    """Return the folder for a run that did not finish."""
    return outputs / f"{edition}.unfinished"


def _alone(stem: str, edition: str) -> Workspace:
    """Return the workspace of a notebook that is opened by hand.

    What a run left that did not finish is newer than what is published, which may have tables that it did not come to.
    """
    outputs = outputs_folder()
    folders = [unfinished(outputs, edition), outputs / edition]
    runs = [folder for folder in folders if (folder / "internal" / EDITION_FILE).exists()]
    if not runs:
        raise InputError(str(folders[-1]), "no run of this edition yet", hint=f"make run EDITION={edition}")
    scratch = outputs / f"{edition}.scratch"
    return Workspace(stem=stem, read=runs[0], write=scratch, facts=_facts(runs[0]), older=runs[-1])


def _facts(folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((folder / "internal" / EDITION_FILE).read_text("utf8"))
    return facts
